"""How does news get its answer? It is sent again under one update id until the workflow accepts or refuses it."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import (
    RPCError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCStatusCode

from domain.refusal import Refused
from starter.trouble import NotReachable

ONE_TRY = timedelta(seconds=10)
"""How long one call waits for an answer: a worker that was killed is given up by the server after about ten seconds."""
PATIENCE = timedelta(seconds=30)
"""How long the same news is sent again before we say that nobody answered."""
WEB_ONE_TRY, WEB_PATIENCE = timedelta(seconds=5), timedelta(seconds=10)
"""The same two for callers that wait on a connection: shorter than what proxies and vendors allow."""
USAGE_PATIENCE = timedelta(seconds=5)
"""Both at once for what usage has reached: nobody waits for it, and the look comes back to who does not answer."""
OPENS_WITHIN = timedelta(seconds=10)
"""How long news that came while a workflow is being opened is sent again: its first task takes a second or two."""
BETWEEN_TRIES = 0.2
"""Seconds, plus or minus up to half by chance: callers that failed together must not all come again together."""

LAST_EVENTS = 10
"""Newest events that are looked through for a task that failed: it and what has come since."""
MOST_FAILED_TASKS = 4
"""Workflow tasks that may fail under one piece of news before its sender is told, each after a pause twice as long.
Each writes three events, and whoever waits must not fill the history of a workflow that fails at every try."""

TRY_AGAIN = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
        # The workflow task that took the update failed; the server runs it again, and the update with it.
        RPCStatusCode.FAILED_PRECONDITION,
    }
)
NOTHING_DECIDED = frozenset({"AcceptedUpdateCompletedWorkflow", "UnprocessedUpdate"})
"""Types of failures for a reason that is none of ours, and worth sending again under the same id.

The run ended between taking the update and answering it (temporal#6375): the next run takes it again. Or the workflow
task that took it was thrown away, as Temporal does while too many updates are in flight.
"""
Answer = TypeVar("Answer", bound=Refused)


@dataclass(frozen=True, kw_only=True)
class Tries:
    """How long an answer is waited for.

    `opening` is how a refusal begins that only means that the workflow is not open yet.
    """

    one_try: timedelta = ONE_TRY
    patience: timedelta = PATIENCE
    opens_within: timedelta = OPENS_WITHIN
    opening: str


async def answered(
    handle: WorkflowHandle[Any, Any],
    kind: str,
    news: Mapping[str, Any] | str | None,
    *,
    tries: Tries,
    refuse_if_ended: Callable[[], Awaitable[None]],
) -> Any:
    """The workflow's answer to a piece of news. Raises its refusal, NotReachable, and what `refuse_if_ended` raises.

    `refuse_if_ended` is called when no run takes news at the moment; a run that has just given way to the next one is
    no ending.
    """
    update_id = uuid4().hex
    loop = asyncio.get_running_loop()
    until = loop.time() + tries.patience.total_seconds()
    opened_by = loop.time() + tries.opens_within.total_seconds()
    failed_tasks = 0
    while True:
        try:
            # Not `rpc_timeout`: the SDK polls on after that one, for ever.
            async with asyncio.timeout(tries.one_try.total_seconds()):
                return await handle.execute_update(kind, news, id=update_id)
        except WorkflowUpdateFailedError as failed:
            refused = refusal_in(failed.cause, Refused)
            opening = refused is not None and _just_opening(refused, tries.opening) and loop.time() < opened_by
            if refused and not opening:
                raise refused from None
            if not opening and not _nothing_was_decided(failed.cause):
                raise
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError):
            _be_cancelled()
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                await refuse_if_ended()
            elif failure.status not in TRY_AGAIN:
                raise
            failed_tasks += failure.status == RPCStatusCode.FAILED_PRECONDITION
        if loop.time() > until or failed_tasks >= MOST_FAILED_TASKS:
            silent = await who_is_silent(
                handle, within=tries.patience, one_try=tries.one_try, failed=failed_tasks >= MOST_FAILED_TASKS
            )
            under = f" with news_id {news['news_id']}" if isinstance(news, Mapping) else ""
            raise NotReachable(f"{silent} The news may still be applied; sending it again{under} is harmless")
        await asyncio.sleep(BETWEEN_TRIES * 2**failed_tasks * random.uniform(0.5, 1.5))


async def who_is_silent(
    handle: WorkflowHandle[Any, Any], *, within: timedelta, one_try: timedelta, failed: bool = False
) -> str:
    """A sentence saying who does not answer: Temporal, the workers, or a workflow that fails at every try.

    Temporal is asked once more: a try that was cut short looks the same whichever of them was silent. `failed` says
    that it is known to fail at the news: the task after that one has no news any more, and may have gone well by now.
    """
    try:
        await handle.describe(rpc_timeout=one_try)
    except RPCError as failure:
        if failure.status != RPCStatusCode.NOT_FOUND:
            return f"Temporal does not answer: {failure.message}."
    with contextlib.suppress(RPCError):
        if fails := await _failing_task(handle, one_try=one_try, failed=failed):
            return f"its workflow fails at every try: {fails}."
    return f"nobody answered within {within.seconds} s: is a worker running?"


async def _failing_task(handle: WorkflowHandle[Any, Any], *, one_try: timedelta, failed: bool) -> str:
    """Why the workflow's last task failed, in words; empty where the last one did not fail.

    With `failed` it is the last of those that failed, whatever came after it.

    The failure's own words are told where they name what is missing in Temporal; others may hold what people wrote.
    """
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=handle._client.namespace,
        execution=WorkflowExecution(workflow_id=handle.id),
        maximum_page_size=LAST_EVENTS,
    )
    service = handle._client.workflow_service
    newest = await service.get_workflow_execution_history_reverse(request, timeout=one_try)
    for event in newest.history.events:
        if event.HasField("workflow_task_completed_event_attributes") and not failed:
            return ""
        if event.HasField("workflow_task_failed_event_attributes"):
            failure = event.workflow_task_failed_event_attributes
            if failure.cause == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES:
                return f"{failure.failure.message} (a worker registers its search attributes when it starts)"
            return WorkflowTaskFailedCause.Name(failure.cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
    return ""


def refusal_in(cause: BaseException | None, kind: type[Answer]) -> Answer | None:
    """The business reason in an error of the workflow, as an error of that kind; None for any other error."""
    if not isinstance(cause, ApplicationError) or cause.type not in ("Refused", "InvalidDeal"):
        return None
    detail = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
    facts = cast("dict[str, str]", detail)
    return kind(facts.get("reason") or cause.message, field=facts.get("field", ""))


def _just_opening(refused: Refused, opening: str) -> bool:
    """Whether news only came before the plan was drafted: nothing of it was kept, and it will be taken in a moment."""
    return not refused.field and refused.reason.startswith(opening)


def _be_cancelled() -> None:
    """Raise CancelledError if our task was cancelled, which the SDK does not distinguish from a timeout."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _nothing_was_decided(cause: BaseException | None) -> bool:
    return isinstance(cause, ApplicationError) and cause.type in NOTHING_DECIDED
