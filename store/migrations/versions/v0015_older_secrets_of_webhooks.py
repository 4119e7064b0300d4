"""Secrets of a webhook that were replaced while those before them still signed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("webhook_targets", sa.Column("older_secrets", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("webhook_targets", "older_secrets")
