"""The outbox: messages to people, and what became of each."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, UniqueConstraint

from store.columns import Document, Moment, Serial, Words
from store.tables.base import IS_WAITING, OF_THE_HOUSE, metadata
from store.tables.onboardings import onboardings

# The outbox. `state` is waiting, sent, refused or withdrawn; how often it was tried is Temporal's to know. `person` is
# no foreign key: a notice to somebody unknown is refused and told, where a constraint would stop the whole writing.
# `onboarding` is null where a notice is about the house itself or an introduction; then `addressee` holds the person.
# `attachment` refers to a document, which is made when the mail goes.
notices = Table(
    "notices",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding)),
    Column("key", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("addressee", Document),
    Column("facts", Document, nullable=False),
    Column("about", Words, nullable=False),
    Column("while_open", Words),
    Column("collapses", Boolean, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("state", Words, nullable=False),
    Column("message_id", Words),
    Column("reason", Words),
    Column("place", Words),
    Column("sent_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("attachment", Words),
    UniqueConstraint("onboarding", "key"),
    sqlite_autoincrement=True,
)
Index(
    "ix_notices_waiting",
    notices.c.channel,
    notices.c.not_before,
    notices.c.id,
    sqlite_where=IS_WAITING,
    postgresql_where=IS_WAITING,
)
# Two nulls are never the same, so the unique key above does not hold for notices of the house.
Index(
    "uq_notices_of_the_house",
    notices.c.key,
    unique=True,
    sqlite_where=OF_THE_HOUSE,
    postgresql_where=OF_THE_HOUSE,
)
