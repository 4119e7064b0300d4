"""Which files does an onboarding have, and who has opened which page of the library?"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("deliverable", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_files_onboarding_onboardings"),
        sa.UniqueConstraint("onboarding", "key", name="uq_files_onboarding_key"),
        sa.UniqueConstraint("onboarding", "deliverable", "audience", "name_folded", "version", name="uq_files_version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_files_onboarding", "files", ["onboarding", "id"])
    op.create_table(
        "library_opens",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("onboarding", "person", "page", name="pk_library_opens"),
        sa.ForeignKeyConstraint(
            ["onboarding"], ["onboardings.onboarding"], name="fk_library_opens_onboarding_onboardings"
        ),
    )


def downgrade() -> None:
    op.drop_table("library_opens")
    op.drop_table("files")
