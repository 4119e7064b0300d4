"""What was written to one person of an onboarding, and what keeps messages from reaching them?"""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, or_, select

from domain.notice import DIGEST, Person
from domain.preferences import Preferences
from domain.record import JournalRow
from domain.text import folded
from domain.wire import Instant
from store.engine import read_transaction
from store.preferences import chosen_by, zone_of
from store.reads import NoticeLine
from store.tables import journal, notices, people, unreachable, unsubscribes

ABOUT_MESSAGES = (
    "notice_sent",
    "notice_refused",
    "notice_bounced",
    "notice_delayed",
    "notice_redirected",
    "notice_snoozed",
    "answered",
    "answered_automatically",
    "complained",
    "draft_edited",
    "draft_sent",
    "draft_stopped",
)
"""Kinds of entries of the journal that say what became of a message."""


class Message(NoticeLine):
    """A notice that is, or was, for somebody; `rests_until` is set where its channel said to come later."""

    rests_until: Instant | None = None


class Reached(NamedTuple):
    """What is known of somebody as a reader: other ids with their address, and since when what does not reach them.

    `preferences` are what they chose to hear and when, in their `zone`; None where they never did.
    """

    also: tuple[str, ...] = ()
    unsubscribed: datetime | None = None
    unreachable: datetime | None = None
    preferences: Preferences | None = None
    zone: ZoneInfo = ZoneInfo("UTC")


def messages_for(engine: Engine, onboarding: str, person: str) -> tuple[Message, ...]:
    """Every notice to that person, and those that were for them and went on to somebody else, as they were written.

    Digests are left out: each of their parts has its own receipt.
    """
    # A notice keeps the key that it was written under, which ends in whom it was for.
    once_theirs = notices.c.key.endswith(f"/{person}", autoescape=True)
    theirs = select(notices).where(notices.c.onboarding == onboarding, or_(notices.c.person == person, once_theirs))
    theirs = theirs.where(notices.c.kind != DIGEST)
    with read_transaction(engine) as connection:
        rows = connection.execute(theirs.order_by(notices.c.id)).mappings().all()
    return tuple(Message.model_validate({"name": None, **row}) for row in rows)


def entries_about_messages(engine: Engine, onboarding: str) -> tuple[JournalRow, ...]:
    """The entries of the journal that say what became of messages and drafts, the oldest first."""
    wanted = select(journal).where(journal.c.onboarding == onboarding, journal.c.kind.in_(ABOUT_MESSAGES))
    with read_transaction(engine) as connection:
        rows = connection.execute(wanted.order_by(journal.c.seq)).mappings().all()
    return tuple(JournalRow.model_validate(row) for row in rows)


def reached(engine: Engine, onboarding: str, person: str) -> Reached:
    """How that person is reached. An address counts under whichever of its ids something was said of it."""
    with read_transaction(engine) as connection:
        rows = connection.execute(select(people).where(people.c.onboarding == onboarding)).mappings()
        known = [Person.model_validate(dict(row)) for row in rows]
        reader = next((one for one in known if one.id == person), None)
        address = folded(reader.email) if reader else ""
        if reader is None or not address:
            return Reached()
        chosen = chosen_by(connection, onboarding, reader)
        ids = [one.id for one in known if folded(one.email) == address]
        theirs = (unsubscribes.c.onboarding == onboarding) & unsubscribes.c.person.in_(ids)
        left = connection.scalars(select(unsubscribes.c.unsubscribed_at).where(theirs)).all()
        since = connection.scalar(select(unreachable.c.since).where(unreachable.c.address == address))
    also = tuple(sorted(id for id in ids if id != person))
    unsubscribed = min((at for at in left if at is not None), default=None)
    return Reached(also, unsubscribed, since, chosen, zone_of(reader.time_zone))
