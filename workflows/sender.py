"""How do notices get to people? One sender per channel: woken when something waits, asleep when nothing does."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.sender import Delivery, Look, Round, Sending, SendingPass, SendingPassed
    from workflows import options, runs

EVENTS_OF_A_RUN = 2000
"""History events after which a new run begins: many, since nobody but Temporal reads a sender's history."""
MOST_ALONE = 20
"""Most troubled messages that are tried on their own at a time; the next pass finds the others again. Before there were
passes, every message was tried so."""


def id_of(channel: str) -> str:
    """Workflow id of the channel's sender."""
    return f"sender-{channel}"


@workflow.defn(name="Sender")
class Sender:
    @workflow.init
    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.woken = 0
        self.under_way: dict[int, asyncio.Task[None]] = {}
        self.resting: dict[int, datetime] = {}

    @workflow.run
    async def run(self, _: str) -> None:
        if workflow.patched("sends-in-passes"):
            await self._send_in_passes()
        else:
            await self._send_one_by_one()

    async def _send_in_passes(self) -> None:
        while True:
            woken = self.woken
            self._clear_up()
            self._end_rests()
            if self._long_enough() and not self.under_way:
                runs.begin_new_run(self.channel)
            passed = await self._pass()
            self._send(passed.troubled)
            if passed.gave_up:
                await self._wait_for_the_channel()
            elif self.woken == woken and not passed.more:
                await self._wait(woken, passed)

    async def _send_one_by_one(self) -> None:
        """For runs that began before there were passes."""
        while True:
            woken = self.woken
            if workflow.patched("clears-up-whenever-woken"):
                self._clear_up()
                if self._long_enough() and not self.under_way:
                    runs.begin_new_run(self.channel)
            outbox = await self._look()
            self._send(outbox.ready)
            if self.woken != woken:
                continue
            if self._long_enough() and not self.under_way:
                runs.begin_new_run(self.channel)
            await self._wait(woken, outbox)

    @workflow.signal
    def wake(self) -> None:
        """A notice waits for this channel."""
        self.woken += 1

    @workflow.signal
    def nudge(self) -> None:
        """Wake up after a deploy; every long-lived workflow takes this signal."""
        self.woken += 1

    async def _pass(self) -> SendingPassed:
        return await workflow.execute_activity_method(
            Sending.send_what_waits,
            SendingPass(channel=self.channel, apart_from=tuple(sorted({*self.under_way, *self.resting}))),
            start_to_close_timeout=options.SENDING_PASS,
            heartbeat_timeout=options.SENDING_PASS_LOST,
            retry_policy=options.SENDING_PASS_RETRY,
            summary="send what waits",
        )

    async def _look(self) -> Round:
        return await workflow.execute_activity_method(
            Sending.look_into_outbox,
            Look(channel=self.channel, now=workflow.now()),
            start_to_close_timeout=options.PATIENTLY,
            retry_policy=options.PATIENT_RETRY,
            summary="what may go now?",
        )

    def _send(self, ready: Sequence[int]) -> None:
        """Start what is neither under way nor resting, as far as there is room; a run that is to end starts nothing."""
        self._end_rests()
        free = 0 if self._long_enough() else MOST_ALONE - len(self.under_way)
        waiting = [id for id in ready if id not in self.under_way and id not in self.resting]
        for id in waiting[:free]:
            self.under_way[id] = asyncio.create_task(self._deliver(Delivery(channel=self.channel, notice=id)))

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await workflow.execute_activity_method(
                Sending.deliver_notice,
                delivery,
                start_to_close_timeout=options.DELIVERY,
                heartbeat_timeout=options.DELIVERY_LOST,
                schedule_to_close_timeout=options.DELIVERY_TRIES,
                retry_policy=options.DELIVERY_RETRY,
                summary=f"deliver notice {delivery.notice}",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self.resting[delivery.notice] = workflow.now() + options.REST

    async def _wait_for_the_channel(self) -> None:
        """Leave a channel alone that is down, whoever wakes us, until a message that is tried on its own is through."""
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(self._any_done, timeout=options.AFTER_GIVING_UP)

    async def _wait(self, woken: int, outbox: Round | SendingPassed) -> None:
        """Sleep until somebody wakes us, a delivery is through, or the next message may go, however long that takes."""
        moments = [*self.resting.values(), *([outbox.next_at] if outbox.next_at else [])]
        timeout = max(min(moments) - workflow.now(), timedelta(0)) + options.CLOCK_GRAIN if moments else None
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.woken != woken or self._any_done(), timeout=timeout)
        self._clear_up()

    def _clear_up(self) -> None:
        """Drop finished deliveries to make room; also while so much happens that we are woken again before we wait."""
        for id in [id for id, delivery in self.under_way.items() if delivery.done()]:
            del self.under_way[id]

    def _end_rests(self) -> None:
        for id in [id for id, until in self.resting.items() if until <= workflow.now()]:
            del self.resting[id]

    def _any_done(self) -> bool:
        return any(delivery.done() for delivery in self.under_way.values())

    def _long_enough(self) -> bool:
        return runs.time_for_a_new_run(events=EVENTS_OF_A_RUN)
