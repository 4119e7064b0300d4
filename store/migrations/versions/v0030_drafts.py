"""Which messages wait for one of ours to read them: the draft that each belongs to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("draft", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("notices", "draft")
