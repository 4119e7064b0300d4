"""By how much is something late? In working days of its customer's calendar, as mails and a customer's own page count.

The desk shows hundreds of rows of as many customers at once, so their calendars are read together and remembered:
that of an onboarding is written once, when it is admitted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Engine

from domain.calendar import WorkCalendar
from store import reads

MOST_REMEMBERED = 2_000
"""Calendars that are remembered; one takes some 8 kB."""


class Due(NamedTuple):
    """When something of an onboarding is or was due, and at which moment somebody asks."""

    onboarding: str
    due: datetime
    now: datetime


class Lateness:
    """Counts by their customers' calendars. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calendars: dict[str, WorkCalendar] = {}
        self._lock = Lock()

    def days(self, asked: Iterable[Due]) -> Mapping[tuple[str, datetime], int]:
        """The working days by which each is late, by its onboarding and its day; what is not late is left out."""
        late = [one for one in asked if one.due < one.now]
        calendars = self._of({one.onboarding for one in late})
        return {
            (one.onboarding, one.due): calendar.days_late(one.due, one.now)
            for one in late
            if (calendar := calendars.get(one.onboarding)) is not None
        }

    def _of(self, onboardings: set[str]) -> Mapping[str, WorkCalendar]:
        with self._lock:
            there = {id: self._calendars[id] for id in onboardings if id in self._calendars}
        if missing := onboardings - there.keys():
            found = reads.calendars(self._engine, missing)
            with self._lock:
                if len(self._calendars) + len(found) > MOST_REMEMBERED:
                    self._calendars.clear()
                self._calendars |= found
            there |= found
        return there
