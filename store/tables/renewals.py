"""Which customers renewed or left after the hand-off, when, and for how much a year?"""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, UniqueConstraint

from store.columns import Moment, Words
from store.tables.base import metadata
from store.tables.onboardings import onboardings

# What was said of a day, version by version: of each day the last one counts. `yearly_value` is an amount in the
# reporting currency, as text, so that no cent is lost. `deal` is the
# one of a CRM that brought it, `key` makes a repetition harmless. `at` is business time,
# `recorded_at` wall time.
renewals = Table(
    "renewals",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("on_day", Date, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("outcome", Words, nullable=False),
    Column("yearly_value", Words),
    Column("why", Words),
    Column("deal", Words),
    Column("key", Words, nullable=False),
    Column("by", Words),
    Column("via", Words, nullable=False),
    Column("proved", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    UniqueConstraint("onboarding", "key"),
    Index("ix_renewals_on_day", "on_day"),
)
