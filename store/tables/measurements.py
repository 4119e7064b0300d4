"""Which figures were reported about onboardings?"""

from sqlalchemy import Column, Float, ForeignKey, Index, Table

from store.columns import Moment, Words
from store.tables.base import metadata
from store.tables.onboardings import deals

# Reported figures about an onboarding. `key` names the delivery that brought them.
measurements = Table(
    "measurements",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("metric", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("value", Float, nullable=False),
    Index("ix_measurements_at", "onboarding", "metric", "at"),
)
