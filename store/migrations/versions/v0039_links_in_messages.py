"""By which links in messages people act: by the hash of their token, each for one purpose."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0037"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "mail_links",
        sa.Column("id", number, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("notice", sa.BigInteger(), nullable=True),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("once_hash", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["onboarding"], ["onboardings.onboarding"], name="fk_mail_links_onboarding_onboardings"
        ),
        sa.ForeignKeyConstraint(["notice"], ["notices.id"], name="fk_mail_links_notice_notices"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_links"),
        sa.UniqueConstraint("hash", name="uq_mail_links_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mail_links_person", "mail_links", ["onboarding", "person"])


def downgrade() -> None:
    op.drop_index("ix_mail_links_person", table_name="mail_links")
    op.drop_table("mail_links")
