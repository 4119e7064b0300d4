"""From when a notice may travel inside another message, and in which digest it travels."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0034"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("joins_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("digest", sa.Integer(), nullable=True))
    op.create_index(
        "ix_notices_digest",
        "notices",
        ["digest"],
        sqlite_where=sa.text("digest IS NOT NULL"),
        postgresql_where=sa.text("digest IS NOT NULL"),
    )
    op.create_index(
        "ix_notices_of_a_person",
        "notices",
        ["person", "onboarding"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_index("ix_notices_of_a_person", table_name="notices")
    op.drop_index("ix_notices_digest", table_name="notices")
    op.drop_column("notices", "digest")
    op.drop_column("notices", "joins_from")
