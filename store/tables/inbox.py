"""What did other systems deliver, and what became of it?"""

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from store.columns import Document, Moment, Serial, Words
from store.tables.base import IS_REFUSED, IS_WAITING, metadata

# What other systems delivered. A delivery is stored before it is answered; what became of it is added later.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("source", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("body", Document),
    Column("state", Words, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("field", Words, nullable=False),
    Column("onboarding", Words, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment),
    UniqueConstraint("source", "key"),
    Index("ix_inbox_subject", "source", "subject"),
    sqlite_autoincrement=True,
)
Index("ix_inbox_waiting", inbox.c.id, sqlite_where=IS_WAITING, postgresql_where=IS_WAITING)
Index("ix_inbox_refused", inbox.c.id, sqlite_where=IS_REFUSED, postgresql_where=IS_REFUSED)
