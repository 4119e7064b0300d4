"""Since when a CRM's record is behind its onboarding: not since the latest turn of many that it has missed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("write_backs", sa.Column("behind_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("write_backs", "behind_since")
