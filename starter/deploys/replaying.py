"""Would this run go on under the code at hand? Replays its history, and checks that no value in it would be lost."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NoReturn

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import (
    ContinueAsNewInput,
    Interceptor,
    Replayer,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from domain.wire import Wire
from runtime.telemetry import silent
from starter.deploys.kept_values import handed_on, losses
from starter.trouble import UnreadableFile
from workflows.sandbox import WORKFLOWS, runner

LONGEST_REASON = 400


class Verdict(Wire):
    """The result of replaying one history.

    `trouble` is empty when the run would go on; `name` is the workflow id, or the name of the file without its ending.
    """

    name: str
    events: int
    trouble: str = ""


async def verdicts(histories: AsyncIterator[WorkflowHistory]) -> AsyncIterator[Verdict]:
    """A verdict on each history, in their order; only one history at a time is in memory."""
    witness = Witness()
    replayer = Replayer(
        workflows=WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=runner(),
        interceptors=[witness],
        runtime=silent(),
    )
    async with replayer.workflow_replay_iterator(histories) as results:
        async for result in results:
            failure = result.replay_failure
            trouble = _in_short(failure) if failure else next(_differences(result.history, witness), "")
            yield Verdict(name=result.history.workflow_id, events=len(result.history.events), trouble=trouble)
            witness.handed_on = None


class Witness(Interceptor):
    """Records what a replayed run hands on to the next: a replay itself compares only the kinds of commands."""

    def __init__(self) -> None:
        self.handed_on: Payload | None = None

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        input.unsafe_extern_functions["see"] = self._see
        return _Inbound

    def _see(self, handed_on: Any) -> None:
        self.handed_on = pydantic_data_converter.payload_converter.to_payload(handed_on)


class _Inbound(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound))


class _Outbound(WorkflowOutboundInterceptor):
    def continue_as_new(self, input: ContinueAsNewInput) -> NoReturn:
        workflow.extern_functions()["see"](*input.args)
        super().continue_as_new(input)


def _differences(history: WorkflowHistory, witness: Witness) -> Iterator[str]:
    """What this code would do otherwise and the replay does not notice, each in one line."""
    yield from losses(history)
    then = history.events[-1].workflow_execution_continued_as_new_event_attributes.input.payloads
    if then and witness.handed_on is not None:
        for field in _differing(handed_on(then[0]), handed_on(witness.handed_on)):
            yield f"the next run would be handed on something else than it was: {field}"


def _differing(then: Any, now: Any, at: str = "") -> Iterator[str]:
    """The names of the fields that differ between two JSON values; compared as text, since in Python True equals 1."""
    if not isinstance(then, dict) or not isinstance(now, dict):
        if json.dumps(then) != json.dumps(now):
            yield at or "all of it"
        return
    for key in sorted(then.keys() | now.keys()):
        yield from _differing(then.get(key), now.get(key), f"{at}.{key}".lstrip("."))


def _in_short(failure: BaseException) -> str:
    """The messages in the SDK's nested text, outermost first: which event does not fit which command."""
    words = " ".join(str(failure).replace("\\n", " ").split())
    messages = list(dict.fromkeys(re.findall(r'message: "((?:[^"\\]|\\.)+)"', words)))
    text = ": ".join(messages) or words
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON]}…"


async def histories_in(folder: Path) -> AsyncIterator[WorkflowHistory]:
    """The histories in the `*.json` files of a folder, each named after its file.

    `check-history --save` and `temporal workflow show -o json` write such files. Raises UnreadableFile.
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
    """Write a history to a new file in a folder, which is created if need be; answers the file."""
    folder.mkdir(parents=True, exist_ok=True)
    # Whoever starts a workflow chooses its id, so it may hold characters that a file name must not.
    name = re.sub(r"[^A-Za-z0-9._-]", "_", history.workflow_id)
    file = folder / f"{name}-{history.run_id}.json"
    file.write_text(history.to_json() + "\n", "utf-8")
    return file
