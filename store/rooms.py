"""Who is in the customer's room? Sessions of browsers, and how somebody gets in who has lost their link."""

import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, insert, select, update

from domain.notice import Notice, Person
from domain.text import folded
from domain.wire import Instant, Wire
from store.accounts import read_stored
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import notice_row
from store.links import FORM, Link, LinkMaker, hashed, person_of
from store.rows import add
from store.tables import deals, notices, onboardings, people, room_entries, room_sessions

Way = Literal["link", "code", "hand"]
"""How somebody was known when they came in: by the link of a message, by a code that was sent to them, or by a link
that one of ours has made and passed on."""
IDLE = timedelta(days=7)
LONGEST = timedelta(days=30)
"""A session ends when nobody has come for a week, and after a month in any case."""
SEEN_EVERY = timedelta(minutes=5)
"""Not every look is worth a write."""
CODE_FOR = timedelta(minutes=15)
MOST_TRIES = 5
MOST_ENTRIES_AN_HOUR = 3
"""Messages to one address in one onboarding: whoever asks for somebody else fills nobody's mailbox."""
MOST_ONBOARDINGS = 5
"""Onboardings of one address that a message is sent for, the newest first."""
LONGEST_AGENT = 200


class Visit(Wire):
    """Who looks at the room by which session. `as_of` is the onboarding's own time of its last turn, None before it."""

    session: int
    onboarding: str
    account: str
    person: Person
    way: Way
    as_of: Instant | None = None


class Session(Wire):
    """A browser in which somebody is in the room."""

    id: int
    way: Way
    agent: str
    created_at: Instant
    seen_at: Instant


class Known(Wire):
    """Somebody who may be let in: a person of a customer, in one onboarding, and its owner."""

    onboarding: str
    account: str
    person: Person
    owner: Person | None = None


class SqlRooms:
    """The sessions of customers' rooms, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def enter(self, link: Link, *, agent: str) -> str | None:
        """Begin a session by a link that is open; what the cookie holds, None where nobody is behind the link."""
        if link.person is None:
            return None
        with write_transaction(self._engine) as connection:
            way: Way = "hand" if link.notice_id is None else "link"
            return self._begin(connection, link.onboarding, link.person, way=way, agent=agent, link=link.id)

    def visit(self, token: str) -> Visit | None:
        """Whose session it is; None where there is none, or it is over, or its person has gone or has moved."""
        if not FORM.fullmatch(token):
            return None
        now = self._clock()
        with read_connection(self._engine) as connection:
            row = connection.execute(
                select(room_sessions, onboardings.c.account, onboardings.c.as_of)
                .join(onboardings, onboardings.c.onboarding == room_sessions.c.onboarding)
                .where(room_sessions.c.hash == hashed(token))
            ).one_or_none()
            person = None if row is None or _is_over(row, now) else _still_there(connection, row)
        if row is None or person is None:
            return None
        if now - row.seen_at >= SEEN_EVERY:
            with write_transaction(self._engine) as connection:
                connection.execute(update(room_sessions).where(room_sessions.c.id == row.id).values(seen_at=now))
        return Visit(
            session=row.id,
            onboarding=row.onboarding,
            account=row.account,
            person=person,
            way=row.way,
            as_of=row.as_of,
        )

    def sessions(self, onboarding: str, person: str) -> Sequence[Session]:
        """The person's sessions that are not over, the last seen first."""
        theirs = (room_sessions.c.onboarding == onboarding) & (room_sessions.c.person == person)
        with read_connection(self._engine) as connection:
            rows = connection.execute(select(room_sessions).where(theirs).order_by(room_sessions.c.seen_at.desc()))
            now = self._clock()
            return [Session.model_validate(dict(row._mapping)) for row in rows if not _is_over(row, now)]

    def end(self, session: int, onboarding: str, person: str) -> bool:
        """End a session of that person; whether there was one."""
        of_it = (room_sessions.c.id == session) & (room_sessions.c.onboarding == onboarding)
        of_it = of_it & (room_sessions.c.person == person) & room_sessions.c.ended_at.is_(None)
        with write_transaction(self._engine) as connection:
            return connection.execute(update(room_sessions).where(of_it).values(ended_at=self._clock())).rowcount > 0

    def known_by(self, address: str) -> Sequence[Known]:
        """Everybody of customers with that mail address, in the newest onboardings first, each onboarding once."""
        with read_connection(self._engine) as connection:
            rows = connection.execute(
                select(people, onboardings.c.account, onboardings.c.owner)
                .join(onboardings, onboardings.c.onboarding == people.c.onboarding)
                .where(has_address(address), people.c.side == "customer")
                .order_by(onboardings.c.opened_at.desc(), people.c.id)
            ).all()
            rows = [row for row in rows if folded(row.email) == folded(address)]
            newest = {row.onboarding: row for row in reversed(rows) if takes_part(connection, row.onboarding, row.id)}
            return [
                Known(
                    onboarding=row.onboarding,
                    account=row.account,
                    person=Person.model_validate(dict(row._mapping)),
                    owner=person_of(connection, row.onboarding, row.owner),
                )
                for row in list(reversed(newest.values()))[:MOST_ONBOARDINGS]
            ]

    def let_in(self, known: Known, notice: Notice, *, asked: str) -> bool:
        """Send somebody the message by which they get in, unless they got several within the hour; whether it goes.

        `asked` is what the browser was given that asks for it: there the code of the message counts.
        """
        now, address = self._clock(), hashed(folded(known.person.email))
        with write_transaction(self._engine) as connection:
            of_late = (
                select(func.count())
                .select_from(room_entries)
                .where(
                    room_entries.c.address_hash == address,
                    room_entries.c.onboarding == known.onboarding,
                    room_entries.c.created_at > now - timedelta(hours=1),
                )
            )
            if connection.execute(of_late).scalar_one() >= MOST_ENTRIES_AN_HOUR:
                return False
            add(connection, notices, [notice_row(notice, onboarding=known.onboarding, now=now)])
            of_notice = (notices.c.onboarding == known.onboarding) & (notices.c.key == notice.key)
            row = {
                "hash": hashed(asked),
                "onboarding": known.onboarding,
                "person": known.person.id,
                "address_hash": address,
                "notice": connection.scalar(select(notices.c.id).where(of_notice)),
                "created_at": now,
                "tries": 0,
            }
            connection.execute(insert(room_entries).values(row))
        return True

    def enter_by_code(self, asked: str, code: str, maker: LinkMaker, *, agent: str) -> str | None:
        """Begin a session by the code of a message that this browser asked for; None where it is not that code.

        A code counts once, for a quarter of an hour, and after five wrong ones it counts no more.
        """
        now = self._clock()
        digits = "".join(character for character in folded(code) if character.isdecimal())
        open_ones = (
            (room_entries.c.hash == hashed(asked))
            & room_entries.c.used_at.is_(None)
            & (room_entries.c.created_at > now - CODE_FOR)
            & (room_entries.c.tries < MOST_TRIES)
        )
        with write_transaction(self._engine) as connection:
            rows = connection.execute(select(room_entries).where(open_ones).with_for_update()).all()
            for row in rows:
                right = hmac.compare_digest(maker.code(row.notice).replace(" ", "").encode(), digits.encode())
                person = _still_there(connection, row) if right else None
                if person is not None and takes_part(connection, row.onboarding, person.id):
                    _mark(connection, row.id, used_at=now)
                    return self._begin(connection, row.onboarding, person, way="code", agent=agent)
            for row in rows:
                _mark(connection, row.id, tries=row.tries + 1)
        return None

    def _begin(
        self,
        connection: Connection,
        onboarding: str,
        person: Person,
        *,
        way: Way,
        agent: str,
        link: int | None = None,
    ) -> str:
        now, token = self._clock(), secrets.token_urlsafe(32)
        row = {
            "hash": hashed(token),
            "onboarding": onboarding,
            "person": person.id,
            "address_hash": hashed(folded(person.email)),
            "way": way,
            "link": link,
            "agent": agent[:LONGEST_AGENT],
            "created_at": now,
            "seen_at": now,
        }
        connection.execute(insert(room_sessions).values(row))
        return token


def _mark(connection: Connection, entry: int, **values: Any) -> None:
    connection.execute(update(room_entries).where(room_entries.c.id == entry).values(values))


def _is_over(row: Row[Any], now: datetime) -> bool:
    return row.ended_at is not None or now >= min(row.seen_at + IDLE, row.created_at + LONGEST)


def _still_there(connection: Connection, row: Row[Any]) -> Person | None:
    """The person of a session or an entry; None where they take part no more, or have another address by now."""
    person = person_of(connection, row.onboarding, row.person)
    if person is None or person.side != "customer" or hashed(folded(person.email)) != row.address_hash:
        return None
    return person


def has_address(address: str) -> ColumnElement[bool]:
    """Whether somebody may have that mail address, as far as an index tells."""
    unknown = people.c.address.is_(None) & (func.lower(people.c.email) == folded(address))
    return (people.c.address == folded(address)) | unknown


def takes_part(connection: Connection, onboarding: str, person: str) -> bool:
    """Whether that contact takes part now: who has left stays on record."""
    deal = read_stored(onboarding, connection.scalar(select(deals.c.body).where(deals.c.onboarding == onboarding)))
    return deal is not None and person in {contact.id for contact in deal.contacts}
