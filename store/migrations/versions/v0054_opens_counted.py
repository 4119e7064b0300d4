"""By how many customers was each page of the library opened? Counted with every visit, and not at every look."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0054"
down_revision: str | None = "0053"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COUNTED = """
INSERT INTO library_opens_counted (page, customers, people, last_at)
SELECT page, count(DISTINCT onboarding), count(*), max(last_at) FROM library_opens GROUP BY page
"""


def upgrade() -> None:
    op.create_table(
        "library_opens_counted",
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("page", name="pk_library_opens_counted"),
    )
    op.execute(COUNTED)
    op.create_index("ix_library_opens_page", "library_opens", ["page", "last_at", "onboarding"])


def downgrade() -> None:
    op.drop_index("ix_library_opens_page", "library_opens")
    op.drop_table("library_opens_counted")
