"""What a message said that has gone, whichever channel took it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # Null for what went before, and for what the version before sends while a deploy is under way.
    op.add_column("notices", sa.Column("subject", sa.Text(), nullable=True))
    op.add_column("notices", sa.Column("text", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("notices", "text")
    op.drop_column("notices", "subject")
