"""How is a message delivered? Taken up right before it goes, handed to its channel, and what came of it kept."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from temporalio import activity

from activities.ports import Channel, ChannelWithLine, Outbox, ToDeliver
from activities.threads import in_thread
from domain.notice import MAIL, Notice, Person
from domain.record import Receipt, WaitingNotice, Went
from domain.trouble import ChannelDown, ChannelRefuses, ChannelUnusable, MaybeArrived

PATIENCE = timedelta(days=5)
"""As long as mail servers keep trying (RFC 5321, 4.5.4.1); after that the CSM is told."""
UNSURE_RESTS = (timedelta(hours=1), timedelta(hours=6))
"""How long a message rests that was handed over without an answer, after the first and after the second such try. A
third ends it: whoever gets three copies has got it, and at a server that is broken in this way no further one helps."""
HELD = timedelta(seconds=30)
"""How long a message is kept from other senders at a time: as long as a worker may give no sign of life. What a worker
had in hand when it died is taken up by another one this much later."""
HELD_ANEW = timedelta(seconds=10)
"""How often that is prolonged while the message is being handed over, which may take minutes: a third of it, so that a
machine or a database that is busy for a while loses it to nobody."""
RECEIPT_AGAIN = tuple(timedelta(seconds=pause) for pause in (0.1, 1, 2, 4, 8, 15))
"""After which pauses a receipt is written again that the database did not take: half a minute in all, since a mail that
has gone without one goes once more."""
RINGS_EVERY = timedelta(seconds=1)
"""How often a lane tells that the journal has grown, besides at its end: a bell rings no more often either."""
REDIRECTED = "redirected"
"""What became of a message whose channel takes nothing of us: it waits for another one now."""
log = structlog.get_logger()


def _tells_nobody() -> None:
    return


Unusable = Callable[[str, ChannelUnusable], Sequence[tuple[Notice, Person]]]
"""Who hears of what about a channel that takes nothing of us, by its name."""


def _nobody_hears(_: str, __: ChannelUnusable) -> Sequence[tuple[Notice, Person]]:
    return ()


class _Single:
    """A message that is delivered by itself; `outcome` is what became of it then."""

    def __init__(self, id: int) -> None:
        self._waiting = [id]
        self.outcome: str | Exception = ""

    def next(self) -> int | None:
        return self._waiting.pop() if self._waiting else None

    def ended(self, id: int, outcome: str | Exception) -> None:  # noqa: ARG002  # there is one
        self.outcome = outcome


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
        single = _Single(id)
        await self._deliver_each(self.channel, single)
        if isinstance(single.outcome, Exception):
            raise single.outcome
        return single.outcome

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Callable[[ToDeliver], Awaitable[None]]]:
        """Delivers message after message, over a connection of its own where the channel keeps one."""
        with ExitStack() as connection:
            over = self.channel
            if isinstance(over, ChannelWithLine):
                over = connection.enter_context(over.line())
            try:
                yield partial(self._deliver_each, over)
            finally:
                await in_thread(self.threads, connection.close)

    async def _deliver_each(self, over: Channel, messages: ToDeliver) -> None:
        """Deliver them in a thread, and keep in hand what takes long, so that no other sender takes it up."""
        in_hand: list[int] = []
        rings = partial(asyncio.get_running_loop().call_soon_threadsafe, self.rings)
        delivering = asyncio.ensure_future(in_thread(self.threads, self._work_through, over, messages, in_hand, rings))
        while not delivering.done():
            await asyncio.wait([delivering], timeout=HELD_ANEW.total_seconds())
            for id in [] if delivering.done() else [*in_hand]:
                await self._hold(id, until=self._now() + HELD)
        delivering.result()

    def _work_through(
        self, over: Channel, messages: ToDeliver, in_hand: list[int], rings: Callable[[], object]
    ) -> None:
        """Deliver one after the other; the receipt of each is written as the next one is taken up."""
        went: Went | None = None
        rings_at = 0.0
        while (id := messages.next()) is not None:
            # That went before is in hand until its receipt is written, which may take as long as a message.
            in_hand[:] = [id] if went is None else [went.id, id]
            outcome: Receipt | str | Exception
            try:
                outcome = self._hand_over(over, id, self._now(), after=went, of=messages)
            except Exception as trouble:
                outcome = trouble
            if isinstance(outcome, Receipt):
                went = Went(id, outcome)
            else:
                went = None
                messages.ended(id, outcome)
            if time.monotonic() >= rings_at:
                rings()
                rings_at = time.monotonic() + RINGS_EVERY.total_seconds()
        if went is not None:
            self._keep(went, messages)
        rings()

    def _now(self) -> datetime:
        """Temporal's time, by which the sender wakes: by a clock that is behind it, a rest would be over at once.

        But in a pass that began a minute ago, the last message must not rest a minute less.
        """
        return max(activity.info().started_time, self.now()) if activity.in_activity() else self.now()

    async def _hold(self, id: int, *, until: datetime) -> None:
        try:
            await in_thread(self.threads, partial(self.outbox.hold, id, until=until))
        except Exception as trouble:
            # The delivery goes on all the same. Only the kind: the words of an error may name people.
            log.warning("notice_not_held", notice=id, kind=type(trouble).__name__)

    def _hand_over(self, over: Channel, id: int, now: datetime, *, after: Went | None, of: ToDeliver) -> Receipt | str:
        """Take the message up and hand it over: its receipt, or what became of it without one."""
        waiting = self._take(id, now, after=after, of=of)
        if waiting is None:
            return "withdrawn"
        try:
            return over.deliver(waiting)
        except MaybeArrived as error:
            return self._unsure(waiting, str(error), max(now, self.now()))
        except ChannelDown as error:
            if self.now() - waiting.notice.not_before > PATIENCE:
                return self._refuse(id, f"given up after {PATIENCE.days} days of trying; the last answer: {error}")
            if error.again_after is None:
                self._let_go(waiting, str(error), now)
                raise
            return self._put_off(waiting, str(error), max(now, self.now()) + error.again_after)
        except ChannelUnusable as error:
            self.outbox.redirect(id, to=MAIL, reason=str(error), at=self.now(), told=self.reports(self.name, error))
            log.warning("notice_redirected", notice=id, channel=self.name, reason=str(error))
            return REDIRECTED
        except ChannelRefuses as error:
            return self._refuse(id, str(error))
        except Exception as error:
            self._let_go(waiting, f"failed by an error nobody foresaw: {type(error).__name__}", now)
            raise

    def _take(self, id: int, now: datetime, *, after: Went | None, of: ToDeliver) -> WaitingNotice | None:
        """Take the message up, and write the receipt of the one before it, both in one transaction.

        Where that fails, whatever is the matter with this one must not cost the other its receipt: each by itself then.
        Perhaps the answer alone was lost, and this one is in our hand: the same moment makes it known again.
        """
        held_until = _in_hand_until(now)
        if after is not None:
            try:
                waiting = self.outbox.take(id, now=now, held_until=held_until, after=after)
            except Exception as trouble:
                # The kind alone, as above.
                log.warning("receipt_not_written", notice=after.id, kind=type(trouble).__name__)
                self._keep(after, of)
            else:
                of.ended(after.id, "sent")
                return waiting
        return self.outbox.take(id, now=now, held_until=held_until)

    def _keep(self, went: Went, of: ToDeliver) -> None:
        """Write the receipt, patiently: without it, what is on its way already would be sent once more."""
        for pause in (*RECEIPT_AGAIN, None):
            try:
                self.outbox.sent(went.id, went.receipt)
            except Exception as trouble:
                if pause is None:
                    of.ended(went.id, trouble)
                    return
                # The kind alone, as above.
                log.warning("receipt_not_written", notice=went.id, kind=type(trouble).__name__)
                time.sleep(pause.total_seconds())
            else:
                of.ended(went.id, "sent")
                return

    def _let_go(self, waiting: WaitingNotice, reason: str, now: datetime) -> None:
        """Take it out of hand: Temporal has it tried again soon, be it by another worker."""
        self.outbox.put_off(waiting.id, until=now, reason=reason, maybe_arrived=waiting.maybe_arrived)

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


def _in_hand_until(now: datetime) -> datetime:
    """`HELD` from now, or up to a second less: a moment that no other sender names."""
    return now + HELD - timedelta(microseconds=secrets.randbelow(1_000_000))
