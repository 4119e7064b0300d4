"""Which figures were reported about an onboarding? Stores each as it was reported, one row a figure."""

from collections.abc import Collection, Sequence

from sqlalchemy import Engine, func, select

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
        """Store the measurements; doing so again under the same `key` changes nothing. Raises UnknownOnboarding."""
        rows = [{"onboarding": onboarding, "key": key, **one.model_dump()} for one in measured]
        with write_transaction(self._engine) as connection:
            if connection.scalar(select(deals.c.run).where(deals.c.onboarding == onboarding)) is None:
                raise UnknownOnboarding(onboarding)
            add(connection, measurements, rows)

    def of_each(self, onboarding: str, metrics: Collection[str], *, most: int = 1_000) -> dict[str, list[Measurement]]:
        """The last measurements of those metrics, up to `most` of each, newest first; none of what has none."""
        of_them = (measurements.c.onboarding == onboarding) & measurements.c.metric.in_(metrics)
        place = func.row_number().over(partition_by=measurements.c.metric, order_by=measurements.c.at.desc())
        placed = select(measurements, place.label("place")).where(of_them).subquery()
        newest = select(placed).where(placed.c.place <= most).order_by(placed.c.at.desc())
        found: dict[str, list[Measurement]] = {}
        with read_transaction(self._engine) as connection:
            for row in connection.execute(newest).mappings():
                found.setdefault(row["metric"], []).append(Measurement.model_validate(row))
        return found
