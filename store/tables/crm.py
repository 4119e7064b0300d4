"""How far was each CRM searched for closed deals, which deals were merged, and what was written to its records?"""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from store.columns import Document, Moment, Serial, Words
from store.tables.base import IS_BEHIND, metadata
from store.tables.onboardings import onboardings

# How far each CRM has been searched for closed deals, and until when our mailbox (`mail`) was read.
rechecks = Table(
    "rechecks",
    metadata,
    Column("source", Words, primary_key=True),
    Column("first", Moment, nullable=False),
    Column("mark", Moment, nullable=False),
)

# Which deals of a CRM were merged into which: the one by `id` has become the one by `became`.
merges = Table(
    "merges",
    metadata,
    Column("source", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("became", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_merges_became", "source", "became"),
)

# What was written to the CRM's record of a deal about its onboarding. `judged_as_of` is the onboarding's `as_of` when
# the record was last compared with it.
write_backs = Table(
    "write_backs",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), nullable=False),
    Column("source", Words, nullable=False),
    Column("judged_as_of", Moment),
    Column("behind_since", Moment),
    Column("written", Document),
    Column("state", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("at", Moment),
    UniqueConstraint("onboarding"),
    sqlite_autoincrement=True,
)
Index(
    "ix_write_backs_behind",
    write_backs.c.source,
    write_backs.c.not_before,
    write_backs.c.id,
    sqlite_where=IS_BEHIND,
    postgresql_where=IS_BEHIND,
)
