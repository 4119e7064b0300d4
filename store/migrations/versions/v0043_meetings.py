"""Which meetings have an hour, and who comes to them?"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0043"
down_revision: str | None = "0041"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "meetings",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_meetings_onboarding_onboardings"),
        sa.PrimaryKeyConstraint("onboarding", "meeting", "occasion", name="pk_meetings"),
        sa.UniqueConstraint("uid", name="uq_meetings_uid"),
    )
    op.create_table(
        "attendance",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["onboarding"], ["onboardings.onboarding"], name="fk_attendance_onboarding_onboardings"
        ),
        sa.PrimaryKeyConstraint("onboarding", "meeting", "occasion", "person", name="pk_attendance"),
    )


def downgrade() -> None:
    op.drop_table("attendance")
    op.drop_table("meetings")
