"""Which news in the journal may be unknown to Temporal, and how is a row taken back that Temporal never heard of?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, literal, select, union_all, update

from domain.news import KINDS
from domain.record import JournalRow, RegisterRow, Task, Unconfirmed, UnconfirmedRow, Writing
from domain.rules.record_keeping import merged, register_rows
from store.drawing import hold
from store.engine import read_connection, read_transaction, wall_clock, write_transaction
from store.rows import add, put
from store.tables import IS_UNCONFIRMED, journal, notices, registers

TAKEN_BACK = "taken_back"
"""The kind of the journal's row that says that another one was taken back."""
SHORTEST_REST = timedelta(seconds=10)
"""A worker that was killed is given up by Temporal after about that long."""
LONGEST_REST = timedelta(minutes=10)
"""As long as a message rests that nobody took: an onboarding that Temporal has lost waits for a person."""
UNDONE_BY: Mapping[str, frozenset[str]] = {
    "milestone_reached": frozenset({"milestone_reopened", "sign_off_rejected"}),
    "issue_raised": frozenset({"issue_resolved"}),
    "issue_acknowledged": frozenset({"issue_resolved"}),
    "scope_change_requested": frozenset({"scope_change_decided"}),
}
"""Kinds of rows of which one is enough about one thing, until a row of another kind undoes what they say. Not what two
people may both vouch for (a criterion), nor what has no name (a win)."""
ENDED = "the onboarding has ended"
ENDED_UNREAD = "the onboarding has ended before anybody sent it"
"""Why messages that waited were withdrawn when an onboarding ended."""

# Every turn runs these; built once, like those in store/ledger.py. Of waiting and taken rows a turn asks at once.
WAITING = select(journal).where(journal.c.onboarding == bindparam("onboarding"), IS_UNCONFIRMED)
TAKEN = select(journal).where(
    journal.c.onboarding == bindparam("onboarding"),
    journal.c.key.in_(bindparam("keys", expanding=True)),
    journal.c.unconfirmed.is_(None),
)
WAITING_OR_TAKEN = union_all(WAITING, TAKEN)
CONFIRMING = update(journal).where(journal.c.seq.in_(bindparam("seqs", expanding=True))).values(unconfirmed=None)


class SqlConfirmations:
    """The confirmations of `activities.ports`, in SQL. May be shared by threads.

    News is due for confirmation when the time `after` has passed since it was written: until then its caller may repeat
    it, or a later turn may show that Temporal knows it. All moments are wall time.
    """

    def __init__(self, engine: Engine, *, after: timedelta, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._after = after
        self._clock = clock

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        """The numbers of up to `most` rows that are to be confirmed now: of each onboarding its oldest, oldest first.

        News that another piece made possible would be refused if it were told again before that one.
        """
        first, since = func.min(journal.c.seq), func.min(journal.c.recorded_at)
        rested = func.coalesce(func.max(journal.c.ask_again_at), since) <= now
        due = select(first).where(IS_UNCONFIRMED).group_by(journal.c.onboarding)
        due = due.having(since <= now - self._after, rested)
        with read_connection(self._engine) as connection:
            return connection.scalars(due.order_by(since, first).limit(most)).all()

    def next_ready(self, *, after: datetime) -> datetime | None:
        """The next moment after `after` at which a row is to be confirmed; None when there is none."""
        later = select(func.min(journal.c.recorded_at)).where(
            IS_UNCONFIRMED, journal.c.recorded_at > after - self._after
        )
        again = select(func.min(journal.c.ask_again_at)).where(IS_UNCONFIRMED, journal.c.ask_again_at > after)
        with read_connection(self._engine) as connection:
            youngest: datetime | None = connection.scalar(later)
            rested: datetime | None = connection.scalar(again)
        moments = [None if youngest is None else youngest + self._after, rested]
        return min((moment for moment in moments if moment is not None), default=None)

    def take(self, seq: int) -> UnconfirmedRow | None:
        """The row and the news behind it; None when it was confirmed or taken back meanwhile."""
        row_of = select(journal.c.onboarding, journal.c.kind, journal.c.unconfirmed).where(
            journal.c.seq == seq, IS_UNCONFIRMED
        )
        with read_connection(self._engine) as connection:
            row = connection.execute(row_of).one_or_none()
        if row is None:
            return None
        news = Unconfirmed.model_validate(row.unconfirmed)
        return UnconfirmedRow(onboarding=row.onboarding, kind=row.kind, news=news)

    def postpone(self, seq: int) -> None:
        """Let an onboarding that did not answer rest: as long again as the row has waited, within limits."""
        now = self._clock()
        with write_transaction(self._engine) as connection:
            since = connection.scalar(select(journal.c.recorded_at).where(journal.c.seq == seq, IS_UNCONFIRMED))
            if since is not None:
                at = now + min(max(now - since, SHORTEST_REST), LONGEST_REST)
                connection.execute(update(journal).where(journal.c.seq == seq).values(ask_again_at=at))

    def confirm(self, seq: int) -> None:
        """Record that Temporal knows the news of that row."""
        with write_transaction(self._engine) as connection:
            _confirm(connection, [seq])

    def has_a_twin(self, seq: int) -> bool:
        """Whether another row tells the same, because its caller, or another one, told it under another id."""
        with read_transaction(self._engine) as connection:
            row = connection.execute(select(journal).where(journal.c.seq == seq, IS_UNCONFIRMED)).one_or_none()
            if row is None or not _may_have_a_twin(row):
                return False
            same = [journal.c[name] == getattr(row, name) for name in ("onboarding", "kind", "about")]
            others = connection.scalars(select(journal.c.seq).where(*same, journal.c.seq != seq)).all()
            undone = [one.seq for one in _undoings(connection, row)] if others else []
        return any(not any(min(seq, other) < one < max(seq, other) for one in undone) for other in others)

    def take_back(self, seq: int, news: Unconfirmed, *, reason: str) -> None:
        """Remove a row whose news Temporal never heard of and would not take now, with its messages.

        Does nothing where the row was confirmed or taken back, or the same news came once more meanwhile.
        """
        with write_transaction(self._engine) as connection:
            row = _held(connection, seq)
            if row is not None and Unconfirmed.model_validate(row.unconfirmed) == news:
                take_back(connection, row, reason=reason, now=self._clock())


def settle(connection: Connection, writing: Writing, *, task: Task, now: datetime) -> None:
    """Confirm rows of which that task shows that Temporal knows them, and let others say what its news says.

    News that is tried again may come at another moment than at its first try, or under another id: then its row becomes
    that of the last try, and its messages stay. A row is taken back when an earlier try of the same news left it under
    another name: its issue got another number this time. A row that was confirmed, and whose news a later task takes at
    another moment all the same, was confirmed too early: it too becomes that of the last try.
    """
    rows = {row.key: row for row in writing.journal}
    again = {one.news_id for one in writing.unconfirmed.values()}
    confirmed: list[int] = []
    keys = list(writing.unconfirmed)
    asked = WAITING_OR_TAKEN if keys else WAITING
    for row in connection.execute(asked, {"onboarding": writing.onboarding, "keys": keys}).all():
        before = None if row.unconfirmed is None else Unconfirmed.model_validate(row.unconfirmed)
        if row.key in writing.unconfirmed:
            # A task that is tried again has the number that it had.
            if row.at != rows[row.key].at or before not in (None, writing.unconfirmed[row.key]):
                _become(connection, row, rows[row.key], writing)
        elif before is None:
            continue
        elif before.news_id in again:
            take_back(connection, row, reason="it was taken under another name", now=now)
        elif (same := _told_by(connection, row, writing.journal)) is not None:
            _become(connection, row, same, writing)
        elif task.confirms(before):
            confirmed.append(row.seq)
    _confirm(connection, confirmed)


def _told_by(connection: Connection, row: Row[Any], new: Sequence[JournalRow]) -> JournalRow | None:
    """That one of the new rows which says what that row says, if nothing has undone it in between."""
    same = next((one for one in new if (one.kind, one.about) == (row.kind, row.about)), None)
    if same is None or not _may_have_a_twin(row) or any(_undoes(one, row) for one in new):
        return None
    there = (journal.c.onboarding == row.onboarding) & (journal.c.key == same.key)
    if connection.scalar(select(journal.c.seq).where(there)) is not None:
        return None
    return None if any(one.seq > row.seq for one in _undoings(connection, row)) else same


def _become(connection: Connection, row: Row[Any], new: JournalRow, writing: Writing) -> None:
    """Turn the row into the new one. Its messages go with it: nobody is written to again about the same."""
    values = {**new.model_dump(), "unconfirmed": writing.unconfirmed.get(new.key)}
    connection.execute(update(journal).where(journal.c.seq == row.seq).values(values))
    if new.key != row.key:
        its_own = notices.c.key.startswith(f"{row.key}/", autoescape=True)
        named = literal(new.key) + func.substr(notices.c.key, len(row.key) + 1)
        connection.execute(update(notices).where(notices.c.onboarding == row.onboarding, its_own).values(key=named))


def _may_have_a_twin(row: Row[Any]) -> bool:
    """Whether a row of its kind says it once and for all, about something that its sender has named.

    An issue that got its number from us may have the number of another one by now.
    """
    if row.kind not in UNDONE_BY:
        return False
    news = Unconfirmed.model_validate(row.unconfirmed)
    names = KINDS[news.update].opens
    return not names or names in news.body


def _undoings(connection: Connection, row: Row[Any]) -> Sequence[Row[Any]]:
    """The rows of the journal that undo what that row says, oldest first."""
    of_it = (journal.c.onboarding == row.onboarding) & journal.c.kind.in_(UNDONE_BY[row.kind])
    return [
        one for one in connection.execute(select(journal).where(of_it).order_by(journal.c.seq)) if _undoes(one, row)
    ]


def _undoes(one: Row[Any] | JournalRow, row: Row[Any]) -> bool:
    if one.kind not in UNDONE_BY[row.kind]:
        return False
    return row.about in one.data["reopened"] if one.kind == "sign_off_rejected" else bool(one.about == row.about)


def take_back(connection: Connection, row: Row[Any], *, reason: str, now: datetime) -> None:
    """Remove a row of the journal, its messages that have not gone, and what it put into a register.

    If the row is an ending, the messages that it withdrew wait again. A new row of the kind `TAKEN_BACK` says what was
    removed, for whoever has read the first.
    """
    connection.execute(delete(journal).where(journal.c.seq == row.seq))
    of_onboarding = notices.c.onboarding == row.onboarding
    not_gone = notices.c.state.in_(("waiting", "joined"))
    its_own = of_onboarding & notices.c.key.startswith(f"{row.key}/", autoescape=True) & not_gone
    connection.execute(update(notices).where(its_own).values(state="withdrawn", reason="it never happened"))
    if row.kind == "ended" and not _ended_otherwise(connection, row):
        for why, state in ((ENDED, "waiting"), (ENDED_UNREAD, "held")):
            withdrawn = of_onboarding & (notices.c.state == "withdrawn") & (notices.c.reason == why)
            connection.execute(update(notices).where(withdrawn).values(state=state, reason=None))
    _draw_register_anew(connection, row)
    data = {"key": row.key, "kind": row.kind, "reason": reason}
    entry = JournalRow(key=f"{TAKEN_BACK}/{row.seq}", at=now, kind=TAKEN_BACK, about=row.about, data=data)
    add(connection, journal, [{"onboarding": row.onboarding, **entry.model_dump(), "recorded_at": now}])


def _ended_otherwise(connection: Connection, row: Row[Any]) -> bool:
    """Whether another row says that the onboarding has ended."""
    others = (journal.c.onboarding == row.onboarding) & (journal.c.kind == "ended") & (journal.c.seq != row.seq)
    return connection.scalar(select(journal.c.seq).where(others).limit(1)) is not None


def _held(connection: Connection, seq: int) -> Row[Any] | None:
    """The unconfirmed row, while no turn of its onboarding is written; None when it was settled meanwhile."""
    onboarding = connection.scalar(select(journal.c.onboarding).where(journal.c.seq == seq))
    if onboarding is None:
        return None
    hold(connection, onboarding)
    return connection.execute(select(journal).where(journal.c.seq == seq, IS_UNCONFIRMED)).one_or_none()


def _confirm(connection: Connection, seqs: Sequence[int]) -> None:
    if seqs:
        connection.execute(CONFIRMING, {"seqs": seqs})


def _entry(row: Row[Any]) -> JournalRow:
    return JournalRow.model_validate(dict(row._mapping))


def _draw_register_anew(connection: Connection, gone: Row[Any]) -> None:
    """Write the registers' rows that it changed anew from the rest of the journal; delete one of which none is left."""
    for changed in register_rows(_entry(gone)):
        # The risks that a playbook ships stand in no journal, so a risk stays as it is until it is recorded anew.
        if changed.kind != "risk":
            _draw_row_anew(connection, gone, changed)


def _draw_row_anew(connection: Connection, gone: Row[Any], changed: RegisterRow) -> None:
    others = select(journal).where(journal.c.onboarding == gone.onboarding)
    if changed.kind == "win":
        others = others.where(journal.c.key == gone.key)
    else:
        # A pause moves tasks, and is about none of them.
        others = others.where(journal.c.about.in_([changed.key, ""]))
    told = [row for one in connection.execute(others.order_by(journal.c.seq)) for row in register_rows(_entry(one))]
    left = merged(row for row in told if (row.kind, row.key) == (changed.kind, changed.key))
    its_place = (
        (registers.c.onboarding == gone.onboarding)
        & (registers.c.kind == changed.kind)
        & (registers.c.key == changed.key)
    )
    if left:
        put(connection, registers, [{"onboarding": gone.onboarding, **row.model_dump()} for row in left])
    else:
        connection.execute(delete(registers).where(its_place))
