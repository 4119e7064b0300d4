"""What did other systems deliver, and what became of it? Stores each delivery before it is answered, many at a time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Engine, Select, TextClause, and_, func, or_, select, update

from domain.inbox import InboxRow, InboxState, Incoming, Settled
from domain.wire import Wire
from store.columns import storable
from store.engine import read_transaction, single_writes, wall_clock, write_transaction
from store.grouping import GroupedWriter
from store.rows import add_texts, for_the_driver
from store.tables import IS_REFUSED, IS_WAITING, inbox

MOST_IN_A_GROUP = 500
"""The most deliveries in one transaction: more would keep the first of them waiting for the last."""
LARGEST_GROUP = 8_388_608
"""The most bytes of bodies in one transaction, as they came. Written as one document they take twelve times that in
memory, and 0.35 s (SQLite; 128 deliveries of the largest size took 1.6 GB and 4 s). Ordinary deliveries, up to 16 kB,
reach 500 first."""

MOST_ABOUT = 1_000
"""The most deliveries about the same subjects that are read at once: they are read with their bodies."""


class InboxPage(Wire):
    """A page of the inbox, newest first; `before` is the cursor of the next one, None on the last."""

    rows: tuple[InboxRow, ...]
    before: int | None


class SqlInbox:
    """The inbox of `activities.ports`, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._singly = single_writes(engine)
        self._clock = clock

    def keep(self, deliveries: Sequence[Incoming]) -> None:
        """Store deliveries in one transaction; one whose source and key are stored already changes nothing."""
        if not deliveries:
            return
        now = self._clock()
        with self._singly.connect() as connection:
            received_at = for_the_driver(connection, inbox.c.received_at, now)
            add_texts(connection, inbox, [_row(delivery, received_at=received_at) for delivery in deliveries])

    def ready(self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()) -> Sequence[InboxRow]:
        """Deliveries that wait and were never tried, oldest first, without the ids and the sources to leave out."""
        fresh = select(inbox).where(self._may_be_tried(), inbox.c.outcome == "").order_by(inbox.c.id).limit(most)
        return self._waiting(fresh, apart_from=apart_from, not_of=not_of)

    def tried_before(
        self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()
    ) -> Sequence[InboxRow]:
        """Deliveries that wait and have failed before, in random order, so that none is always the last."""
        failed = select(inbox).where(self._may_be_tried(), inbox.c.outcome != "").order_by(func.random()).limit(most)
        return self._waiting(failed, apart_from=apart_from, not_of=not_of)

    def due(self) -> bool:
        """Whether a delivery that waited for a moment has come to it."""
        query = select(inbox.c.id).where(IS_WAITING, inbox.c.not_before <= self._clock()).limit(1)
        with read_transaction(self._engine) as connection:
            return connection.scalar(query) is not None

    def _may_be_tried(self) -> "ColumnElement[bool]":
        return and_(IS_WAITING, or_(inbox.c.not_before.is_(None), inbox.c.not_before <= self._clock()))

    def _waiting(
        self, query: "Select[Any]", *, apart_from: Collection[int], not_of: Collection[str]
    ) -> Sequence[InboxRow]:
        if not_of:
            query = query.where(inbox.c.source.not_in(list(not_of)))
        if apart_from:
            query = query.where(inbox.c.id.not_in(list(apart_from)))
        with read_transaction(self._engine) as connection:
            return [InboxRow.model_validate(row) for row in connection.execute(query).mappings()]

    def waiting_about(self, source: str, subjects: Collection[str]) -> Sequence[InboxRow]:
        """Deliveries of the source that wait and are about one of the subjects, oldest first; `MOST_ABOUT` at most."""
        about = (inbox.c.source == source) & inbox.c.subject.in_(list(subjects))
        with read_transaction(self._engine) as connection:
            oldest = select(inbox).where(self._may_be_tried(), about).order_by(inbox.c.id).limit(MOST_ABOUT)
            rows = connection.execute(oldest).mappings()
            return [InboxRow.model_validate(row) for row in rows]

    def get(self, id: int) -> InboxRow | None:
        """The delivery with that id, whatever its state; None when there is none."""
        with read_transaction(self._engine) as connection:
            row = connection.execute(select(inbox).where(inbox.c.id == id)).mappings().one_or_none()
        return None if row is None else InboxRow.model_validate(row)

    def of(self, source: str, subject: str, *, most: int) -> Sequence[InboxRow]:
        """Up to `most` deliveries of the source about one subject, newest first."""
        return self.page(source=source, subject=subject, limit=most).rows

    def settle(self, became: Mapping[int, Settled]) -> None:
        """Record what became of deliveries, by their ids; one that is settled already stays as it is."""
        now = self._clock()
        with write_transaction(self._engine) as connection:
            for id, settled in became.items():
                of_it = update(inbox).where(inbox.c.id == id, IS_WAITING)
                at = None if settled.state == "waiting" else now
                connection.execute(of_it.values(**settled.model_dump(), settled_at=at))

    def waits_for(self, id: int, trouble: str) -> None:
        """Record why the delivery still waits, for people who look at the inbox. From then on it counts as tried."""
        with write_transaction(self._engine) as connection:
            connection.execute(update(inbox).where(inbox.c.id == id, IS_WAITING).values(outcome=trouble))

    def failed(self, id: int, kind: str) -> int:
        """Count one more error of that kind which nobody foresaw; returns how many there were, 0 when it is settled."""
        of_it = update(inbox).where(inbox.c.id == id, IS_WAITING)
        counted = of_it.values(outcome=kind, tries=inbox.c.tries + 1).returning(inbox.c.tries)
        with write_transaction(self._engine) as connection:
            return connection.execute(counted).scalar_one_or_none() or 0

    def retry(self, id: int) -> int:
        """Let a settled delivery wait again as if it had just come; returns 1, or 0 when there is none or it waits."""
        return self._again(inbox.c.id == id, inbox.c.state != "waiting")

    def retry_refused(self, *, source: str | None = None) -> int:
        """Let every refused delivery, of all sources or of one, wait again; returns how many there were."""
        return self._again(IS_REFUSED, *([inbox.c.source == source] if source else []))

    def _again(self, *which: "ColumnElement[bool] | TextClause") -> int:
        again = (
            update(inbox)
            .where(*which)
            .values(state="waiting", outcome="", field="", settled_at=None, tries=0, not_before=None)
        )
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
        """A page of up to `limit` deliveries that meet every condition given, newest first.

        `before` is the cursor of the page before, None for the first page.
        """
        query = select(inbox).order_by(inbox.c.id.desc()).limit(limit + 1)
        for column, wanted in (("state", state), ("source", source), ("subject", subject)):
            if wanted is not None:
                query = query.where(inbox.c[column] == wanted)
        if before is not None:
            query = query.where(inbox.c.id < before)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        shown = tuple(InboxRow.model_validate(row) for row in rows[:limit])
        return InboxPage(rows=shown, before=shown[-1].id if len(rows) > limit else None)

    def counted(self) -> Mapping[str, int]:
        """The number of deliveries in each state; states without any are left out."""
        with read_transaction(self._engine) as connection:
            rows = connection.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state)).all()
        return {str(state): int(number) for state, number in rows}


class GroupedInbox(GroupedWriter[Incoming]):
    """Stores deliveries that come at the same moment in one transaction, by the function `keep`."""

    def __init__(self, keep: Callable[[Sequence[Incoming]], None]) -> None:
        super().__init__(keep, name="inbox", most=MOST_IN_A_GROUP, largest=LARGEST_GROUP)


def _row(delivery: Incoming, *, received_at: Any) -> Mapping[str, Any]:
    """The columns of a delivery, converted by hand: through the column types it would cost half as much again."""
    return {
        "source": storable(delivery.source),
        "key": storable(delivery.key),
        "kind": storable(delivery.kind),
        "subject": storable(delivery.subject),
        # A text within the document, so that it is kept as it is, and what PostgreSQL cannot read in it stays unread.
        "body": None if delivery.body is None else to_json(delivery.body, inf_nan_mode="null").decode(),
        "state": "waiting",
        "outcome": "",
        "field": "",
        "onboarding": "",
        "received_at": received_at,
    }
