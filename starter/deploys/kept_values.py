"""Would this code lose a part of what histories hold? Reads carried states, activity answers and news strictly."""

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
"""How the answers of our activities, which histories hold, are read."""


def losses(history: WorkflowHistory) -> Iterator[str]:
    """Values in a history of which this code would drop or refuse a part, each in one line; a replay does not notice.

    A renamed field is read as its default, the commands stay the same, and the onboarding goes on without its value.
    """
    scheduled: dict[int, str] = {}
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
        for what, shape, value in _values(event, scheduled):
            try:
                shape.validate_json(_as_json(value), extra="forbid")
            except ValidationError as error:
                first = error.errors(include_input=False, include_url=False)[0]
                field = ".".join(str(part) for part in first["loc"]) or "all of it"
                yield f"{what} of event {event.event_id} would be lost in part: {field}: {first['msg']}"
        yield from _refused_news(event)


def _values(event: HistoryEvent, scheduled: Mapping[int, str]) -> Iterator[tuple[str, TypeAdapter[Any], Payload]]:
    """The values in an event that a run depends on, each with its name and how it is read."""
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
    yield from _values_in_marker(event)


def handed_on(payload: Payload) -> Any:
    """What a run handed on to its next one, as a JSON value, which is the same for a packed and an unpacked state."""
    value = TypeAdapter(Any).validate_json(_as_json(payload))
    return value["state"] if isinstance(value, dict) and value.keys() == {"state"} else value


def _is_packed(payload: Payload) -> bool:
    """Whether it is a state as `domain.agenda.packed` writes it; the SDK gives bytes this encoding."""
    return payload.metadata["encoding"] == b"binary/plain"


def _as_json(payload: Payload) -> bytes:
    """The payload as JSON; `null` for an empty one, as of the receiver, which hands nothing on to its next run."""
    return in_json(payload.data) if _is_packed(payload) else payload.data or b"null"


def _values_in_marker(event: HistoryEvent) -> Iterator[tuple[str, TypeAdapter[Any], Payload]]:
    """The answer of a local activity, which has no events of its own, only a marker with its name and answer."""
    details = event.marker_recorded_event_attributes.details
    about = details["data"].payloads[:1] if "data" in details else []
    for activity, answer in zip(about, details["result"].payloads[:1] if "result" in details else [], strict=False):
        name = TypeAdapter(dict[str, Any]).validate_json(activity.data).get("activity_type", "")
        if name in ANSWERS:
            yield f"the answer of {name}", ANSWERS[name], answer


def _refused_news(event: HistoryEvent) -> Iterator[str]:
    """Accepted news that this code would refuse, each in one line: every replay applies it again.

    After a reset, news that was accepted stands in the history as admitted.
    """
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
