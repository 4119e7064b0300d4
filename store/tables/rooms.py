"""Who is in the customer's room, and who has asked to be let in?"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from store.columns import Moment, Serial, Words
from store.tables.base import metadata
from store.tables.links import mail_links
from store.tables.notices import notices
from store.tables.onboardings import onboardings

# One browser of one person in one onboarding. `hash` is that of what its cookie holds. `address_hash` is that of the
# person's mail address when they came in: a session is over once they have another one. `way` is how they were known:
# by the `link` of a message, or by a `code` that was sent to them. `agent` is how their browser calls itself.
room_sessions = Table(
    "room_sessions",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("hash", Words, nullable=False),
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), nullable=False),
    Column("person", Words, nullable=False),
    Column("address_hash", Words, nullable=False),
    Column("way", Words, nullable=False),
    Column("link", BigInteger, ForeignKey(mail_links.c.id)),
    Column("agent", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("hash"),
    sqlite_autoincrement=True,
)
Index("ix_room_sessions_person", room_sessions.c.onboarding, room_sessions.c.person)

# A message by which somebody gets in who has asked for it. `hash` is that of what the browser which asked was given:
# only there the code of the message counts. Who asks with one address may be known in several onboardings; each has a
# row and a code of its own.
room_entries = Table(
    "room_entries",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("hash", Words, nullable=False),
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), nullable=False),
    Column("person", Words, nullable=False),
    Column("address_hash", Words, nullable=False),
    Column("notice", BigInteger, ForeignKey(notices.c.id)),
    Column("created_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_at", Moment),
    sqlite_autoincrement=True,
)
Index("ix_room_entries_hash", room_entries.c.hash)
Index("ix_room_entries_address", room_entries.c.address_hash, room_entries.c.created_at)
