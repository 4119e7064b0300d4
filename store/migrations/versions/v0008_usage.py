"""Use of the product: events, who was active, and what a day came to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "usage_events",
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_usage_events"),
    )
    op.create_index("ix_usage_events_day", "usage_events", ["day", "group_id", "event"])
    ungrouped = sa.text("group_id = ''")
    op.create_index(
        "ix_usage_events_ungrouped", "usage_events", ["person"], sqlite_where=ungrouped, postgresql_where=ungrouped
    )
    op.create_table(
        "usage_members",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_usage_members"),
    )
    op.create_table(
        "usage_people",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "person", name="pk_usage_people"),
    )
    op.create_table(
        "usage_daily",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("users", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "day", "event", name="pk_usage_daily"),
    )
    op.create_table(
        "usage_fresh",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("writes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "day", name="pk_usage_fresh"),
    )
    op.create_table(
        "usage_groups",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["deals.onboarding"], name="fk_usage_groups_onboarding_deals"),
        sa.PrimaryKeyConstraint("onboarding", "group_id", name="pk_usage_groups"),
    )
    op.create_index("ix_usage_groups_group_id", "usage_groups", ["group_id"])


def downgrade() -> None:
    for table in ("groups", "fresh", "daily", "people", "members", "events"):
        op.drop_table(f"usage_{table}")
