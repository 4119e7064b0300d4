"""What was done in the product, and what it comes to."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, LargeBinary, Table

from store.columns import Words
from store.tables.base import IS_UNGROUPED, metadata
from store.tables.onboardings import deals

# What was done in the product, event by event, until the settings say that it is old. `day` counts from 1970 in UTC,
# `at` in milliseconds; `person` is a number made of the user's id, 0 for nobody known; `group_id` is empty while nobody
# knows whose it is. Days come first in the index: that is how old ones go, and how one day of one group is counted.
usage_events = Table(
    "usage_events",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    Column("day", Integer, nullable=False),
    Column("group_id", Words, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("event", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_usage_events_day", "day", "group_id", "event"),
)
Index(
    "ix_usage_events_ungrouped",
    usage_events.c.person,
    sqlite_where=IS_UNGROUPED,
    postgresql_where=IS_UNGROUPED,
)

# To which group a user belongs, as was last said.
usage_members = Table(
    "usage_members",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("group_id", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Who of a group was ever active, and when first and last.
usage_people = Table(
    "usage_people",
    metadata,
    Column("group_id", Words, primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
)

# How much was done on a day; kept for ever.
usage_daily = Table(
    "usage_daily",
    metadata,
    Column("group_id", Words, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("event", Words, primary_key=True),
    Column("users", Integer, nullable=False),
    Column("count", Integer, nullable=False),
)

# Days of groups that something was written to since they were counted. `writes` tells whether it goes on.
usage_fresh = Table(
    "usage_fresh",
    metadata,
    Column("group_id", Words, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("writes", Integer, nullable=False),
)

# By which ids of groups the product may know the customer of an onboarding.
usage_groups = Table(
    "usage_groups",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("group_id", Words, primary_key=True),
    Index("ix_usage_groups_group_id", "group_id"),
)
