"""Which histories must every later version replay? Recorded stories: `python -m tests.replay.histories`."""

import asyncio
import contextlib
import json
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowHistory

from domain.agenda.packing import in_json
from domain.measure.flags import FlagUp, Look
from domain.refusal import Refused
from tests.replay.house_stories import HOUSE
from tests.support.introductions import RunningIntroduction, introductions, sample_prospect
from tests.support.onboardings import RunningOnboarding, World, sample_deal, world
from tests.support.parts import Reading
from tests.support.stories import attest_everything, work_through

FOLDER = Path(__file__).parent / "histories"
STATES = Path(__file__).parent / "states"
RECORDER = "worker"
"""Who a stored history says that it was."""
PROCESS = re.compile(r"\d+@")
"""How the SDK names a process: its number and its host."""


async def to_the_hand_off(deal: RunningOnboarding) -> None:
    """The plain story, all its runs, and the programme's first months."""
    await work_through(deal)
    await attest_everything(deal, by=(await deal.progress()).owner)
    await deal.outcome()


async def with_troubles(deal: RunningOnboarding) -> None:
    """Refusals, an early signal, an unknown one, a rejected sign-off, a pause, a critical issue, exceptions."""
    await deal.signal("milestone_reached", {"milestone": "environment_set_up"})
    await deal.signal("nonsense", {"a": 1})
    await work_through(deal, until="uat_signed_off")
    await deal.let_pass(days=12, hours=3)
    rejection = {"by": "project_lead", "decision": "reject", "reasons": ["numbers differ"]}
    await deal.tell("sign_off", milestone="uat_signed_off", **rejection)
    await deal.tell("pause", reason="their move")
    await deal.let_pass(days=9, hours=2)
    await deal.tell("resume")
    later = (await deal.due("gone_live") + timedelta(days=7)).date()
    await deal.tell("replan", milestone="gone_live", to=str(later), reason="their fair")
    await deal.tell("reassign", owner="grace.lee")
    await work_through(deal, until="gone_live")
    await deal.reached("gone_live")
    await deal.signal("issue_raised", {"issue": "T-1", "title": "down", "severity": "critical"})
    await deal.let_pass(days=16, hours=2)
    await deal.signal("issue_resolved", {"issue": "T-1"})
    await work_through(deal)
    unmet = (await deal.plan())["hand_off"]["unmet"]
    end = {"ending": "handed_over_with_exceptions", "reason": "agreed", "by": "nora.lindqvist"}
    await deal.tell("end_onboarding", exceptions=unmet, **end)
    await deal.outcome()


async def left_open(deal: RunningOnboarding) -> None:
    """Still open, in the middle of a run: what a deploy meets."""
    await work_through(deal, until="uat_signed_off")
    await deal.let_pass(hours=7)


async def cancelled(deal: RunningOnboarding) -> None:
    """Cancelled in Temporal: the wind-down."""
    await deal.reached("kickoff_held")
    await deal.handle.cancel()
    await asyncio.sleep(1)


async def cancelled_amid_news(deal: RunningOnboarding) -> None:
    """Cancelled in Temporal while a turn is being written: the same wind-down, with all that was told."""
    deal.world.ledger.hangs = 1.0
    await deal.signal("issue_raised", {"issue": "T-1", "title": "first", "severity": "normal"})
    await asyncio.sleep(0.3)
    await deal.signal("issue_raised", {"issue": "T-2", "title": "second", "severity": "normal"})
    await deal.handle.cancel()
    await asyncio.sleep(5)


async def told_before_the_opening(deal: RunningOnboarding) -> None:
    """It was told before it had opened (see `opened_amid_news`); then like any other."""
    await deal.reached("handoff_reviewed")
    await deal.let_pass(hours=1)


async def opened_amid_news(here: World) -> RunningOnboarding:
    """An onboarding that is told an issue, and something that is refused, while it is being opened."""
    here.ledger.hangs = 1.0
    deal = await here.start(sample_deal(closed_at=(await here.now()).isoformat()))
    early = asyncio.create_task(deal.tell("raise_issue", issue="T-1", title="early", severity="normal"))
    with contextlib.suppress(Refused):
        await deal.tell("reach_milestone", milestone="no_such_milestone")
    here.ledger.hangs = 0.0
    await early
    return deal


async def database_hung(deal: RunningOnboarding) -> None:
    """A turn that could not be written within its task, and went on as a normal activity."""
    deal.world.ledger.hangs = 4.0
    await deal.reached("handoff_reviewed")
    deal.world.ledger.hangs = 0.0
    await asyncio.sleep(3)
    await deal.reached("kickoff_held")
    await asyncio.sleep(1)


async def meetings_with_hours(deal: RunningOnboarding) -> None:
    """A kickoff whose hour moves, answers and refusals, a weekly hour over several runs, and a pause that calls off."""
    hour = await deal.due("kickoff_held") - timedelta(hours=5)
    kickoff = {"meeting": "kickoff_held", "by": "project_lead"}
    await deal.tell("agree_slot", starts_at=hour.isoformat(), minutes=45, **kickoff)
    await deal.tell("tell_attendance", answer="tentative", **kickoff)
    await deal.tell("agree_slot", starts_at=(hour + timedelta(hours=1)).isoformat(), **kickoff)
    await deal.tell("tell_attendance", answer="accepted", sequence=1, **kickoff)
    with contextlib.suppress(Refused):
        await deal.tell("tell_attendance", answer="accepted", meeting="kickoff_held", by="nobody")
    await work_through(deal, until="environment_live")
    weekly = (await deal.world.now()).replace(minute=10, second=0, microsecond=0) + timedelta(days=3)
    await deal.tell("agree_slot", meeting="technical_meeting", starts_at=weekly.isoformat(), weekly=True)
    await work_through(deal, until="uat_signed_off")
    await deal.tell("pause", reason="their move")
    await deal.let_pass(days=9, hours=2)
    await deal.tell("resume")
    await deal.let_pass(hours=7)


async def told_before_the_day(deal: RunningOnboarding) -> None:
    """Somebody takes over on a day that falls into a pause, somebody leaves, and somebody stays after all."""
    await deal.reached("handoff_reviewed", "access_provisioned", "kickoff_held")
    today = (await deal.world.now()).date()
    new = {"to": "project_lead-2", "name": "Ana Ruiz", "email": "ana@customer.example"}
    days = {"soon": str(today + timedelta(days=4)), "later": str(today + timedelta(days=9))}
    await deal.tell("replace_contact", person="project_lead", since=days["soon"], by="jonas.weber", **new)
    await deal.tell("remove_contact", person="technical_lead", since=days["soon"], by="jonas.weber")
    await deal.tell("remove_contact", person="champion", since=days["later"], by="jonas.weber")
    with contextlib.suppress(Refused):
        await deal.tell("remove_contact", person="champion", since="2999-01-01", by="jonas.weber")
    await deal.tell("pause", reason="their move", by="jonas.weber")
    await deal.let_pass(days=6)
    await deal.tell("add_contact", person="champion", by="jonas.weber")
    await deal.tell("resume", by="jonas.weber")
    await deal.let_pass(days=6)


async def course_corrected(deal: RunningOnboarding) -> None:
    """Flags by looks and by people, an alarm, corrections that go up and end, a pause between, over several runs."""
    at_first = (await deal.world.now()) + timedelta(days=10)
    seen = deal.world.ledger.looks[deal.id] = {at_first: Look(up=(SILENT,), figures={SILENT.key: {"nps": -20.0}})}
    await deal.reached("handoff_reviewed", "access_provisioned", "kickoff_held")
    await deal.let_pass(days=16)
    tired = {"flag": "tired", "category": "relationship", "reason": "They sigh."}
    await deal.tell("raise_flag", by="jonas.weber", **tired)
    with contextlib.suppress(Refused):
        await deal.tell("raise_flag", by="jonas.weber", **tired)
    await deal.tell("change_correction", correction="correction-1", cause="time", owner="grace.lee")
    await deal.tell("close_correction", correction="correction-1", outcome="did_not_help")
    await deal.tell("pause", reason="their move")
    await deal.let_pass(days=9)
    await deal.tell("resume")
    await deal.let_pass(days=12)
    await deal.tell("close_correction", correction="correction-2", outcome="helped")
    seen[await deal.world.now()] = Look(quiet=frozenset({SILENT.key}))
    await deal.let_pass(days=8)
    await deal.tell("close_correction", correction="correction-1", outcome="false_alarm")
    await work_through(deal, until="uat_signed_off")


async def read_before_it_goes(deal: RunningOnboarding) -> None:
    """What tells of an ending waits: taken back, called off, edited and sent; then a programme that ends."""
    churned = {"ending": "churned", "reason": "so be it", "by": "jonas.weber", "grace_hours": 1}
    await deal.tell("end_onboarding", **churned)
    await deal.tell("take_back_ending", by="nora.lindqvist")
    await work_through(deal)
    await attest_everything(deal)
    word = {"criterion": "self_sufficient", "by": "jonas.weber"}
    await deal.let_pass(hours=1)
    await deal.tell("attest_criterion", holds=False, **word)
    await deal.tell("attest_criterion", **word)
    with contextlib.suppress(Refused):
        await deal.tell("take_back_ending", by="nora.lindqvist")
    await deal.tell("edit_draft", draft="hand_off", text="We go on together.", by="jonas.weber")
    await deal.tell("send_draft", draft="hand_off", by="jonas.weber")
    programme = deal.world.env.client.get_workflow_handle((await deal.outcome())["programme"])
    await programme.execute_update("change_programme", {"hour": "14:30", "by": "jonas.weber"})
    await deal.let_pass(days=29)
    await programme.execute_update("end_programme", "customer_left")
    await programme.result()


SILENT = FlagUp(
    key="lead_silent",
    title="The project lead does not respond",
    category="engagement",
    rule="project_lead_silent_days >= 7",
    since=3,
    days=4,
    correction="win_back_engagement",
    correction_title="Win engagement back",
    steps=(),
)

STORIES: dict[str, Callable[[RunningOnboarding], Awaitable[None]]] = {
    "to_the_hand_off": to_the_hand_off,
    "low_touch": to_the_hand_off,
    "tech_touch": to_the_hand_off,
    "with_troubles": with_troubles,
    "left_open": left_open,
    "cancelled": cancelled,
    "cancelled_amid_news": cancelled_amid_news,
    "told_before_the_opening": told_before_the_opening,
    "database_hung": database_hung,
    "left_open_packed": left_open,
    "database_hung_packed": database_hung,
    "meetings_with_hours": meetings_with_hours,
    "course_corrected": course_corrected,
    "read_before_it_goes": read_before_it_goes,
    "left_open_by_what_is_owed": left_open,
    "told_before_the_day": told_before_the_day,
}
"""The packed ones are of the time since states travel packed; those before hold them as JSON. The last two go by
the fourth edition of the rules."""


async def introduced_and_won(told: RunningIntroduction) -> None:
    """Late, reminded, escalated; then introduced, a close that moves, things found, in more than one run; won."""
    await told.begin()
    await told.let_pass(days=8)
    await told.tell("introduced", by="jonas.weber")
    await told.door.begin(sample_prospect(expected_close="2032-12-14"))
    await told.tell("report_issue", title="No interface", severity="high", by="jonas.weber")
    for number in range(16):
        await told.tell("note", note=f"Note {number}", by="jonas.weber")
    await told.let_pass(hours=1)
    await told.handle.signal("sale_decided", {"ending": "maybe"})
    await told.tell("note", note="Decides with her brother.", by="jonas.weber")
    await told.door.won("salesforce", "006Qy00000Bx7LmIAJ")
    await told.handle.result()


async def gone_silent(told: RunningIntroduction) -> None:
    """Nobody says anything: the seller is asked, and it ends by itself."""
    await told.begin()
    await told.let_pass(days=120)
    await told.handle.result()


async def withdrawn_by_cancel(told: RunningIntroduction) -> None:
    """Cancelled in Temporal."""
    await told.begin()
    await told.handle.cancel()
    await told.settled()


async def expected_never(told: RunningIntroduction) -> None:
    """A system states a close that nothing can be counted on from."""
    await told.begin()
    await told.handle.signal("close_moved", {"on": "9999-12-31"})
    await told.let_pass(days=2)
    await told.door.tell(told.id, "note", {"note": "Still there.", "by": "jonas.weber"})
    await told.settled()


INTRODUCTIONS: dict[str, Callable[[RunningIntroduction], Awaitable[None]]] = {
    "introduced_and_won": introduced_and_won,
    "gone_silent": gone_silent,
    "withdrawn_by_cancel": withdrawn_by_cancel,
    "expected_never": expected_never,
}
"""Stories of the phase before the close. Stored is also `expected_never_before_its_patch`, of the version before."""


async def record_introduction(name: str) -> list[Path]:
    """Play the story and keep the history of every run of it."""
    written = []
    with tempfile.TemporaryDirectory() as folder:
        async with introductions(Path(folder)) as told:
            await INTRODUCTIONS[name](told)
            run = (await told.handle.describe()).run_id
            runs = [await told.world.env.client.get_workflow_handle(told.id, run_id=run).fetch_history()]
            while earlier := runs[0].events[0].workflow_execution_started_event_attributes.continued_execution_run_id:
                handle = told.world.env.client.get_workflow_handle(told.id, run_id=earlier)
                runs.insert(0, await handle.fetch_history())
            written += [_keep(f"{name}-{number}", history) for number, history in enumerate(runs, start=1)]
    return written


async def record_house(name: str) -> list[Path]:
    """Play the story and keep the history of every run of it."""
    return [_keep(f"{name}-{number}", history) for number, history in enumerate(await HOUSE[name](), start=1)]


PARTS: Mapping[str, Mapping[str, Any]] = {"read_before_it_goes": {"library": Reading()}}
"""What a worker stands on where a story needs another than the usual."""
DEALS = {"low_touch": "calloway-uk", "tech_touch": "pinecrest-us"}
"""Whose story it is, where it is not the first sample's."""


async def record(name: str) -> list[Path]:
    """Play the story and keep the history of every run of it, and of the programme that followed."""
    written = []
    async with world(**PARTS.get(name, {})) as here:
        if name == "told_before_the_opening":
            deal = await opened_amid_news(here)
        else:
            deal = await here.closed_now(DEALS.get(name, "lindenau-germany"))
        await deal.let_pass(hours=1)
        await STORIES[name](deal)
        histories = [run async for run in deal.runs()]
        written += [_keep(f"{name}-{number}", history) for number, history in enumerate(histories, start=1)]
        _keep_states(name, histories)
        if (programme := await _programme(here, deal)) is not None:
            written.append(_keep(f"{name}-programme", programme))
    return written


async def _programme(here: World, deal: RunningOnboarding) -> WorkflowHistory | None:
    if (await deal.progress()).ending not in ("handed_over", "handed_over_with_exceptions"):
        return None
    handle = here.env.client.get_workflow_handle(f"success-{deal.id.removeprefix('onboarding-')}")
    if (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
        await deal.let_pass(days=100)
    return await handle.fetch_history()


def _keep_states(name: str, histories: list[WorkflowHistory]) -> None:
    """The state as it was carried into every later run."""
    STATES.mkdir(exist_ok=True)
    for number, history in enumerate(histories[1:], start=2):
        payload = history.events[0].workflow_execution_started_event_attributes.input.payloads[0]
        state = json.loads(in_json(payload.data))
        path = STATES / f"{name}-{number}.json"
        path.write_text(json.dumps(state, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _keep(name: str, history: WorkflowHistory) -> Path:
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    told = _of_no_machine(json.loads(history.to_json()))
    path.write_text(json.dumps(told, separators=(",", ":")) + "\n", "utf-8")
    return path


def _of_no_machine(told: Any) -> Any:
    """A history without the machine that recorded it: its name (`15663@host`), and stack traces with its paths."""
    if isinstance(told, dict):
        return {name: _of_no_machine(value) for name, value in told.items() if name != "stackTrace"}
    if isinstance(told, list):
        return [_of_no_machine(one) for one in told]
    return RECORDER if isinstance(told, str) and PROCESS.match(told) else told


PLAYED: Mapping[str, Callable[[str], Awaitable[list[Path]]]] = {
    **dict.fromkeys(STORIES, record),
    **dict.fromkeys(INTRODUCTIONS, record_introduction),
    **dict.fromkeys(HOUSE, record_house),
}


async def _play(story: str) -> list[Path]:
    return await PLAYED[story](story)


if __name__ == "__main__":
    for story in sys.argv[1:] or PLAYED:
        for file in asyncio.run(_play(story)):
            print(f"{file.name}: {file.stat().st_size // 1024} kB")
