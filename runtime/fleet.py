"""Which workflows run in Temporal, and how does one of them stand? What sweep and deploys look at, page by page.

By the service's own messages: the client's `list` and `describe` raise as soon as one workflow is paused in Temporal,
a status that they do not know (temporalio 1.35).
"""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, cast, get_args

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflow.v1 import PendingActivityInfo, WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeScheduleRequest,
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.service import RPCError, RPCStatusCode, WorkflowService

from domain.census import Picture, RunStatus, ScheduleSeen, Sighting

PAGE = 1000
"""So many at a time: the most that Temporal Cloud gives, and less than half a megabyte."""
FAILS = 3
"""From this try on a step is not merely unlucky."""
STATUSES: tuple[RunStatus, ...] = (
    "UNKNOWN",
    "RUNNING",
    "COMPLETED",
    "FAILED",
    "CANCELED",
    "TERMINATED",
    "CONTINUED_AS_NEW",
    "TIMED_OUT",
    "PAUSED",
)
"""By the numbers that Temporal gives them."""
NOT_ENDED = "(ExecutionStatus = 'Running' OR ExecutionStatus = 'Paused')"
"""What is paused in Temporal goes on one day, and must be able to."""
PROBLEMS = "TemporalReportedProblems"
SHOWN_WHEN_OPENED = "OnboardingStatus"
ASKED_FOR = timedelta(seconds=5)
"""How long a workflow may take to answer a question: one that no worker has in memory is replayed first."""
TRIED_ELSEWHERE = frozenset({"ChannelDown", "NotReachable"})
"""Somebody outside does not answer: such a step rests by itself, and what waits for it is counted in the store."""


class Connection(Protocol):
    """What is needed of Temporal's client."""

    @property
    def workflow_service(self) -> WorkflowService: ...
    @property
    def namespace(self) -> str: ...


async def listed(client: Connection, query: str) -> AsyncIterator[WorkflowExecutionInfo]:
    """All that a search finds; a page at a time, since there may be a hundred thousand. Raises RPCError."""
    request = ListWorkflowExecutionsRequest(namespace=client.namespace, page_size=PAGE, query=query)
    while True:
        page = await client.workflow_service.list_workflow_executions(request, retry=True)
        for execution in page.executions:
            yield execution
        if not page.next_page_token:
            return
        request.next_page_token = page.next_page_token


@dataclass(frozen=True)
class TemporalFleet:
    """The fleet of `activities.ports`. Search is behind by a second or so, `look` is not."""

    client: Client

    async def running(self, kind: str) -> AsyncIterator[Sighting]:
        """Every running workflow of that type."""
        async for execution in listed(self.client, f"WorkflowType = '{kind}' AND ExecutionStatus = 'Running'"):
            yield _sighting(execution)

    async def not_ended(self, kind: str) -> AsyncIterator[Sighting]:
        """Those that are paused in Temporal too."""
        async for execution in listed(self.client, f"WorkflowType = '{kind}' AND {NOT_ENDED}"):
            yield _sighting(execution)

    async def look(self, id: str) -> Sighting | None:
        """Its newest run; None when Temporal knows none."""
        request = DescribeWorkflowExecutionRequest(
            namespace=self.client.namespace, execution=WorkflowExecution(workflow_id=id)
        )
        try:
            seen = await self.client.workflow_service.describe_workflow_execution(request, retry=True)
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                return None
            raise
        return _sighting(seen.workflow_execution_info).model_copy(
            update={
                "failing": _failing(seen.pending_activities),
                "tried": _tried(seen.pending_activities),
                "unpolled_since": _unpolled_since(seen),
            }
        )

    async def ask(self, id: str) -> Picture | None:
        """What the onboarding's workflow itself says; None when it does not answer, mostly for want of a worker."""
        handle = self.client.get_workflow_handle(id)
        try:
            plan = await handle.query("plan", rpc_timeout=ASKED_FOR)
            progress = await handle.query("progress", rpc_timeout=ASKED_FOR)
        except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError):
            return None
        return Picture(
            milestones={milestone["key"]: milestone["status"] for milestone in plan["milestones"]},
            issues=tuple(progress["open_issues"]),
            ending=progress["ending"],
        )

    async def schedule(self, id: str) -> ScheduleSeen | None:
        """None when there is none by that id."""
        request = DescribeScheduleRequest(namespace=self.client.namespace, schedule_id=id)
        try:
            found = await self.client.workflow_service.describe_schedule(request, retry=True)
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                return None
            raise
        return ScheduleSeen(paused=found.schedule.state.paused, created_at=_moment(found.info, "create_time"))

    async def last_ended(self, kind: str) -> datetime | None:
        """When the last workflow of that type completed, as far as Temporal remembers: it lists the newest first."""
        query = f"WorkflowType = '{kind}' AND ExecutionStatus = 'Completed'"
        request = ListWorkflowExecutionsRequest(namespace=self.client.namespace, page_size=1, query=query)
        page = await self.client.workflow_service.list_workflow_executions(request, retry=True)
        return _moment(page.executions[0], "close_time") if page.executions else None


def _sighting(found: WorkflowExecutionInfo) -> Sighting:
    shown = found.search_attributes.indexed_fields
    return Sighting(
        id=found.execution.workflow_id,
        run=found.execution.run_id,
        status=STATUSES[found.status] if found.status < len(get_args(RunStatus)) else "UNKNOWN",
        started_at=_moment(found, "start_time"),
        closed_at=_moment(found, "close_time"),
        opened=SHOWN_WHEN_OPENED in shown,
        shows=str(json.loads(shown[SHOWN_WHEN_OPENED].data)) if SHOWN_WHEN_OPENED in shown else "",
        problems=_in_words(shown[PROBLEMS].data) if PROBLEMS in shown else "",
    )


def _in_words(problems: bytes) -> str:
    """`WorkflowTaskFailed, NonDeterministicError` out of Temporal's `["category=…","cause=…"]`."""
    said = cast("list[str]", json.loads(problems))
    values = [part.partition("=")[2] or part for part in said]
    return ", ".join(value.removeprefix("WorkflowTaskFailedCause") for value in values)


def _failing(pending: Iterable[PendingActivityInfo]) -> str:
    """The steps that are tried again and again. Only the kind of the failure: its words may name people."""
    return "; ".join(
        f"{step.activity_type.name} fails, try {step.attempt}: {_kind_of(step)}"
        for step in pending
        if step.attempt >= FAILS
    )


def _tried(pending: Iterable[PendingActivityInfo]) -> int:
    """How often the step was tried that was tried most often; 0 where none has failed."""
    return max(
        (step.attempt for step in pending if step.attempt >= FAILS and _kind_of(step) not in TRIED_ELSEWHERE),
        default=0,
    )


def _kind_of(step: PendingActivityInfo) -> str:
    failure = step.last_failure
    return failure.application_failure_info.type or failure.WhichOneof("failure_info") or "no answer"


def _unpolled_since(seen: DescribeWorkflowExecutionResponse) -> datetime | None:
    """Since when its task lies in the queue without a worker."""
    task = seen.pending_workflow_task
    waits = seen.HasField("pending_workflow_task") and not task.HasField("started_time")
    return _moment(task, "scheduled_time") if waits else None


def _moment(message: Any, field: str) -> datetime | None:
    return getattr(message, field).ToDatetime(UTC) if message.HasField(field) else None
