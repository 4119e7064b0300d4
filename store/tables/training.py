"""How did the customer's people like a training?"""

from sqlalchemy import Column, ForeignKey, Integer, Table

from store.columns import Moment, Words
from store.tables.base import metadata
from store.tables.onboardings import onboardings

# How somebody rates a session of the playbook's training, from 1 to 5, and what they say of it. The newest rating of a
# person counts. `at` is business time, `recorded_at` wall time.
training_ratings = Table(
    "training_ratings",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("session", Words, primary_key=True),
    Column("by", Words, primary_key=True),
    Column("rating", Integer, nullable=False),
    Column("text", Words, nullable=False, server_default=""),
    Column("at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
)
