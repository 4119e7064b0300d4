"""Which notices wait to travel in one message to one person, and how is that message sealed before it goes?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, Select, bindparam, func, not_, select, update

from domain.notice import DIGEST, ONLY_TELLS, Notice, Person
from domain.rules import digests
from store.entries import notice_row
from store.rows import add
from store.tables import IS_WAITING, notices

JOINED = "joined"
REMINDED = (
    select(notices.c.sent_at, notices.c.facts)
    .where(*(notices.c[name] == bindparam(name) for name in ("onboarding", "person", "kind", "about")))
    .where(notices.c.state == "sent")
    .order_by(notices.c.sent_at.desc())
    .limit(1)
)
PARTS = select(notices).where(notices.c.digest == bindparam("digest"))


def notice_of(row: Row[Any]) -> Notice:
    """The notice in a row of the outbox."""
    return Notice.model_validate({**row._mapping, "onboarding": row.onboarding or "", "to": row.person})


def travelling(connection: Connection, row: Row[Any], person: Person, *, now: datetime) -> Sequence[Row[Any]]:
    """The rows that may travel together at that moment with that one, which waits and is held, all kept from others.

    They are kept in the order of their ids: two workers that begin with different ones of them wait for each other.
    What is in a sender's hand, and so rests without a reason, goes by itself already. What was tried once has a
    Message-ID and stays the message that it is: it may have arrived, and would come again as news inside another one.
    """
    if row.joins_from is None or row.message_id is not None:
        return [row]
    ours = person.side == "vendor"
    which = {"id": row.id, "person": person.id if ours else row.person, "channel": row.channel, "now": now}
    if not ours:
        which["onboarding"] = row.onboarding
    return connection.execute(_travelling(ours=ours), which).all()


# Asked for every message that goes; built once each.
@cache
def _travelling(*, ours: bool) -> Select[Any]:
    """That row with what joins it: ours read of all their onboardings at once, a customer's ids are of one."""
    together = (notices.c.person == bindparam("person")) & (notices.c.channel == bindparam("channel"))
    if not ours:
        together &= notices.c.onboarding == bindparam("onboarding")
    joins = (notices.c.joins_from <= bindparam("now")) & not_(in_hand(bindparam("now")))
    which = (notices.c.id == bindparam("id")) | (together & joins & notices.c.message_id.is_(None))
    return select(notices).where(which, IS_WAITING).order_by(notices.c.id).with_for_update(key_share=True)


def in_hand(now: BindParameter[Any]) -> ColumnElement[bool]:
    """Whether a notice that waits is in the hand of a sender just now: it rests, and for no reason."""
    return func.coalesce((notices.c.rests_until > now) & notices.c.reason.is_(None), False)


def seal(connection: Connection, rows: Sequence[Row[Any]], person: Person, *, now: datetime, wall: datetime) -> None:
    """Write the digest of those rows, which are joined to it. `now` is the moment from which it may go."""
    in_order = digests.in_order([notice_of(row) for row in rows])
    digest = digests.digest(in_order, person, at=now)
    of_house = not digest.onboarding
    kept = {
        **notice_row(digest, onboarding=digest.onboarding or None, now=wall),
        "addressee": person.model_dump() if of_house else None,
    }
    add(connection, notices, [kept])
    of_it = (notices.c.kind == DIGEST) & (notices.c.key == digest.key) & (notices.c.person == person.id)
    same = notices.c.onboarding.is_(None) if of_house else notices.c.onboarding == digest.onboarding
    id = connection.execute(select(notices.c.id).where(of_it & same)).scalar_one()
    joined = update(notices).where(notices.c.id.in_([row.id for row in rows]))
    connection.execute(joined.values(state=JOINED, digest=id))


def unseal(connection: Connection, theirs: ColumnElement[bool], *, reason: str) -> None:
    """Let what is sealed in digests among those rows wait by itself again; the digests are withdrawn, with why."""
    digest = theirs & (notices.c.kind == DIGEST) & IS_WAITING
    ids = connection.scalars(select(notices.c.id).where(digest)).all()
    if not ids:
        return
    parts = notices.c.digest.in_(ids) & (notices.c.state == JOINED)
    connection.execute(update(notices).where(parts).values(state="waiting", digest=None))
    connection.execute(update(notices).where(notices.c.id.in_(ids)).values(state="withdrawn", reason=reason))


def parts_of(connection: Connection, id: int) -> Sequence[Row[Any]]:
    """The rows that travel in that digest, or did, in the order in which they are read."""
    rows = connection.execute(PARTS, {"digest": id}).all()
    by_key = {(row.onboarding or "", row.key): row for row in rows}
    return [by_key[one.onboarding, one.key] for one in digests.in_order(notice_of(row) for row in rows)]


def sent_today(connection: Connection, row: Row[Any], person: Person, *, now: datetime) -> list[bool]:
    """The messages that the person got on that day of theirs or is getting now, each by whether it was essential."""
    zone = ZoneInfo(person.time_zone)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    theirs = {"onboarding": row.onboarding, "person": row.person, "id": row.id}
    day = {"midnight": midnight, "next": midnight + timedelta(days=1), "now": now}
    return [
        bool(one.facts.get("essential", True)) if one.kind == DIGEST else one.kind not in ONLY_TELLS
        for one in connection.execute(_on_that_day(of_house=row.onboarding is None), {**theirs, **day})
    ]


def reminded_at(connection: Connection, row: Row[Any]) -> datetime | None:
    """When the reader of that reminder was reminded last of the same thing, due on the same day; None where never."""
    same = {name: getattr(row, name) for name in ("onboarding", "person", "kind", "about")}
    last = connection.execute(REMINDED, same).first()
    return last.sent_at if last is not None and last.facts.get("due") == row.facts.get("due") else None


@cache
def _on_that_day(*, of_house: bool) -> Select[Any]:
    """Kind and facts of the messages to a person that went between two moments, or are in hand."""
    of_it = notices.c.onboarding.is_(None) if of_house else notices.c.onboarding == bindparam("onboarding")
    theirs = of_it & (notices.c.person == bindparam("person")) & (notices.c.id != bindparam("id"))
    went = (notices.c.sent_at >= bindparam("midnight")) & (notices.c.sent_at < bindparam("next"))
    went &= notices.c.state == "sent"
    going = IS_WAITING & in_hand(bindparam("now"))
    return select(notices.c.kind, notices.c.facts).where(theirs, went | going, notices.c.digest.is_(None))
