"""Who may call the API, and how were repeated requests answered?"""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, UniqueConstraint

from store.columns import Document, Moment, Serial, Words
from store.tables.base import metadata

# Who may call the API. Of the secret only the SHA-256 and the first characters are kept.
tokens = Table(
    "tokens",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", Words, nullable=False),
    Column("begins", Words, nullable=False),
    Column("hash", Words, nullable=False),
    Column("scopes", Document, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    UniqueConstraint("hash"),
    sqlite_autoincrement=True,
)

# The answer to each request with an Idempotency-Key; `status` is null while the request is being worked on.
keyed_answers = Table(
    "keyed_answers",
    metadata,
    Column("token", BigInteger, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("fingerprint", Words, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("status", Integer),
    Column("headers", Document),
    Column("body", Words),
    Index("ix_keyed_answers_begun_at", "begun_at"),
)
