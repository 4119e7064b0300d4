"""How often a delivery has failed in a way that nobody foresaw: it is not tried for ever."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # The version before keeps deliveries without naming the column while a deploy is under way.
    op.add_column("inbox", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("inbox", "tries")
