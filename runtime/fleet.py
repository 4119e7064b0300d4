"""Which workflows run in Temporal, and how does one of them stand? Read page by page, for the sweep and for deploys.

Uses the service's own messages: the client's `list` and `describe` raise as soon as one workflow is paused in Temporal,
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
"""Workflows in one page: the most that Temporal Cloud gives, and less than half a megabyte."""
FAILS = 3
"""The try from which on a step counts as failing and not merely as unlucky."""
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
"""The statuses in the order of the numbers that Temporal gives them."""
NOT_ENDED = "(ExecutionStatus = 'Running' OR ExecutionStatus = 'Paused')"
"""The condition of a search for workflows that have not ended: what is paused in Temporal will go on one day."""
PROBLEMS = "TemporalReportedProblems"
SHOWN_WHEN_OPENED = "OnboardingStatus"
ASKED_FOR = timedelta(seconds=5)
"""How long a workflow may take to answer a question: one that no worker has in memory is replayed first."""
TRIED_ELSEWHERE = frozenset({"ChannelDown", "NotReachable"})
"""Failures by which another system does not answer: such a step rests by itself, and the store counts what waits."""


class Connection(Protocol):
    """The part of Temporal's client that is needed here."""

    @property
    def workflow_service(self) -> WorkflowService: ...
    @property
    def namespace(self) -> str: ...


async def listed(client: Connection, query: str) -> AsyncIterator[WorkflowExecutionInfo]:
    """Every workflow that a search finds, read page by page: there may be a hundred thousand. Raises RPCError."""
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
    """The fleet of `activities.ports`. Searches are a second or so behind, `look` is not.

    Every method raises RPCError, except `ask`.
    """

    client: Client

    async def running(self, kind: str) -> AsyncIterator[Sighting]:
        """Every running workflow of the type `kind`."""
        async for execution in listed(self.client, f"WorkflowType = '{kind}' AND ExecutionStatus = 'Running'"):
            yield _sighting(execution)

    async def not_ended(self, kind: str) -> AsyncIterator[Sighting]:
        """Every workflow of the type `kind` that runs or is paused in Temporal."""
        async for execution in listed(self.client, f"WorkflowType = '{kind}' AND {NOT_ENDED}"):
            yield _sighting(execution)

    async def look(self, id: str) -> Sighting | None:
        """The newest run of the workflow with that id, as it is now; None when Temporal has none."""
        request = DescribeWorkflowExecutionRequest(
            namespace=self.client.namespace, execution=WorkflowExecution(workflow_id=id)
        )
        try:
            answer = await self.client.workflow_service.describe_workflow_execution(request, retry=True)
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                return None
            raise
        return _sighting(answer.workflow_execution_info).model_copy(
            update={
                "failing": _failing(answer.pending_activities),
                "tried": _tried(answer.pending_activities),
                "unpolled_since": _unpolled_since(answer),
            }
        )

    async def runs(self, id: str) -> list[str]:
        """The ids of the workflow's runs, the newest first: the present one as `look` has it, older ones by search."""
        newest = await self.look(id)
        if newest is None:
            return []
        found = [run async for run in listed(self.client, f"WorkflowId = '{id}'")]
        found.sort(key=lambda run: run.start_time.ToDatetime(UTC), reverse=True)
        older = [run.execution.run_id for run in found if run.execution.run_id != newest.run]
        return [newest.run, *older]

    async def ask(self, id: str) -> Picture | None:
        """What the workflow of an onboarding itself answers; None when it does not, mostly for want of a worker."""
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
        """The schedule with that id; None when there is none."""
        request = DescribeScheduleRequest(namespace=self.client.namespace, schedule_id=id)
        try:
            schedule = await self.client.workflow_service.describe_schedule(request, retry=True)
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                return None
            raise
        return ScheduleSeen(paused=schedule.schedule.state.paused, created_at=_moment(schedule.info, "create_time"))

    async def last_ended(self, kind: str) -> datetime | None:
        """When a workflow of the type `kind` last completed, as far as Temporal remembers; None when it has none."""
        query = f"WorkflowType = '{kind}' AND ExecutionStatus = 'Completed'"
        # Temporal lists the newest first.
        request = ListWorkflowExecutionsRequest(namespace=self.client.namespace, page_size=1, query=query)
        page = await self.client.workflow_service.list_workflow_executions(request, retry=True)
        return _moment(page.executions[0], "close_time") if page.executions else None


def _sighting(workflow: WorkflowExecutionInfo) -> Sighting:
    attributes = workflow.search_attributes.indexed_fields
    return Sighting(
        id=workflow.execution.workflow_id,
        run=workflow.execution.run_id,
        status=STATUSES[workflow.status] if workflow.status < len(get_args(RunStatus)) else "UNKNOWN",
        started_at=_moment(workflow, "start_time"),
        closed_at=_moment(workflow, "close_time"),
        opened=SHOWN_WHEN_OPENED in attributes,
        shows=str(json.loads(attributes[SHOWN_WHEN_OPENED].data)) if SHOWN_WHEN_OPENED in attributes else "",
        problems=_in_words(attributes[PROBLEMS].data) if PROBLEMS in attributes else "",
    )


def _in_words(problems: bytes) -> str:
    """Temporal's `["category=…","cause=…"]` in words, like `WorkflowTaskFailed, NonDeterministicError`."""
    parts = cast("list[str]", json.loads(problems))
    values = [part.partition("=")[2] or part for part in parts]
    return ", ".join(value.removeprefix("WorkflowTaskFailedCause") for value in values)


def _failing(pending: Iterable[PendingActivityInfo]) -> str:
    """The steps that are tried again and again, with the kind of failure but not its words, which may name people."""
    return "; ".join(
        f"{step.activity_type.name} fails, try {step.attempt}: {_kind_of(step)}"
        for step in pending
        if step.attempt >= FAILS
    )


def _tried(pending: Iterable[PendingActivityInfo]) -> int:
    """The highest number of tries of a failing step; 0 where none fails, or only another system does not answer."""
    return max(
        (step.attempt for step in pending if step.attempt >= FAILS and _kind_of(step) not in TRIED_ELSEWHERE),
        default=0,
    )


def _kind_of(step: PendingActivityInfo) -> str:
    failure = step.last_failure
    return failure.application_failure_info.type or failure.WhichOneof("failure_info") or "no answer"


def _unpolled_since(answer: DescribeWorkflowExecutionResponse) -> datetime | None:
    """Since when the workflow's task has waited in the queue for a worker; None when none waits."""
    task = answer.pending_workflow_task
    waits = answer.HasField("pending_workflow_task") and not task.HasField("started_time")
    return _moment(task, "scheduled_time") if waits else None


def _moment(message: Any, field: str) -> datetime | None:
    return getattr(message, field).ToDatetime(UTC) if message.HasField(field) else None
