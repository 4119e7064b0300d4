"""Seals of what is drawn of an onboarding: a worker need not read what it would write again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("onboardings", sa.Column("seals", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("onboardings", "seals")
