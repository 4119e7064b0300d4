"""Does somebody read what a customer is told of an ending? Its message waits while the ending can be taken back."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import agenda
from domain.news import read_news
from domain.playbook import Draft
from tests.support.simulation import MANAGER, OWNER, Simulation, deal, high_touch

READERS = ["project_lead", "executive_sponsor", "technical_lead", "champion"]
CHURNED = {"ending": "churned", "reason": "so be it", "by": OWNER, "grace_hours": 1}
WITH_EXCEPTIONS = {"ending": "handed_over_with_exceptions", "reason": "agreed", "by": MANAGER, "grace_hours": 1}
VOUCHED_FOR = ("adoption_on_target", "outcomes_visible", "self_sufficient")


def reading() -> Simulation:
    """An onboarding whose playbook lets both messages wait: of an ending for four hours, of the hand-off for eight."""
    playbook = high_touch()
    others = (draft for draft in playbook.drafts if draft.kind not in ("hand_off", "ended"))
    drafts = (*others, Draft(kind="hand_off", hours=8), Draft(kind="ended", hours=4))
    return Simulation(deal(), playbook.model_copy(update={"drafts": drafts}))


def tell_in_one_turn(onboarding: Simulation, *each: tuple[str, dict[str, Any]]) -> None:
    """All of it comes before the next turn, as where no worker was there for a while."""
    for kind, fields in each:
        news = read_news(kind, fields)
        agenda.check(onboarding.state, news, onboarding.now)
        agenda.apply(onboarding.state, news, onboarding.now)
        agenda.unfold(onboarding.state, onboarding.now)
    onboarding.settle()


@pytest.fixture
def ending() -> Simulation:
    """Decided on Wednesday at ten that it ends as churned."""
    onboarding = reading()
    onboarding.to("2026-11-04 10:00")
    onboarding.tell("end_onboarding", **CHURNED)
    return onboarding


@pytest.fixture
def handing_over() -> Simulation:
    """All is done and vouched for, behind the first day of the hand-off."""
    onboarding = reading()
    onboarding.in_time(to="success_plan_agreed")
    for criterion in VOUCHED_FOR:
        onboarding.tell("attest_criterion", criterion=criterion, by="project_lead")
    return onboarding


def test_an_ending_waits_as_long_as_its_message_is_to_be_read(ending: Simulation) -> None:
    """Four working hours, where whoever decided it left one; the owner hears of it with the draft."""
    ending.to("2026-11-04 13:59")
    before = (ending.state.ending, ending.told("ended"), [draft.kind for draft in ending.state.drafts])

    ending.to("2026-11-04 14:01")

    assert (None, [], ["introduction", "ended"]) == before
    assert "churned" == ending.state.ending
    assert ["ended"] == [row.about for row in ending.facts("draft_sent")]
    assert ["project_lead", MANAGER] == sorted(ending.told("ended"), reverse=True)
    assert [MANAGER] == ending.told("ending_announced")


def test_the_owner_reads_when_it_goes_and_how_to_take_it_back(ending: Simulation) -> None:
    [to_read] = ending.notices("draft", about="ended")

    facts, ahead = to_read.facts, ending.state.ending_ahead
    assert (OWNER, "ended", "churned", False) == (to_read.to, facts["of_kind"], facts["ending"], facts["by_itself"])
    assert ahead is not None
    assert ahead.until is not None
    assert "Wed 2026-11-04 14:00" == ending.local(ahead.until)


def test_who_sends_the_message_ends_it_at_once(ending: Simulation) -> None:
    """Before it counts, it would not be true."""
    answer = ending.tell("send_draft", draft="ended", by=MANAGER)

    assert "churned" == answer.ending
    assert [MANAGER] == [row.by for row in ending.facts("draft_sent")]
    assert ending.told("ended").count("project_lead") == 1


def test_a_message_that_was_stopped_never_goes_and_the_ending_counts_all_the_same(ending: Simulation) -> None:
    ending.tell("stop_draft", draft="ended", reason="I call them", by=OWNER)

    ending.to("2026-11-05 12:00")

    assert "churned" == ending.state.ending
    assert "project_lead" not in ending.told("ended")
    assert "stopped" == ending.facts("ended")[0].data["message"]


def test_taken_back_nobody_reads_of_it(ending: Simulation) -> None:
    ending.tell("take_back_ending", by=MANAGER)
    ending.to_day(8)

    assert "project_lead" not in ending.told("ended")
    assert "the ending was taken back" in [row.data.get("reason") for row in ending.facts("draft_stopped")]


def test_of_what_the_customer_does_not_hear_nothing_waits() -> None:
    onboarding = reading()

    onboarding.tell("end_onboarding", ending="duplicate", reason="twice", by=MANAGER, grace_hours=1)

    assert ["introduction"] == [draft.kind for draft in onboarding.state.drafts]


def test_an_ending_that_counts_at_once_is_told_at_once() -> None:
    onboarding = reading()

    onboarding.tell("end_onboarding", **{**CHURNED, "grace_hours": 0})

    assert "project_lead" in onboarding.told("ended")


def test_another_ending_at_once_is_told_in_its_own_words(ending: Simulation) -> None:
    """What waited spoke of an ending that is none any more."""
    ending.tell("end_onboarding", ending="duplicate", reason="twice", by=MANAGER, grace_hours=0)

    assert "duplicate" == ending.state.ending
    assert "project_lead" not in ending.told("ended")


def test_the_hand_off_waits_for_its_message_once_all_holds(handing_over: Simulation) -> None:
    """For eight working hours, and then it comes by itself."""
    assert ("ending", ["hand_off"]) == (handing_over.status(), [draft.kind for draft in handing_over.state.drafts])
    assert [] == handing_over.told("hand_off")
    [announced] = handing_over.facts("ending_announced")
    assert (None, "day90", "handed_over") == (announced.by, announced.via, announced.data["ending"])

    handing_over.until(handing_over.now + timedelta(days=4))

    assert "handed_over" == handing_over.state.ending
    assert sorted([*READERS, OWNER]) == sorted(handing_over.told("hand_off"))
    [ended] = handing_over.facts("ended")
    assert timedelta(hours=8) <= ended.at - announced.at <= timedelta(days=4)


def test_who_sends_its_message_hands_over_at_once(handing_over: Simulation) -> None:
    assert "handed_over" == handing_over.tell("send_draft", draft="hand_off", by=OWNER).ending
    assert sorted([*READERS, OWNER]) == sorted(handing_over.told("hand_off"))


def test_what_no_longer_holds_keeps_it_from_being_sent(handing_over: Simulation) -> None:
    """The word is withdrawn, and with it the hand-off, at once; given again, it is announced again."""
    handing_over.tell("attest_criterion", criterion="self_sufficient", holds=False, by="project_lead")

    assert (None, []) == (handing_over.state.ending_ahead, handing_over.state.drafts)
    assert [] == handing_over.told("hand_off")

    handing_over.tell("attest_criterion", criterion="self_sufficient", by="project_lead")
    handing_over.until(handing_over.now + timedelta(days=4))
    assert sorted([*READERS, OWNER]) == sorted(handing_over.told("hand_off"))


def test_a_pause_calls_a_hand_off_off_that_nobody_has_decided(handing_over: Simulation) -> None:
    handing_over.tell("pause", reason="strike")
    handing_over.until(handing_over.now + timedelta(days=4))

    assert (None, []) == (handing_over.state.ending, handing_over.told("hand_off"))
    assert "it was paused" in [row.data["reason"] for row in handing_over.facts("ending_taken_back")]


def test_paused_and_resumed_before_the_next_turn_its_message_goes_all_the_same(handing_over: Simulation) -> None:
    """One draft is stopped and the next one written in the same turn, under one key."""
    tell_in_one_turn(handing_over, ("pause", {"reason": "strike"}), ("resume", {}))

    assert ["hand_off"] == [draft.key for draft in handing_over.state.drafts]
    assert {"hand_off"} <= {notice.kind for notice in handing_over.ledger.held.values()}
    handing_over.until(handing_over.now + timedelta(days=6))
    assert sorted([*READERS, OWNER]) == sorted(handing_over.told("hand_off"))


@pytest.mark.parametrize(("again", "draft"), [(CHURNED, "ended"), (WITH_EXCEPTIONS, "hand_off")])
def test_of_endings_that_are_decided_in_one_turn_the_last_one_is_told(again: dict[str, Any], draft: str) -> None:
    """Nobody hears twice of it, or of the one that was taken back."""
    onboarding = reading()
    onboarding.to("2026-11-04 10:00")
    again = {**again, "exceptions": onboarding.state.unmet()} if draft == "hand_off" else again

    tell_in_one_turn(
        onboarding, ("end_onboarding", CHURNED), ("take_back_ending", {"by": MANAGER}), ("end_onboarding", again)
    )
    waiting = [draft.key for draft in onboarding.state.drafts]
    onboarding.to("2026-11-06 12:00")

    assert ["introduction", draft] == waiting
    assert again["ending"] == onboarding.state.ending
    assert 1 == [*onboarding.told("ended"), *onboarding.told("hand_off")].count("project_lead")


def test_a_message_of_an_ending_taken_back_while_it_was_written_is_stopped() -> None:
    """The turn that writes it may take hours in an outage, and people decide otherwise meanwhile."""
    onboarding = reading()
    onboarding.to("2026-11-04 10:00")

    def decide_otherwise(state: agenda.State, now: datetime) -> None:
        onboarding.now = now + timedelta(hours=2)
        for kind, news in (("take_back_ending", {"by": MANAGER}), ("end_onboarding", handed_over)):
            agenda.apply(state, read_news(kind, news), onboarding.now)

    handed_over = {**WITH_EXCEPTIONS, "exceptions": onboarding.state.unmet()}
    onboarding.meanwhile = decide_otherwise
    onboarding.tell("end_onboarding", **CHURNED)

    assert ["introduction", "hand_off"] == [draft.key for draft in onboarding.state.drafts]
    assert "the ending was taken back" in [row.data.get("reason") for row in onboarding.facts("draft_stopped")]


def test_what_holds_by_itself_is_not_taken_back(handing_over: Simulation) -> None:
    """The next moment would hand over again."""
    field, reason = handing_over.refusal("take_back_ending", by=MANAGER)

    assert "take_back_ending" == field
    assert "withdraw the word for one of them, or pause" in reason
