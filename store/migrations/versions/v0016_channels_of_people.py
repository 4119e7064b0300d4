"""By which channel each person is written to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # A worker of the version before writes people without it.
    op.add_column("people", sa.Column("channel", sa.Text, nullable=False, server_default="mail"))


def downgrade() -> None:
    op.drop_column("people", "channel")
