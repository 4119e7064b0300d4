"""Who is in the customer's room? Sessions of browsers, and how somebody gets in who has lost their link."""

import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Engine, Row, distinct, func, insert, select, update

from domain.deal import DealClosed
from domain.notice import Notice, Person
from domain.room.admission import admits
from domain.text import folded
from domain.wire import Instant, Wire
from store.admission import deal_of, is_admitted
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import notice_row
from store.links import FORM, Link, LinkMaker, hashed, person_of
from store.rows import add
from store.tables import notices, onboardings, people, room_entries, room_sessions

Way = Literal["link", "code", "hand", "embedded"]
"""How somebody was known when they came in: by the link of a message, by a code that was sent to them, by a link that
one of ours has made and passed on, or by the vendor's product, in a page of which their room is embedded."""
IDLE = timedelta(days=7)
LONGEST = timedelta(days=30)
"""A session ends when nobody has come for a week, and after a month in any case."""
IDLE_EMBEDDED = timedelta(hours=2)
LONGEST_EMBEDDED = timedelta(hours=12)
"""The same where a page of the vendor's product shows the room: it asks for another session when it is opened."""
IDLE_WITHOUT_COOKIE = timedelta(minutes=30)
LONGEST_WITHOUT_COOKIE = timedelta(hours=2)
"""The same where the browser takes no cookie there: what stands in the addresses opens the room by itself."""
SEEN_EVERY = timedelta(minutes=5)
"""Not every look is worth a write."""
CODE_FOR = timedelta(minutes=15)
MOST_TRIES = 5
MOST_ENTRIES_AN_HOUR = 3
"""Messages to one address in one onboarding: whoever asks for somebody else fills nobody's mailbox."""
MOST_ONBOARDINGS = 5
"""Onboardings of one address that a message is sent for, the newest first."""
MOST_ROOMS = 50
"""Rooms that one address can choose among, the newest first."""
LONGEST_AGENT = 200
REF = 12
"""Hexadecimal digits that stand for an onboarding in addresses, among those of one person."""


class Visit(Wire):
    """Who looks at the room by which session. `as_of` is the onboarding's own time of its last turn, None before it.

    Of an embedded one `origin` is that of the page that shows it, and `vouched` says whether the vendor's login has
    recognised the person; `coded` says that they have typed a code in it. `root` is the path below which the pages
    stand, empty for none; `language` is the one chosen in the session, where that is kept with it; `others` says
    whether it may reach another room besides.
    """

    session: int
    onboarding: str
    account: str
    person: Person
    way: Way
    as_of: Instant | None = None
    origin: str = ""
    vouched: bool = False
    coded: bool = False
    root: str = ""
    language: str = ""
    others: bool = False

    @property
    def by_code(self) -> bool:
        """Whether the person has typed a code that was sent to their address."""
        return self.way == "code" or self.coded

    @property
    def known_by(self) -> str:
        """How the person is known in this session, as the words have it."""
        if self.by_code:
            return "code"
        return "name" if self.way == "embedded" and not self.vouched else self.way

    @property
    def proved(self) -> bool:
        """Whether the person was recognised, by a code or by the vendor's login; else they are only named."""
        return self.by_code or (self.way == "embedded" and self.vouched)


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


class Place(Known):
    """A room that somebody may choose. `ref` stands for its onboarding in addresses, and says nothing about it."""

    ref: str
    products: tuple[str, ...] = ()
    opened_at: Instant
    go_live_due: Instant | None = None
    ended_at: Instant | None = None


class SqlRooms:
    """The sessions of customers' rooms, in SQL. May be shared by threads. `clock` tells wall time.

    With `domains` only people come in whose mail address is at one of them.
    """

    def __init__(
        self, engine: Engine, *, domains: Sequence[str] = (), clock: Callable[[], datetime] = wall_clock
    ) -> None:
        self._engine = engine
        self._domains = domains
        self._clock = clock

    def admits(self, onboarding: str, person: Person) -> bool:
        """Whether that person may come in by their address."""
        with read_connection(self._engine) as connection:
            return is_admitted(connection, onboarding, person, self._domains)

    def enter(self, link: Link, *, agent: str) -> str | None:
        """Begin a session by a link that is open; what the cookie holds, None where nobody is behind it who may."""
        if link.person is None:
            return None
        with write_transaction(self._engine) as connection:
            if not is_admitted(connection, link.onboarding, link.person, self._domains):
                return None
            way: Way = "hand" if link.notice_id is None else "link"
            return begin(
                connection, link.onboarding, link.person, way=way, agent=agent, now=self._clock(), link=link.id
            )

    def visit(self, token: str) -> Visit | None:
        """Whose session it is; None where there is none, or it is over, or its person has gone or has moved."""
        if not FORM.fullmatch(token):
            return None
        now = self._clock()
        with read_connection(self._engine) as connection:
            row = connection.execute(
                select(room_sessions, onboardings.c.account, onboardings.c.as_of)
                .join(onboardings, onboardings.c.onboarding == room_sessions.c.onboarding)
                .where(room_sessions.c.hash == hashed(token), room_sessions.c.way != "embedded")
            ).one_or_none()
            person = None if row is None or is_over(row, now) else still_there(connection, row, self._domains)
            others = row is not None and person is not None and row.way == "code" and _has_others(connection, person)
        if row is None or person is None:
            return None
        note_seen(self._engine, row, now)
        return Visit(
            session=row.id,
            onboarding=row.onboarding,
            account=row.account,
            person=person,
            way=row.way,
            as_of=row.as_of,
            others=others,
        )

    def elsewhere(self, visit: Visit, ref: str) -> Visit | None:
        """The same session in another room of the same address; None where it reaches none of that name.

        Only whoever has proved their address reaches what is that address's: a link may have been forwarded, and is
        good for its own onboarding alone.
        """
        place = next((place for place in self.places(visit) if place.ref == ref), None)
        if place is None:
            return None
        with read_connection(self._engine) as connection:
            of_it = onboardings.c.onboarding == place.onboarding
            as_of = connection.scalar(select(onboardings.c.as_of).where(of_it))
        there = {"onboarding": place.onboarding, "account": place.account, "person": place.person, "as_of": as_of}
        return visit.model_copy(update={**there, "root": f"/at/{ref}"})

    def places(self, visit: Visit) -> Sequence[Place]:
        """The rooms that the session reaches, the newest first: its own alone unless its address is proved."""
        if visit.way != "code":
            return ()
        return self._places(visit.person.email)

    def sessions(self, onboarding: str, person: str) -> Sequence[Session]:
        """The person's sessions that are not over, the last seen first."""
        theirs = (room_sessions.c.onboarding == onboarding) & (room_sessions.c.person == person)
        with read_connection(self._engine) as connection:
            rows = connection.execute(select(room_sessions).where(theirs).order_by(room_sessions.c.seen_at.desc()))
            now = self._clock()
            return [Session.model_validate(dict(row._mapping)) for row in rows if not is_over(row, now)]

    def end(self, session: int, onboarding: str, person: str) -> bool:
        """End a session of that person; whether there was one."""
        of_it = (room_sessions.c.id == session) & (room_sessions.c.onboarding == onboarding)
        of_it = of_it & (room_sessions.c.person == person) & room_sessions.c.ended_at.is_(None)
        with write_transaction(self._engine) as connection:
            return connection.execute(update(room_sessions).where(of_it).values(ended_at=self._clock())).rowcount > 0

    def known_by(self, address: str) -> Sequence[Known]:
        """Everybody of customers with that mail address, in the newest onboardings first, each onboarding once."""
        return self._places(address)[:MOST_ONBOARDINGS]

    def _places(self, address: str) -> list[Place]:
        columns = ("account", "owner", "opened_at", "go_live_due", "ended_at")
        with read_connection(self._engine) as connection:
            rows = connection.execute(
                select(people, *(onboardings.c[name] for name in columns))
                .join(onboardings, onboardings.c.onboarding == people.c.onboarding)
                .where(has_address(address), people.c.side == "customer")
                .order_by(onboardings.c.opened_at.desc(), people.c.id)
                .limit(2 * MOST_ROOMS)
            ).all()
            places: dict[str, Place] = {}
            for row in rows:
                if folded(row.email) != folded(address) or row.onboarding in places or len(places) == MOST_ROOMS:
                    continue
                deal = deal_of(connection, row.onboarding)
                if deal is None or row.id not in {contact.id for contact in deal.contacts}:
                    continue
                if admits(self._domains, row.email, deal):
                    places[row.onboarding] = _place(connection, row, deal)
        return list(places.values())

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
        with write_transaction(self._engine) as connection:
            entry = right_entry(connection, asked, code, maker, now=now)
            person = None if entry is None else still_there(connection, entry, self._domains)
            if entry is None or person is None:
                return None
            return begin(connection, entry.onboarding, person, way="code", agent=agent, now=now)


def right_entry(connection: Connection, asked: str, code: str, maker: LinkMaker, *, now: datetime) -> Row[Any] | None:
    """The entry whose code that is, which is used up by it; None where it is none's that was asked for there."""
    digits = "".join(character for character in folded(code) if character.isdecimal())
    open_ones = (
        (room_entries.c.hash == hashed(asked))
        & room_entries.c.used_at.is_(None)
        & (room_entries.c.created_at > now - CODE_FOR)
        & (room_entries.c.tries < MOST_TRIES)
    )
    rows = connection.execute(select(room_entries).where(open_ones).with_for_update()).all()
    for row in rows:
        right = hmac.compare_digest(maker.code(row.notice).replace(" ", "").encode(), digits.encode())
        person = still_there(connection, row) if right else None
        if person is not None and takes_part(connection, row.onboarding, person.id):
            _mark(connection, row.id, used_at=now)
            return row
    for row in rows:
        _mark(connection, row.id, tries=row.tries + 1)
    return None


def begin(
    connection: Connection,
    onboarding: str,
    person: Person,
    *,
    way: Way,
    agent: str,
    now: datetime,
    link: int | None = None,
    **more: Any,
) -> str:
    """Begin a session; the secret by which it is known. `more` are columns of its row."""
    token = secrets.token_urlsafe(32)
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
        **more,
    }
    connection.execute(insert(room_sessions).values(row))
    return token


def note_seen(engine: Engine, row: Row[Any], now: datetime) -> None:
    """Note that the session of that row is in use, every few minutes."""
    if now - row.seen_at >= SEEN_EVERY:
        with write_transaction(engine) as connection:
            connection.execute(update(room_sessions).where(room_sessions.c.id == row.id).values(seen_at=now))


def _mark(connection: Connection, entry: int, **values: Any) -> None:
    connection.execute(update(room_entries).where(room_entries.c.id == entry).values(values))


def is_over(row: Row[Any], now: datetime) -> bool:
    """Whether the session of that row has ended by itself, or was ended."""
    idle, longest = IDLE, LONGEST
    if row.way == "embedded":
        idle, longest = IDLE_EMBEDDED, LONGEST_EMBEDDED
        if row.with_cookie is False:
            idle, longest = IDLE_WITHOUT_COOKIE, LONGEST_WITHOUT_COOKIE
    return row.ended_at is not None or now >= min(row.seen_at + idle, row.created_at + longest)


def still_there(connection: Connection, row: Row[Any], domains: Sequence[str] = ()) -> Person | None:
    """The person of a session or an entry; None where they take part no more, have another address by now, or one that
    is at none of the domains from which people may come in.
    """
    person = person_of(connection, row.onboarding, row.person)
    if person is None or person.side != "customer" or hashed(folded(person.email)) != row.address_hash:
        return None
    return person if is_admitted(connection, row.onboarding, person, domains) else None


def has_address(address: str) -> ColumnElement[bool]:
    """Whether somebody may have that mail address, as far as an index tells."""
    unknown = people.c.address.is_(None) & (func.lower(people.c.email) == folded(address))
    return (people.c.address == folded(address)) | unknown


def _has_others(connection: Connection, person: Person) -> bool:
    theirs = has_address(person.email) & (people.c.side == "customer")
    return connection.execute(select(func.count(distinct(people.c.onboarding))).where(theirs)).scalar_one() > 1


def takes_part(connection: Connection, onboarding: str, person: str) -> bool:
    """Whether that contact takes part now: who has left stays on record."""
    deal = deal_of(connection, onboarding)
    return deal is not None and person in {contact.id for contact in deal.contacts}


def _place(connection: Connection, row: Row[Any], deal: DealClosed) -> Place:
    return Place(
        ref=hashed(row.onboarding)[:REF],
        onboarding=row.onboarding,
        account=row.account,
        person=Person.model_validate(dict(row._mapping)),
        owner=person_of(connection, row.onboarding, row.owner),
        products=deal.products,
        opened_at=row.opened_at,
        go_live_due=row.go_live_due,
        ended_at=row.ended_at,
    )
