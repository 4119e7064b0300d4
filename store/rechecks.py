"""How far has each CRM been searched for closed deals?"""

from sqlalchemy import Engine, select

from domain.crm import Recheck
from store.engine import read_transaction, write_transaction
from store.rows import put
from store.tables import rechecks


class SqlRechecks:
    """The rechecks of `activities.ports`, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def recheck(self, source: str) -> Recheck | None:
        """How far the CRM has been searched; None before the first search."""
        with read_transaction(self._engine) as connection:
            row = connection.execute(select(rechecks).where(rechecks.c.source == source)).mappings().one_or_none()
        return None if row is None else Recheck.model_validate(row)

    def looked(self, recheck: Recheck) -> None:
        """Remember how far the CRM has been searched; the `first` that was stored first is never changed."""
        with write_transaction(self._engine) as connection:
            first = connection.scalar(select(rechecks.c.first).where(rechecks.c.source == recheck.source))
            put(connection, rechecks, [{**recheck.model_dump(), "first": first or recheck.first}])
