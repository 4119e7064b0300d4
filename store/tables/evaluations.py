"""How did each customer do when they were last looked at, and week by week?"""

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Index, Integer, Table

from store.columns import Document, Moment, Words
from store.tables.base import HAS_NEW_FLAGS, IS_AN_ALARM, metadata
from store.tables.onboardings import deals

# The last evaluation of each onboarding. `news` counts what has been reported about it, `looked_at_news` how much of
# that the evaluation knew; `at` is the onboarding's own time and null before the first evaluation. It is due again at
# `next_at`, and with news from `again_at` on. The portfolio by health is read by the rest: `place` is the score, and
# 1,000 without one; `moved` are the points since the look of a week before, and `new_flags` says that some flags were
# not up then.
evaluations = Table(
    "evaluations",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("news", Integer, nullable=False),
    Column("looked_at_news", Integer, nullable=False, server_default="0"),
    Column("at", Moment),
    Column("week", Date),
    Column("again_at", Moment),
    Column("next_at", Moment),
    Column("alarm", Boolean),
    Column("body", Document),
    Column("place", Float),
    Column("band", Words),
    Column("moved", Float),
    Column("new_flags", Boolean),
    Index("ix_evaluations_next_at", "next_at"),
    Index("ix_evaluations_place", "place", "onboarding"),
    Index("ix_evaluations_band", "band", "place", "onboarding"),
    Index("ix_evaluations_moved", "moved"),
)
Index(
    "ix_evaluations_flagged",
    evaluations.c.place,
    sqlite_where=HAS_NEW_FLAGS,
    postgresql_where=HAS_NEW_FLAGS,
)
Index("ix_evaluations_alarm", evaluations.c.onboarding, sqlite_where=IS_AN_ALARM, postgresql_where=IS_AN_ALARM)

# One row for each week of the customer in which they were looked at, as it was at its last look. `known` is
# the share of the due weight that was known; `flags` are those that were up, with the day since when. `note` says what
# was corrected afterwards: the row itself stays as it was.
evaluation_weeks = Table(
    "evaluation_weeks",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("week", Date, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("day", Integer, nullable=False),
    Column("playbook_hash", Words, nullable=False),
    Column("score", Float),
    Column("band", Words),
    Column("known", Float),
    Column("alarm", Boolean, nullable=False),
    Column("flags", Document, nullable=False),
    Column("note", Words),
)
