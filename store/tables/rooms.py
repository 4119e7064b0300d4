"""Who is in the customer's room, and who has asked to be let in?"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from store.columns import Moment, Serial, Words
from store.tables.base import metadata
from store.tables.links import mail_links
from store.tables.notices import notices
from store.tables.onboardings import onboardings

# One browser of one person in one onboarding. `hash` is that of what its cookie holds. `address_hash` is that of the
# person's mail address when they came in: a session is over once they have another one. `way` is how they were known:
# by the `link` of a message, or by a `code` that was sent to them. `agent` is how their browser calls itself.
# One that is `embedded` in a page of the vendor's product knows that page's `origin`, and whether the vendor's login
# has `vouched` for the person; `hash` is that of what stands in its addresses, `cookie_hash` that of its cookie, and
# `with_cookie` says whether its browser takes cookies there, null until that is known. `coded_at` is when the person
# has typed a code in it, `language` the one that they have chosen there.
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
    Column("origin", Words),
    Column("vouched", Boolean),
    Column("cookie_hash", Words),
    Column("with_cookie", Boolean),
    Column("coded_at", Moment),
    Column("language", Words),
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

# An address that the vendor's backend was given, by which its page shows somebody's room once. `hash` is that of what
# stands in it, `token` the API's token by which it was asked for, `page` where it leads.
room_tickets = Table(
    "room_tickets",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("hash", Words, nullable=False),
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), nullable=False),
    Column("person", Words, nullable=False),
    Column("address_hash", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("vouched", Boolean, nullable=False),
    Column("page", Words, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    UniqueConstraint("hash"),
    sqlite_autoincrement=True,
)
Index("ix_room_tickets_created", room_tickets.c.created_at)
