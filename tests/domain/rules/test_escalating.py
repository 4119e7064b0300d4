"""Does somebody read what goes over a project lead's head? A word to the sponsor waits for its owner."""

from datetime import date, timedelta

import pytest

from domain.playbook import Draft, Playbook
from tests.support.simulation import MANAGER, OTHER_CSM, OWNER, Simulation, deal, high_touch

SPONSOR = "executive_sponsor"
KEY = "escalation-security_passed"


def with_drafts(*drafts: Draft) -> Playbook:
    playbook = high_touch()
    others = (draft for draft in playbook.drafts if draft.kind != "escalation")
    return playbook.model_copy(update={"drafts": (*others, *drafts)})


def late(days: int, *drafts: Draft) -> Simulation:
    """An onboarding in which the security review is so many working days late, at nine in the morning."""
    onboarding = Simulation(deal(), with_drafts(*drafts))
    onboarding.in_time(to="data_mapped")
    due = date.fromisoformat(onboarding.due_on("security_passed"))
    day = onboarding.calendar.add_working_days(due, days)
    onboarding.to(f"{day} 09:30")
    return onboarding


def test_a_word_to_the_sponsor_waits_for_the_owner() -> None:
    onboarding = late(5, Draft(kind="escalation", hours=4))

    assert [KEY] == [draft.key for draft in onboarding.state.drafts]
    assert SPONSOR not in onboarding.told("escalation", about="security_passed")
    [to_read] = onboarding.notices("draft", about=KEY)
    assert (OWNER, "escalation", 4) == (to_read.to, to_read.facts["of_kind"], to_read.facts["hours"])
    assert [SPONSOR] == [notice.to for notice in onboarding.ledger.held.values()]


def test_it_says_what_it_would_have_said_at_once() -> None:
    waits, at_once = late(5, Draft(kind="escalation", hours=4)), late(5)

    waits.tell("send_draft", draft=KEY, by=OWNER)

    [sent], [told] = (one.notices("escalation", to=SPONSOR) for one in (waits, at_once))
    assert (told.facts, told.about, told.while_open) == (sent.facts, sent.about, sent.while_open)


def test_it_goes_by_itself_after_its_office_hours_and_once() -> None:
    onboarding = late(5, Draft(kind="escalation", hours=4))

    onboarding.until(onboarding.now + timedelta(hours=4))

    assert [SPONSOR] == onboarding.told("escalation", about="security_passed", to=SPONSOR)
    assert ["day90"] == [row.via for row in onboarding.facts("draft_sent") if row.about == KEY]


def test_what_is_done_meanwhile_is_escalated_to_nobody() -> None:
    onboarding = late(5, Draft(kind="escalation", hours=4))

    onboarding.settled("security_passed")
    onboarding.until(onboarding.now + timedelta(days=3))

    assert [] == onboarding.notices("escalation", about="security_passed", to=SPONSOR)
    assert "security_passed is done" in [row.data.get("reason") for row in onboarding.facts("draft_stopped")]


def test_what_has_got_another_day_is_not_late_any_more() -> None:
    onboarding = late(5, Draft(kind="escalation", hours=4))

    onboarding.tell("replan", milestone="security_passed", to="2027-01-11", reason="their audit")

    assert [] == onboarding.state.drafts
    assert "security_passed is not late any more" in [r.data.get("reason") for r in onboarding.facts("draft_stopped")]


@pytest.mark.parametrize("days", [5, 10])
def test_a_pause_escalates_to_nobody_and_proposes_no_pause_once_it_is_over(days: int) -> None:
    """What was late has days of grace then, as it would have without a draft."""
    onboarding = late(days, Draft(kind="escalation", hours=4))
    before = len(onboarding.told("escalation", to=SPONSOR))

    onboarding.tell("pause", reason="strike")
    onboarding.until(onboarding.now + timedelta(days=3))
    onboarding.tell("resume")
    onboarding.until(onboarding.now + timedelta(days=2))

    told = [*onboarding.told("escalation", to=SPONSOR), *onboarding.told("pause_proposal", to=SPONSOR)]
    assert (before, []) == (len(told), onboarding.state.drafts)
    assert "it was paused" in [row.data.get("reason") for row in onboarding.facts("draft_stopped")]


def test_one_of_ours_may_word_and_stop_it() -> None:
    onboarding = late(5, Draft(kind="escalation", hours=4))

    onboarding.tell("edit_draft", draft=KEY, text="Could we speak?", by=OWNER)
    [change] = onboarding.ledger.writings[-1].drafts
    onboarding.tell("stop_draft", draft=KEY, reason="I have called her", by=MANAGER)
    onboarding.until(onboarding.now + timedelta(days=3))

    assert ((SPONSOR,), "Could we speak?") == (change.people, change.text)
    assert [] == onboarding.notices("escalation", about="security_passed", to=SPONSOR)


def test_another_owner_reads_it_in_full_where_the_playbook_has_lost_its_rung() -> None:
    onboarding = late(5, Draft(kind="escalation", hours=4))
    playbook = onboarding.dossier.playbook
    nudging = playbook.nudging.model_copy(update={"ladder": playbook.nudging.ladder[:1]})
    without = playbook.model_copy(update={"nudging": nudging})
    onboarding.dossier = onboarding.dossier.model_copy(update={"playbook": without})

    onboarding.tell("reassign", owner=OTHER_CSM, reason="Jonas is on leave")

    [before, after] = onboarding.notices("draft", about=KEY)
    assert (OTHER_CSM, before.facts["title"], 5) == (after.to, after.facts["title"], after.facts["days"])


def test_a_proposal_to_pause_waits_as_well() -> None:
    """Our own side gets it at once."""
    onboarding = late(10, Draft(kind="escalation", hours=4))

    assert ["pause_proposal-security_passed"] == [draft.key for draft in onboarding.state.drafts]
    assert {OWNER, MANAGER} == set(onboarding.told("pause_proposal", about="security_passed"))


def test_what_our_own_executive_hears_waits_for_nobody() -> None:
    onboarding = Simulation(deal(), with_drafts(Draft(kind="escalation", hours=4)))
    onboarding.to_day(40)

    assert ["introduction"] == [draft.key for draft in onboarding.state.drafts]


@pytest.mark.parametrize("kind", ["escalation", "pause_proposal"])
def test_without_a_draft_it_goes_at_once(kind: str) -> None:
    onboarding = late(10)

    assert SPONSOR in onboarding.told(kind, about="security_passed")
