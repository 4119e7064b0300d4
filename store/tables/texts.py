"""What have people written in their news, which Temporal's histories only refer to?"""

from sqlalchemy import Column, Table, UniqueConstraint

from store.columns import Document, Moment, Words
from store.tables.base import metadata

# A row holds the free texts of one piece of news, each by its place. `workflow` is the id of its onboarding or
# introduction, `news` stands for the id of the news (`domain.news.short`), `digest` for the texts. `call` names whoever
# brought them last, and may take them back when the workflow refuses the news.
texts = Table(
    "texts",
    metadata,
    Column("workflow", Words, primary_key=True),
    Column("token", Words, primary_key=True),
    Column("news", Words, nullable=False),
    Column("digest", Words, nullable=False),
    Column("body", Document, nullable=False),
    Column("call", Words, nullable=False),
    Column("kept_at", Moment, nullable=False),
    UniqueConstraint("workflow", "news", "digest"),
)
