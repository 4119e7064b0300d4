"""Whom of their own has the customer named?"""

from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint

from store.columns import Moment, Words
from store.tables.base import metadata
from store.tables.onboardings import onboardings

# Somebody whom a person of the customer's has named, known by a `number` in the onboarding. `key` makes a second try of
# the same form harmless; `at` and `decided_at` are business time. `person` is their id once they take part.
colleagues = Table(
    "colleagues",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("email", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("title", Words),
    Column("language", Words),
    Column("note", Words),
    Column("state", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("decided_by", Words),
    Column("decided_at", Moment),
    Column("reason", Words),
    Column("person", Words),
    Column("recorded_at", Moment, nullable=False),
    UniqueConstraint("onboarding", "key"),
)
