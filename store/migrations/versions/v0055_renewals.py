"""Which customers renewed or left after the hand-off, when, and for how much a year?"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "renewals",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("yearly_value", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("deal", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("onboarding", "on_day", "revision", name="pk_renewals"),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_renewals_onboarding_onboardings"),
        sa.UniqueConstraint("onboarding", "key", name="uq_renewals_onboarding_key"),
    )
    op.create_index("ix_renewals_on_day", "renewals", ["on_day"])


def downgrade() -> None:
    op.drop_table("renewals")
