"""Who has agreed to which goal?"""

from sqlalchemy import Column, ForeignKey, Integer, Table

from store.columns import Moment, Words
from store.tables.base import metadata
from store.tables.onboardings import onboardings

# The yes of one side to a goal, by the goal's key and its `revision`: what is said otherwise takes another yes. `at` is
# business time, `recorded_at` wall time.
consents = Table(
    "consents",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("goal", Words, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("side", Words, primary_key=True),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
)
