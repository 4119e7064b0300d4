"""By which link each person unsubscribes from letters that are not essential, and who has done so."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "unsubscribes",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["onboarding"], ["onboardings.onboarding"], name="fk_unsubscribes_onboarding_onboardings"
        ),
        sa.PrimaryKeyConstraint("onboarding", "person", name="pk_unsubscribes"),
        sa.UniqueConstraint("token", name="uq_unsubscribes_token"),
    )


def downgrade() -> None:
    op.drop_table("unsubscribes")
