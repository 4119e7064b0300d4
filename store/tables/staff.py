"""Who of ours may come to the desk, and in which browsers are they signed in?"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, UniqueConstraint

from store.columns import Moment, Serial, Words
from store.tables.base import metadata

# One of ours who may sign in. `address` is folded, as addresses are compared: it links them to the staff directory.
# `handle` stands in `by` where the directory does not know the address. Without `password`, a hash by Argon2id, nobody
# comes in by one. `issuer` and `subject` are who they are at an identity provider, from their first sign-in by it on.
# `language` and `time_zone` are chosen; without them those of the directory count.
staff_accounts = Table(
    "staff_accounts",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("address", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("handle", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("password", Words),
    Column("issuer", Words),
    Column("subject", Words),
    Column("language", Words),
    Column("time_zone", Words),
    Column("shortcuts", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment),
    UniqueConstraint("address"),
    UniqueConstraint("handle"),
    UniqueConstraint("issuer", "subject"),
    sqlite_autoincrement=True,
)

# One browser of one of ours. `hash` is that of what its cookie holds; `way` is how they were known: by `password`, or
# by an identity provider (`oidc`).
staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("hash", Words, nullable=False),
    Column("staff", BigInteger, ForeignKey(staff_accounts.c.id), nullable=False),
    Column("way", Words, nullable=False),
    Column("agent", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("hash"),
    sqlite_autoincrement=True,
)
Index("ix_staff_sessions_staff", staff_sessions.c.staff)

# A link by which somebody chooses a password, once. Without `staff` it makes the first administrator.
staff_links = Table(
    "staff_links",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("hash", Words, nullable=False),
    Column("staff", BigInteger, ForeignKey(staff_accounts.c.id)),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    UniqueConstraint("hash"),
    sqlite_autoincrement=True,
)
