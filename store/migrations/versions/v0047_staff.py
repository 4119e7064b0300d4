"""Who of ours may come to the desk, and in which browsers are they signed in?"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "staff_accounts",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text()),
        sa.Column("issuer", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("time_zone", sa.Text()),
        sa.Column("shortcuts", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_staff_accounts"),
        sa.UniqueConstraint("address", name="uq_staff_accounts_address"),
        sa.UniqueConstraint("handle", name="uq_staff_accounts_handle"),
        sa.UniqueConstraint("issuer", "subject", name="uq_staff_accounts_issuer_subject"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("staff", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_staff_sessions"),
        sa.ForeignKeyConstraint(["staff"], ["staff_accounts.id"], name="fk_staff_sessions_staff_staff_accounts"),
        sa.UniqueConstraint("hash", name="uq_staff_sessions_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_staff_sessions_staff", "staff_sessions", ["staff"])
    op.create_table(
        "staff_links",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("staff", sa.BigInteger()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_staff_links"),
        sa.ForeignKeyConstraint(["staff"], ["staff_accounts.id"], name="fk_staff_links_staff_staff_accounts"),
        sa.UniqueConstraint("hash", name="uq_staff_links_hash"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("staff_links")
    op.drop_table("staff_sessions")
    op.drop_table("staff_accounts")
