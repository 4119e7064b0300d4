"""Which files does an onboarding have, and who has opened which page of the library, or done a step of it?"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from store.columns import Moment, Serial, Words
from store.tables.base import metadata
from store.tables.onboardings import onboardings

# One row a version of a document, kept for ever; its bytes lie in the folder of files under `place`, a random name. A
# document is known by deliverable (empty for none), audience and folded name. `key` makes a second upload of the same
# form harmless; `at` is business time.
files = Table(
    "files",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), nullable=False),
    Column("key", Words, nullable=False),
    Column("deliverable", Words, nullable=False),
    Column("audience", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("name_folded", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("side", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("place", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("onboarding", "key"),
    UniqueConstraint("onboarding", "deliverable", "audience", "name_folded", "version", name="uq_files_version"),
    sqlite_autoincrement=True,
)
Index("ix_files_onboarding", files.c.onboarding, files.c.id)

# Who has opened a page of the library, in the room: one row a person and page. `times` counts visits.
library_opens = Table(
    "library_opens",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("person", Words, primary_key=True),
    Column("page", Words, primary_key=True),
    Column("language", Words, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
)
# By whom a page was opened last.
Index("ix_library_opens_page", library_opens.c.page, library_opens.c.last_at, library_opens.c.onboarding)

# The same counted over all customers, with every visit: there are very many rows of them.
library_opens_counted = Table(
    "library_opens_counted",
    metadata,
    Column("page", Words, primary_key=True),
    Column("customers", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
)

# A step of a checklist of the library that is done, for the whole onboarding; `person` has said so.
library_steps = Table(
    "library_steps",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("page", Words, primary_key=True),
    Column("step", Words, primary_key=True),
    Column("person", Words, nullable=False),
    Column("done_at", Moment, nullable=False),
)
