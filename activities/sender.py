"""How does what waits leave the house? Taken up right before it goes, delivered, and what came of it kept."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Channel, Office, Outbox, Wake
from activities.threads import in_thread
from activities.waking import wake_each
from domain.notice import MAIL, Notice, Person
from domain.record import WaitingNotice
from domain.trouble import ChannelDown, ChannelRefuses, ChannelUnusable, MaybeArrived
from domain.wire import Instant, Wire

MOST_AT_ONCE = 20
"""So many deliveries of a channel are under way together: enough to fill a second, few enough for any mail server."""
PATIENCE = timedelta(days=5)
"""As long as mail servers keep trying (RFC 5321, 4.5.4.1); after that the CSM is told."""
UNSURE_RESTS = (timedelta(hours=1), timedelta(hours=6))
"""How long a message rests that was handed over without an answer, after the first and after the second such try. A
third ends it: whoever gets three copies has got it, and at a server that is broken in this way no further one helps."""
SIGN_OF_LIFE = timedelta(seconds=5)
"""How often a delivery says that it is still under way: a few times in the span after which it is given up for lost."""
REDIRECTED = "redirected"
"""What became of a message whose channel takes nothing of us: it waits for another one now."""
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


def _tells_nobody() -> None:
    return


Unusable = Callable[[str, ChannelUnusable], Sequence[tuple[Notice, Person]]]
"""Who hears of what about a channel that takes nothing of us, by its name."""


def _nobody_hears(_: str, __: ChannelUnusable) -> Sequence[tuple[Notice, Person]]:
    return ()


@dataclass(frozen=True)
class Letters:
    """The office of a channel to people's inboxes: what waits for it is in the outbox. `now` tells wall time.

    `rings` tells that the journal has grown: by what became of the message. `reports` are to the operator.
    """

    name: str
    outbox: Outbox
    channel: Channel
    now: Callable[[], datetime]
    threads: Executor
    rings: Callable[[], None] = _tells_nobody
    reports: Unusable = _nobody_hears

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        return self.outbox.ready(self.name, now=now, most=most)

    def next_ready(self, *, after: datetime) -> datetime | None:
        return self.outbox.next_ready(self.name, after=after)

    async def deliver(self, id: int) -> str:
        # Temporal's time, by which the sender wakes: by a clock that is behind it, a rest would be over at once.
        now = activity.info().started_time if activity.in_activity() else self.now()
        outcome = await in_thread(self.threads, self._deliver, id, now)
        self.rings()
        return outcome

    def _deliver(self, id: int, now: datetime) -> str:
        waiting = self.outbox.take(id, now=now)
        if waiting is None:
            return "withdrawn"
        try:
            receipt = self.channel.deliver(waiting)
        except MaybeArrived as error:
            return self._unsure(waiting, str(error), now)
        except ChannelDown as error:
            if self.now() - waiting.notice.not_before > PATIENCE:
                return self._refuse(id, f"given up after {PATIENCE.days} days of trying; the last answer: {error}")
            if error.again_after is None:
                raise
            return self._put_off(waiting, str(error), now + error.again_after)
        except ChannelUnusable as error:
            self.outbox.redirect(id, to=MAIL, reason=str(error), at=self.now(), told=self.reports(self.name, error))
            log.warning("notice_redirected", notice=id, channel=self.name, reason=str(error))
            return REDIRECTED
        except ChannelRefuses as error:
            return self._refuse(id, str(error))
        self.outbox.sent(id, receipt)
        return "sent"

    def _unsure(self, waiting: WaitingNotice, reason: str, now: datetime) -> str:
        """Try again much later and not often: each try may be one more copy with the same Message-ID."""
        if waiting.maybe_arrived >= len(UNSURE_RESTS):
            often = waiting.maybe_arrived + 1
            return self._refuse(
                waiting.id, f"it may have arrived: handed over {often} times; the last answer: {reason}"
            )
        until = now + UNSURE_RESTS[waiting.maybe_arrived]
        unsure = waiting.model_copy(update={"maybe_arrived": waiting.maybe_arrived + 1})
        return self._put_off(unsure, reason, until)

    def _put_off(self, waiting: WaitingNotice, reason: str, until: datetime) -> str:
        self.outbox.put_off(waiting.id, until=until, reason=reason, maybe_arrived=waiting.maybe_arrived)
        log.warning("notice_put_off", notice=waiting.id, until=until.isoformat(), reason=reason)
        return "put_off"

    def _refuse(self, id: int, reason: str) -> str:
        owner = self.outbox.refused(id, reason=reason, at=self.now())
        log.warning("notice_refused", notice=id, owner=owner)
        return "refused"


@dataclass(frozen=True)
class Sending:
    """The activities of a channel's sender. `offices` knows the office of a channel; None where there is none (any
    more), and then nothing waits. `channels` are those to people. `threads` are for looking what waits.
    """

    offices: Callable[[str], Office | None]
    channels: Collection[str]
    threads: Executor
    wake: Wake

    @activity.defn
    async def look_into_outbox(self, look: Look) -> Round:
        return await in_thread(self.threads, self._look, look)

    def _look(self, look: Look) -> Round:
        office = self.offices(look.channel)
        if office is None:
            return Round()
        ready = office.ready(now=look.now, most=MOST_AT_ONCE * 5)
        return Round(ready=tuple(ready), next_at=office.next_ready(after=look.now))

    @activity.defn
    async def deliver_notice(self, delivery: Delivery) -> str:
        """`sent`, `withdrawn`, `refused`, `redirected` or `put_off`. Raises ChannelDown, which Temporal retries."""
        office = self.offices(delivery.channel)
        if office is None:
            return "withdrawn"
        try:
            outcome = await _with_signs_of_life(asyncio.ensure_future(office.deliver(delivery.notice)))
        except ChannelDown as error:
            raise ApplicationError(str(error), type="ChannelDown", next_retry_delay=error.again_after) from None
        if outcome in ("refused", REDIRECTED):
            # People were written to about it, or it waits elsewhere. This sender looks again by itself.
            await wake_each(self.wake, [channel for channel in self.channels if channel != delivery.channel])
        return outcome


async def _with_signs_of_life(work: asyncio.Future[Answer]) -> Answer:
    """Wait for it, and let Temporal know meanwhile that this worker is there: a mail server may take minutes."""
    while not work.done():
        await asyncio.wait([work], timeout=SIGN_OF_LIFE.total_seconds())
        activity.heartbeat()
    return work.result()
