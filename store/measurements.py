"""Which figures about an onboarding are known? Kept as they are reported, one row each."""

from collections.abc import Sequence

from sqlalchemy import Engine, select

from domain.reported import Measurement
from domain.trouble import UnknownOnboarding
from store.engine import read_transaction, write_transaction
from store.rows import add
from store.tables import deals, measurements


class SqlMeasurements:
    """The measurements of `activities.ports`, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, onboarding: str, measured: Sequence[Measurement], *, key: str) -> None:
        """Keep them; again under the same key it changes nothing. Raises UnknownOnboarding."""
        rows = [{"onboarding": onboarding, "key": key, **one.model_dump()} for one in measured]
        with write_transaction(self._engine) as connection:
            if connection.scalar(select(deals.c.run).where(deals.c.onboarding == onboarding)) is None:
                raise UnknownOnboarding(onboarding)
            add(connection, measurements, rows)

    def of(self, onboarding: str, metric: str, *, most: int = 100) -> Sequence[Measurement]:
        """The newest of one metric, newest first."""
        found = select(measurements).where(measurements.c.onboarding == onboarding, measurements.c.metric == metric)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(found.order_by(measurements.c.at.desc()).limit(most)).mappings()
            return [Measurement.model_validate(row) for row in rows]
