"""How does a notice leave the house? Taken from the outbox right before it goes, delivered, its receipt kept."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Channel, Outbox
from domain.trouble import ChannelDown, ChannelRefuses
from domain.wire import Instant, Wire

MOST_AT_ONCE = 20
"""So many deliveries of a channel are under way together: enough to fill a second, few enough for any mail server."""
PATIENCE = timedelta(days=5)
"""As long as mail servers keep trying (RFC 5321, 4.5.4.1); after that the CSM is told."""
SIGN_OF_LIFE = timedelta(seconds=5)
"""How often a delivery says that it is still under way: a few times in the span after which it is given up for lost."""
log = structlog.get_logger()
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


@dataclass(frozen=True)
class Sending:
    """The activities of a channel's sender. `now` tells wall time."""

    outbox: Outbox
    channels: Mapping[str, Channel]
    now: Callable[[], datetime]
    threads: Executor

    @activity.defn
    async def look_into_outbox(self, look: Look) -> Round:
        return await asyncio.get_running_loop().run_in_executor(self.threads, self._look, look)

    def _look(self, look: Look) -> Round:
        ready = self.outbox.ready(look.channel, now=look.now, most=MOST_AT_ONCE * 5)
        return Round(ready=tuple(ready), next_at=self.outbox.next_ready(look.channel, after=look.now))

    @activity.defn
    async def deliver_notice(self, delivery: Delivery) -> str:
        """`sent`, `withdrawn` or `refused`. Raises ChannelDown, which Temporal retries."""
        return await _with_signs_of_life(
            asyncio.get_running_loop().run_in_executor(self.threads, self._deliver, delivery)
        )

    def _deliver(self, delivery: Delivery) -> str:
        id = delivery.notice
        waiting = self.outbox.take(id)
        if waiting is None:
            return "withdrawn"
        try:
            receipt = self.channels[delivery.channel].deliver(waiting)
        except ChannelDown as error:
            if self.now() - waiting.notice.not_before > PATIENCE:
                return self._refuse(id, f"given up after {PATIENCE.days} days of trying; the last answer: {error}")
            raise ApplicationError(str(error), type="ChannelDown") from None
        except ChannelRefuses as error:
            return self._refuse(id, str(error))
        self.outbox.sent(id, receipt)
        return "sent"

    def _refuse(self, id: int, reason: str) -> str:
        owner = self.outbox.refused(id, reason=reason, at=self.now())
        log.warning("notice_refused", notice=id, owner=owner)
        return "refused"


async def _with_signs_of_life(work: asyncio.Future[Answer]) -> Answer:
    """Wait for it, and let Temporal know meanwhile that this worker is there: a mail server may take minutes."""
    while not work.done():
        await asyncio.wait([work], timeout=SIGN_OF_LIFE.total_seconds())
        activity.heartbeat()
    return work.result()
