"""Which rooms are shown in a page of the vendor's product, and by which address does such a page get one?"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0052"
down_revision: str | None = "0051"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("room_sessions", sa.Column("origin", sa.Text()))
    op.add_column("room_sessions", sa.Column("vouched", sa.Boolean()))
    op.add_column("room_sessions", sa.Column("cookie_hash", sa.Text()))
    op.add_column("room_sessions", sa.Column("with_cookie", sa.Boolean()))
    op.add_column("room_sessions", sa.Column("coded_at", MOMENT))
    op.add_column("room_sessions", sa.Column("language", sa.Text()))
    op.create_table(
        "room_tickets",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("vouched", sa.Boolean(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_room_tickets"),
        sa.ForeignKeyConstraint(
            ["onboarding"], ["onboardings.onboarding"], name="fk_room_tickets_onboarding_onboardings"
        ),
        sa.UniqueConstraint("hash", name="uq_room_tickets_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_room_tickets_created", "room_tickets", ["created_at"])


def downgrade() -> None:
    op.drop_table("room_tickets")
    for column in ("language", "coded_at", "with_cookie", "cookie_hash", "vouched", "origin"):
        op.drop_column("room_sessions", column)
