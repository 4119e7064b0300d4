"""How does a process log? Configures form and level, and drops what a workflow logs again while it is replayed."""

import json
import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import Processor

from domain.legible import legible, legible_json

CORE_NAMES = frozenset(
    {"namespace", "task_queue", "workflow_id", "workflow_type", "run_id", "activity_id", "activity_type", "attempt"}
)
"""The fields that are taken over from a line of the Temporal SDK's core."""

SAY_TOO_MUCH = ("httpx2", "httpcore2", "slack_sdk", "imapclient")
"""Libraries that log whole addresses or messages of each call: some addresses are secrets, and messages name people."""


def configure_logs(*, style: Literal["console", "json"], level: str) -> None:
    """Send our events and the libraries' records through one chain to stderr; stdout is for answers.

    `level` is the least that is logged, such as `INFO`.
    """
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        name_what_the_core_names,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            drop_while_replaying,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    console = logging.StreamHandler(sys.stderr)
    console.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(style)],
        )
    )
    # It logs a line for every plugin when it is imported.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It logs every step of its start and end; we log our own.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    for name in SAY_TOO_MUCH:
        logging.getLogger(name).setLevel(logging.WARNING)
    root = logging.getLogger()
    root.handlers[:] = [console]
    root.setLevel(level)


def name_what_the_core_names(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the object that a line of the Temporal SDK's core carries by the ids in it, each under its own key.

    The other fields are left out: they may quote what a workflow or an activity was given.
    """
    entry = event.pop("temporal_log", None)
    fields = getattr(entry, "fields", None)
    if isinstance(fields, Mapping):
        for name in CORE_NAMES & fields.keys():
            event.setdefault(name, str(fields[name]))
    return event


def _rendering(style: Literal["console", "json"]) -> list[Processor]:
    """The last steps of the chain. Tracebacks have no local variables in either style: they hold personal data."""
    if style == "json":
        as_json = structlog.processors.JSONRenderer(_legible_json, ensure_ascii=False)
        return [structlog.processors.format_exc_info, as_json]
    return [
        steer_no_terminal,
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
        ),
    ]


def _legible_json(event: Any, **how: Any) -> str:
    """The event as JSON, with escapes for what is not seen: whoever reads a log often does so on a terminal."""
    return legible_json(json.dumps(event, **how))


def steer_no_terminal(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Escape characters that would colour, hide or add lines on a terminal; a line of JSON is escaped as a whole.

    Paths of requests are logged, and anybody can send any path.
    """
    for name, value in event.items():
        # Lines of a library's message, or of a traceback, stay lines.
        harmless = "\n\t" if name in ("event", "exception", "stack") else ""
        if isinstance(value, str):
            event[name] = legible(value, lambda sign: repr(sign)[1:-1], kept=harmless)
    return event


def drop_while_replaying(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what a workflow logs while its history is replayed: it was logged the first time."""
    # Where it is not imported there is no workflow; importing it here would cost every command a fifth of a second.
    workflow = sys.modules.get("temporalio.workflow")
    if workflow is None or not workflow.in_workflow() or not workflow.unsafe.is_replaying_history_events():
        return event
    raise structlog.DropEvent
