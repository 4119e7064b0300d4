"""When an onboarding that did not answer is asked again about its news: the others are not held up by it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from store.columns import Moment

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # The version before writes rows without naming the column, and asks about all of them.
    op.add_column("journal", sa.Column("ask_again_at", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("journal", "ask_again_at")
