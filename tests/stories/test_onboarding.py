"""Does a closed deal walk its six stages to the hand-off? The whole story, on the time-skipping server."""

from collections import Counter
from datetime import timedelta

import pytest

from domain.agenda import Progress
from tests.support.onboardings import World, world
from tests.support.stories import attest_everything, finish, work_through, workable


@pytest.mark.parametrize("cached", [1000, 0], ids=["warm", "cold"])
async def test_a_deal_is_walked_to_its_hand_off_with_everything_that_goes_wrong_on_the_way(cached: int) -> None:
    """120 days: a late milestone, a rejected UAT, a critical issue in hypercare, the review, the success programme."""
    async with world(cached=cached) as here:
        deal = await here.closed_now()
        ledger = here.ledger

        await work_through(deal, until="integrations_live")
        late = await deal.due("integrations_live")
        await deal.until(late + timedelta(days=2, hours=3))
        assert (await deal.progress()).status == "behind"
        await deal.let_pass(days=3)
        assert "escalation" in ledger.kinds_to(deal.id, "nora.lindqvist")
        await deal.reached("integrations_live")

        await work_through(deal, until="uat_signed_off")
        rejection = {"by": "project_lead", "decision": "reject", "reasons": "the numbers differ"}
        await deal.tell("sign_off", milestone="uat_signed_off", **rejection)
        assert "data_validated" in (await deal.progress()).waiting_for
        await work_through(deal, until="gone_live")
        await deal.until(await deal.due("gone_live") - timedelta(hours=5))
        await deal.reached("gone_live")

        await deal.tell("raise_issue", issue="T-1", title="Nobody can log in", severity="critical")
        await work_through(deal, without=["advanced_training_held"], until="review_held")
        assert "hypercare_prolonged" in ledger.kinds_to(deal.id, "jonas.weber")
        assert "T-1" in (await deal.progress()).waiting_for
        await deal.tell("resolve_issue", issue="T-1")
        await work_through(deal)
        await deal.tell("record_win", title="Confirmed in four hours", slot=90, baseline="2 days", result="4 hours")
        await attest_everything(deal)
        outcome = await deal.outcome()

        assert outcome["ending"] == "handed_over"
        assert ledger.standings[deal.id].ending == "handed_over"
        told = Counter(notice.kind for notice in ledger.told(deal.id))
        assert told["sign_off_rejected"] >= 2
        assert told["service_level_missed"] == 4, "respond and resolve, to the owner and the manager"
        assert told["hand_off"] == 5
        programme = here.env.client.get_workflow_handle(outcome["programme"])
        await deal.let_pass(hours=1)
        assert [entry["cadence"] for entry in (await programme.query("progress"))["next"]]


async def test_a_plain_story_costs_about_a_task_for_every_piece_of_news_and_every_notice(here: World) -> None:
    """History stays small: one local activity a turn, one re-armed timer, a new run every 150 events or so."""
    deal = await here.closed_now()

    await work_through(deal)
    await attest_everything(deal)
    await deal.outcome()

    histories = [run async for run in deal.runs()]
    tasks = sum(event.HasField("workflow_task_completed_event_attributes") for run in histories for event in run.events)
    turns = len(here.ledger.writings)
    assert len(histories) >= 3
    assert all(len(run.events) < 260 for run in histories)
    assert tasks <= turns + 3 * len(histories), "a turn is a task; a new run costs three more"


async def test_every_open_onboarding_has_an_owner_and_a_next_wake_up_or_a_named_wait(here: World) -> None:
    """Nobody falls through, at any moment of the story."""
    deal = await here.closed_now()
    seen: list[Progress] = []

    while todo := workable(await deal.plan()):
        seen.append(await deal.progress())
        await deal.until(await deal.due(todo[0]["key"]) - timedelta(hours=5))
        seen.append(await deal.progress())
        await finish(deal, todo[0])

    assert len(seen) > 50
    assert all(progress.owner and (progress.next_due or progress.waiting_for) for progress in seen)


async def test_the_success_programme_outlives_the_onboarding_for_years(here: World) -> None:
    """One occasion a month, none left out and none twice: a review a quarter, planning once a year, else a check-in."""
    deal = await here.closed_now()
    await work_through(deal)
    await attest_everything(deal)
    outcome = await deal.outcome()

    await deal.let_pass(days=800)

    held = [n for n in here.ledger.told(deal.id, "programme_meeting") if n.to == "jonas.weber"]
    months = [_month(notice.facts["on"]) for notice in held]
    year = ["monthly_check_in", "monthly_check_in", "quarterly_review"] * 3
    year += ["monthly_check_in", "monthly_check_in", "yearly_planning"]
    assert len(held) >= 26
    assert months == [months[0] + turn for turn in range(len(held))]
    assert [notice.about for notice in held] == (year * 3)[: len(held)]
    programme = here.env.client.get_workflow_handle(outcome["programme"])
    await programme.execute_update("end_programme", "left")
    assert await programme.result() == "left"


def _month(day: str) -> int:
    year, month, _ = day.split("-")
    return int(year) * 12 + int(month)


async def test_an_onboarding_wakes_by_its_own_delay() -> None:
    """Nine o'clock comes to a whole country at once."""
    async with world(spread=timedelta(minutes=5)) as here:
        deal = await here.closed_now()

        await deal.let_pass(days=3)
        woken = [
            event.event_time.ToDatetime()
            async for run in deal.runs()
            for event in run.events
            if event.HasField("timer_fired_event_attributes")
        ]

    delays = {moment - moment.replace(minute=0, second=0, microsecond=0) for moment in woken}
    assert len(woken) > 1
    assert timedelta(0) < min(delays) <= max(delays) < timedelta(minutes=5)
    assert max(delays) - min(delays) < timedelta(seconds=1), "always by the same delay, the server's own apart"
