"""The news behind the journal's youngest rows, until Temporal is known to know it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WAITS = sa.text("unconfirmed IS NOT NULL")


def upgrade() -> None:
    op.add_column("journal", sa.Column("unconfirmed", sa.JSON(none_as_null=True), nullable=True))
    columns = ["onboarding", "recorded_at"]
    op.create_index("ix_journal_unconfirmed", "journal", columns, sqlite_where=WAITS, postgresql_where=WAITS)


def downgrade() -> None:
    op.drop_index("ix_journal_unconfirmed", table_name="journal")
    op.drop_column("journal", "unconfirmed")
