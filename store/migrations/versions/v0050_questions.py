"""What do the customer's people ask, and what is said about it?"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("waits_since IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("side", sa.Text(), server_default="customer", nullable=False),
        sa.Column("asks", sa.Text(), server_default="", nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("waits_since", MOMENT, nullable=True),
        sa.Column("first_answer_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("onboarding", "number", name="pk_questions"),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_questions_onboarding_onboardings"),
    )
    op.create_index("ix_questions_open", "questions", ["waits_since"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_questions_asked_at", "questions", ["asked_at"])
    op.create_table(
        "question_words",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file", sa.BigInteger(), nullable=True),
        sa.Column("mail_id", sa.Text(), server_default="", nullable=False),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_question_words"),
        sa.ForeignKeyConstraint(
            ["onboarding", "question"],
            ["questions.onboarding", "questions.number"],
            name="fk_question_words_onboarding_question_questions",
        ),
        sa.ForeignKeyConstraint(["file"], ["files.id"], name="fk_question_words_file_files"),
        sa.UniqueConstraint("onboarding", "key", name="uq_question_words_onboarding_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_question_words_question", "question_words", ["onboarding", "question", "id"])
    op.create_table(
        "question_reads",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("question", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("word", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("onboarding", "question", "person", name="pk_question_reads"),
        sa.ForeignKeyConstraint(
            ["onboarding", "question"],
            ["questions.onboarding", "questions.number"],
            name="fk_question_reads_onboarding_question_questions",
        ),
    )


def downgrade() -> None:
    op.drop_table("question_reads")
    op.drop_table("question_words")
    op.drop_table("questions")
