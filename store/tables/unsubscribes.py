"""Who may unsubscribe by which link, and who has?"""

from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint

from store.columns import Moment, Words
from store.tables.base import metadata
from store.tables.onboardings import onboardings

# A person of an onboarding, from the first letter on that is not essential. `token` is in clear: every later letter
# carries the same link. It opens nothing but this row. `unsubscribed_at` is null while letters are wanted.
unsubscribes = Table(
    "unsubscribes",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("person", Words, primary_key=True),
    Column("token", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("unsubscribed_at", Moment),
    UniqueConstraint("token"),
)
