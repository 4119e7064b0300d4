"""What does the team's desk have of its own? Open work, what is put aside, words to find by, views, hours."""

from sqlalchemy import ARRAY, Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text

from store.columns import Moment, Serial, Words
from store.tables.base import IS_AN_ANSWER, IS_SIGNED, metadata
from store.tables.onboardings import deals, onboardings

# What one person may do now (`domain.attention.OpenWork`); whoever shares it with others has a row of their own.
# `owner` is that of the onboarding. What has no date is due since it came.
open_work = Table(
    "open_work",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("person", Words, primary_key=True),
    Column("side", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("due", Moment, nullable=False),
    Column("since", Moment),
    Column("title", Words, nullable=False),
    Column("holds_up", Integer, nullable=False),
    Column("optional", Boolean, nullable=False),
    Index("ix_open_work_person", "person", "due"),
    Index("ix_open_work_owner", "owner", "due"),
)
# Sign-offs that an owner is told of, and what somebody has to answer, whenever it is due.
Index(
    "ix_open_work_signed",
    open_work.c.owner,
    open_work.c.due,
    sqlite_where=IS_SIGNED,
    postgresql_where=IS_SIGNED,
)
Index(
    "ix_open_work_answers",
    open_work.c.person,
    open_work.c.due,
    sqlite_where=IS_AN_ANSWER,
    postgresql_where=IS_AN_ANSWER,
)

# What one of ours has put aside on their day: until a moment, or for good (null).
put_aside = Table(
    "put_aside",
    metadata,
    Column("person", Words, primary_key=True),
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("until", Moment),
    Column("at", Moment, nullable=False),
)

# By what a customer is found: names, addresses and the deal's number, folded. PostgreSQL has pieces of it besides
# (`domain.pieces`), by an index; SQLite reads the text.
search_texts = Table(
    "search_texts",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("text", Words, nullable=False),
    Column("pieces", ARRAY(Text).with_variant(Text(), "sqlite")),
)
Index("ix_search_texts_pieces", search_texts.c.pieces, postgresql_using="gin")

# Filters of the portfolio that somebody has kept, as the query of its address.
desk_views = Table(
    "desk_views",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("person", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("query", Words, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_desk_views_person", desk_views.c.person)

# Hours that people have spent on an onboarding, as they say. `key` makes a second click harmless.
hours_spent = Table(
    "hours_spent",
    metadata,
    Column("key", Words, primary_key=True),
    Column("person", Words, nullable=False),
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), nullable=False),
    Column("day", Date, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_hours_spent_person", "person", "day"),
    Index("ix_hours_spent_onboarding", "onboarding"),
)
