"""By which links in messages can people act, and what has each person chosen to hear?"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, UniqueConstraint

from store.columns import Document, Moment, Serial, Words
from store.tables.base import metadata
from store.tables.notices import notices
from store.tables.onboardings import onboardings

# A link of one person for one purpose. `hash` is that of its token, which stands in the message alone. `address_hash`
# is that of the mail address that it was sent to: a link is dead once the person has another one. `notice` is null for
# the link to the preferences. `once_hash` is that of what the second of two steps must bring along, issued at
# `asked_at`.
mail_links = Table(
    "mail_links",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("hash", Words, nullable=False),
    Column("purpose", Words, nullable=False),
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), nullable=False),
    Column("person", Words, nullable=False),
    Column("notice", BigInteger, ForeignKey(notices.c.id)),
    Column("address_hash", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("once_hash", Words),
    Column("asked_at", Moment),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
    UniqueConstraint("hash"),
    sqlite_autoincrement=True,
)
Index("ix_mail_links_person", mail_links.c.onboarding, mail_links.c.person)

# What a person of an onboarding has chosen, from their first choice on. Language and time zone are not here: those
# stand with the person.
preferences = Table(
    "preferences",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("person", Words, primary_key=True),
    Column("chosen", Document, nullable=False),
    Column("chosen_at", Moment, nullable=False),
)
