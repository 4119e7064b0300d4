"""Introductions: deals before their close, what was learnt of them, and documents that mails carry."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)
NOT_ENDED = sa.text("ending IS NULL")


def upgrade() -> None:
    op.add_column("notices", sa.Column("attachment", sa.Text(), nullable=True))
    op.create_table(
        "introductions",
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("deal_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("account_folded", sa.Text(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("run", sa.Text(), nullable=True),
        sa.Column("playbook", sa.Text(), nullable=False),
        sa.Column("playbook_hash", sa.Text(), nullable=True),
        sa.Column("calendar", JSON, nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=True),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("next_key", sa.Text(), nullable=True),
        sa.Column("next_due", MOMENT, nullable=True),
        sa.Column("learnt", JSON, nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("as_of", MOMENT, nullable=True),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["playbook_hash"], ["playbooks.hash"], name="fk_introductions_playbook_hash"),
        sa.PrimaryKeyConstraint("introduction", name="pk_introductions"),
        sa.UniqueConstraint("source", "deal_id", name="uq_introductions_source_deal_id"),
    )
    op.create_index(
        "ix_introductions_open",
        "introductions",
        ["owner", "introduction"],
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    )
    op.create_table(
        "introduction_journal",
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("data", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["introduction"], ["introductions.introduction"], name="fk_introduction_journal_introduction"
        ),
        sa.PrimaryKeyConstraint("seq", name="pk_introduction_journal"),
        sa.UniqueConstraint("introduction", "key", name="uq_introduction_journal_introduction_key"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("introduction_journal")
    op.drop_table("introductions")
    # Their kinds are unknown to the version before.
    op.execute("DELETE FROM notices WHERE onboarding IS NULL AND about LIKE 'introduction-%'")
    op.drop_column("notices", "attachment")
