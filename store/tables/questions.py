"""What do the customer's people ask, and what is said about it?"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)

from store.columns import Moment, Serial, Words
from store.tables.base import IS_OPEN_QUESTION, metadata
from store.tables.files import files
from store.tables.onboardings import onboardings

# A question, known by its `number` in the onboarding; `side` is who asked it, and `asks` the key of what we asked.
# `asked_at`, `waits_since` (null while the customer waits for nothing) and `first_answer_at` are wall time: by them the
# time is measured until we answer.
questions = Table(
    "questions",
    metadata,
    Column("onboarding", Words, ForeignKey(onboardings.c.onboarding), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("side", Words, nullable=False, server_default="customer"),
    Column("asks", Words, nullable=False, server_default=""),
    Column("about", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("waits_since", Moment),
    Column("first_answer_at", Moment),
)
Index(
    "ix_questions_open",
    questions.c.waits_since,
    sqlite_where=IS_OPEN_QUESTION,
    postgresql_where=IS_OPEN_QUESTION,
)
Index("ix_questions_asked_at", questions.c.asked_at)

# What one person has said about it. `key` makes a second try of the same form or mail harmless; `at` is business time,
# `recorded_at` wall time. `mail_id` is the Message-ID of the mail that brought it. Of what was erased only who said it
# when is left.
question_words = Table(
    "question_words",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("onboarding", Words, nullable=False),
    Column("question", Integer, nullable=False),
    Column("key", Words, nullable=False),
    Column("side", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("via", Words, nullable=False),
    Column("proved", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("text", Words, nullable=False),
    Column("file", BigInteger, ForeignKey(files.c.id)),
    Column("mail_id", Words, nullable=False, server_default=""),
    Column("erased_at", Moment),
    ForeignKeyConstraint(["onboarding", "question"], [questions.c.onboarding, questions.c.number]),
    UniqueConstraint("onboarding", "key"),
    sqlite_autoincrement=True,
)
Index("ix_question_words_question", question_words.c.onboarding, question_words.c.question, question_words.c.id)

# Up to which word somebody has read a question in the room, and when they last looked (wall time).
question_reads = Table(
    "question_reads",
    metadata,
    Column("onboarding", Words, primary_key=True),
    Column("question", Integer, primary_key=True, autoincrement=False),
    Column("person", Words, primary_key=True),
    Column("word", BigInteger, nullable=False),
    Column("seen_at", Moment, nullable=False),
    ForeignKeyConstraint(["onboarding", "question"], [questions.c.onboarding, questions.c.number]),
)
