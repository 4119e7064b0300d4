"""How does all that waits for a channel go at once? In lanes side by side, each over a connection of its own."""

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from concurrent.futures import Executor, Future
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import NamedTuple

import structlog
from temporalio import activity

from activities.ports import Office, OfficeWithLine, ToDeliver
from activities.threads import in_thread

MOST_AT_ONCE = 20
"""So many deliveries of a channel are under way together: enough to fill a second, few enough for any mail server."""
WAITING_A_LANE = 5
"""A lane more for so many that wait: a connection costs as much as some mails."""
USUAL_LANES = 10
"""Lanes at most while all goes well: mail servers let one client have ten connections or more."""
SLOW = timedelta(seconds=2)
"""A message that takes longer holds up nobody: a lane more takes its place, up to `MOST_AT_ONCE`."""
IN_A_LOOK = 500
"""Messages that one look finds; what waits behind them is found by the next, for which all lanes wait."""
FAILURES_IN_A_ROW = 3
"""After so many the channel itself is down: what else waits need not fail, too."""
BEGINS_NO_MORE_AFTER = timedelta(seconds=60)
"""A pass begins no message after this: a worker that is given up for lost must not go on for long beside the next."""
LOOKS_AGAIN_EVERY = timedelta(seconds=1)
"""How late a message goes that another process writes while a pass lingers."""
SIGN_OF_LIFE_EVERY = timedelta(seconds=1)
"""How often messages that go are a sign of life at most: each costs a turn of the event loop and an encoded payload,
and Temporal is told of one in eight seconds."""
LOOKS_AFTER_LANES_EVERY = timedelta(seconds=0.5)
"""How late a lane more begins than it might."""
log = structlog.get_logger()
Deliver = Callable[[int], Awaitable[str]]
DeliverEach = Callable[[ToDeliver], Awaitable[None]]


@asynccontextmanager
async def line_of(office: Office) -> AsyncIterator[DeliverEach]:
    """How one item after the other is delivered by that office: over one connection, where it keeps one."""
    if not isinstance(office, OfficeWithLine):
        yield partial(one_by_one, office.deliver)
        return
    async with office.line() as deliver_each:
        yield deliver_each


async def one_by_one(deliver: Deliver, items: ToDeliver) -> None:
    """Deliver one item after the other, until none is to be begun any more."""
    while (id := items.next()) is not None:
        try:
            items.ended(id, await deliver(id))
        except Exception as trouble:
            items.ended(id, trouble)


class Line(NamedTuple):
    """A line that is open, and how items are delivered over it."""

    deliver_each: DeliverEach
    close: Callable[[], Awaitable[None]]

    @classmethod
    async def open(cls, office: Office) -> "Line":
        ends = AsyncExitStack()
        return cls(await ends.enter_async_context(line_of(office)), ends.aclose)


@dataclass(kw_only=True)
class Lanes:
    """One pass through what waits in an office, begun within an activity.

    `in_hand` are the deliveries of this channel that are under way in this worker, by number, ours and others.
    `apart_from` are numbers to leave out. `now` tells Temporal's time; `threads` are for looking what waits. When
    `woken` is set it looks again. So long after its last message, and before the next one may go, it `lingers`: to
    begin a pass costs Temporal more than some looks into the outbox.

    To a line it is what there is to deliver (`next`, `ended`): one that works in a thread takes message after message
    without a turn of the event loop for each.

    Afterwards there are: the `outcomes`, numbers that were `troubled` or take long, whether it `gave_up` because the
    channel seems to be down, whether `more` may wait that it had no time for, and when the next one may go.
    """

    office: Office
    in_hand: dict[int, Future[str]]
    apart_from: Collection[int]
    now: Callable[[], datetime]
    threads: Executor
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    lingers: timedelta = timedelta(0)
    outcomes: list[str] = field(default_factory=list)
    troubled: list[int] = field(default_factory=list)
    next_at: datetime | None = None
    gave_up: bool = False
    more: bool = False
    _waiting: deque[int] = field(default_factory=deque)
    _begun: dict[int, float] = field(default_factory=dict)
    _left_out: dict[int, float] = field(default_factory=dict)
    _more_behind: bool = False
    """Whether something may be ready that nobody wakes for, as a digest that was sealed instead of a message."""
    _found_all: bool = False
    """Whether nothing was left to do at the last look, so that the moment of the next message is known."""
    _failures: int = 0
    _lingers_until: float = 0.0
    _closed: bool = False
    _kept: list[Line] = field(default_factory=list)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _counting: Lock = field(default_factory=Lock)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _goes_in_turn: bool = False
    """Whether what went may let something else go: only who writes into an outbox, which has lines, wakes its pass."""
    _until: float = 0.0
    _next_sign: float = 0.0

    def __post_init__(self) -> None:
        self._goes_in_turn = not isinstance(self.office, OfficeWithLine)

    async def run(self) -> None:
        """Send what waits until nothing does, or until it is time to begin no more.

        A message that takes long is left behind in its lane at the end, as one in trouble: others need not wait for it.
        Cancelled, each lane finishes the message that it has: what is cut off may come twice.
        """
        self._until = self._loop.time() + BEGINS_NO_MORE_AFTER.total_seconds()
        lanes: set[asyncio.Task[None]] = set()
        try:
            await self._look()
            while True:
                lanes |= {asyncio.create_task(self._lane()) for _ in range(self._lanes_wanted() - len(lanes))}
                if not lanes and not self._waiting and await self._more_has_come():
                    continue
                if not lanes or self._only_slow_ones_left():
                    if await self._more_was_left():
                        continue
                    break
                done, lanes = await asyncio.wait(
                    lanes, timeout=LOOKS_AFTER_LANES_EVERY.total_seconds(), return_when=asyncio.FIRST_COMPLETED
                )
                for lane in done:
                    lane.result()
        except BaseException:
            self._closed = True
            await _finished(lanes)
            raise
        finally:
            self._closed = True
            for line in self._kept:
                await line.close()
        with self._counting:
            self.troubled += self._begun
        self.more = self._time_is_up() or self.woken.is_set()
        # Something waits, there is time, and no lane could begin: all places are taken by what hangs.
        self.gave_up = self._failures >= FAILURES_IN_A_ROW or (bool(self._waiting) and not self.more)

    def _over(self) -> bool:
        return self._closed or self._failures >= FAILURES_IN_A_ROW or self._time_is_up()

    def _time_is_up(self) -> bool:
        return activity.is_worker_shutdown() or self._loop.time() > self._until

    def _lanes_wanted(self) -> int:
        """How many lanes there should be now, those with a slow message among them."""
        if self._over():
            return 0
        usual = min(math.ceil(len(self._waiting) / WAITING_A_LANE), USUAL_LANES)
        with self._counting:
            of_others = len(self.in_hand.keys() - self._begun.keys())
        return min(usual + self._slow(), MOST_AT_ONCE - of_others)

    def _slow(self) -> int:
        before = self._loop.time() - SLOW.total_seconds()
        with self._counting:
            return sum(begun < before for begun in self._begun.values())

    def _only_slow_ones_left(self) -> bool:
        """Whether nothing is under way but what takes long, and nothing more begins; at its end a worker waits."""
        nothing_begins = self._over() or not self._waiting
        return nothing_begins and self._slow() == len(self._begun) > 0 and not activity.is_worker_shutdown()

    async def _lane(self) -> None:
        """Deliver one message after the other over a line, which the next lane takes over while the pass lingers."""
        line = self._kept.pop() if self._kept else await Line.open(self.office)
        try:
            while await self._something_waits():
                await line.deliver_each(self)
        finally:
            if self._closed:
                await line.close()
            else:
                self._kept.append(line)

    async def _something_waits(self) -> bool:
        """Whether there is one to deliver. Where none is left it is looked again, if more may be there by now."""
        async with self._looking:
            if not self._waiting and not self._over() and (self._more_behind or self.woken.is_set()):
                await self._look()
        return bool(self._waiting) and not self._over()

    def next(self) -> int | None:
        """The next one to deliver, in hand from now on; None when none waits or none is to be begun any more."""
        with self._counting:
            while self._waiting and not self._over():
                id, delivery = self._waiting.popleft(), Future[str]()
                if self.in_hand.setdefault(id, delivery) is delivery:
                    self._left_out[id] = math.inf
                    self._begun[id] = self._loop.time()
                    return id
        return None

    def ended(self, id: int, outcome: str | Exception) -> None:
        """Count what became of one, whatever thread delivered it, and give a sign of life now and then."""
        with self._counting:
            del self._begun[id]
            delivery = self.in_hand.pop(id)
            if isinstance(outcome, Exception):
                # It is tried again on its own, and what fails then is in the history. Words of errors may name people.
                log.info("notice_in_trouble", notice=id, kind=type(outcome).__name__)
                self.troubled.append(id)
                self._failures += 1
                delivery.set_exception(outcome)
            else:
                self.outcomes.append(outcome)
                self._more_behind |= outcome != "sent" or self._goes_in_turn
                self._left_out[id] = self._loop.time() + LOOKS_AGAIN_EVERY.total_seconds()
                self._failures = 0
                self._lingers_until = self._loop.time() + self.lingers.total_seconds()
                delivery.set_result(outcome)
            settled, now = len(self.outcomes), self._loop.time()
            if now < self._next_sign:
                return
            self._next_sign = now + SIGN_OF_LIFE_EVERY.total_seconds()
        self._loop.call_soon_threadsafe(self._give_sign_of_life, settled)

    def _give_sign_of_life(self, settled: int) -> None:
        if not self._closed:
            activity.heartbeat(settled)

    async def _more_was_left(self) -> bool:
        """Look where nobody has since what waited went; whether to judge anew, since much may have ended meanwhile.

        So the moment of the next message is known at the end, also where the last one took long.
        """
        if self._waiting or self._found_all or self._over():
            return False
        async with self._looking:
            if not self._waiting and not self._found_all:
                await self._look()
        return True

    async def _more_has_come(self) -> bool:
        """Look again when woken, and now and then while it lingers; whether something waits."""
        while not self._over() and (self.woken.is_set() or self._may_linger()):
            await self._moment()
            if await self._look():
                return True
        return False

    def _may_linger(self) -> bool:
        """Whether the last message went not long ago, or the next one may go before long."""
        soon = self.next_at is not None and self.next_at - self.now() <= self.lingers
        return soon or self._loop.time() < self._lingers_until

    async def _moment(self) -> None:
        """Until we are woken, the next message may go, or it is time for a look all the same."""
        moment = LOOKS_AGAIN_EVERY
        if self.next_at is not None:
            moment = min(moment, max(self.next_at - self.now(), timedelta(0)))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), moment.total_seconds())

    async def _look(self) -> bool:
        """Whether something waits."""
        self.woken.clear()
        with self._counting:
            # What is settled does not come again, what was put off for seconds does, and what is in trouble must not.
            self._left_out = {id: until for id, until in self._left_out.items() if until > self._loop.time()}
            left_out = {*self.apart_from, *self._left_out, *self.in_hand}
            self._more_behind = False
        now = self.now()
        most = IN_A_LOOK + len(self.apart_from) + len(self.troubled) + len(self.in_hand)

        def look() -> tuple[Sequence[int], datetime | None]:
            """What may go, else when the next one may; in one go, since a change of threads costs as much as either."""
            ready = [id for id in self.office.ready(now=now, most=most) if id not in left_out]
            return ready, None if ready else self.office.next_ready(after=now)

        ready, next_at = await in_thread(self.threads, look)
        self._waiting.extend(ready)
        with self._counting:
            self._more_behind |= len(ready) >= IN_A_LOOK
        self._found_all = not self._waiting
        if self._found_all:
            # After the moment of this look: what became ready since then is found by the next pass.
            self.next_at = next_at
        return not self._found_all


async def _finished(lanes: Collection[asyncio.Task[None]]) -> None:
    if lanes:
        await asyncio.shield(asyncio.wait(lanes))
