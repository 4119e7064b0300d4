"""How often a hand-off record was completed after its onboarding began."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("deals", sa.Column("completions", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("deals", "completions")
