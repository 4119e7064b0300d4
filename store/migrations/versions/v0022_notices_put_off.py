"""Until when a message rests that its channel does not take now, and how often it may have arrived already."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # The version before writes notices without naming the columns while a deploy is under way.
    op.add_column("notices", sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("maybe_arrived", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("notices", "maybe_arrived")
    op.drop_column("notices", "rests_until")
