"""Would this run go on under the code at hand? Its history is replayed, and every kept value read without a loss."""

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from domain.agenda import Consequences, Entry, State
from domain.news import KINDS, read_news
from domain.refusal import Refused
from domain.wire import Wire
from starter.trouble import UnreadableFile
from workflows.programme import ProgrammeStart
from workflows.sandbox import WORKFLOWS, runner

ANSWERS: Mapping[str, TypeAdapter[Any]] = {
    "open_onboarding": TypeAdapter(State),
    "take_turn": TypeAdapter(Consequences),
    "keep_programme": TypeAdapter(list[Entry]),
}
"""What our activities answered, and histories keep."""
LONGEST_REASON = 400


class Verdict(Wire):
    """`trouble` is empty when the run goes on; `name` is the workflow id, or the file that the history is in."""

    name: str
    events: int
    trouble: str = ""


async def verdicts(histories: AsyncIterator[WorkflowHistory]) -> AsyncIterator[Verdict]:
    """One verdict a history, in their order; one history at a time is in memory."""
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=runner())
    async with replayer.workflow_replay_iterator(histories) as results:
        async for result in results:
            failure = result.replay_failure
            trouble = _in_short(failure) if failure else next(losses(result.history), "")
            yield Verdict(name=result.history.workflow_id, events=len(result.history.events), trouble=trouble)


def losses(history: WorkflowHistory) -> Iterator[str]:
    """What a replay does not notice: kept values of which this code would drop or refuse a part, each in one line.

    A field that was renamed reads as its default, the commands stay the same, and the onboarding goes on without it.
    """
    scheduled: dict[int, str] = {}
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
        for what, shape, kept in _kept(event, scheduled):
            try:
                shape.validate_json(kept.data, extra="forbid")
            except ValidationError as error:
                first = error.errors(include_input=False, include_url=False)[0]
                field = ".".join(str(part) for part in first["loc"]) or "all of it"
                yield f"{what} of event {event.event_id} would be lost in part: {field}: {first['msg']}"
        yield from _refused_news(event)


def _kept(event: HistoryEvent, scheduled: Mapping[int, str]) -> Iterator[tuple[str, TypeAdapter[Any], Payload]]:
    """Of an event the values that a run lives on, with what they are and how they are read."""
    started = event.workflow_execution_started_event_attributes
    for given in started.input.payloads[:1]:
        if started.workflow_type.name == "SuccessProgramme":
            yield "the carried state", TypeAdapter(ProgrammeStart), given
        elif started.workflow_type.name == "Onboarding" and started.continued_execution_run_id:
            yield "the carried state", TypeAdapter(dict[str, State]), given
    completed = event.activity_task_completed_event_attributes
    name = scheduled.get(completed.scheduled_event_id, "")
    for answer in completed.result.payloads[:1]:
        if name in ANSWERS:
            yield f"the answer of {name}", ANSWERS[name], answer
    yield from _kept_by_marker(event)


def _kept_by_marker(event: HistoryEvent) -> Iterator[tuple[str, TypeAdapter[Any], Payload]]:
    """A local activity has no events of its own, only a marker with its name and answer."""
    details = event.marker_recorded_event_attributes.details
    about = details["data"].payloads[:1] if "data" in details else []
    for told, answer in zip(about, details["result"].payloads[:1] if "result" in details else [], strict=False):
        name = TypeAdapter(dict[str, Any]).validate_json(told.data).get("activity_type", "")
        if name in ANSWERS:
            yield f"the answer of {name}", ANSWERS[name], answer


def _refused_news(event: HistoryEvent) -> Iterator[str]:
    """News that was accepted is applied again in every replay."""
    asked = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
    if asked.name not in KINDS:
        return
    for given in asked.args.payloads[:1]:
        try:
            read_news(asked.name, TypeAdapter(Any).validate_json(given.data))
        except Refused as refusal:
            yield f"{asked.name} of event {event.event_id} was accepted and would be refused: {refusal}"


def _in_short(failure: BaseException) -> str:
    """The first line says which event does not fit which command."""
    text = " ".join(str(failure.__cause__ or failure).split())
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON]}…"


async def histories_in(folder: Path) -> AsyncIterator[WorkflowHistory]:
    """Every `*.json` in a folder, as `check-history --save` and `temporal workflow show -o json` write them.

    Each goes by its file's name. Raises UnreadableFile.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise UnreadableFile(f"{folder}: holds no history (*.json)")
    for file in files:
        try:
            yield WorkflowHistory.from_json(file.stem, file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UnreadableFile(f"{file}: is no history of a workflow: {str(error)[:LONGEST_REASON]}") from None


def keep(history: WorkflowHistory, *, folder: Path) -> Path:
    """Write a history as a file of that folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{history.workflow_id}-{history.run_id}.json"
    file.write_text(history.to_json() + "\n", "utf-8")
    return file
