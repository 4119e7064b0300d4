"""How do deliveries become onboardings and news? By one receiver, woken by the intake and otherwise asleep."""

import asyncio
import contextlib
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.inbox.receiver import Pass, Passed, Receiving, Taken
    from workflows import options, runs

ID = "receiver"
EVENTS_OF_A_RUN = 2000
"""As for a sender: nobody but Temporal reads a receiver's history."""
MOST_ALONE = 50
"""Most troubled deliveries that are tried on their own at a time; the next pass finds the others again."""


@workflow.defn(name="Receiver")
class Receiver:
    @workflow.init
    def __init__(self, _: None = None) -> None:
        self.woken = 0
        self.alone: dict[int, asyncio.Task[None]] = {}
        self.resting: dict[int, datetime] = {}

    @workflow.run
    async def run(self, _: None = None) -> None:
        while True:
            woken = self.woken
            self._clear_up()
            if runs.time_for_a_new_run(events=EVENTS_OF_A_RUN) and not self.alone:
                runs.begin_new_run(None)
            passed = await self._pass()
            self._try_alone(passed)
            workflow.set_current_details(self._details())
            if self.woken != woken or (passed.more and passed.settled):
                continue
            await self._wait(woken)

    @workflow.signal
    def wake(self) -> None:
        """Something was delivered."""
        self.woken += 1

    @workflow.signal
    def nudge(self) -> None:
        """Wake up after a deploy; every long-lived workflow takes this signal."""
        self.woken += 1

    async def _pass(self) -> Passed:
        return await workflow.execute_activity_method(
            Receiving.work_through_inbox,
            Pass(apart_from=tuple(sorted({*self.alone, *self.resting}))),
            start_to_close_timeout=options.PASS,
            heartbeat_timeout=options.PASS_LOST,
            retry_policy=options.PATIENT_RETRY,
            summary="work through what was delivered",
        )

    def _try_alone(self, passed: Passed) -> None:
        for id in passed.troubled[: max(0, MOST_ALONE - len(self.alone))]:
            self.alone[id] = asyncio.create_task(self._take(id))

    async def _take(self, id: int) -> None:
        try:
            await workflow.execute_activity_method(
                Receiving.take_from_inbox,
                Taken(id=id),
                start_to_close_timeout=options.PASS,
                schedule_to_close_timeout=options.SETTLING_TRIES,
                retry_policy=options.DELIVERY_RETRY,
                summary=f"delivery {id}, which could not be settled at once",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self.resting[id] = workflow.now() + options.REST

    async def _wait(self, woken: int) -> None:
        """Sleep until somebody wakes us, a troubled delivery is through, or one has rested, however long that takes."""
        moments = list(self.resting.values())
        timeout = max(min(moments) - workflow.now(), timedelta(0)) + options.CLOCK_GRAIN if moments else None
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.woken != woken or self._any_done(), timeout=timeout)

    def _clear_up(self) -> None:
        for id in [id for id, task in self.alone.items() if task.done()]:
            del self.alone[id]
        for id in [id for id, until in self.resting.items() if until <= workflow.now()]:
            del self.resting[id]

    def _details(self) -> str:
        alone = [f"- delivery {id}: being tried" for id in sorted(self.alone)]
        resting = [
            f"- delivery {id}: tried again {until:%Y-%m-%d %H:%M} UTC" for id, until in sorted(self.resting.items())
        ]
        return "\n".join(alone + resting) or "Nothing in trouble: waits for the next delivery."

    def _any_done(self) -> bool:
        return any(task.done() for task in self.alone.values())
