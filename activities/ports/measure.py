"""What does the weekly look at customers need? What the store knows of them, and where evaluations are kept."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.measure.customer import Customer
from domain.measure.evaluation import Due, Evaluation


class Customers(Protocol):
    """What is known of customers."""

    def all(self, wanted: Collection[str], *, now: datetime) -> Mapping[str, Customer]:
        """Those of the wanted onboardings that are there, by id; `now` is wall time."""


class Evaluations(Protocol):
    """The evaluations of customers, the last one of each and those of their weeks."""

    def fresh(self, *, now: datetime, most: int, after: str = "") -> Sequence[Due]:
        """Up to `most` open onboardings that are to be looked at, by id, beginning after the id `after`."""

    def keep(self, looked: Iterable[tuple[Due, Customer, Evaluation]]) -> None:
        """Store evaluations in one transaction: each becomes the last one, and that of its week."""
