"""What do customers do in the product, and who in which week?"""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, LargeBinary, SmallInteger, Table

from store.columns import Words
from store.tables.base import IS_UNGROUPED, metadata
from store.tables.onboardings import deals, playbooks

# What was done in the product, event by event, kept as long as the settings say. `day` counts days since 1970 in UTC,
# `at` milliseconds; `person` is a number made from the user's id, 0 for an unknown user; `group_id` is empty while the
# user's group is unknown. Days come first in the index: by them old rows are deleted and one day of a group is counted.
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

# The group to which a user belongs, as last reported.
usage_members = Table(
    "usage_members",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("group_id", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# The users of a group who were ever active, each with the first and the last day.
usage_people = Table(
    "usage_people",
    metadata,
    Column("group_id", Words, primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
)

# How much was done on each day. Nothing uses it any more; it stays, since migrations only add (docs/production.md): a
# worker of a version before may still count into it.
usage_daily = Table(
    "usage_daily",
    metadata,
    Column("group_id", Words, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("event", Words, primary_key=True),
    Column("users", Integer, nullable=False),
    Column("count", Integer, nullable=False),
)

# Days of groups that have new events since they were counted. `writes` tells whether more came during the count.
usage_fresh = Table(
    "usage_fresh",
    metadata,
    Column("group_id", Words, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("writes", Integer, nullable=False),
)

# The group ids by which the product may know the customer of an onboarding.
usage_groups = Table(
    "usage_groups",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("group_id", Words, primary_key=True),
    Index("ix_usage_groups_group_id", "group_id"),
)

# What each user of a group did in a week; kept for ever. `week` is the number of its Monday, in days since 1970 in UTC.
# `days` has a bit for each day of the week on which they did anything, Monday's is 1; `features` has a bit for each
# feature that they used. Bits are only ever added, so that a late event is counted like any other.
usage_weeks = Table(
    "usage_weeks",
    metadata,
    Column("group_id", Words, primary_key=True),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("days", SmallInteger, nullable=False),
    Column("features", BigInteger, nullable=False),
)

# The features that playbooks name, by the events that show their use; `bit` is a power of two, the same for all events
# of a feature.
usage_features = Table(
    "usage_features",
    metadata,
    Column("feature", Words, primary_key=True),
    Column("event", Words, primary_key=True),
    Column("bit", BigInteger, nullable=False),
)

# The playbooks whose features are known.
usage_playbooks = Table(
    "usage_playbooks",
    metadata,
    Column("hash", Words, ForeignKey(playbooks.c.hash), primary_key=True),
)

# What was said of a user: their team or role, from which day on, in days since 1970 in UTC. `word` is empty where they
# have none any more; `group_id` is empty where the call did not name the account, and a deal's own for a list of users.
# `at` is when it was said, in milliseconds since 1970: of two on one day the later one holds.
usage_traits = Table(
    "usage_traits",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("trait", Words, primary_key=True),
    Column("group_id", Words, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("word", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_usage_traits_group_id", "group_id", "person"),
)
