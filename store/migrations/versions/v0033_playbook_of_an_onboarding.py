"""By which version of its playbook each onboarding goes, where that was changed since it began."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0030"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("onboardings", sa.Column("playbook_hash", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("onboardings", "playbook_hash")
