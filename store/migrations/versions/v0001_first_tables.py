"""The first tables: playbooks, deals, people, the read model, journal and outbox."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "playbooks",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_playbooks"),
    )
    op.create_table(
        "deals",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("deal_id", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("run", sa.Text(), nullable=True),
        sa.Column("playbook_hash", sa.Text(), nullable=True),
        sa.Column("calendar", sa.JSON(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["playbook_hash"], ["playbooks.hash"], name="fk_deals_playbook_hash"),
        sa.PrimaryKeyConstraint("onboarding", name="pk_deals"),
        sa.UniqueConstraint("source", "deal_id", name="uq_deals_source_deal_id"),
    )
    op.create_index("ix_deals_deal_id", "deals", ["deal_id"])
    op.create_table(
        "onboardings",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("account_folded", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("touch", sa.Text(), nullable=False),
        sa.Column("playbook", sa.Text(), nullable=False),
        sa.Column("open_stages", sa.JSON(), nullable=False),
        sa.Column("waiting_for", sa.JSON(), nullable=False),
        sa.Column("late", sa.JSON(), nullable=False),
        sa.Column("late_count", sa.Integer(), nullable=False),
        sa.Column("next_key", sa.Text(), nullable=True),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("go_live_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["onboarding"], ["deals.onboarding"], name="fk_onboardings_onboarding"),
        sa.PrimaryKeyConstraint("onboarding", name="pk_onboardings"),
    )
    op.create_index(
        "ix_onboardings_late",
        "onboardings",
        ["onboarding"],
        sqlite_where=sa.text("late_count > 0"),
        postgresql_where=sa.text("late_count > 0"),
    )
    op.create_index(
        "ix_onboardings_open",
        "onboardings",
        ["onboarding", "owner"],
        sqlite_where=sa.text("ending IS NULL"),
        postgresql_where=sa.text("ending IS NULL"),
    )
    op.create_index("ix_onboardings_owner", "onboardings", ["owner", "onboarding"])
    op.create_index("ix_onboardings_status", "onboardings", ["status", "onboarding"])
    op.create_table(
        "people",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["deals.onboarding"], name="fk_people_onboarding"),
        sa.PrimaryKeyConstraint("onboarding", "id", name="pk_people"),
    )
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_journal_onboarding"),
        sa.PrimaryKeyConstraint("seq", name="pk_journal"),
        sa.UniqueConstraint("onboarding", "key", name="uq_journal_onboarding_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "milestones",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_milestones_onboarding"),
        sa.PrimaryKeyConstraint("onboarding", "key", name="pk_milestones"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("while_open", sa.Text(), nullable=True),
        sa.Column("collapses", sa.Boolean(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_notices_onboarding"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("onboarding", "key", name="uq_notices_onboarding_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_notices_waiting",
        "notices",
        ["channel", "not_before", "id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "plans",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_plans_onboarding"),
        sa.PrimaryKeyConstraint("onboarding", "revision", name="pk_plans"),
    )
    op.create_table(
        "registers",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_registers_onboarding"),
        sa.PrimaryKeyConstraint("onboarding", "kind", "key", name="pk_registers"),
    )
    op.create_table(
        "stages",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opens_on", sa.Text(), nullable=False),
        sa.Column("closes_on", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_stages_onboarding"),
        sa.PrimaryKeyConstraint("onboarding", "key", name="pk_stages"),
    )
    op.create_index("ix_stages_standing", "stages", ["key", "status", "onboarding"])


def downgrade() -> None:
    # Their indexes go with them.
    op.drop_table("stages")
    op.drop_table("registers")
    op.drop_table("plans")
    op.drop_table("notices")
    op.drop_table("milestones")
    op.drop_table("journal")
    op.drop_table("people")
    op.drop_table("onboardings")
    op.drop_table("deals")
    op.drop_table("playbooks")
