"""What does a worker tell as metrics of its own? How many onboardings are under way by which version of a playbook."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from temporalio.common import MetricGauge, MetricMeter

from store.versions import UnderWay, under_way

EVERY = timedelta(minutes=1)
"""Between two counts, as often as Prometheus commonly asks; one takes milliseconds."""
SHORT = 12
"""Characters of a version's hash, as commands and lists show it."""
log = structlog.get_logger()


class Mix:
    """The gauge `day90_onboardings`, by playbook and version. The count is of the whole store, whichever worker tells.

    A version by which nobody is under way any more stays at 0: a gauge that is told no longer would stand still.
    """

    def __init__(self, gauge: MetricGauge, count: Callable[[], Sequence[UnderWay]]) -> None:
        self._gauge = gauge
        self._count = count
        self._told: set[tuple[str, str]] = set()

    @classmethod
    def of(cls, meter: MetricMeter, engine: Engine) -> "Mix":
        gauge = meter.create_gauge("day90_onboardings", "Onboardings under way by a version of a playbook")
        return cls(gauge, lambda: under_way(engine))

    def tell(self) -> None:
        """Count, and set the gauge."""
        counts = dict.fromkeys(self._told, 0)
        for one in self._count():
            counts[one.playbook, one.version[:SHORT]] = one.onboardings
        for (playbook, version), onboardings in counts.items():
            self._gauge.set(onboardings, {"playbook": playbook, "version": version})
        self._told |= counts.keys()

    async def telling(self) -> None:
        """Tell again and again, until cancelled; while the database is away the figures stay as they were."""
        while True:
            try:
                await asyncio.to_thread(self.tell)
            except SQLAlchemyError as trouble:
                log.warning("metrics_not_counted", kind=type(trouble).__name__)
            await asyncio.sleep(EVERY.total_seconds())
