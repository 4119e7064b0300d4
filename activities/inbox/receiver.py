"""What follows from deliveries of other systems? Each is taken from the inbox, handed to its handler and settled."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import groupby

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Handler, Inbox
from activities.pulse import alive
from activities.threads import in_thread
from domain.inbox import MOST_TRIES, InboxRow, Settled, given_up
from domain.refusal import Refused
from domain.trouble import NotFound, NotReachable
from domain.wire import Wire

MOST_AT_ONCE = 100
"""Deliveries taken up in one round: a burst of thousands is through in some dozens of rounds."""
MOST_NAMED = 200
"""Troubled deliveries named in an answer, which holds 2 MB at most. The receiver tries 50 singly and finds the rest
again."""
MOST_TROUBLED = 1_000
"""Troubled deliveries up to which a pass looks behind them; what waits behind more is seen by the next pass."""
SIDE_BY_SIDE = 10
"""Subjects worked on at the same time: Temporal and the CRM answer while we wait, and neither is flooded."""
BEGINS_NO_MORE_AFTER = timedelta(seconds=60)
"""A pass begins no delivery after this: with a CRM that takes ten seconds a deal it might never end."""
log = structlog.get_logger()


class Pass(Wire):
    """One pass through the inbox. `apart_from` are ids to leave out: they are tried singly already."""

    apart_from: tuple[int, ...] = ()


class Passed(Wire):
    """What a pass came to: how many were `settled`, ids that could not be settled now, whether `more` wait."""

    settled: int = 0
    troubled: tuple[int, ...] = ()
    more: bool = False


class Taken(Wire):
    """The delivery to take from the inbox, by its id."""

    id: int


@dataclass(frozen=True)
class Receiving:
    """The activities of the receiver. `handlers` are by source of delivery; `threads` are for the database."""

    inbox: Inbox
    handlers: Mapping[str, Handler]
    threads: Executor

    @activity.defn
    async def work_through_inbox(self, once: Pass) -> Passed:
        """Settle what waits, as far as it can be settled now.

        When a source cannot be reached, the pass goes on with the other sources: however much waits for a CRM that is
        away, it holds up nobody else's deals.
        """
        until = asyncio.get_running_loop().time() + BEGINS_NO_MORE_AFTER.total_seconds()
        away: set[str] = set()
        settled, troubled, rounds = 0, set[int](), 0
        async with alive():
            while True:
                away_before = frozenset(away)
                here = await self._round({*once.apart_from, *troubled}, away=away, until=until, again=rounds == 0)
                settled, rounds = settled + here.settled, rounds + 1
                troubled |= set(here.troubled)
                # Where nothing could be settled, what stands behind it may be: else whoever waits for it would be told
                # that nothing can be done now.
                go_on = away != away_before or (not here.settled and len(troubled) < MOST_TROUBLED)
                if not here.more or not go_on or asyncio.get_running_loop().time() > until:
                    return Passed(settled=settled, troubled=tuple(sorted(troubled)[:MOST_NAMED]), more=here.more)

    async def _round(self, apart_from: Collection[int], *, away: set[str], until: float, again: bool) -> Passed:
        """Work on the oldest deliveries that were never tried, skipping sources in `away`; add those that prove away.

        With `again`, deliveries that failed before fill the room that is left: however many there are, they keep no
        fresh one from its turn. `until` is the time of the event loop after which none is begun.
        """
        apart_from, not_of = frozenset(apart_from), frozenset(away)

        def look() -> Sequence[InboxRow]:
            fresh = self.inbox.ready(apart_from=apart_from, not_of=not_of, most=MOST_AT_ONCE)
            room = MOST_AT_ONCE - len(fresh)
            if not again or not room:
                return fresh
            return [*fresh, *self.inbox.tried_before(apart_from=apart_from, not_of=not_of, most=room)]

        ready = await in_thread(self.threads, look)
        rows = await in_thread(self.threads, partial(self._with_all_about_the_same, ready, apart_from=apart_from))
        by_subject: dict[tuple[str, str], list[InboxRow]] = defaultdict(list)
        for row in rows:
            by_subject[row.source, row.subject or f"#{row.id}"].append(row)
        free = asyncio.Semaphore(SIDE_BY_SIDE)
        settled = 0
        troubled: list[int] = []
        loop = asyncio.get_running_loop()

        async def in_order(of_one: Sequence[InboxRow]) -> None:
            nonlocal settled
            async with free:
                for alike in self._alike(of_one):
                    row = alike[-1]
                    if loop.time() > until:
                        return
                    # What comes after one that finds its way closed waits with it, and the others of that source need
                    # not knock in this pass.
                    if row.source in away:
                        troubled.extend(later.id for later in of_one if later.id >= alike[0].id)
                        return
                    try:
                        became = dict.fromkeys((one.id for one in alike), await self._handled(row))
                    except NotReachable as trouble:
                        troubled.extend(later.id for later in of_one if later.id >= alike[0].id)
                        away.add(row.source)
                        log.warning("delivery_waits", delivery=row.id, source=row.source, kind="NotReachable")
                        await in_thread(self.threads, self._waits, [one.id for one in alike], str(trouble))
                        return
                    except Exception as trouble:
                        # A fault of our own, which may last: what comes after it about the same thing goes on.
                        became = await self._failed(alike, trouble)
                        troubled.extend(one.id for one in alike if one.id not in became)
                    # At once: a worker that is killed in the middle of a pass leaves the rest of it alone.
                    await in_thread(self.threads, self.inbox.settle, became)
                    settled += len(became)

        await asyncio.gather(*(in_order(of_one) for of_one in by_subject.values()))
        left = len(rows) - settled - len(troubled)
        return Passed(settled=settled, troubled=tuple(troubled), more=left > 0 or len(ready) == MOST_AT_ONCE)

    async def _failed(self, alike: Sequence[InboxRow], trouble: Exception) -> dict[int, Settled]:
        """Count an error that nobody foresaw; which of those deliveries are given up by it, as refused."""
        # Only the kind: its words may name people.
        kind = type(trouble).__name__
        log.warning("delivery_waits", delivery=alike[-1].id, source=alike[-1].source, kind=kind)

        def counted() -> dict[int, int]:
            return {row.id: self.inbox.failed(row.id, kind) for row in alike}

        tries = await in_thread(self.threads, counted)
        return {id: given_up(kind, times) for id, times in tries.items() if times >= MOST_TRIES}

    def _waits(self, tried: Sequence[int], reason: str) -> None:
        for id in tried:
            self.inbox.waits_for(id, reason)

    def _with_all_about_the_same(self, ready: Sequence[InboxRow], *, apart_from: Collection[int]) -> Sequence[InboxRow]:
        """The ready rows and all else that waits about the same subjects: it came before the look, which sees it."""
        rows = {row.id: row for row in ready}
        for source, handler in self.handlers.items():
            subjects = {row.subject for row in ready if row.source == source and row.subject}
            if subjects and handler.reads_the_present:
                rows |= {row.id: row for row in self.inbox.waiting_about(source, subjects)}
        return [rows[id] for id in sorted(rows) if id not in apart_from]

    def _alike(self, of_one: Sequence[InboxRow]) -> Iterator[Sequence[InboxRow]]:
        """Deliveries about one subject, in order; those that one look settles come together.

        A handler that reads the world as it is now need not read it once for each of five changes.
        """
        for _, alike in groupby(of_one, key=lambda row: row.kind):
            rows = list(alike)
            handler = self.handlers.get(rows[0].source)
            yield from [rows] if handler is not None and handler.reads_the_present else [[row] for row in rows]

    @activity.defn
    async def take_from_inbox(self, taken: Taken) -> str:
        """Settle one delivery that failed in a pass, and return its state; Temporal tries it again where that may help.

        Raises ApplicationError, with the kind alone of an error that nobody foresaw.
        """
        row = await in_thread(self.threads, self.inbox.get, taken.id)
        if row is None or row.state != "waiting":
            return "settled before"
        try:
            settled = await self._handled(row)
        except NotReachable as trouble:
            reason = str(trouble)
            await in_thread(self.threads, self.inbox.waits_for, row.id, reason)
            raise ApplicationError(reason, type="NotReachable") from None
        except Exception as trouble:
            became = await self._failed([row], trouble)
            if row.id not in became:
                kind = type(trouble).__name__
                raise ApplicationError(f"not settled: {kind}", type=kind) from None
            settled = became[row.id]
        await in_thread(self.threads, self.inbox.settle, {row.id: settled})
        return settled.state

    async def _handled(self, row: InboxRow) -> Settled:
        handler = self.handlers.get(row.source)
        if handler is None:
            return Settled(state="refused", outcome=f"nothing here handles deliveries of {row.source}")
        try:
            return await handler(row)
        except Refused as refusal:
            return Settled(state="refused", outcome=refusal.reason, field=refusal.field)
        except NotFound as unknown:
            return Settled(state="refused", outcome=str(unknown))
