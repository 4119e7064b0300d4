"""What would the smallest hand-written workflow cost that does the same? The floor that the figures are ratios of.

It lives through the same course as the product (benchmarks/course.py) and does nothing else:

- the same news, as updates of the same names with the same JSON and ids; nothing is checked, the answer is empty;
- the same notices at the same times, each a no-op activity: all that fall due together are started together. What goes
  to several people at once is one activity, as one would write it by hand (`per_person` makes it one each);
- one timer, set for the next notice and set anew only when that changes. Moments at which the product wakes to look for
  itself and tells nobody (a stage opens, is it stuck?) are left out here;
- no sandbox, as the product has none, the same data converter, cache and sticky timeout; one run, no store, no search
  attributes, no summaries.

What it does, and when, is known to it as a program knows its rules: it is neither in its input nor in its history.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RawValue
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from benchmarks.course import Course, Rules, Step
    from wiring.worker import POLLERS, STICKY
    from workflows.options import CLOCK_GRAIN
    from workflows.sandbox import runner

ACTIVITY_MAY_TAKE = timedelta(seconds=30)


@activity.defn
async def tell(notice: str) -> None:
    """Nothing: what telling costs is left out of every comparison."""


@workflow.defn
class Floor:
    @workflow.init
    def __init__(self, _: Any = None) -> None:
        self.began = workflow.now()
        self.unread = 0
        self.rings_at: datetime | None = None
        self.timer: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, _: Any = None) -> None:
        for step in Rules.course.steps:
            await self._comes(step)
            self._set_alarm(step)
            notices = step.notices if Rules.per_person else step.tellings
            await asyncio.gather(*(self._tell(notice) for notice in notices))
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _comes(self, step: Step) -> None:
        """Wait until the news of that step is there, or its time."""
        if step.news is None:
            at = self._wall(step.after)
            await workflow.wait_condition(lambda: workflow.now() >= at)
        else:
            await workflow.wait_condition(lambda: self.unread > 0)
            self.unread -= 1

    @workflow.update(dynamic=True)
    def hear(self, _: str, __: Sequence[RawValue]) -> None:
        self.unread += 1

    async def _tell(self, notice: str) -> None:
        await workflow.execute_activity(tell, notice, start_to_close_timeout=ACTIVITY_MAY_TAKE)

    def _set_alarm(self, step: Step) -> None:
        rings_at = self._wall(step.wake) if step.wake is not None else None
        if rings_at == self.rings_at:
            return
        if self.timer is not None and not self.timer.done():
            self.timer.cancel()
        self.rings_at = rings_at
        if rings_at is not None:
            wait = max(rings_at + CLOCK_GRAIN - workflow.now(), timedelta(0))
            self.timer = asyncio.create_task(workflow.sleep(wait))

    def _wall(self, after: timedelta) -> datetime:
        return self.began + Rules.course.wall(after)


def floor_worker(
    client: Client, course: Course, *, task_queue: str, per_person: bool = False, **options: Any
) -> Worker:
    """A worker for floors that live through that course; a process has one course at a time."""
    Rules.course, Rules.per_person = course, per_person
    settings: dict[str, Any] = {
        "workflow_runner": runner(),
        "sticky_queue_schedule_to_start_timeout": STICKY,
        "workflow_task_poller_behavior": POLLERS,
        "activity_task_poller_behavior": POLLERS,
    }
    return Worker(client, task_queue=task_queue, workflows=[Floor], activities=[tell], **{**settings, **options})
