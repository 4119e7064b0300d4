"""What was delivered, and what became of it? Kept in groups, so that durable before the answer costs little."""

import queue
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Engine, TextClause, func, select, update

from domain.inbox import InboxRow, InboxState, Incoming, Settled
from domain.wire import Wire
from store.engine import read_transaction, wall_clock, write_transaction
from store.rows import Row, add
from store.tables import IS_REFUSED, IS_WAITING, inbox

MOST_IN_A_GROUP = 500
"""So many deliveries share a transaction at most: more would keep the first of them waiting for the last."""


class InboxPage(Wire):
    """A page of the inbox, newest first; `before` is the cursor of the next one, None on the last."""

    rows: tuple[InboxRow, ...]
    before: int | None


class SqlInbox:
    """The inbox of `activities.ports`, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def keep(self, deliveries: Sequence[Incoming]) -> None:
        """Keep those that are not there yet, all in one transaction."""
        now = self._clock()
        with write_transaction(self._engine) as connection:
            add(connection, inbox, [_row(delivery, now=now) for delivery in deliveries])

    def ready(self, *, apart_from: Collection[int], most: int) -> Sequence[InboxRow]:
        """Those that wait, oldest first."""
        waiting = select(inbox).where(IS_WAITING).order_by(inbox.c.id)
        if apart_from:
            waiting = waiting.where(inbox.c.id.not_in(list(apart_from)))
        with read_transaction(self._engine) as connection:
            return [InboxRow.model_validate(row) for row in connection.execute(waiting.limit(most)).mappings()]

    def get(self, id: int) -> InboxRow | None:
        with read_transaction(self._engine) as connection:
            row = connection.execute(select(inbox).where(inbox.c.id == id)).mappings().one_or_none()
        return None if row is None else InboxRow.model_validate(row)

    def settle(self, became: Mapping[int, Settled]) -> None:
        """Write down what became of them; one that is settled already stays as it is."""
        now = self._clock()
        with write_transaction(self._engine) as connection:
            for id, settled in became.items():
                of_it = update(inbox).where(inbox.c.id == id, IS_WAITING)
                connection.execute(of_it.values(**settled.model_dump(), settled_at=now))

    def waits_for(self, id: int, trouble: str) -> None:
        """Say what keeps it waiting, for whoever looks."""
        with write_transaction(self._engine) as connection:
            connection.execute(update(inbox).where(inbox.c.id == id, IS_WAITING).values(outcome=trouble))

    def retry(self, id: int) -> int:
        """Let it wait again, as if it had just come; 0 when there is none, or it waits anyway."""
        return self._again(inbox.c.id == id, inbox.c.state != "waiting")

    def retry_refused(self, *, source: str | None = None) -> int:
        """The same for all that were refused; how many there were."""
        return self._again(IS_REFUSED, *([inbox.c.source == source] if source else []))

    def _again(self, *which: "ColumnElement[bool] | TextClause") -> int:
        again = update(inbox).where(*which).values(state="waiting", outcome="", field="", settled_at=None)
        with write_transaction(self._engine) as connection:
            return connection.execute(again).rowcount

    def page(
        self,
        *,
        state: InboxState | None = None,
        source: str | None = None,
        subject: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> InboxPage:
        """The newest that fit, newest first."""
        found = select(inbox).order_by(inbox.c.id.desc()).limit(limit + 1)
        # By the same text as the partial indexes have it: neither database looks into a parameter for those.
        for column, wanted in (("state", state), ("source", source), ("subject", subject)):
            if wanted is not None:
                found = found.where(inbox.c[column] == wanted)
        if before is not None:
            found = found.where(inbox.c.id < before)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(found).mappings().all()
        shown = tuple(InboxRow.model_validate(row) for row in rows[:limit])
        return InboxPage(rows=shown, before=shown[-1].id if len(rows) > limit else None)

    def counted(self) -> Mapping[str, int]:
        """How many there are in each state."""
        with read_transaction(self._engine) as connection:
            rows = connection.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state)).tuples().all()
        return dict(rows)


class _Kept(NamedTuple):
    deliveries: Sequence[Incoming]
    done: "Future[None]"


class GroupedInbox:
    """Keeps deliveries that come at the same moment in one transaction: what commits costs is shared by all of them.

    Its one thread writes for as long as `with` lasts; what was given before the end is written before the end.
    """

    def __init__(self, keep: Callable[[Sequence[Incoming]], None]) -> None:
        self._keep = keep
        self._given: queue.SimpleQueue[_Kept | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_groups, name="inbox", daemon=True)

    def __enter__(self) -> "GroupedInbox":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._given.put(None)
        self._thread.join()

    def keep(self, deliveries: Sequence[Incoming]) -> "Future[None]":
        """Done when they are durable; fails when the database does not take them."""
        done: Future[None] = Future()
        self._given.put(_Kept(deliveries, done))
        return done

    def _write_groups(self) -> None:
        while (first := self._given.get()) is not None:
            group, ending = [first], False
            with suppress(queue.Empty):
                while sum(len(kept.deliveries) for kept in group) < MOST_IN_A_GROUP:
                    following = self._given.get_nowait()
                    if following is None:
                        ending = True
                        break
                    group.append(following)
            self._write(group)
            if ending:
                return

    def _write(self, group: Sequence[_Kept]) -> None:
        try:
            self._keep([delivery for kept in group for delivery in kept.deliveries])
        except Exception as failure:
            for kept in group:
                kept.done.set_exception(failure)
        else:
            for kept in group:
                kept.done.set_result(None)


def _row(delivery: Incoming, *, now: datetime) -> Row:
    row = delivery.model_dump()
    return {**row, "state": "waiting", "outcome": "", "field": "", "onboarding": "", "received_at": now}
