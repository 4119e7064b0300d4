"""Notices of the house itself: about no one onboarding, to a person who need not take part in any."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NEVER_AGAIN = {"sqlite_autoincrement": True}
"""SQLite copies the table: receipts and the sender know notices by their number, which must not be given twice."""


def upgrade() -> None:
    with op.batch_alter_table("notices", table_kwargs=NEVER_AGAIN) as notices:
        notices.alter_column("onboarding", existing_type=sa.Text(), nullable=True)
        notices.add_column(sa.Column("addressee", sa.JSON(none_as_null=True), nullable=True))
    op.create_index(
        "uq_notices_of_the_house",
        "notices",
        ["key"],
        unique=True,
        sqlite_where=sa.text("onboarding IS NULL"),
        postgresql_where=sa.text("onboarding IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_notices_of_the_house", "notices")
    op.execute("DELETE FROM notices WHERE onboarding IS NULL")
    with op.batch_alter_table("notices", table_kwargs=NEVER_AGAIN) as notices:
        notices.drop_column("addressee")
        notices.alter_column("onboarding", existing_type=sa.Text(), nullable=False)
