"""Which notices are to be sent to people, and what became of each?"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from store.columns import Document, Moment, Serial, Words
from store.tables.base import ASKS_US, IS_IN_A_DIGEST, IS_WAITING, OF_THE_HOUSE, metadata
from store.tables.onboardings import onboardings

# The outbox. `state` is waiting, joined, sent, refused, bounced, withdrawn or held; how often sending was tried, only
# Temporal knows. What outlives a run of the sender is here: `rests_until`, set where the channel said to come later,
# and `maybe_arrived`, the tries after which nobody knows whether the message is there. What rests without a `reason` is
# in the hand of a sender just now: should its worker die, the next one takes it up after that moment. `person` is no
# foreign key: a notice to an unknown person is refused and the owner told, where a constraint would make the whole
# transaction fail.
# `onboarding` is null where a notice is about day90 itself or an introduction; then `addressee` holds the person.
# `attachment` refers to a document, which is made when the mail goes. A notice of a `draft` is held until that is sent.
# From `joins_from` on a notice may travel inside a digest: a row of its own, sealed before it goes, whose id its parts
# keep as `digest`. Until that is sent they are `joined`.
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
    Column("rests_until", Moment),
    Column("maybe_arrived", Integer, nullable=False, server_default="0"),
    Column("subject", Words),
    Column("text", Words),
    Column("draft", Words),
    Column("joins_from", Moment),
    Column("digest", Integer),
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
# By which a bounce or a reply finds what it is about.
Index("ix_notices_message_id", notices.c.message_id)
# To a database two nulls differ, so the unique key above does not hold for notices about day90 itself.
Index(
    "uq_notices_of_the_house",
    notices.c.key,
    unique=True,
    sqlite_where=OF_THE_HOUSE,
    postgresql_where=OF_THE_HOUSE,
)
Index(
    "ix_notices_digest",
    notices.c.digest,
    sqlite_where=IS_IN_A_DIGEST,
    postgresql_where=IS_IN_A_DIGEST,
)
# What waits for one person is looked for at each of their messages: among all that waits it would be read through.
Index(
    "ix_notices_of_a_person",
    notices.c.person,
    notices.c.onboarding,
    sqlite_where=IS_WAITING,
    postgresql_where=IS_WAITING,
)
# What somebody of the customer's asks, and of ours somebody has to answer.
Index(
    "ix_notices_asking",
    notices.c.person,
    notices.c.created_at,
    sqlite_where=ASKS_US,
    postgresql_where=ASKS_US,
)
