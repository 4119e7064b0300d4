"""Would this code lose a part of what histories keep? Carried states, answers and news, read strictly."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from domain.agenda import Consequences, Entry, ProgrammeStart, State
from domain.agenda.packing import in_json
from domain.introduction import NEWS, IntroductionKept, IntroductionState, read_said
from domain.news import KINDS, read_news
from domain.refusal import Refused

ANSWERS: Mapping[str, TypeAdapter[Any]] = {
    "open_onboarding": TypeAdapter(State),
    "take_turn": TypeAdapter(Consequences),
    "keep_programme": TypeAdapter(list[Entry]),
    "open_introduction": TypeAdapter(IntroductionState),
    "keep_introduction": TypeAdapter(IntroductionKept),
}
"""What our activities answered, and histories keep."""


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
                shape.validate_json(_as_json(kept), extra="forbid")
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
        elif started.workflow_type.name == "Introduction" and started.continued_execution_run_id:
            yield "the carried state", TypeAdapter(dict[str, IntroductionState]), given
        elif started.workflow_type.name == "Onboarding" and started.continued_execution_run_id:
            yield "the carried state", TypeAdapter(State if _is_packed(given) else dict[str, State]), given
    completed = event.activity_task_completed_event_attributes
    name = scheduled.get(completed.scheduled_event_id, "")
    for answer in completed.result.payloads[:1]:
        if name in ANSWERS:
            yield f"the answer of {name}", ANSWERS[name], answer
    yield from _kept_by_marker(event)


def handed_on(kept: Payload) -> Any:
    """What a run handed on to its next one, as a JSON value: the same whether a state is packed or not."""
    value = TypeAdapter(Any).validate_json(_as_json(kept))
    return value["state"] if isinstance(value, dict) and value.keys() == {"state"} else value


def _is_packed(kept: Payload) -> bool:
    """Whether it is a state as `domain.agenda.packed` writes it; the SDK gives what is bytes this encoding."""
    return kept.metadata["encoding"] == b"binary/plain"


def _as_json(kept: Payload) -> bytes:
    """What carries nothing into its next run, like the receiver, hands on an empty payload."""
    return in_json(kept.data) if _is_packed(kept) else kept.data or b"null"


def _kept_by_marker(event: HistoryEvent) -> Iterator[tuple[str, TypeAdapter[Any], Payload]]:
    """A local activity has no events of its own, only a marker with its name and answer."""
    details = event.marker_recorded_event_attributes.details
    about = details["data"].payloads[:1] if "data" in details else []
    for told, answer in zip(about, details["result"].payloads[:1] if "result" in details else [], strict=False):
        name = TypeAdapter(dict[str, Any]).validate_json(told.data).get("activity_type", "")
        if name in ANSWERS:
            yield f"the answer of {name}", ANSWERS[name], answer


def _refused_news(event: HistoryEvent) -> Iterator[str]:
    """News that was accepted is applied again in every replay; after a reset it stands as admitted."""
    accepted = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
    asked = accepted if accepted.name else event.workflow_execution_update_admitted_event_attributes.request.input
    reads: Mapping[str, Callable[[str, Any], Any]] = {
        **dict.fromkeys(KINDS, read_news),
        **dict.fromkeys(NEWS, read_said),
    }
    for given in asked.args.payloads[:1] if asked.name in reads else ():
        try:
            reads[asked.name](asked.name, TypeAdapter(Any).validate_json(given.data))
        except Refused as refusal:
            yield f"{asked.name} of event {event.event_id} was accepted and would be refused: {refusal}"
