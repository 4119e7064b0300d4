"""Figures that are reported of an onboarding."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "measurements",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["deals.onboarding"], name="fk_measurements_onboarding_deals"),
        sa.PrimaryKeyConstraint("onboarding", "metric", "key", name="pk_measurements"),
    )
    op.create_index("ix_measurements_at", "measurements", ["onboarding", "metric", "at"])


def downgrade() -> None:
    op.drop_table("measurements")
