"""Which deals of a CRM have become which? A merge makes one record of two, sometimes a new one."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Engine, select

from store.engine import read_transaction, wall_clock, write_transaction
from store.rows import put
from store.tables import merges

MOST_ROUNDS = 20
"""Merges of merged records that are followed: people merge twice or three times, and two deals that became each other
must not be followed for ever."""


class SqlMerges:
    """The merges of `activities.ports`, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def became(self, source: str, ids: Collection[str], into: str) -> None:
        """Remember that the deals by those ids are the deal `into` from now on."""
        now = self._clock()
        rows = [{"source": source, "id": id, "became": into, "at": now} for id in sorted({*ids} - {into})]
        if rows:
            with write_transaction(self._engine) as connection:
                put(connection, merges, rows)

    def absorbed(self, source: str, id: str) -> Sequence[str]:
        """Ids of all deals that have become that one, also by way of others, in order."""
        known, newest = {id}, {id}
        with read_transaction(self._engine) as connection:
            for _ in range(MOST_ROUNDS):
                query = select(merges.c.id).where(merges.c.source == source, merges.c.became.in_(sorted(newest)))
                newest = {*connection.scalars(query)} - known
                if not newest:
                    break
                known |= newest
        return sorted(known - {id})
