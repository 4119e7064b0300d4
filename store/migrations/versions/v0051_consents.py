"""Who has agreed to which goal, whom has the customer named, and how were trainings rated?"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("onboarding", "goal", "revision", "side", name="pk_consents"),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_consents_onboarding_onboardings"),
    )
    op.create_table(
        "colleagues",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("onboarding", "number", name="pk_colleagues"),
        sa.ForeignKeyConstraint(
            ["onboarding"], ["onboardings.onboarding"], name="fk_colleagues_onboarding_onboardings"
        ),
        sa.UniqueConstraint("onboarding", "key", name="uq_colleagues_onboarding_key"),
    )
    op.create_table(
        "training_ratings",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("onboarding", "session", "by", name="pk_training_ratings"),
        sa.ForeignKeyConstraint(
            ["onboarding"], ["onboardings.onboarding"], name="fk_training_ratings_onboarding_onboardings"
        ),
    )


def downgrade() -> None:
    op.drop_table("training_ratings")
    op.drop_table("colleagues")
    op.drop_table("consents")
