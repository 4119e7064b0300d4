"""How customers do: weeks of use, the features that show it, goals, doubts about reports, evaluations by week."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
OF_MEASUREMENTS = ("by", "set_apart", "replaced_by", "reason")
WEEKS = """
INSERT INTO usage_weeks (group_id, week, person, days, features)
SELECT group_id, day - (day + 3) % 7, person, CAST(sum(DISTINCT 1 << ((day + 3) % 7)) AS SMALLINT), 0
FROM usage_events WHERE person <> 0 AND group_id <> '' GROUP BY 1, 2, 3
"""
"""1970 began on a Thursday, three days after a Monday. What was done on days that are forgotten is not known."""


def upgrade() -> None:
    op.create_table(
        "usage_weeks",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("features", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "week", "person", name="pk_usage_weeks"),
    )
    op.create_table(
        "usage_features",
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("bit", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feature", "event", name="pk_usage_features"),
    )
    op.create_table(
        "usage_playbooks",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["playbooks.hash"], name="fk_usage_playbooks_hash_playbooks"),
        sa.PrimaryKeyConstraint("hash", name="pk_usage_playbooks"),
    )
    with op.batch_alter_table("measurements") as table:
        table.add_column(sa.Column("origin", sa.Text(), nullable=False, server_default="reported"))
        for name in OF_MEASUREMENTS:
            table.add_column(sa.Column(name, sa.Text(), nullable=True))
        table.add_column(sa.Column("recorded_at", MOMENT, nullable=True))
    op.create_table(
        "goals",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("baseline", sa.Float(), nullable=True),
        sa.Column("target", sa.Float(), nullable=True),
        sa.Column("by_day", sa.Integer(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["onboarding"], ["deals.onboarding"], name="fk_goals_onboarding_deals"),
        sa.PrimaryKeyConstraint("onboarding", "key", "revision", name="pk_goals"),
    )
    op.create_table(
        "evaluations",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("news", sa.Integer(), nullable=False),
        sa.Column("looked_at_news", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("at", MOMENT, nullable=True),
        sa.Column("week", sa.Date(), nullable=True),
        sa.Column("again_at", MOMENT, nullable=True),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("alarm", sa.Boolean(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["onboarding"], ["deals.onboarding"], name="fk_evaluations_onboarding_deals"),
        sa.PrimaryKeyConstraint("onboarding", name="pk_evaluations"),
    )
    op.create_index("ix_evaluations_next_at", "evaluations", ["next_at"])
    op.create_table(
        "evaluation_weeks",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("playbook_hash", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("known", sa.Float(), nullable=True),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["onboarding"], ["deals.onboarding"], name="fk_evaluation_weeks_onboarding_deals"),
        sa.PrimaryKeyConstraint("onboarding", "week", name="pk_evaluation_weeks"),
    )
    op.execute(WEEKS)


def downgrade() -> None:
    for gone in ("evaluation_weeks", "evaluations", "goals"):
        op.drop_table(gone)
    with op.batch_alter_table("measurements") as table:
        for name in ("origin", *OF_MEASUREMENTS, "recorded_at"):
            table.drop_column(name)
    for gone in ("usage_playbooks", "usage_features", "usage_weeks"):
        op.drop_table(gone)
