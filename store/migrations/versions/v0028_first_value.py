"""When each customer had the first value, and how many days after the close."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("onboardings", sa.Column("first_value_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("onboardings", sa.Column("days_to_first_value", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("onboardings", "days_to_first_value")
    op.drop_column("onboardings", "first_value_at")
