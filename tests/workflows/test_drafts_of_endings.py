"""Does what a customer is told of an ending wait for one of ours? On the time-skipping server, in the real workflow."""

from collections.abc import AsyncIterator

import pytest

from tests.support.onboardings import RunningOnboarding, World, world
from tests.support.parts import Reading
from tests.support.stories import attest_everything, work_through

OWNER, MANAGER = "jonas.weber", "nora.lindqvist"
CHURNED = {"ending": "churned", "reason": "so be it", "by": OWNER, "grace_hours": 1}
READERS = ["champion", "executive_sponsor", OWNER, "project_lead", "technical_lead"]


@pytest.fixture
async def reading() -> AsyncIterator[World]:
    """By playbooks that let the message of a hand-off wait for eight office hours, and that of an ending for four."""
    async with world(library=Reading()) as here:
        yield here


async def vouched_for(here: World) -> RunningOnboarding:
    """All is done and vouched for: the hand-off is announced, and its message waits."""
    deal = await here.closed_now()
    await work_through(deal)
    await attest_everything(deal)
    return deal


def told(deal: RunningOnboarding, kind: str) -> list[str]:
    return sorted(notice.to for notice in deal.world.ledger.told(deal.id, kind))


async def test_a_hand_off_counts_when_its_message_goes_by_itself_and_the_programme_begins(reading: World) -> None:
    deal = await vouched_for(reading)
    waiting = await deal.progress()

    outcome = await deal.outcome()

    assert ("ending", None) == (waiting.status, waiting.ending)
    assert "handed_over" == outcome["ending"]
    assert READERS == told(deal, "hand_off")
    [sent] = [row for row in reading.ledger.facts(deal.id, "draft_sent") if row.about == "hand_off"]
    assert "day90" == sent.via
    programme = await reading.env.client.get_workflow_handle(outcome["programme"]).query("progress")
    assert programme["next"]


async def test_who_sends_the_message_of_a_hand_off_hands_over_at_once_in_their_words(reading: World) -> None:
    """A word that was withdrawn before calls it off, and given again it is announced again."""
    deal = await vouched_for(reading)
    word = {"criterion": "self_sufficient", "by": OWNER}
    await deal.tell("attest_criterion", holds=False, **word)
    off = await deal.progress()
    await deal.tell("attest_criterion", **word)
    # A run that is about to turn waits for a moment of quiet, and decides on news after it.
    await deal.let_pass(seconds=2)

    await deal.tell("edit_draft", draft="hand_off", text="We go on together.", by=OWNER)
    answer = await deal.tell("send_draft", draft="hand_off", by=OWNER)

    assert "ending" != off.status
    assert "handed_over" == answer.ending
    assert READERS == told(deal, "hand_off")
    assert "handed_over" == (await deal.outcome())["ending"]


async def test_an_ending_that_is_taken_back_while_its_message_waits_leaves_nothing(reading: World) -> None:
    deal = await reading.closed_now()
    await deal.tell("end_onboarding", **CHURNED)
    await deal.let_pass(hours=2)
    waiting = await deal.progress()

    await deal.tell("take_back_ending", by=MANAGER)
    await deal.let_pass(days=3)

    assert "ending" == waiting.status, "longer than the hour that whoever decided it had left"
    assert (await deal.progress()).ending is None
    assert "project_lead" not in told(deal, "ended")
    assert "ended" in [row.about for row in reading.ledger.facts(deal.id, "draft_stopped")]


async def test_an_ending_whose_message_was_stopped_counts_without_a_word_to_the_customer(reading: World) -> None:
    deal = await reading.closed_now()
    await deal.tell("end_onboarding", **CHURNED)

    await deal.tell("stop_draft", draft="ended", reason="I call them", by=OWNER)
    outcome = await deal.outcome()

    assert "churned" == outcome["ending"]
    assert [MANAGER] == told(deal, "ended")


async def test_an_ending_is_told_when_nobody_has_touched_its_message(reading: World) -> None:
    deal = await reading.closed_now()

    await deal.tell("end_onboarding", **CHURNED)
    outcome = await deal.outcome()

    assert "churned" == outcome["ending"]
    assert ["project_lead"] == [to for to in told(deal, "ended") if to not in (OWNER, MANAGER)]
