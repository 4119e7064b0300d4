"""Which deals have not closed yet, and what has happened in each?"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, UniqueConstraint

from store.columns import Document, Moment, Serial, Words
from store.tables.base import NOT_ENDED, metadata
from store.tables.onboardings import playbooks

# Deals before their close. `run` is null while a door has left the prospect here and no run has taken it up yet; a sale
# that was given up and taken up again is another round under the same id.
introductions = Table(
    "introductions",
    metadata,
    Column("introduction", Words, primary_key=True),
    Column("source", Words, nullable=False),
    Column("deal_id", Words, nullable=False),
    Column("account", Words, nullable=False),
    Column("account_folded", Words, nullable=False),
    Column("body", Document, nullable=False),
    Column("run", Words),
    Column("playbook", Words, nullable=False),
    Column("playbook_hash", Words, ForeignKey(playbooks.c.hash)),
    Column("calendar", Document),
    Column("owner", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("begun_at", Moment),
    Column("due", Moment),
    Column("next_key", Words),
    Column("next_due", Moment),
    Column("learnt", Document),
    Column("ending", Words),
    Column("ended_at", Moment),
    Column("as_of", Moment),
    Column("kept_at", Moment, nullable=False),
    UniqueConstraint("source", "deal_id"),
)
Index(
    "ix_introductions_open",
    introductions.c.owner,
    introductions.c.introduction,
    sqlite_where=NOT_ENDED,
    postgresql_where=NOT_ENDED,
)

introduction_journal = Table(
    "introduction_journal",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("introduction", Words, ForeignKey(introductions.c.introduction), nullable=False),
    Column("key", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("about", Words, nullable=False),
    Column("by", Words),
    Column("via", Words, nullable=False),
    Column("proved", Boolean, nullable=False),
    Column("note", Words),
    Column("data", Document, nullable=False),
    UniqueConstraint("introduction", "key"),
    sqlite_autoincrement=True,
)
