"""What is kept, in which tables? Every table, key and index of the store."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from store.columns import Document, Moment, Serial, Words

# Every constraint has a name: on SQLite a migration can only replace what it can name.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# What the partial indexes hold: few rows among those of years. A question names them by the same text, since neither
# database looks into a parameter for a partial index.
NOT_ENDED = text("ending IS NULL")
IS_LATE = text("late_count > 0")
IS_WAITING = text("state = 'waiting'")
IS_REFUSED = text("state = 'refused'")
IS_UNCONFIRMED = text("unconfirmed IS NOT NULL")
IS_BEHIND = text("state <> 'written'")
OF_THE_HOUSE = text("onboarding IS NULL")
IS_UNGROUPED = text("group_id = ''")

playbooks = Table(
    "playbooks",
    metadata,
    Column("hash", Words, primary_key=True),
    Column("key", Words, nullable=False),
    Column("body", Document, nullable=False),
)

# One row per deal for ever. `run` is null while a door has left the deal here and no run has taken it up yet.
# `completions` counts how often its hand-off record was completed since; null is none.
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
)

# The standing of each onboarding. `account_folded` is what a name is looked up by; `as_of` is null until the first
# standing is written.
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
    Column("open_stages", Document, nullable=False),
    Column("waiting_for", Document, nullable=False),
    Column("late", Document, nullable=False),
    Column("late_count", Integer, nullable=False),
    Column("next_key", Words),
    Column("next_due", Moment),
    Column("go_live_due", Moment),
    Column("ending", Words),
    Column("ended_at", Moment),
    Column("as_of", Moment),
    Column("seals", Document),
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
# the wall's.
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

# What other systems delivered. Answered only after it stands here; what follows from it is written beside it later.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("source", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("body", Document),
    Column("state", Words, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("field", Words, nullable=False),
    Column("onboarding", Words, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("settled_at", Moment),
    UniqueConstraint("source", "key"),
    Index("ix_inbox_subject", "source", "subject"),
    sqlite_autoincrement=True,
)
Index("ix_inbox_waiting", inbox.c.id, sqlite_where=IS_WAITING, postgresql_where=IS_WAITING)
Index("ix_inbox_refused", inbox.c.id, sqlite_where=IS_REFUSED, postgresql_where=IS_REFUSED)

# Figures that are reported of an onboarding. `key` is the delivery that brought it.
measurements = Table(
    "measurements",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("metric", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("value", Float, nullable=False),
    Index("ix_measurements_at", "onboarding", "metric", "at"),
)

# Who may call the API. Of the secret only its SHA-256 is kept, and how it begins.
tokens = Table(
    "tokens",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", Words, nullable=False),
    Column("begins", Words, nullable=False),
    Column("hash", Words, nullable=False),
    Column("scopes", Document, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    UniqueConstraint("hash"),
    sqlite_autoincrement=True,
)

# What a request with an Idempotency-Key was answered; `status` is null while it is being worked on.
keyed_answers = Table(
    "keyed_answers",
    metadata,
    Column("token", BigInteger, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("fingerprint", Words, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("status", Integer),
    Column("headers", Document),
    Column("body", Words),
    Index("ix_keyed_answers_begun_at", "begun_at"),
)

# How far each CRM has been looked through for closed deals.
rechecks = Table(
    "rechecks",
    metadata,
    Column("source", Words, primary_key=True),
    Column("first", Moment, nullable=False),
    Column("mark", Moment, nullable=False),
)

# What was done in the product, event by event, until the settings say that it is old. `day` counts from 1970 in UTC,
# `at` in milliseconds; `person` is a number made of the user's id, 0 for nobody known; `group_id` is empty while nobody
# knows whose it is. Days come first in the index: that is how old ones go, and how one day of one group is counted.
usage_events = Table(
    "usage_events",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    Column("day", Integer, nullable=False),
    Column("group_id", Words, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("event", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_usage_events_day", "day", "group_id", "event"),
)
Index(
    "ix_usage_events_ungrouped",
    usage_events.c.person,
    sqlite_where=IS_UNGROUPED,
    postgresql_where=IS_UNGROUPED,
)

# To which group a user belongs, as was last said.
usage_members = Table(
    "usage_members",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("group_id", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Who of a group was ever active, and when first and last.
usage_people = Table(
    "usage_people",
    metadata,
    Column("group_id", Words, primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
)

# How much was done on a day; kept for ever.
usage_daily = Table(
    "usage_daily",
    metadata,
    Column("group_id", Words, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("event", Words, primary_key=True),
    Column("users", Integer, nullable=False),
    Column("count", Integer, nullable=False),
)

# Days of groups that something was written to since they were counted. `writes` tells whether it goes on.
usage_fresh = Table(
    "usage_fresh",
    metadata,
    Column("group_id", Words, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("writes", Integer, nullable=False),
)

# By which ids of groups the product may know the customer of an onboarding.
usage_groups = Table(
    "usage_groups",
    metadata,
    Column("onboarding", Words, ForeignKey(deals.c.onboarding), primary_key=True),
    Column("group_id", Words, primary_key=True),
    Index("ix_usage_groups_group_id", "group_id"),
)

# Who is told of what the journal gets. `types` is null where it is all of them; what stands in the journal up to the
# number `floor` is settled for this target. Secrets are in clear, since they sign: as private as the rest of this.
# `older_secrets` are those before the old one that sign as well, each as {"secret", "until"}, the youngest first.
webhook_targets = Table(
    "webhook_targets",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("url", Words, nullable=False),
    Column("types", Document),
    Column("secret", Words, nullable=False),
    Column("old_secret", Words),
    Column("old_secret_until", Moment),
    Column("older_secrets", Document),
    Column("since", Moment, nullable=False),
    Column("floor", Serial, nullable=False),
    Column("failing_since", Moment),
    Column("disabled_at", Moment),
    Column("disabled_reason", Words),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

# One row for each target and entry of the journal that it is told. `waits_since` is where patience is counted from.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("target", Serial, ForeignKey(webhook_targets.c.id), nullable=False),
    Column("seq", Serial, ForeignKey(journal.c.seq), nullable=False),
    Column("state", Words, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("waits_since", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_status", Integer),
    Column("last_error", Words),
    Column("latency_ms", Integer),
    Column("tried_at", Moment),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("target", "seq"),
    Index("ix_webhook_deliveries_created_at", "target", "created_at"),
    sqlite_autoincrement=True,
)
Index(
    "ix_webhook_deliveries_waiting",
    webhook_deliveries.c.target,
    webhook_deliveries.c.not_before,
    webhook_deliveries.c.id,
    sqlite_where=IS_WAITING,
    postgresql_where=IS_WAITING,
)

# Deals before their close. `run` is null while a door has left the prospect here and no run has taken it up; a sale
# that was given up and comes again is another round under the same id.
introductions = Table(
    "introductions",
    metadata,
    Column("introduction", Words, primary_key=True),
    Column("source", Words, nullable=False),
    Column("deal_id", Words, nullable=False),
    Column("account", Words, nullable=False),
    Column("account_folded", Words, nullable=False),
    Column("body", Document, nullable=False),
    Column("run", Words),
    Column("playbook", Words, nullable=False),
    Column("playbook_hash", Words, ForeignKey(playbooks.c.hash)),
    Column("calendar", Document),
    Column("owner", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("begun_at", Moment),
    Column("due", Moment),
    Column("next_key", Words),
    Column("next_due", Moment),
    Column("learnt", Document),
    Column("ending", Words),
    Column("ended_at", Moment),
    Column("as_of", Moment),
    Column("kept_at", Moment, nullable=False),
    UniqueConstraint("source", "deal_id"),
)
Index(
    "ix_introductions_open",
    introductions.c.owner,
    introductions.c.introduction,
    sqlite_where=NOT_ENDED,
    postgresql_where=NOT_ENDED,
)

introduction_journal = Table(
    "introduction_journal",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("introduction", Words, ForeignKey(introductions.c.introduction), nullable=False),
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
    UniqueConstraint("introduction", "key"),
    sqlite_autoincrement=True,
)

# What a CRM's record of a deal was told of its onboarding. `judged_as_of` is how the onboarding stood when it was last
# looked whether the record is behind.
write_backs = Table(
    "write_backs",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), nullable=False),
    Column("source", Words, nullable=False),
    Column("judged_as_of", Moment),
    Column("behind_since", Moment),
    Column("written", Document),
    Column("state", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("at", Moment),
    UniqueConstraint("onboarding"),
    sqlite_autoincrement=True,
)
Index(
    "ix_write_backs_behind",
    write_backs.c.source,
    write_backs.c.not_before,
    write_backs.c.id,
    sqlite_where=IS_BEHIND,
    postgresql_where=IS_BEHIND,
)
