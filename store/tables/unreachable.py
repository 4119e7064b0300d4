"""Which addresses does no mail reach any more?"""

from sqlalchemy import Column, Table

from store.columns import Moment, Words
from store.tables.base import metadata

# `address` is folded. It counts for whoever has it, in every onboarding, until something comes from it again; somebody
# who is given another address is reached by that.
unreachable = Table(
    "unreachable",
    metadata,
    Column("address", Words, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("reason", Words, nullable=False),
)
