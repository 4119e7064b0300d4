"""What was delivered, and what became of it? Kept in groups, so that durable before the answer costs little."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Engine, Select, TextClause, func, select, update

from domain.inbox import InboxRow, InboxState, Incoming, Settled
from domain.wire import Wire
from store.columns import storable
from store.engine import read_transaction, single_writes, wall_clock, write_transaction
from store.grouping import GroupedWriter
from store.rows import add_texts, for_the_driver
from store.tables import IS_REFUSED, IS_WAITING, inbox

MOST_IN_A_GROUP = 500
"""So many deliveries share a transaction at most: more would keep the first of them waiting for the last."""
LARGEST_GROUP = 8_388_608
"""And so many bytes of bodies as they came: written from one document, they take twelve times that in memory and 0.35 s
(SQLite; 128 deliveries of the largest size took 1.6 GB and 4 s). Of ordinary ones, up to 16 kB, 500 come first."""

MOST_ABOUT = 1_000
"""So many more that wait about what is looked at anyway: they are read with their bodies."""


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
        """Keep those that are not there yet, all in one transaction."""
        if not deliveries:
            return
        now = self._clock()
        with self._singly.connect() as connection:
            received_at = for_the_driver(connection, inbox.c.received_at, now)
            add_texts(connection, inbox, [_row(delivery, received_at=received_at) for delivery in deliveries])

    def ready(self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()) -> Sequence[InboxRow]:
        """Those that wait and were never tried, oldest first; none of the sources `not_of`."""
        fresh = select(inbox).where(IS_WAITING, inbox.c.outcome == "").order_by(inbox.c.id).limit(most)
        return self._waiting(fresh, apart_from=apart_from, not_of=not_of)

    def tried_before(
        self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()
    ) -> Sequence[InboxRow]:
        """Those that wait and have failed before, drawn by lot: none of them is always the last."""
        failed = select(inbox).where(IS_WAITING, inbox.c.outcome != "").order_by(func.random()).limit(most)
        return self._waiting(failed, apart_from=apart_from, not_of=not_of)

    def _waiting(
        self, found: "Select[Any]", *, apart_from: Collection[int], not_of: Collection[str]
    ) -> Sequence[InboxRow]:
        if not_of:
            found = found.where(inbox.c.source.not_in(list(not_of)))
        if apart_from:
            found = found.where(inbox.c.id.not_in(list(apart_from)))
        with read_transaction(self._engine) as connection:
            return [InboxRow.model_validate(row) for row in connection.execute(found).mappings()]

    def waiting_about(self, source: str, subjects: Collection[str]) -> Sequence[InboxRow]:
        """Those of that source that wait about those things, oldest first."""
        about = (inbox.c.source == source) & inbox.c.subject.in_(list(subjects))
        with read_transaction(self._engine) as connection:
            oldest = select(inbox).where(IS_WAITING, about).order_by(inbox.c.id).limit(MOST_ABOUT)
            rows = connection.execute(oldest).mappings()
            return [InboxRow.model_validate(row) for row in rows]

    def get(self, id: int) -> InboxRow | None:
        with read_transaction(self._engine) as connection:
            row = connection.execute(select(inbox).where(inbox.c.id == id)).mappings().one_or_none()
        return None if row is None else InboxRow.model_validate(row)

    def of(self, source: str, subject: str, *, most: int) -> Sequence[InboxRow]:
        """The newest deliveries of one thing, newest first."""
        return self.page(source=source, subject=subject, limit=most).rows

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
            rows = connection.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state)).all()
        return {str(state): int(number) for state, number in rows}


class GroupedInbox(GroupedWriter[Incoming]):
    """Keeps deliveries that come at the same moment in one transaction."""

    def __init__(self, keep: Callable[[Sequence[Incoming]], None]) -> None:
        super().__init__(keep, name="inbox", most=MOST_IN_A_GROUP, largest=LARGEST_GROUP)


def _row(delivery: Incoming, *, received_at: Any) -> Mapping[str, Any]:
    """By hand, since a third of what a delivery costs would be the conversion of its columns."""
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
