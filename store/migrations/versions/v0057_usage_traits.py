"""Which team do users of the product belong to, and what is their role? Kept from the day on which it was said."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0057"
down_revision: str | None = "0056"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "usage_traits",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("trait", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "trait", "group_id", "day", name="pk_usage_traits"),
    )
    op.create_index("ix_usage_traits_group_id", "usage_traits", ["group_id", "person"])


def downgrade() -> None:
    op.drop_index("ix_usage_traits_group_id", "usage_traits")
    op.drop_table("usage_traits")
