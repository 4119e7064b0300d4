"""Which webhook targets are there, and what was delivered to each?"""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from store.columns import Document, Moment, Serial, Words
from store.tables.base import IS_WAITING, metadata
from store.tables.onboardings import journal

# The addresses that new entries of the journal are delivered to. `types` is null where it is all types; entries up to
# the number `floor` are settled for this target. Secrets are encrypted (store/sealing.py); those from before there were
# keys stand in clear text until they are sealed. `older_secrets` are those before the old one that still sign, each as
# {"secret", "until"}, newest first.
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

# One row for each target and each entry of the journal that goes to it. Patience is counted from `waits_since`.
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
