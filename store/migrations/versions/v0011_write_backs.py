"""Write-backs: how it stands with what the CRM's records of deals say."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "write_backs",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("judged_as_of", MOMENT, nullable=True),
        sa.Column("written", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["onboarding"], ["onboardings.onboarding"], name="fk_write_backs_onboarding_onboardings"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_write_backs"),
        sa.UniqueConstraint("onboarding", name="uq_write_backs_onboarding"),
        sqlite_autoincrement=True,
    )
    behind = sa.text("state <> 'written'")
    op.create_index(
        "ix_write_backs_behind",
        "write_backs",
        ["source", "not_before", "id"],
        sqlite_where=behind,
        postgresql_where=behind,
    )


def downgrade() -> None:
    op.drop_table("write_backs")
