"""Which meetings have an hour, and who comes to them?"""

from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint

from store.columns import Document, Moment, Words
from store.tables.base import metadata
from store.tables.onboardings import onboardings

# A meeting of a series or milestone (`meeting`), as it is agreed now. `uid` is how calendars know it, without our
# domain; `sequence` counts the versions of its invitation, which `people` have.
meetings = Table(
    "meetings",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("meeting", Words, primary_key=True),
    Column("occasion", Words, primary_key=True),
    Column("uid", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("status", Words, nullable=False),
    Column("people", Document, nullable=False),
    UniqueConstraint("uid"),
)

# What each person answered last, and to which version of the invitation.
attendance = Table(
    "attendance",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("meeting", Words, primary_key=True),
    Column("occasion", Words, primary_key=True),
    Column("person", Words, primary_key=True),
    Column("answer", Words, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
