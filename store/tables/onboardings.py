"""What is stored about an onboarding? Deal, playbook, people, standing, registers, plans and journal."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, UniqueConstraint

from store.columns import Document, Moment, Serial, Words
from store.tables.base import HAS_ENDED, IS_LATE, IS_UNCONFIRMED, NOT_ENDED, STAFF_SIDE, metadata

playbooks = Table(
    "playbooks",
    metadata,
    Column("hash", Words, primary_key=True),
    Column("key", Words, nullable=False),
    Column("body", Document, nullable=False),
)

# One row per deal, kept for ever. `run` is null while a door has left the deal here and no run has taken it up yet.
# `completions` counts how often its record has changed since (completed, or other contacts); null means never.
deals = Table(
    "deals",
    metadata,
    Column("onboarding", Words, primary_key=True),
    Column("source", Words, nullable=False),
    Column("deal_id", Words, nullable=False),
    Column("body", Document, nullable=False),
    Column("run", Words),
    Column("playbook_hash", Words, ForeignKey(playbooks.c.hash)),
    Column("calendar", Document),
    Column("kept_at", Moment, nullable=False),
    Column("completions", Integer),
    Column("account_folded", Words),
    Column("account_domain", Words),
    UniqueConstraint("source", "deal_id"),
    Index("ix_deals_deal_id", "deal_id"),
    Index("ix_deals_account_folded", "account_folded"),
    Index("ix_deals_account_domain", "account_domain"),
)

# `address` is the mail address as it is compared; null while only an older worker has written the person.
people = Table(
    "people",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("email", Words, nullable=False),
    Column("side", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("time_zone", Words, nullable=False),
    Column("country", Words, nullable=False),
    Column("channel", Words, nullable=False, server_default="mail"),
    Column("address", Words),
    Index("ix_people_address", "address"),
)
# In which onboardings one of ours takes part.
Index("ix_people_staff", people.c.id, people.c.onboarding, sqlite_where=STAFF_SIDE, postgresql_where=STAFF_SIDE)

# The standing of each onboarding. `account_folded` is the account's name as it is searched; `as_of` is null until the
# first standing is written, `playbook_hash` (by which version it goes) while only an older worker has written it,
# `first_value_at` and `days_to_first_value` until a recorded win has reached that milestone. From `rank` on it is what
# the desk shows (`domain.attention`), as of `attended_as_of`: where that is not `as_of`, an older worker has written
# since.
onboardings = Table(
    "onboardings",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("account", Words, nullable=False),
    Column("account_folded", Words, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("status", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("touch", Words, nullable=False),
    Column("playbook", Words, nullable=False),
    Column("playbook_hash", Words),
    Column("open_stages", Document, nullable=False),
    Column("waiting_for", Document, nullable=False),
    Column("late", Document, nullable=False),
    Column("late_count", Integer, nullable=False),
    Column("next_key", Words),
    Column("next_due", Moment),
    Column("go_live_due", Moment),
    Column("first_value_at", Moment),
    Column("days_to_first_value", Integer),
    Column("ending", Words),
    Column("ended_at", Moment),
    Column("as_of", Moment),
    Column("seals", Document),
    Column("rank", Integer),
    Column("first_due", Moment),
    Column("first", Document),
    Column("closed_at", Moment),
    Column("done_until", Moment),
    Column("ends_by", Moment),
    Column("went_live_at", Moment),
    Column("agreed_go_live", Date),
    Column("slip", Integer),
    Column("ahead", Document),
    Column("attended_as_of", Moment),
    Index("ix_onboardings_status", "status", "onboarding"),
    Index("ix_onboardings_owner", "owner", "onboarding"),
)
Index(
    "ix_onboardings_open",
    onboardings.c.onboarding,
    onboardings.c.owner,
    sqlite_where=NOT_ENDED,
    postgresql_where=NOT_ENDED,
)
Index(
    "ix_onboardings_late",
    onboardings.c.onboarding,
    sqlite_where=IS_LATE,
    postgresql_where=IS_LATE,
)

# What the portfolio is read by: who needs somebody first, of everybody, of one owner or playbook; and who goes live.
for name, columns in {
    "rank": ("rank", "first_due", "onboarding"),
    "owner_rank": ("owner", "rank", "first_due", "onboarding"),
    "playbook_rank": ("playbook", "rank", "first_due", "onboarding"),
    "go_live": ("go_live_due", "onboarding"),
}.items():
    Index(
        f"ix_onboardings_{name}",
        *(onboardings.c[column] for column in columns),
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    )
Index(
    "ix_onboardings_ended",
    onboardings.c.ended_at,
    onboardings.c.onboarding,
    sqlite_where=HAS_ENDED,
    postgresql_where=HAS_ENDED,
)

stages = Table(
    "stages",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("title", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("opens_on", Words, nullable=False),
    Column("closes_on", Words, nullable=False),
    Index("ix_stages_standing", "key", "status", "onboarding"),
)

milestones = Table(
    "milestones",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("stage", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("due", Moment, nullable=False),
    Column("at", Moment),
    Column("reasons", Document, nullable=False),
    Column("optional", Boolean, nullable=False),
)

registers = Table(
    "registers",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("data", Document, nullable=False),
)

# A new revision only where the plan has changed.
plans = Table(
    "plans",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("body", Document, nullable=False),
    Column("written_at", Moment, nullable=False),
)

# `seq` counts over all onboardings; within one it rises in the order of writing. `at` is business time, `recorded_at`
# wall time. `unconfirmed` is the news behind a row that Temporal may not know, and `ask_again_at` the wall time before
# which its onboarding, which did not answer, is not asked about it.
journal = Table(
    "journal",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), nullable=False),
    Column("key", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("about", Words, nullable=False),
    Column("by", Words),
    Column("via", Words, nullable=False),
    Column("proved", Boolean, nullable=False),
    Column("note", Words),
    Column("data", Document, nullable=False),
    Column("unconfirmed", Document),
    Column("ask_again_at", Moment),
    UniqueConstraint("onboarding", "key"),
    sqlite_autoincrement=True,
)
Index(
    "ix_journal_unconfirmed",
    journal.c.onboarding,
    journal.c.recorded_at,
    sqlite_where=IS_UNCONFIRMED,
    postgresql_where=IS_UNCONFIRMED,
)
