"""Which addresses does no mail reach any more, and by which id is a sent message found again?"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "unreachable",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_unreachable"),
    )
    op.create_index("ix_notices_message_id", "notices", ["message_id"])


def downgrade() -> None:
    op.drop_index("ix_notices_message_id", table_name="notices")
    op.drop_table("unreachable")
