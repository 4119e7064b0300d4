"""Which workflows are open in Temporal, on which version of the code, and how is each of them woken?"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentRequest
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from runtime.fleet import NOT_ENDED, STATUSES, listed
from starter.trouble import NotReachable

VERSION = "TemporalWorkerDeploymentVersion"
"""The server's own search attribute: `deployment:build`, unset where workers are unversioned."""


class Open(NamedTuple):
    """A workflow that has not ended. `version` is empty where an unversioned worker has it, or none has yet.

    `paused` means that somebody paused it in Temporal: nothing moves it until it is released.
    """

    id: str
    run: str
    kind: str
    version: str = ""
    paused: bool = False


@dataclass(frozen=True)
class OpenWorkflows:
    """All open workflows of the namespace on our task queue. Every method raises NotReachable."""

    client: Client
    task_queue: str

    async def open(self) -> AsyncIterator[Open]:
        """Every open workflow, in no order."""
        queue = self.task_queue.replace("'", "''")
        try:
            async for execution in listed(self.client, f"{NOT_ENDED} AND TaskQueue = '{queue}'"):
                yield _read(execution)
        except RPCError as failure:
            raise NotReachable(f"Temporal does not list what is open: {failure.message}") from failure

    async def current_version(self, deployment: str) -> str | None:
        """`deployment:build` of the version that new runs begin on; None where no worker of it is versioned."""
        request = DescribeWorkerDeploymentRequest(namespace=self.client.namespace, deployment_name=deployment)
        try:
            deployed = await self.client.workflow_service.describe_worker_deployment(request)
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                return None
            raise NotReachable(f"Temporal does not tell the current version: {failure.message}") from failure
        current = deployed.worker_deployment_info.routing_config.current_deployment_version
        return f"{current.deployment_name}:{current.build_id}" if current.build_id else None

    async def nudge(self, id: str) -> bool:
        """Wake a workflow by its id; False when it has ended meanwhile."""
        try:
            await self.client.get_workflow_handle(id).signal("nudge")
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                return False
            raise NotReachable(f"{id} was not nudged: {failure.message}") from failure
        return True

    async def history(self, process: Open) -> WorkflowHistory | None:
        """The history of the present run of a workflow; None when the server has deleted it meanwhile."""
        handle = self.client.get_workflow_handle(process.id, run_id=process.run)
        try:
            return await handle.fetch_history()
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                return None
            raise NotReachable(f"the history of {process.id} cannot be read: {failure.message}") from failure

    async def histories(self, processes: Sequence[Open]) -> AsyncIterator[WorkflowHistory]:
        """The histories of those workflows in their order; the next is fetched while one is worked on."""
        coming: deque[asyncio.Task[WorkflowHistory | None]] = deque()
        try:
            for process in processes:
                coming.append(asyncio.create_task(self.history(process)))
                if len(coming) > 1 and (history := await coming.popleft()) is not None:
                    yield history
            for fetching in coming:
                if (history := await fetching) is not None:
                    yield history
        finally:
            for fetching in coming:
                fetching.cancel()


def _read(execution: WorkflowExecutionInfo) -> Open:
    version = execution.search_attributes.indexed_fields.get(VERSION)
    return Open(
        id=execution.execution.workflow_id,
        run=execution.execution.run_id,
        kind=execution.type.name,
        version=json.loads(version.data) if version is not None else "",
        paused=execution.status == STATUSES.index("PAUSED"),
    )
