"""What would a change of a playbook do to whom, and who is making it?"""

from sqlalchemy import Column, Index, Table

from store.columns import Document, Moment, Words
from store.tables.base import metadata

# A plan of a change, as it was shown. `made_at` is wall time; planned again with the same answer it is a new moment.
# `taken_by` names the process that applies it, which has to say so again before `taken_until`.
change_plans = Table(
    "change_plans",
    metadata,
    Column("hash", Words, primary_key=True),
    Column("playbook", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("body", Document, nullable=False),
    Column("taken_by", Words),
    Column("taken_until", Moment),
    Index(None, "playbook"),
)
