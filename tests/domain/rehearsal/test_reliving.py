"""Does what was recorded of a past onboarding tell its whole story again, and another version's where it is asked?"""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from activities.calendars import hours_of
from domain.notice import Notice
from domain.playbook import Playbook, content_hash
from domain.refusal import Refused
from domain.rehearsal.counterfactual import LeftOut, Otherwise, PastOnboarding, counterfactual, otherwise
from domain.rehearsal.reliving import Relived, canonical
from domain.rehearsal.report import version
from tests.support.simulation import MANAGER, Simulation, high_touch, opened, staff
from tests.support.strategies import story_of_seed


def random_story(name: str, seed: int) -> Simulation:
    """Whatever people and systems say, in any order: refused, repeated and too early as well."""
    onboarding = opened(name)
    for arrival in story_of_seed(onboarding, seed):
        if onboarding.state.ending:
            break
        onboarding.until(onboarding.deal.closed_at + arrival.after)
        try:
            onboarding.update(arrival.kind, arrival.raw)
        except Refused:
            onboarding.hear(arrival.kind, arrival.raw)
    return onboarding


def ended(**ending: Any) -> Simulation:
    onboarding = opened()
    onboarding.in_time(to="plan_agreed")
    onboarding.to_day(30)
    onboarding.tell("end_onboarding", **{"ending": "churned", "reason": "Insolvent", "by": MANAGER, **ending})
    onboarding.until(onboarding.now + timedelta(days=5))
    return onboarding


def handed_over() -> Simulation:
    onboarding = opened()
    onboarding.in_time(to="success_plan_agreed")
    for criterion, by in (("adoption_on_target", "project_lead"), ("self_sufficient", "project_lead")):
        onboarding.tell("attest_criterion", criterion=criterion, by=by)
    onboarding.tell("attest_criterion", criterion="outcomes_visible", by=MANAGER)
    onboarding.until(onboarding.now + timedelta(days=30))
    return onboarding


def past_of(onboarding: Simulation) -> PastOnboarding:
    past = onboarding.ledger.past(onboarding.id)
    assert past is not None
    dossier = onboarding.dossier.model_copy(update={"people": onboarding.ledger.people(onboarding.id)})
    return PastOnboarding(dossier, past.rows, [(notice.key, notice.kind) for notice in onboarding.notices()])


def relived(onboarding: Simulation, playbook: Playbook | None = None) -> Relived:
    dossier, rows, *_ = past_of(onboarding)
    # By its own version a change that was ordered, and could not be made, is lived again as well.
    versions: dict[str, Playbook] | None = {} if playbook is None else None
    one = Relived(dossier, rows, playbook or onboarding.playbook, staff(), hours=hours_of, versions=versions)
    one.live()
    return one


def told(notices: Iterable[Notice]) -> Counter[tuple[str, ...]]:
    return Counter((canonical(n.key), n.kind, n.to, n.about, str(n.not_before), repr(n.facts)) for n in notices)


@pytest.mark.parametrize(
    ("name", "seed"),
    [("lindenau-germany", 1), ("lindenau-germany", 4), ("calloway-uk", 2), ("pinecrest-us", 5), ("pinecrest-us", 7)],
)
def test_by_its_own_version_every_notice_comes_as_it_came(name: str, seed: int) -> None:
    """The same ones with the same facts for the same moments, from rows of the journal alone."""
    onboarding = random_story(name, seed)

    again = relived(onboarding)

    assert told(onboarding.notices()) == told(again.notices)
    assert len(again.notices) > 50
    assert () == tuple(again.untold)


@pytest.mark.parametrize("ending", [{"grace_hours": 0}, {"grace_hours": 8}, {"ending": "withdrawn", "grace_hours": 1}])
def test_an_ending_comes_as_it_came(ending: dict[str, Any]) -> None:
    """At once, or when its grace is over."""
    onboarding = ended(**ending)

    again = relived(onboarding)

    assert onboarding.state.ending is not None
    assert onboarding.state.ending == again.state.ending
    assert told(onboarding.notices()) == told(again.notices)


def test_a_hand_over_comes_as_it_came() -> None:
    onboarding = handed_over()

    again = relived(onboarding)

    assert "handed_over" == onboarding.state.ending == again.state.ending
    assert told(onboarding.notices()) == told(again.notices)


def changed_midway() -> Simulation:
    """By the version with a ladder that begins sooner from day 20 on, and ended at day 45."""
    onboarding = opened()
    onboarding.in_time(to="plan_agreed")
    other = sooner_escalated(high_touch())
    onboarding.ledger.keep_playbook(other)
    onboarding.to_day(20)
    onboarding.tell("change_playbook", to=content_hash(other), reason="Sooner", by=MANAGER)
    onboarding.to_day(45)
    onboarding.tell("end_onboarding", ending="churned", reason="Insolvent", by=MANAGER, grace_hours=0)
    return onboarding


def test_one_that_changed_its_version_is_followed_through_the_change() -> None:
    """By its own versions every notice comes as it came; without the second one not."""
    onboarding = changed_midway()
    dossier, rows, *_ = past_of(onboarding)
    began, versions = dossier.by(high_touch()), onboarding.ledger.versions

    again = Relived(began, rows, high_touch(), staff(), hours_of, versions=versions)
    again.live()
    without = Relived(began, rows, high_touch(), staff(), hours_of)
    without.live()

    assert told(onboarding.notices()) == told(again.notices)
    assert onboarding.state.playbook_hash == again.state.playbook_hash
    assert told(onboarding.notices()) != told(without.notices)
    assert content_hash(high_touch()) == without.state.playbook_hash
    assert () == tuple(again.untold)


def test_another_version_is_lived_from_the_beginning_to_the_end() -> None:
    """Whatever it changed to then: by the one that it began with, nobody is escalated sooner for the second one."""
    onboarding = changed_midway()
    dossier, rows, kept, _ = past_of(onboarding)
    past = PastOnboarding(dossier.by(high_touch()), rows, kept, onboarding.ledger.versions)

    one = otherwise(past, high_touch(), staff(), hours_of)

    assert isinstance(one, Otherwise)
    assert one.as_then
    assert one.mails.count("moved") + one.mails.count("gone") > 0
    assert () == one.untold


def sooner_escalated(playbook: Playbook) -> Playbook:
    """With a ladder that begins one working day after something was due, and not two."""
    first, *others = playbook.nudging.ladder
    ladder = (first.model_copy(update={"after": first.after - 1}), *others)
    return playbook.model_copy(update={"nudging": playbook.nudging.model_copy(update={"ladder": ladder})})


def test_another_version_escalates_on_other_days_and_says_so() -> None:
    """Nobody did anything for a month; what was done then is done on the same day."""
    onboarding = ended(grace_hours=0)
    other = sooner_escalated(onboarding.playbook)

    one = otherwise(past_of(onboarding), other, staff(), hours_of)

    assert isinstance(one, Otherwise)
    assert one.as_then
    assert one.days_sooner
    assert one.days_sooner > 0
    answer = counterfactual("high-touch", version(other, named="other", title="Other"), [one])
    assert (1, one.days_sooner, 0) == (answer.escalated.sooner, answer.escalated.days_sooner, answer.escalated.later)


def test_a_fact_that_comes_before_its_new_gate_is_held_and_not_applied() -> None:
    """As a signal that comes too early: it counts once the gate opens, and says so in no refusal."""
    onboarding = opened()
    for day, key in ((2, "access_provisioned"), (4, "security_prepared")):
        onboarding.to_day(day)
        onboarding.settled(key)
    raw = onboarding.playbook.model_dump(mode="json", by_alias=True)
    milestones = {one["key"]: one for stage in raw["stages"] for one in stage["milestones"]}
    milestones["access_provisioned"]["requires"] = ["security_prepared"]

    again = relived(onboarding, Playbook.model_validate(raw))

    held = [row.about for row in again.memory.journal.values() if row.kind == "signal_held"]
    reached = [row.about for row in again.memory.journal.values() if row.kind == "milestone_reached"]
    assert ["access_provisioned"] == held
    assert ["security_prepared", "access_provisioned"] == reached[-2:]
    assert [] == again.untold


def test_a_fact_about_what_that_version_has_not_is_named() -> None:
    onboarding = ended(grace_hours=0)
    raw = onboarding.playbook.model_dump(mode="json", by_alias=True)
    for stage in raw["stages"]:
        stage["milestones"] = [one for one in stage["milestones"] if one["key"] != "handoff_reviewed"]
        for one in stage["milestones"]:
            one["requires"] = [key for key in one["requires"] if key != "handoff_reviewed"]
            if one.get("anchor") == "handoff_reviewed":
                one["anchor"] = "close"
    raw["drafts"] = []

    again = relived(onboarding, Playbook.model_validate(raw))

    assert ["handoff_reviewed"] == [one.about for one in again.untold]
    assert "is not in the plan" in again.untold[0].reason
    assert again.untold[0].kind == "milestone_reached"


def test_what_was_lived_on_a_compressed_clock_is_left_out() -> None:
    """Its rows were written within minutes: nobody knows when people told what."""
    dossier, rows, *_ = past_of(ended(grace_hours=0))
    at_once = [row.model_copy(update={"recorded_at": rows[0].recorded_at}) for row in rows]

    one = otherwise(PastOnboarding(dossier, at_once, []), dossier.playbook, staff(), hours_of)

    assert isinstance(one, LeftOut)
    assert "compressed clock" in one.why


def test_one_that_tells_others_than_then_is_marked() -> None:
    """As when the staff have changed: a notice that nobody gets any more, or one that came besides."""
    past = past_of(ended(grace_hours=0))
    another = (f"{past.told[0][0]}_who_left", past.told[0][1])

    for told_then in (past.told[1:], [*past.told, another]):
        one = otherwise(past._replace(told=told_then), past.dossier.playbook, staff(), hours_of)

        assert isinstance(one, Otherwise)
        assert not one.as_then
        assert not one.mails.mails
