"""Who is in the customer's room, and who has asked to be let in?"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0045"
down_revision: str | None = "0043"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "room_sessions",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("link", sa.BigInteger()),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_room_sessions"),
        sa.ForeignKeyConstraint(
            ["onboarding"], ["onboardings.onboarding"], name="fk_room_sessions_onboarding_onboardings"
        ),
        sa.ForeignKeyConstraint(["link"], ["mail_links.id"], name="fk_room_sessions_link_mail_links"),
        sa.UniqueConstraint("hash", name="uq_room_sessions_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_room_sessions_person", "room_sessions", ["onboarding", "person"])
    op.create_table(
        "room_entries",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("notice", sa.BigInteger()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_room_entries"),
        sa.ForeignKeyConstraint(
            ["onboarding"], ["onboardings.onboarding"], name="fk_room_entries_onboarding_onboardings"
        ),
        sa.ForeignKeyConstraint(["notice"], ["notices.id"], name="fk_room_entries_notice_notices"),
        sqlite_autoincrement=True,
    )
    op.add_column("people", sa.Column("address", sa.Text()))
    op.execute("UPDATE people SET address = lower(email)")
    op.create_index("ix_people_address", "people", ["address"])
    op.create_index("ix_room_entries_hash", "room_entries", ["hash"])
    op.create_index("ix_room_entries_address", "room_entries", ["address_hash", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_people_address", table_name="people")
    op.drop_column("people", "address")
    op.drop_table("room_entries")
    op.drop_table("room_sessions")
