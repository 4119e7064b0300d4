"""Which figures were reported about onboardings, and which goals were agreed with their customers?"""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, Table

from store.columns import Moment, Words
from store.tables.base import metadata
from store.tables.onboardings import deals

# Reported figures about an onboarding. `key` names the delivery that brought them, `origin` by which way, `by` who said
# so where that was a person; `recorded_at` is wall time and null in rows of older versions. What cannot be true is
# `set_apart` with the reason; what was corrected has the key of the row in its place in `replaced_by`. Neither counts.
measurements = Table(
    "measurements",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("metric", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("value", Float, nullable=False),
    Column("origin", Words, nullable=False, server_default="reported"),
    Column("by", Words),
    Column("recorded_at", Moment),
    Column("set_apart", Words),
    Column("replaced_by", Words),
    Column("reason", Words),
    Index("ix_measurements_at", "onboarding", "metric", "at"),
)

# The business metrics of a customer as people said them; of each the highest revision counts. `at` is wall time.
goals = Table(
    "goals",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("title", Words, nullable=False),
    Column("unit", Words, nullable=False),
    Column("direction", Words, nullable=False),
    Column("baseline", Float),
    Column("target", Float),
    Column("by_day", Integer),
    Column("method", Words),
    Column("main", Boolean, nullable=False),
    Column("origin", Words, nullable=False),
    Column("by", Words),
    Column("at", Moment, nullable=False),
)
