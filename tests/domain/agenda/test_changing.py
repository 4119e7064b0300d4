"""May a running onboarding go by another version of its playbook, and what stays then?"""

import random
from collections.abc import Callable
from typing import Any

import pytest

from domain.agenda import State, apply, hear
from domain.news import read_news, short
from domain.playbook import Playbook, content_hash
from domain.refusal import Refused
from domain.rules.rebuilding import rebuild
from tests.support.simulation import MANAGER, OWNER, Simulation, gone_live, high_touch, opened, playbook_of, staff
from tests.support.strategies import story_of_seed

COUNTED = {"facts", "counts", "seen", "pending"}
"""What only grows with everything that is told: numbers and ids of news."""
ADDED = "security_checked"


def edited(edit: Callable[[dict[str, Any]], None]) -> Playbook:
    """Another version of high-touch."""
    raw = high_touch().model_dump(mode="json", by_alias=True)
    edit(raw)
    return Playbook.model_validate(raw)


def milestone_in(raw: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for stage in raw["stages"] for one in stage["milestones"] if one["key"] == key)


def stage_of(raw: dict[str, Any], key: str) -> dict[str, Any]:
    return next(stage for stage in raw["stages"] if any(one["key"] == key for one in stage["milestones"]))


def without_one(raw: dict[str, Any]) -> None:
    gone = "documentation_handed_over"
    stage_of(raw, gone)["milestones"].remove(milestone_in(raw, gone))
    milestone_in(raw, "readiness_confirmed")["requires"].remove(gone)
    for stage in raw["stages"]:
        stage["deliverables"] = [one for one in stage["deliverables"] if one["milestone"] != gone]


def with_another(raw: dict[str, Any]) -> None:
    like = milestone_in(raw, "data_validated")
    stage_of(raw, "data_validated")["milestones"].append(
        {**like, "key": ADDED, "day": 38, "requires": ["environment_live"], "title": "Security checked"}
    )
    milestone_in(raw, "readiness_confirmed")["requires"].append(ADDED)


def with_another_day(raw: dict[str, Any]) -> None:
    milestone_in(raw, "readiness_confirmed")["day"] = 63
    milestone_in(raw, "training_planned")["day"] = 30


def with_another_gate(raw: dict[str, Any]) -> None:
    milestone_in(raw, "training_complete")["requires"].append("data_mapped")
    milestone_in(raw, "launch_announced")["requires"].append("training_complete")


def with_another_signature(raw: dict[str, Any]) -> None:
    milestone_in(raw, "integrations_specified")["sign_off"] = {"by": ["technical_lead"]}
    del milestone_in(raw, "success_plan_agreed")["sign_off"]


def with_other_meetings(raw: dict[str, Any]) -> None:
    next(one for one in raw["cadences"] if one["key"] == "project_status")["every_weeks"] = 2
    raw["cadences"].pop()


KINDS = [
    with_another,
    without_one,
    with_another_day,
    with_another_gate,
    with_another_signature,
    with_other_meetings,
]
MOMENTS_OF_A_STORY = 14
STORIES = 24
"""336 moments, of which most are such that a playbook may be changed."""


def told(onboarding: Simulation, to: Playbook, *, when: str = "now", **news: Any) -> None:
    onboarding.ledger.keep_playbook(to)
    news = {"reason": "fewer mails", "by": MANAGER, **news}
    onboarding.tell("change_playbook", to=content_hash(to), when=when, **news)


def refused(onboarding: Simulation, to: Playbook) -> str:
    """Why the turn after it did not make the change."""
    told(onboarding, to)
    [row] = onboarding.facts("playbook_change_refused")
    assert onboarding.state.playbook_ahead is None
    assert onboarding.state.playbook_hash == content_hash(high_touch())
    return str(row.data["reason"])


def what_counts(state: State) -> dict[str, Any]:
    """The order of entries means nothing: each has a slot of its own, and they are acted on by their dates."""
    dumped = state.model_dump(mode="json", exclude=COUNTED)
    return {**dumped, "entries": sorted(dumped["entries"])}


@pytest.mark.parametrize("seed", range(STORIES))
def test_forward_and_back_leaves_the_same_state_to_the_letter(seed: int) -> None:
    """At random moments of random stories, whatever kind of change it is."""
    onboarding, dice = opened(), random.Random(seed)
    story = [one for one in story_of_seed(onboarding, seed) if one.kind != "end_onboarding"]
    moments = set(dice.sample(range(len(story)), min(MOMENTS_OF_A_STORY, len(story))))
    made = 0
    for number, arrival in enumerate(story):
        onboarding.until(onboarding.deal.closed_at + arrival.after)
        try:
            onboarding.update(arrival.kind, arrival.raw)
        except Refused:
            onboarding.hear(arrival.kind, arrival.raw)
        if onboarding.state.ending:
            break
        if number in moments:
            made += _there_and_back(onboarding.fork(), edited(KINDS[(seed + number) % len(KINDS)]))
    assert made >= 5


def _there_and_back(onboarding: Simulation, to: Playbook) -> bool:
    onboarding.hear("look_again", {})
    before = what_counts(onboarding.state)
    try:
        told(onboarding, to)
    except Refused:
        return False
    if onboarding.facts("playbook_change_refused"):
        return False
    assert onboarding.state.playbook_hash == content_hash(to)

    told(onboarding, high_touch())

    assert before == what_counts(onboarding.state)
    return True


def test_what_is_settled_stays_and_what_is_open_goes_on_as_it_was() -> None:
    onboarding = opened()
    onboarding.in_time(to="documentation_handed_over")
    before = {one.key: one.model_copy() for one in onboarding.state.milestones}
    begun = [stage.model_copy() for stage in onboarding.state.stages if stage.status != "ahead"]

    told(onboarding, edited(without_one))

    gone = onboarding.state.milestone("documentation_handed_over")
    assert gone is not None
    assert (gone.retired, gone.status, gone.at) == (True, "reached", before[gone.key].at)
    for one in onboarding.state.milestones:
        was = before[one.key]
        assert (one.status, one.at, one.asked) == (was.status, was.at, was.asked)
        assert not one.settled or one.due == was.due
    assert begun == [stage for stage in onboarding.state.stages if stage.status != "ahead"]
    assert ("milestone", "no part of the playbook") == _cut(
        onboarding.refusal("reopen_milestone", milestone=gone.key, reason="no")
    )


def _cut(refusal: tuple[str, str]) -> tuple[str, str]:
    words = "no part of the playbook"
    return refusal[0], words if words in refusal[1] else refusal[1]


def test_one_that_goes_by_another_version_lives_to_its_end() -> None:
    """With a milestone that is settled and gone, and another that has come."""

    def both(raw: dict[str, Any]) -> None:
        without_one(raw)
        with_another(raw)

    onboarding = opened()
    onboarding.in_time(to="documentation_handed_over")

    told(onboarding, edited(both))
    onboarding.in_time(to="success_plan_agreed")

    assert onboarding.state.milestone(ADDED) is not None
    assert ["playbook_changed"] == [row.kind for row in onboarding.facts("playbook_changed")]


def test_a_change_for_the_next_stage_is_made_when_that_begins() -> None:
    onboarding = opened()
    onboarding.in_time(to="plan_agreed")
    ahead = [stage.key for stage in onboarding.state.stages if stage.status == "ahead"]
    told(onboarding, edited(with_another_day), when="next-stage")
    waited = (onboarding.state.playbook_ahead is not None, onboarding.facts("playbook_changed"))

    while onboarding.state.playbook_ahead is not None:
        opens = next(stage for stage in onboarding.state.stages if stage.key == ahead[0])
        assert opens.status == "ahead"
        onboarding.in_time(to=_next_open(onboarding))

    assert (True, []) == waited
    [changed] = onboarding.facts("playbook_changed")
    opened_at = [row.at for row in onboarding.facts("stage_opened") if row.about == ahead[0]]
    assert [changed.at] == opened_at


def _next_open(onboarding: Simulation) -> str:
    return min((one for one in onboarding.state.milestones if not one.settled), key=lambda one: one.due).key


def test_a_change_that_waits_can_be_withdrawn() -> None:
    onboarding = opened()
    told(onboarding, edited(with_another_day), when="next-stage")

    onboarding.tell("change_playbook", when="never", reason="not yet", by=MANAGER)

    assert onboarding.state.playbook_ahead is None
    assert ["not yet"] == [row.data["reason"] for row in onboarding.facts("playbook_change_withdrawn")]
    assert "when" == onboarding.refusal("change_playbook", when="never", reason="again", by=MANAGER)[0]


def test_people_hear_once_of_dates_that_moved_and_the_customer_not_why() -> None:
    onboarding = opened()

    told(onboarding, edited(with_another_day))

    notices = onboarding.notices("replanned")
    assert len(notices) == len({notice.to for notice in notices})
    assert {OWNER, "project_lead"} <= {notice.to for notice in notices}
    assert {"project_lead": "", OWNER: "fewer mails"}.items() <= {n.to: n.facts["reason"] for n in notices}.items()
    [changed] = onboarding.facts("playbook_changed")
    titles = {one["milestone"] for one in changed.data["moved"]}
    assert {"readiness_confirmed"} <= titles


def test_what_waited_for_a_stage_is_told_with_the_reason_of_then() -> None:
    onboarding = opened()
    onboarding.in_time(to="plan_agreed")
    told(onboarding, edited(with_another_day), when="next-stage")

    while onboarding.state.playbook_ahead is not None:
        onboarding.in_time(to=_next_open(onboarding))

    reasons = {notice.to: notice.facts["reason"] for notice in onboarding.notices("replanned")}
    assert ("fewer mails", "") == (reasons[OWNER], reasons["project_lead"])


def test_whoever_decided_a_change_that_is_not_made_hears_why() -> None:
    """And nobody else: the customer was told of nothing."""
    onboarding = opened()
    onboarding.in_time(to="plan_agreed")
    onboarding.hear("reach_milestone", {"milestone": "documentation_handed_over"})
    before = len(onboarding.notices())

    reason = refused(onboarding, edited(without_one))

    [notice] = onboarding.notices()[before:]
    assert ("playbook_change_refused", MANAGER) == (notice.kind, notice.to)
    assert {"refused": reason, "reason": "fewer mails", "playbook": "high-touch"}.items() <= notice.facts.items()


def test_nobody_is_written_to_where_no_date_moves() -> None:
    onboarding = opened()
    before = len(onboarding.notices())

    told(onboarding, edited(with_other_meetings))

    assert before == len(onboarding.notices())


@pytest.mark.parametrize("seed", range(8))
def test_news_during_the_write_is_kept(seed: int) -> None:
    """What is reached, rejected or re-planned between the decision and its adoption stays so."""
    onboarding = opened()
    onboarding.in_time(to="environment_live")
    onboarding.ledger.keep_playbook(edited(KINDS[seed % len(KINDS)]))
    keys = [
        one.key for one in onboarding.state.milestones if not (one.settled or one.signers or onboarding.state.gate(one))
    ]
    reached = keys[seed % len(keys)]
    news = {"milestone": reached, "news_id": "meanwhile"}
    onboarding.meanwhile = lambda state, now: apply(state, read_news("reach_milestone", news), now)

    told(onboarding, edited(KINDS[seed % len(KINDS)]))

    milestone = onboarding.state.milestone(reached)
    assert milestone is not None
    assert milestone.status == "reached"
    assert [reached] == [
        row.about for row in onboarding.facts("milestone_reached") if row.key.endswith(short("meanwhile"))
    ]


def test_a_signal_that_comes_while_its_milestone_goes_leaves_a_fact() -> None:
    onboarding = opened()
    onboarding.in_time(to="plan_agreed")
    gone = {"milestone": "documentation_handed_over", "news_id": "early"}
    onboarding.meanwhile = lambda state, now: hear(state, "reach_milestone", gone, now)

    told(onboarding, edited(without_one))

    assert [] == onboarding.state.held
    assert ["documentation_handed_over"] == [row.about for row in onboarding.facts("signal_dropped")]


def test_a_version_that_lacks_what_is_under_way_is_refused() -> None:
    onboarding = opened()
    onboarding.in_time(to="plan_agreed")
    onboarding.hear("reach_milestone", {"milestone": "documentation_handed_over"})
    assert "documentation_handed_over, which was reported" in refused(onboarding, edited(without_one))


def test_a_version_that_lacks_a_sign_off_under_way_is_refused() -> None:
    def without_it(raw: dict[str, Any]) -> None:
        stage_of(raw, "plan_agreed")["milestones"].remove(milestone_in(raw, "plan_agreed"))
        milestone_in(raw, "environment_live")["requires"].remove("plan_agreed")
        for stage in raw["stages"]:
            stage["deliverables"] = [one for one in stage["deliverables"] if one["milestone"] != "plan_agreed"]

    onboarding = opened()
    onboarding.settled("kickoff_held")
    assert "plan_agreed, whose sign-off is under way" in refused(onboarding, edited(without_it))


def test_a_version_without_the_go_live_or_of_another_tier_is_refused() -> None:
    def another_go_live(raw: dict[str, Any]) -> None:
        del milestone_in(raw, "gone_live")["role"]
        milestone_in(raw, "launch_announced")["role"] = "go_live"

    assert "the go-live of this onboarding" in refused(opened(), edited(another_go_live))
    assert "a version of low-touch" in refused(opened(), playbook_of("low-touch"))


def test_an_unknown_version_is_refused() -> None:
    onboarding = opened()
    onboarding.tell("change_playbook", to="0" * 64, reason="x", by=MANAGER)
    assert ["no playbook of that hash is kept here"] == [
        row.data["reason"] for row in onboarding.facts("playbook_change_refused")
    ]


def test_when_a_playbook_cannot_be_changed() -> None:
    to = content_hash(edited(with_another_day))
    change = {"to": to, "reason": "x", "by": MANAGER}
    onboarding = opened()
    assert "by" == onboarding.refusal("change_playbook", **{**change, "by": OWNER})[0]
    assert "to" == onboarding.refusal("change_playbook", reason="x", by=MANAGER)[0]
    assert (
        "goes by that version"
        in onboarding.refusal("change_playbook", **{**change, "to": content_hash(high_touch())})[1]
    )
    onboarding.tell("change_playbook", **change, when="next-stage")
    assert "waits already" in onboarding.refusal("change_playbook", **change)[1]
    paused = opened()
    paused.tell("pause", reason="stocktaking")
    assert "paused" in paused.refusal("change_playbook", **change)[1]
    ending = opened()
    ending.tell("end_onboarding", ending="churned", reason="x", by=OWNER, grace_hours=8)
    assert "about to end" in ending.refusal("change_playbook", **change)[1]
    assert "hypercare" in gone_live().refusal("change_playbook", **change)[1]
    reviewed = gone_live()
    reviewed.to_day(80)
    reviewed.settled("review_held")
    assert "review_held is reached" in reviewed.refusal("change_playbook", **change)[1]


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_was_changed_can_be_rebuilt_from_its_journal(kind: Callable[[dict[str, Any]], None]) -> None:
    onboarding = opened()
    onboarding.in_time(to="environment_live")
    told(onboarding, edited(kind))
    onboarding.in_time(to="data_validated")
    past = onboarding.ledger.past(onboarding.id)
    assert past is not None

    state = rebuild(onboarding.dossier, past, staff(), now=onboarding.now, versions=onboarding.ledger.playbook)

    assert what_counts(onboarding.state) == what_counts(state)


def test_a_change_that_waits_is_carried_and_one_that_does_not_weighs_nothing() -> None:
    onboarding = opened()
    told(onboarding, edited(with_another_day))
    assert "playbook_ahead" not in onboarding.state.model_dump()
