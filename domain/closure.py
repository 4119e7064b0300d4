"""When is one company itself closed? The closing days of ours and of a customer, beside what its country closes."""

from datetime import date, timedelta
from typing import Self

from pydantic import Field, model_validator

from domain.wire import Line, StrictWire

LONGEST_CLOSURE = timedelta(days=31)
"""A longer one is no gap between two working days, but a season without time for us: it must lengthen the plan."""
MOST_CLOSURES = 50


class Closure(StrictWire):
    """Days on which one company's offices are closed: nothing is due on them, and they are no working days."""

    first: date = Field(description="the first day, like 2026-12-24")
    last: date = Field(description="the last day, which is closed as well")
    why: Line = Field(description="as people read it after a date: summer closure, founders' day")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            msg = f"last ({self.last}) lies before first ({self.first})"
            raise ValueError(msg)
        if self.last - self.first >= LONGEST_CLOSURE:
            msg = f"is longer than {LONGEST_CLOSURE.days} days: a deal names it among its busy_seasons"
            raise ValueError(msg)
        return self

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(self.first + timedelta(days=count) for count in range((self.last - self.first).days + 1))
