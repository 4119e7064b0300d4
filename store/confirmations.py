"""Which news in the journal may be unknown to Temporal, and how is a row taken back that it never heard of?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, select, update

from domain.record import JournalRow, RegisterRow, Task, Unconfirmed, UnconfirmedRow
from domain.rules.record_keeping import register_row
from store.engine import read_transaction, wall_clock, write_transaction
from store.rows import add, put
from store.tables import IS_UNCONFIRMED, journal, notices, registers

TAKEN_BACK = "taken_back"
"""The kind of the row that stands for one that was taken back."""
ENDED = "the onboarding has ended"
"""Why messages that waited were withdrawn when an onboarding ended."""

# Asked at every turn, and put together once (store/ledger.py).
WAITING = select(journal.c.seq, journal.c.key, journal.c.unconfirmed).where(
    journal.c.onboarding == bindparam("onboarding"), IS_UNCONFIRMED
)


class SqlConfirmations:
    """The confirmations of `activities.ports`, in SQL. May be shared by threads.

    News is due for confirmation `after` it was written: until then its caller may repeat it, or a later turn shows that
    it is known.
    """

    def __init__(self, engine: Engine, *, after: timedelta, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._after = after
        self._clock = clock

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        """Numbers of the rows that are to be confirmed now, oldest first."""
        due = select(journal.c.seq).where(IS_UNCONFIRMED, journal.c.recorded_at <= now - self._after)
        with read_transaction(self._engine) as connection:
            return connection.scalars(due.order_by(journal.c.recorded_at, journal.c.seq).limit(most)).all()

    def next_ready(self, *, after: datetime) -> datetime | None:
        """When the next row is to be confirmed that is not yet; None when none waits for its time."""
        later = select(func.min(journal.c.recorded_at)).where(
            IS_UNCONFIRMED, journal.c.recorded_at > after - self._after
        )
        with read_transaction(self._engine) as connection:
            soonest: datetime | None = connection.scalar(later)
        return None if soonest is None else soonest + self._after

    def take(self, seq: int) -> UnconfirmedRow | None:
        """The row and the news behind it; None when it was confirmed or taken back meanwhile."""
        row_of = select(journal.c.onboarding, journal.c.kind, journal.c.unconfirmed).where(
            journal.c.seq == seq, IS_UNCONFIRMED
        )
        with read_transaction(self._engine) as connection:
            row = connection.execute(row_of).one_or_none()
        if row is None:
            return None
        news = Unconfirmed.model_validate(row.unconfirmed)
        return UnconfirmedRow(onboarding=row.onboarding, kind=row.kind, news=news)

    def confirm(self, seq: int, *, said_nothing_new: bool = False) -> None:
        """Temporal knows the news of that row; with `said_nothing_new`, it knew what it says before it was told again.

        Where the same was told under another id meanwhile, the row is taken back: the other one stands for both.
        """
        with write_transaction(self._engine) as connection:
            row = connection.execute(select(journal).where(journal.c.seq == seq, IS_UNCONFIRMED)).one_or_none()
            if row is not None and said_nothing_new and _has_a_twin(connection, row):
                take_back(connection, row, reason="the same was told under another id", now=self._clock())
            elif row is not None:
                _confirm(connection, [seq])

    def take_back(self, seq: int, *, reason: str) -> None:
        """Temporal never heard of that row's news, and would not take it now: the row goes, and so do its messages."""
        with write_transaction(self._engine) as connection:
            row = connection.execute(select(journal).where(journal.c.seq == seq, IS_UNCONFIRMED)).one_or_none()
            if row is not None:
                take_back(connection, row, reason=reason, now=self._clock())


def settle(
    connection: Connection, onboarding: str, *, task: Task, news: Mapping[str, Unconfirmed], now: datetime
) -> None:
    """Confirm what that task shows to be known, and let each row's news be that of its last try.

    A row that the same news left under another name (its issue got another number this time) is taken back.
    """
    waiting = connection.execute(WAITING, {"onboarding": onboarding}).all()
    again = {one.news_id for one in news.values()}
    confirmed: list[int] = []
    for row in waiting:
        before = Unconfirmed.model_validate(row.unconfirmed)
        if row.key in news:
            if before != news[row.key]:
                values = {"unconfirmed": news[row.key]}
                connection.execute(update(journal).where(journal.c.seq == row.seq).values(values))
        elif before.news_id in again:
            gone = connection.execute(select(journal).where(journal.c.seq == row.seq)).one()
            take_back(connection, gone, reason="it was taken under another name", now=now)
        elif task.confirms(before):
            confirmed.append(row.seq)
    _confirm(connection, confirmed)


def take_back(connection: Connection, row: Row[Any], *, reason: str, now: datetime) -> None:
    """Remove a row of the journal, its messages that have not gone, and what it put into a register.

    Messages that its ending withdrew wait again. A row of its own says what was taken back, for whoever was told.
    """
    connection.execute(delete(journal).where(journal.c.seq == row.seq))
    of_onboarding = notices.c.onboarding == row.onboarding
    its_own = of_onboarding & notices.c.key.startswith(f"{row.key}/", autoescape=True) & (notices.c.state == "waiting")
    connection.execute(update(notices).where(its_own).values(state="withdrawn", reason="it never happened"))
    if row.kind == "ended":
        withdrawn = of_onboarding & (notices.c.state == "withdrawn") & (notices.c.reason == ENDED)
        connection.execute(update(notices).where(withdrawn).values(state="waiting", reason=None))
    _draw_register_anew(connection, row)
    data = {"key": row.key, "kind": row.kind, "reason": reason}
    told = JournalRow(key=f"{TAKEN_BACK}/{row.seq}", at=now, kind=TAKEN_BACK, about=row.about, data=data)
    add(connection, journal, [{"onboarding": row.onboarding, **told.model_dump(), "recorded_at": now}])


def _has_a_twin(connection: Connection, row: Row[Any]) -> bool:
    """Whether a later row tells the same of the same thing."""
    same = [journal.c[name] == getattr(row, name) for name in ("onboarding", "kind", "about")]
    twin = select(journal.c.seq).where(*same, journal.c.seq > row.seq).limit(1)
    return connection.scalar(twin) is not None


def _confirm(connection: Connection, seqs: Sequence[int]) -> None:
    if seqs:
        connection.execute(update(journal).where(journal.c.seq.in_(seqs)).values(unconfirmed=None))


def _told(row: Row[Any]) -> JournalRow:
    return JournalRow.model_validate(dict(row._mapping))


def _draw_register_anew(connection: Connection, gone: Row[Any]) -> None:
    """The register's row about the same thing, as the rest of the journal tells it; removed where nothing does."""
    changed = register_row(_told(gone))
    if changed is None:
        return
    others = select(journal).where(journal.c.onboarding == gone.onboarding, journal.c.about == gone.about)
    if changed.kind == "win":
        others = others.where(journal.c.key == gone.key)
    drawn: RegisterRow | None = None
    for row in connection.execute(others.order_by(journal.c.seq)):
        told = register_row(_told(row))
        if told is None or (told.kind, told.key) != (changed.kind, changed.key):
            continue
        if drawn is None:
            drawn = told
        else:
            data = {**drawn.data, **{name: value for name, value in told.data.items() if value is not None}}
            drawn = told.model_copy(update={"title": told.title or drawn.title, "data": data})
    its_place = (
        (registers.c.onboarding == gone.onboarding)
        & (registers.c.kind == changed.kind)
        & (registers.c.key == changed.key)
    )
    if drawn is None:
        connection.execute(delete(registers).where(its_place))
    else:
        put(connection, registers, [{"onboarding": gone.onboarding, **drawn.model_dump()}])
