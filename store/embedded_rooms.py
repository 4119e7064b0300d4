"""Who sees their room in a page of the vendor's product? Whoever its backend has asked for, in that page alone."""

import hmac
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from domain.notice import Person
from domain.text import Language, folded
from store.admission import is_admitted
from store.engine import read_connection, wall_clock, write_transaction
from store.links import FORM, LinkMaker, hashed
from store.rooms import Visit, begin, is_over, note_seen, right_entry, still_there, takes_part
from store.tables import onboardings, room_sessions, room_tickets

TICKET_FOR = timedelta(minutes=1)
"""From the answer to the vendor's backend until its page has loaded the address."""
KEPT_FOR = timedelta(days=1)
"""For which a ticket is kept once it is good for nothing, so that it can be said who asked for it."""
MOST_AT_ONCE = 10
"""Embedded sessions of one person in one onboarding: each page of the product that is opened begins another."""


class Given(NamedTuple):
    """What an address to an embedded room holds, and until when it is good."""

    ticket: str
    expires_at: datetime


class Exchanged(NamedTuple):
    """What became of such an address.

    `origin` is that of the page that may show the answer. Without a `handle` nothing was opened: it was used before, or
    is too old, or its person takes part no more. `handle` stands in the addresses of the session, `cookie` in its
    cookie, and `page` is where it begins.
    """

    origin: str
    handle: str = ""
    cookie: str = ""
    page: str = "/"


class SqlEmbeddedRooms:
    """Rooms in pages of the vendor's product, in SQL. May be shared by threads. `clock` tells wall time.

    With `domains` only rooms of people are shown whose mail address is at one of them.
    """

    def __init__(
        self, engine: Engine, *, domains: Sequence[str] = (), clock: Callable[[], datetime] = wall_clock
    ) -> None:
        self._engine = engine
        self._domains = domains
        self._clock = clock

    def give(
        self, onboarding: str, person: Person, *, origin: str, vouched: bool, page: str, token: int
    ) -> Given | None:
        """What opens that person's room once, within a minute; None where they take part no more or may not."""
        now, ticket = self._clock(), secrets.token_urlsafe(32)
        row = {
            "hash": hashed(ticket),
            "onboarding": onboarding,
            "person": person.id,
            "address_hash": hashed(folded(person.email)),
            "origin": origin,
            "vouched": vouched,
            "page": page,
            "token": token,
            "created_at": now,
        }
        with write_transaction(self._engine) as connection:
            if not (
                takes_part(connection, onboarding, person.id)
                and is_admitted(connection, onboarding, person, self._domains)
            ):
                return None
            connection.execute(delete(room_tickets).where(room_tickets.c.created_at < now - KEPT_FOR))
            connection.execute(insert(room_tickets).values(row))
        return Given(ticket, now + TICKET_FOR)

    def exchange(self, ticket: str, *, origins: Collection[str], agent: str) -> Exchanged | None:
        """Begin the session of that ticket, which is used up by it; None where there is no such ticket.

        `origins` are those whose pages may show rooms now.
        """
        if not FORM.fullmatch(ticket):
            return None
        now = self._clock()
        with write_transaction(self._engine) as connection:
            of_it = room_tickets.c.hash == hashed(ticket)
            row = connection.execute(select(room_tickets).where(of_it)).one_or_none()
            if row is None or row.origin not in origins:
                return None
            fresh = of_it & room_tickets.c.used_at.is_(None) & (room_tickets.c.created_at > now - TICKET_FOR)
            used = connection.execute(update(room_tickets).where(fresh).values(used_at=now)).rowcount
            person = still_there(connection, row, self._domains) if used else None
            if person is None or not takes_part(connection, row.onboarding, person.id):
                return Exchanged(row.origin)
            cookie = secrets.token_urlsafe(32)
            handle = begin(
                connection,
                row.onboarding,
                person,
                way="embedded",
                agent=agent,
                now=now,
                origin=row.origin,
                vouched=row.vouched,
                cookie_hash=hashed(cookie),
            )
            _end_oldest(connection, row.onboarding, person.id, now)
        return Exchanged(row.origin, handle, cookie, row.page)

    def visit(self, handle: str, cookie: str, *, origins: Collection[str]) -> Visit | None:
        """Whose embedded session it is; None where there is none, it is over, or its cookie is missing.

        The first look tells whether the browser takes cookies there: from then on they are needed, or never.
        """
        now, row = self._clock(), self._row(handle)
        if row is None or row.origin not in origins or is_over(row, now):
            return None
        has_it = hmac.compare_digest(row.cookie_hash, hashed(cookie))
        if row.with_cookie and not has_it:
            return None
        if row.with_cookie is None:
            first = (room_sessions.c.id == row.id) & room_sessions.c.with_cookie.is_(None)
            with write_transaction(self._engine) as connection:
                connection.execute(update(room_sessions).where(first).values(with_cookie=has_it))
        with read_connection(self._engine) as connection:
            person = still_there(connection, row, self._domains)
        if person is None:
            return None
        note_seen(self._engine, row, now)
        return Visit(
            session=row.id,
            onboarding=row.onboarding,
            account=row.account,
            person=person,
            way="embedded",
            as_of=row.as_of,
            origin=row.origin,
            vouched=bool(row.vouched),
            coded=row.coded_at is not None,
            root=f"/embed/{handle}",
            language=row.language or "",
        )

    def origin_of(self, handle: str, *, origins: Collection[str]) -> str:
        """The origin whose pages may show what is said of that session, over or not; empty for none."""
        row = self._row(handle)
        return row.origin if row is not None and row.origin in origins else ""

    def speak(self, session: int, language: Language) -> None:
        """Keep the language that was chosen in an embedded session: it may have no cookie for it."""
        with write_transaction(self._engine) as connection:
            connection.execute(update(room_sessions).where(room_sessions.c.id == session).values(language=language))

    def prove(self, session: int, asked: str, code: str, maker: LinkMaker) -> bool:
        """Whether that is the code of the message that was asked for in this session; its person is proved from now."""
        now = self._clock()
        with write_transaction(self._engine) as connection:
            of_it = (room_sessions.c.id == session) & room_sessions.c.ended_at.is_(None)
            row = connection.execute(select(room_sessions).where(of_it)).one_or_none()
            entry = None if row is None else right_entry(connection, asked, code, maker, now=now)
            if row is None or entry is None or (entry.onboarding, entry.person) != (row.onboarding, row.person):
                return False
            connection.execute(update(room_sessions).where(of_it).values(coded_at=now))
        return True

    def _row(self, handle: str) -> Row[Any] | None:
        if not FORM.fullmatch(handle):
            return None
        with read_connection(self._engine) as connection:
            return connection.execute(
                select(room_sessions, onboardings.c.account, onboardings.c.as_of)
                .join(onboardings, onboardings.c.onboarding == room_sessions.c.onboarding)
                .where(room_sessions.c.hash == hashed(handle), room_sessions.c.way == "embedded")
            ).one_or_none()


def _end_oldest(connection: Connection, onboarding: str, person: str, now: datetime) -> None:
    theirs = (
        (room_sessions.c.onboarding == onboarding)
        & (room_sessions.c.person == person)
        & (room_sessions.c.way == "embedded")
        & room_sessions.c.ended_at.is_(None)
    )
    ids = connection.scalars(select(room_sessions.c.id).where(theirs).order_by(room_sessions.c.id.desc())).all()
    if oldest := ids[MOST_AT_ONCE:]:
        connection.execute(update(room_sessions).where(room_sessions.c.id.in_(oldest)).values(ended_at=now))
