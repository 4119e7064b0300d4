"""By which link may a person act from a message? Made right before it goes, known by the hash of its token."""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, bindparam, select, update

from domain.notice import Notice, NoticeKind, Person
from domain.record import JournalRow
from domain.rules.offering import INTO_THE_ROOM, Purpose, offered
from domain.text import folded
from domain.wire import Instant, Wire
from store.admission import is_admitted
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.meetings import settled_meeting
from store.rows import add
from store.tables import journal, mail_links, milestones, notices, onboardings, people, registers, room_sessions

FORM = re.compile(r"[A-Za-z0-9_-]{43}")
"""What a token looks like: 32 bytes. Anything else is unknown without a query."""
IN_A_TEXT = re.compile(r"(/(?:link|in|calendar)/)[A-Za-z0-9_-]{43}")
CODE_IN_A_TEXT = re.compile(r"(?<!\d)\d{3} \d{3}(?!\d)")
LETS_IN: NoticeKind = "room_entry"
"""The message that somebody gets who has asked to be let in: it holds a code besides its link."""
ACTS_FOR = timedelta(days=30)
"""As long as somebody may be on holiday. What was asked a month ago has been asked again since, by a newer message."""
PREFERENCES_FOR = timedelta(days=400)
"""A link of each year, which is good well into the next one."""
BY_HAND_FOR = timedelta(days=1)
"""A link that one of ours has made and passes on."""
AGAIN_WITHIN = timedelta(minutes=15)
"""From its first use on: programs that check mails follow links, and send the forms behind them, before their reader
does."""
TWO_STEPS_WITHIN = timedelta(minutes=30)
"""From the first step to the second one: long enough for a telephone call in between."""
State = Literal["open", "used", "expired", "revoked", "left", "ended"]
"""`left`: the person takes part no more, or has another address. `ended`: the onboarding has."""


@dataclass(frozen=True, kw_only=True)
class LinkMaker:
    """Makes the links of messages: `address` is that of the pages, `key` a secret of our own.

    A token is made of the key and of what the link is for. So a message that is tried again carries the same links,
    while the store has their hashes alone, and who reads the store can use none. With `domains` only those get a way
    into the room whose mail address is at one of them.
    """

    address: str
    key: bytes
    domains: Sequence[str] = ()

    def links(
        self, connection: Connection, row: Row[Any], person: Person, *, now: datetime
    ) -> tuple[Mapping[str, str], Sequence[Mapping[str, Any]]]:
        """The addresses of the links in that notice by their purposes, and their rows; none to our own people.

        In a message that lets its reader in there is the `code` besides, six digits in two groups.
        """
        if row.onboarding is None or person.side != "customer":
            return {}, ()
        lasts: dict[Purpose, timedelta] = dict.fromkeys(offered(row.kind, row.facts), ACTS_FOR)
        lasts["room"] = ACTS_FOR
        lasts["preferences"] = PREFERENCES_FOR
        if not is_admitted(connection, row.onboarding, person, self.domains):
            lasts = {purpose: time for purpose, time in lasts.items() if purpose not in INTO_THE_ROOM}
        tokens = {purpose: self._token(row, person, purpose, now) for purpose in lasts}
        rows = [
            {
                "hash": hashed(token),
                "purpose": purpose,
                "onboarding": row.onboarding,
                "person": row.person,
                "notice": None if purpose == "preferences" else row.id,
                "address_hash": hashed(folded(person.email)),
                "created_at": now,
                "expires_at": now + lasts[purpose],
            }
            for purpose, token in tokens.items()
        ]
        links: dict[str, str] = {
            purpose: f"{self.address}/{path_of(purpose)}/{token}" for purpose, token in tokens.items()
        }
        if row.kind == LETS_IN:
            links["code"] = self.code(row.id)
        return links, rows

    def code(self, notice: int) -> str:
        """The six digits in that message, in two groups; nobody without the key can tell them."""
        number = int.from_bytes(hmac.digest(self.key, f"code\n{notice}".encode(), "sha256")[:8], "big") % 1_000_000
        return f"{number // 1000:03} {number % 1000:03}"

    def _token(self, row: Row[Any], person: Person, purpose: Purpose, now: datetime) -> str:
        of_what = str(now.year) if purpose == "preferences" else str(row.id)
        what = "\n".join((row.onboarding, row.person, folded(person.email), purpose, of_what))
        return urlsafe_b64encode(hmac.digest(self.key, what.encode(), "sha256")).decode().rstrip("=")

    def feed_of(self, engine: Engine, onboarding: str, person: Person, *, now: datetime | None = None) -> str:
        """The address that a person's calendar may subscribe to: the same for a year, dead when they have gone."""
        now = now or wall_clock()
        what = "\n".join((onboarding, person.id, folded(person.email), "feed", str(now.year)))
        token = urlsafe_b64encode(hmac.digest(self.key, what.encode(), "sha256")).decode().rstrip("=")
        row = {
            "hash": hashed(token),
            "purpose": "feed",
            "onboarding": onboarding,
            "person": person.id,
            "notice": None,
            "address_hash": hashed(folded(person.email)),
            "created_at": now,
            "expires_at": now + PREFERENCES_FOR,
        }
        with read_connection(engine) as connection:
            there = connection.scalar(select(mail_links.c.id).where(mail_links.c.hash == row["hash"]))
        if there is None:
            with write_transaction(engine) as connection:
                add(connection, mail_links, [row])
        return f"{self.address}/calendar/{token}.ics"

    def way_in(self, connection: Connection, onboarding: str, person: Person, *, by: str | None, now: datetime) -> str:
        """The address of a new link into the room for a customer's person, in no message; the journal says so."""
        token = secrets.token_urlsafe(32)
        row = {
            "hash": hashed(token),
            "purpose": "room",
            "onboarding": onboarding,
            "person": person.id,
            "notice": None,
            "address_hash": hashed(folded(person.email)),
            "created_at": now,
            "expires_at": now + BY_HAND_FOR,
        }
        add(connection, mail_links, [row])
        made = JournalRow(
            key=f"room_link_made/{person.id}/{hashed(token)[:16]}",
            at=now,
            kind="room_link_made",
            about=person.id,
            by=by,
            via="cli",
        )
        add(connection, journal, [journal_row(onboarding, made, now=now)])
        return f"{self.address}/in/{token}"


# Asked for every message that goes; built once.
PERSON = select(people).where(people.c.onboarding == bindparam("onboarding"), people.c.id == bindparam("id"))


class Link(Wire):
    """A link and how it stands now. `notice` is the message that it came with, None for the preferences.

    `as_of` is when the onboarding took its last turn, by its own time, which runs ahead on a compressed clock.
    """

    id: int
    purpose: Purpose
    state: State
    person: Person | None
    account: str
    onboarding: str
    as_of: Instant | None = None
    owner: Person | None = None
    notice: Notice | None = None
    notice_id: int | None = None
    due: Instant | None = None
    settled: str = ""
    used_at: Instant | None = None


class SqlLinks:
    """The links of messages, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def of(self, token: str) -> Link | None:
        """The link with that token, however it stands; None where there is none."""
        if not FORM.fullmatch(token):
            return None
        with read_connection(self._engine) as connection:
            row = connection.execute(select(mail_links).where(mail_links.c.hash == hashed(token))).one_or_none()
            return None if row is None else self._read(connection, row)

    def ask(self, id: int) -> str:
        """Begin the second of two steps; what that has to bring along. An earlier one counts no more."""
        once = secrets.token_urlsafe(16)
        with write_transaction(self._engine) as connection:
            of_it = mail_links.c.id == id
            connection.execute(update(mail_links).where(of_it).values(once_hash=hashed(once), asked_at=self._clock()))
        return once

    def was_asked(self, id: int, once: str) -> bool:
        """Whether that is what the last first step gave, within its time."""
        with read_connection(self._engine) as connection:
            row = connection.execute(select(mail_links).where(mail_links.c.id == id)).one()
        if row.once_hash is None or self._clock() > row.asked_at + TWO_STEPS_WITHIN:
            return False
        return hmac.compare_digest(row.once_hash, hashed(once))

    def use(self, id: int) -> None:
        """Record that the link was used; it is good for nothing more."""
        with write_transaction(self._engine) as connection:
            unused = (mail_links.c.id == id) & mail_links.c.used_at.is_(None)
            connection.execute(update(mail_links).where(unused).values(used_at=self._clock()))

    def _read(self, connection: Connection, row: Row[Any]) -> Link:
        of_it = onboardings.c.onboarding == row.onboarding
        columns = (onboardings.c.account, onboardings.c.ending, onboardings.c.owner, onboardings.c.as_of)
        about = select(*columns).where(of_it)
        onboarding = connection.execute(about).one()
        person = person_of(connection, row.onboarding, row.person)
        if person is not None and person.side != "customer":
            person = None
        if person is not None and hashed(folded(person.email)) != row.address_hash:
            person = None
        notice = None
        if row.notice is not None:
            notice = connection.execute(select(notices).where(notices.c.id == row.notice)).one()
        return Link(
            id=row.id,
            purpose=row.purpose,
            state=self._state(row, person, ended=onboarding.ending is not None),
            person=person,
            account=onboarding.account,
            onboarding=row.onboarding,
            as_of=onboarding.as_of,
            owner=person_of(connection, row.onboarding, onboarding.owner or ""),
            notice_id=row.notice,
            notice=None if notice is None else _notice(notice),
            due=None if notice is None else _due(connection, notice),
            settled="" if notice is None else _settled(connection, notice, row.purpose),
            used_at=row.used_at,
        )

    def _state(self, row: Row[Any], person: Person | None, *, ended: bool) -> State:
        if row.revoked_at is not None:
            return "revoked"
        if person is None:
            return "left"
        if row.used_at is not None and not (
            row.purpose in INTO_THE_ROOM and self._clock() < row.used_at + AGAIN_WITHIN
        ):
            return "used"
        if self._clock() >= row.expires_at:
            return "expired"
        outlives = row.purpose in ("preferences", "feed") or row.purpose in INTO_THE_ROOM
        return "ended" if ended and not outlives else "open"


def revoke_links(connection: Connection, onboarding: str, person: str, *, now: datetime) -> None:
    """Revoke every link of a person: those in messages that they have got already open nothing any more.

    Whoever has come into the room by one is out of it.
    """
    for table, ended in ((mail_links, mail_links.c.revoked_at), (room_sessions, room_sessions.c.ended_at)):
        theirs = (table.c.onboarding == onboarding) & (table.c.person == person) & ended.is_(None)
        connection.execute(update(table).where(theirs).values({ended: now}))


def path_of(purpose: Purpose) -> str:
    """The first part of the path of links for that purpose."""
    return "in" if purpose in INTO_THE_ROOM else "link"


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def without_tokens(text: str, kind: str = "") -> str:
    """What a message says, with nothing by which its links could be used: for whoever reads it beside its receiver."""
    text = IN_A_TEXT.sub(r"\1…", text)
    return CODE_IN_A_TEXT.sub("… …", text) if kind == LETS_IN else text


def person_of(connection: Connection, onboarding: str, id: str) -> Person | None:
    """That person as they are known in the onboarding now; None where nobody by that id takes part."""
    found = connection.execute(PERSON, {"onboarding": onboarding, "id": id}).mappings().one_or_none()
    return None if found is None else Person.model_validate(dict(found))


def _notice(row: Row[Any]) -> Notice:
    return Notice.model_validate({**row._mapping, "onboarding": row.onboarding or "", "to": row.person})


def _due(connection: Connection, notice: Row[Any]) -> datetime | None:
    """When the milestone is due that the notice is about; None where it is about none."""
    of_it = (milestones.c.onboarding == notice.onboarding) & (milestones.c.key == notice.about)
    return connection.scalar(select(milestones.c.due).where(of_it))


def _settled(connection: Connection, notice: Row[Any], purpose: Purpose) -> str:
    """What has become of what the notice is about, if it needs nothing any more; empty while it does."""
    if purpose in ("slot", "attendance"):
        return settled_meeting(connection, notice, choosing=purpose == "slot")
    of_milestone = (milestones.c.onboarding == notice.onboarding) & (milestones.c.key == notice.about)
    of_row = (registers.c.onboarding == notice.onboarding) & (registers.c.key == notice.about)
    if notice.kind == "reminder":
        status = connection.scalar(select(milestones.c.status).where(of_milestone))
        return "" if status in (None, "open") else str(status)
    kind = "issue" if notice.kind.startswith("issue") else "task"
    status = connection.scalar(select(registers.c.status).where(of_row, registers.c.kind == kind))
    if kind == "issue":
        return "" if status in (None, "resolved") else str(status)
    return "" if status in (None, "open") else str(status)
