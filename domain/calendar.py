"""On which days does the customer work? Working days, holidays and the customer's time zone."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.wire import Wire

OPENING = time(9)
CLOSING = time(17)
NOON = time(12)
"""When offices close on a half-day: some go on until 13:00 or 14:00, none sends people home earlier."""
ONE_DAY = timedelta(days=1)
UTC = ZoneInfo("UTC")
WEEKEND = "a weekend"
"""Why no office opens on a day that is no holiday; of all reasons for another date the one that nobody asks for."""
YEAR_END = "Year-end closing"
"""The name, among a calendar's closed days, of those on which the companies of a country close over the year's end."""


class ClosedBy(Wire):
    """Which company is closed on a day, and why. No `company` is ours; no `why` is the year's end of its country."""

    company: str = ""
    why: str = ""

    @property
    def in_words(self) -> str:
        """As the reason of a date, in English: `closed: summer closure of Lindenau GmbH`."""
        why = self.why or "year-end closure"
        return f"closed: {why} of {self.company}" if self.company else f"closed: {why} on our side"


class WorkCalendar(Wire):
    """The working week, holidays and half-days of a place, as data: looked up once, then part of the record.

    `weekend` holds ISO weekdays (6 and 7 in most countries, 5 and 6 in some). On `half_days` offices close at noon:
    nothing is due then. `guessed` says that days differ within the country and nobody knows which part it is. What
    was looked up are the years from `first_year` to `last_year`; 0 in records of before these were kept. `closures` are
    the days on which a company itself is closed; they are counted anew from deal and staff directory at every use.
    """

    time_zone: str
    weekend: tuple[int, ...] = (6, 7)
    holidays: Mapping[date, str] = {}
    half_days: Mapping[date, str] = {}
    guessed: bool = False
    first_year: int = 0
    last_year: int = 0
    closures: Mapping[date, ClosedBy] = {}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def day_of(self, moment: datetime) -> date:
        """The customer's day at that instant."""
        return moment.astimezone(self.zone).date()

    def at(self, day: date, hour: time) -> datetime:
        """That day and local time as an instant in UTC."""
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    def why_not(self, day: date) -> str | None:
        """Why that is no whole working day, in words; None on a working day."""
        if closed := self.closures.get(day):
            return closed.in_words
        if day in self.holidays:
            return f"a holiday ({self.holidays[day]})"
        if self.is_half(day):
            return f"a half-day ({self.half_days[day]})"
        return WEEKEND if day.isoweekday() in self.weekend else None

    def works(self, day: date) -> bool:
        """Whether that is a whole working day. Counting asks for very many days, and needs no words for any of them."""
        free = day.isoweekday() in self.weekend or day in self.holidays
        return not (free or day in self.half_days or day in self.closures)

    def closing(self, day: date) -> time | None:
        """When offices close on that day; None where they do not open."""
        if self.works(day):
            return CLOSING
        return NOON if self.is_half(day) else None

    def is_half(self, day: date) -> bool:
        """Whether offices open on that day and close at noon."""
        closed = day in self.holidays or day in self.closures or day.isoweekday() in self.weekend
        return day in self.half_days and not closed

    def working_day_from(self, day: date) -> date:
        """That day, or the next on which people work."""
        while not self.works(day):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The working day that lies `count` working days later, or earlier when negative; `day` itself for 0."""
        step, works = ONE_DAY if count > 0 else -ONE_DAY, self.works
        for _ in range(abs(count)):
            day += step
            while not works(day):
                day += step
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days come after `first`, up to and with `last`; negative when `last` is before `first`."""
        step = 1 if last > first else -1
        count, day = 0, first
        while day != last:
            day += step * ONE_DAY
            count += step * self.works(day)
        return count

    def days_late(self, due: datetime, now: datetime) -> int:
        """By how many working days something is late that was due then: one at least, as soon as it is over; else 0."""
        return max(1, self.working_days_between(self.day_of(due), self.day_of(now))) if due < now else 0

    def add_working_hours(self, moment: datetime, hours: float) -> datetime:
        """The instant by which that many office hours have passed, counted in the customer's zone."""
        left = timedelta(hours=hours)
        local = moment.astimezone(self.zone)
        day = local.date()
        while True:
            if closing := self.closing(day):
                start = max(moment, self.at(day, OPENING))
                end = self.at(day, closing)
                if start + left <= end:
                    return start + left
                left -= max(end - start, timedelta(0))
            day += ONE_DAY

    def office_hours_between(self, first: datetime, last: datetime) -> float:
        """How many office hours passed between two instants, counted in the customer's zone; 0 where last is first."""
        passed, day, end = timedelta(0), self.day_of(first), self.day_of(last)
        while day <= end:
            if closing := self.closing(day):
                passed += max(min(last, self.at(day, closing)) - max(first, self.at(day, OPENING)), timedelta(0))
            day += ONE_DAY
        return passed / timedelta(hours=1)

    def next_office_moment(self, moment: datetime) -> datetime:
        """That instant if the office is open, else the next opening."""
        return self.add_working_hours(moment, 0)
