"""In which browsers are our people signed in to the desk? By the hash of what a cookie holds."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Engine, Row, bindparam, func, insert, select, update

from domain.roles import StaffMember
from domain.team import Member, Team
from domain.text import folded
from domain.wire import Instant, Wire
from store.engine import read_connection, wall_clock, write_transaction
from store.links import FORM, hashed
from store.tables import journal, staff_accounts, staff_sessions

Way = Literal["password", "oidc"]
"""How somebody was known when they signed in: by a password of ours, or by an identity provider."""
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
"""A session ends overnight where nobody comes, and after a week in any case: who left is out by then, whatever the
identity provider tells us."""
SEEN_EVERY = timedelta(minutes=5)
"""Not every look is worth a write."""
LONGEST_AGENT = 200


class StaffSession(Wire):
    """A browser in which somebody of ours is signed in."""

    id: int
    way: Way
    agent: str
    created_at: Instant
    seen_at: Instant


class StaffVisit(NamedTuple):
    """Who looks at a page of the desk; `newest` is the number of the journal's last entry about any onboarding."""

    staff: StaffMember
    newest: int


VISIT = (
    select(
        staff_sessions,
        *(column for column in staff_accounts.c if column.name not in ("id", "created_at", "password")),
        select(func.max(journal.c.seq)).scalar_subquery().label("newest"),
    )
    .join(staff_accounts, staff_sessions.c.staff == staff_accounts.c.id)
    .where(staff_sessions.c.hash == bindparam("hash"), staff_accounts.c.closed_at.is_(None))
)


class SqlStaffSessions:
    """The sessions of the desk, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def enter(self, staff: int, *, way: Way, agent: str) -> str:
        """Begin a session for that account; what the cookie holds. Its id is always a new one."""
        now, token = self._clock(), secrets.token_urlsafe(32)
        row = {
            "hash": hashed(token),
            "staff": staff,
            "way": way,
            "agent": agent[:LONGEST_AGENT],
            "created_at": now,
            "seen_at": now,
        }
        with write_transaction(self._engine) as connection:
            connection.execute(insert(staff_sessions).values(row))
        return token

    def visit(self, token: str, team: Team) -> StaffMember | None:
        """Who is signed in by that; None where there is no such session, it is over, or the account is closed."""
        visit = self.visit_of(token, team)
        return visit.staff if visit else None

    def visit_of(self, token: str, team: Team) -> StaffVisit | None:
        """The same, with the number of the journal's last entry: every page of the desk asks for both."""
        if not FORM.fullmatch(token):
            return None
        now = self._clock()
        with read_connection(self._engine) as connection:
            row = connection.execute(VISIT, {"hash": hashed(token)}).one_or_none()
        if row is None or _is_over(row, now):
            return None
        if now - row.seen_at >= SEEN_EVERY:
            with write_transaction(self._engine) as connection:
                connection.execute(update(staff_sessions).where(staff_sessions.c.id == row.id).values(seen_at=now))
        return StaffVisit(_member(row, team), row.newest or 0)

    def sessions(self, staff: int) -> Sequence[StaffSession]:
        """The account's sessions that are not over, the last seen first."""
        theirs = select(staff_sessions).where(staff_sessions.c.staff == staff, staff_sessions.c.ended_at.is_(None))
        with read_connection(self._engine) as connection:
            rows = connection.execute(theirs.order_by(staff_sessions.c.seen_at.desc())).all()
        now = self._clock()
        return [StaffSession.model_validate(dict(row._mapping)) for row in rows if not _is_over(row, now)]

    def end(self, session: int, staff: int) -> bool:
        """End one session of that account; whether there was one."""
        of_it = (staff_sessions.c.id == session) & (staff_sessions.c.staff == staff)
        with write_transaction(self._engine) as connection:
            ending = update(staff_sessions).where(of_it, staff_sessions.c.ended_at.is_(None))
            return connection.execute(ending.values(ended_at=self._clock())).rowcount > 0

    def end_by(self, token: str) -> None:
        """End the session whose cookie holds that."""
        of_it = (staff_sessions.c.hash == hashed(token)) & staff_sessions.c.ended_at.is_(None)
        with write_transaction(self._engine) as connection:
            connection.execute(update(staff_sessions).where(of_it).values(ended_at=self._clock()))


def end_all(connection: Connection, staff: int, *, now: datetime, but: int | None = None) -> None:
    """End every session of that account, but that one."""
    theirs = (staff_sessions.c.staff == staff) & staff_sessions.c.ended_at.is_(None)
    if but is not None:
        theirs &= staff_sessions.c.id != but
    connection.execute(update(staff_sessions).where(theirs).values(ended_at=now))


def in_directory(team: Team, address: str) -> Member | None:
    """Whose mail address that is in the staff directory; None where nobody has it, or several do."""
    holders = [member for member in team.members if folded(member.email) == folded(address)]
    return holders[0] if len(holders) == 1 else None


def handle_of(team: Team, *, id: int, address: str, handle: str) -> str:
    """What stands in `by` for that account: the directory's handle for its address, else its own one.

    Nobody acts under the handle of somebody else whom the directory got later.
    """
    if member := in_directory(team, address):
        return member.handle
    return handle if team.member(handle) is None else f"staff-account-{id}"


def _member(row: Row[Any], team: Team) -> StaffMember:
    listed = in_directory(team, row.address)
    language = row.language or (listed.languages[0] if listed and listed.languages else "en")
    return StaffMember(
        id=row.staff,
        session=row.id,
        handle=handle_of(team, id=row.staff, address=row.address, handle=row.handle),
        name=listed.named(language) if listed else row.name,
        address=row.address,
        role=row.role,
        listed=listed is not None,
        language=language,
        time_zone=row.time_zone or (listed.time_zone if listed else "UTC"),
        shortcuts=row.shortcuts,
    )


def _is_over(row: Row[Any], now: datetime) -> bool:
    return row.ended_at is not None or now >= min(row.seen_at + IDLE, row.created_at + LONGEST)
