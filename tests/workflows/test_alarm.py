"""Does a workflow wake at its time and at no other, also where a query has waked it before?"""

import asyncio
from datetime import timedelta
from uuid import uuid4

from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from runtime.connection import connect
from tests.support import servers
from workflows.alarm import RANG_TOO_EARLY, Alarm

temporal_address = servers.temporal_address

RINGS_AFTER = timedelta(seconds=4)
"""Longer than the clocks of two servers may differ."""
PATIENCE = timedelta(seconds=20)
AND_TASKS_LOST = timedelta(seconds=60)
"""A task that its worker lost comes again after ten seconds, and on a busy machine more than one is lost."""


@workflow.defn
class Sleeper:
    """Sleeps until its alarm rings, twice; what it does then depends on the time alone."""

    def __init__(self) -> None:
        self.alarm = Alarm()

    @workflow.run
    async def run(self) -> int:
        rang, at = 0, workflow.now() + RINGS_AFTER
        while rang < 2:
            self.alarm.set(at, "the next one")
            await self.alarm.wait(lambda: False)
            if workflow.now() >= at:
                rang, at = rang + 1, at + RINGS_AFTER
        return rang

    @workflow.query
    def sleeps(self) -> bool:
        return True


def at_work(client: Client, queue: str) -> Worker:
    return Worker(client, task_queue=queue, workflows=[Sleeper], workflow_runner=UnsandboxedWorkflowRunner())


async def happened(handle: WorkflowHandle[Sleeper, int], kind: "EventType.ValueType") -> None:
    """Wait until the history has such an event."""
    async with asyncio.timeout(PATIENCE.total_seconds()):
        while all(event.event_type != kind for event in (await handle.fetch_history()).events):
            await asyncio.sleep(0.1)


async def test_a_query_that_comes_while_no_worker_is_there_wakes_nobody_too_early(temporal_address: str) -> None:
    """The timer fires while the question waits; the worker that comes answers it before it takes up the task."""
    client, queue = await connect(address=temporal_address), f"alarm-{uuid4().hex}"
    async with at_work(client, queue):
        handle = await client.start_workflow(Sleeper.run, id=queue, task_queue=queue)
        await happened(handle, EventType.EVENT_TYPE_TIMER_STARTED)
    asking = [asyncio.ensure_future(handle.query(Sleeper.sleeps, rpc_timeout=PATIENCE)) for _ in range(5)]
    await happened(handle, EventType.EVENT_TYPE_TIMER_FIRED)
    async with at_work(client, queue):
        await asyncio.wait_for(handle.result(), AND_TASKS_LOST.total_seconds())
        answers = await asyncio.gather(*asking, return_exceptions=True)

    refused = {str(answer).partition(":")[0] for answer in answers if isinstance(answer, WorkflowQueryFailedError)}
    assert refused <= {RANG_TOO_EARLY}
    replayer = Replayer(
        workflows=[Sleeper], workflow_runner=UnsandboxedWorkflowRunner(), data_converter=client.data_converter
    )
    replay = await replayer.replay_workflow(await handle.fetch_history(), raise_on_replay_failure=False)
    assert replay.replay_failure is None
