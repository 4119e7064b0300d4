"""Does the end of a success programme reach calendars? On the time-skipping server, in the real workflow."""

from datetime import timedelta

from domain.agenda import ProgrammeStart
from tests.support.onboardings import QUEUE, RunningOnboarding, World
from workflows.programme import id_of

OWNER = "jonas.weber"


async def programme_after(here: World) -> tuple[RunningOnboarding, str]:
    """The programme of an onboarding, whose meetings begin at half past two."""
    deal = await here.closed_now()
    start = ProgrammeStart(onboarding=deal.id, since=await here.now(), owner=OWNER, cast={"csm": [OWNER]}, hour="14:30")
    await here.env.client.start_workflow("SuccessProgramme", start, id=id_of(deal.id), task_queue=QUEUE)
    return deal, id_of(deal.id)


async def test_what_it_has_announced_is_taken_back_once_when_it_ends(here: World) -> None:
    deal, programme = await programme_after(here)
    handle = here.env.client.get_workflow_handle(programme)
    while not here.ledger.told(deal.id, "programme_meeting"):
        await here.env.sleep(timedelta(hours=6))

    await handle.execute_update("end_programme", "customer_left")

    assert "customer_left" == await handle.result()
    asked = {notice.to: notice.facts["calendar"] for notice in here.ledger.told(deal.id, "programme_meeting")}
    off = {notice.to: notice.facts["calendar"] for notice in here.ledger.told(deal.id, "meeting_cancelled")}
    assert {OWNER, "project_lead"} == set(asked) == set(off)
    assert {to: (one["uid"], "CANCEL", 1) for to, one in asked.items()} == {
        to: (one["uid"], one["method"], one["sequence"]) for to, one in off.items()
    }
    assert ["customer_left"] == [row.data["reason"] for row in here.ledger.facts(deal.id, "programme_ended")]


async def test_one_that_ends_before_its_first_meeting_calls_nothing_off(here: World) -> None:
    deal, programme = await programme_after(here)
    handle = here.env.client.get_workflow_handle(programme)
    await here.env.sleep(timedelta(days=3))

    await handle.execute_update("end_programme", "cared_for_otherwise")

    assert "cared_for_otherwise" == await handle.result()
    assert [] == here.ledger.told(deal.id, "meeting_cancelled")
    assert 1 == len(here.ledger.facts(deal.id, "programme_ended"))
