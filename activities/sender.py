"""How does what waits leave the house? In passes through a channel, and what was in trouble each by itself."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.lanes import IN_A_LOOK, Lanes
from activities.letters import REDIRECTED
from activities.ports import Office, Wake
from activities.pulse import alive
from activities.threads import in_thread
from activities.waking import Passes, wake_each
from domain.trouble import ChannelDown
from domain.wire import Instant, Wire

SIGN_OF_LIFE = timedelta(seconds=5)
"""How often a delivery says that it is still under way: a few times in the span after which it is given up for lost."""
Answer = TypeVar("Answer")


class Round(Wire):
    """Which notices of a channel may go now, and when the next one may."""

    ready: tuple[int, ...] = ()
    next_at: Instant | None = None


class Look(Wire):
    """`now` is Temporal's time, by which the sender also sleeps: with a worker's own clock it might wake in vain."""

    channel: str
    now: Instant


class Delivery(Wire):
    channel: str
    notice: int


class SendingPass(Wire):
    """One pass through what waits for a channel. `apart_from` are ids to leave out: they are tried singly, or rest."""

    channel: str
    apart_from: tuple[int, ...] = ()


class SendingPassed(Wire):
    """What a pass came to: how many were `settled`, and ids that were `troubled`.

    Also whether it `gave_up` on the channel for now, whether `more` may wait, and when the next one may go.
    """

    settled: int = 0
    troubled: tuple[int, ...] = ()
    gave_up: bool = False
    more: bool = False
    next_at: Instant | None = None


@dataclass(frozen=True)
class Sending:
    """The activities of a channel's sender. `offices` knows the office of a channel; None where there is none (any
    more), and then nothing waits. `channels` are those to people. `threads` are for looking what waits. `passes` are
    known to whoever wakes senders in this process. So long a pass `lingers` after its last message, or before the next.
    """

    offices: Callable[[str], Office | None]
    channels: Collection[str]
    threads: Executor
    wake: Wake
    passes: Passes = field(default_factory=Passes)
    lingers: timedelta = timedelta(0)
    in_hand: dict[str, dict[int, Future[str]]] = field(default_factory=lambda: defaultdict(dict))
    """What is under way in this worker, by channel and number."""

    @activity.defn
    async def send_what_waits(self, once: SendingPass) -> SendingPassed:
        """Send all that may go, one after the other over few connections, each with its receipt."""
        office = self.offices(once.channel)
        if office is None:
            return SendingPassed()
        async with alive():
            try:
                with self.passes.open(once.channel) as woken:
                    lanes = Lanes(
                        office=office,
                        in_hand=self.in_hand[once.channel],
                        apart_from=once.apart_from,
                        now=_temporal_time(),
                        threads=self.threads,
                        woken=woken,
                        lingers=self.lingers,
                    )
                    await lanes.run()
            except asyncio.CancelledError:
                # Whoever woke this pass counts on its next look.
                if woken.is_set():
                    await self.wake(once.channel)
                raise
            await self._wake_others(once.channel, lanes.outcomes)
        return SendingPassed(
            settled=len(lanes.outcomes),
            troubled=tuple(lanes.troubled),
            gave_up=lanes.gave_up,
            more=lanes.more,
            next_at=lanes.next_at,
        )

    @activity.defn
    async def look_into_outbox(self, look: Look) -> Round:
        return await in_thread(self.threads, self._look, look)

    def _look(self, look: Look) -> Round:
        office = self.offices(look.channel)
        if office is None:
            return Round()
        ready = office.ready(now=look.now, most=IN_A_LOOK)
        return Round(ready=tuple(ready), next_at=office.next_ready(after=look.now))

    @activity.defn
    async def deliver_notice(self, delivery: Delivery) -> str:
        """`sent`, `withdrawn`, `refused`, `redirected` or `put_off`. Raises ChannelDown, which Temporal retries.

        What a pass left behind because it takes long is under way still: then its end is waited for.
        """
        office = self.offices(delivery.channel)
        if office is None:
            return "withdrawn"
        try:
            outcome = await _with_signs_of_life(asyncio.wrap_future(self._under_way(office, delivery)))
        except ChannelDown as error:
            raise ApplicationError(str(error), type="ChannelDown", next_retry_delay=error.again_after) from None
        await self._wake_others(delivery.channel, [outcome])
        return outcome

    def _under_way(self, office: Office, delivery: Delivery) -> Future[str]:
        """The end of that delivery, which begins now unless it is under way: a lane may take it up in its thread."""
        here, id, own = self.in_hand[delivery.channel], delivery.notice, Future[str]()

        async def deliver() -> None:
            try:
                outcome = await office.deliver(id)
            except BaseException as trouble:
                own.set_exception(trouble)
            else:
                own.set_result(outcome)
            finally:
                del here[id]

        if (under_way := here.setdefault(id, own)) is own:
            asyncio.run_coroutine_threadsafe(deliver(), asyncio.get_running_loop())
        return under_way

    async def _wake_others(self, channel: str, outcomes: Collection[str]) -> None:
        """Wake the other senders where people were written to about it, or it waits elsewhere. This one looks again."""
        if not {"refused", REDIRECTED}.isdisjoint(outcomes):
            await wake_each(self.wake, [other for other in self.channels if other != channel])


def _temporal_time() -> Callable[[], datetime]:
    """Temporal's time, by which the sender sleeps, as it goes on from the moment at which this activity began."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    return lambda: activity.info().started_time + timedelta(seconds=loop.time() - began)


async def _with_signs_of_life(work: asyncio.Future[Answer]) -> Answer:
    """Wait for it, and let Temporal know meanwhile that this worker is there: a mail server may take minutes."""
    while not work.done():
        await asyncio.wait([work], timeout=SIGN_OF_LIFE.total_seconds())
        activity.heartbeat()
    return work.result()
