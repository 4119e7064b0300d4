"""Which moment does a person mean by a date? One in the customer's time zone."""

from datetime import UTC, date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from domain.refusal import BEYOND_THE_YEARS, is_within_the_years
from starter.trouble import InvalidNews

NOON = time(12)
Day = TypeVar("Day", bound=date)


def moment(text: str, *, zone: str, now: datetime, closed_at: datetime, field: str = "at") -> datetime:
    """The instant in UTC that a date, or a date with a time, means in that zone. Raises InvalidNews naming the field.

    A date alone means noon, but today means now, and the day of the close means no moment before the close.
    """
    there = ZoneInfo(zone)
    try:
        if len(text) == len("2026-11-05"):
            day = _near(date.fromisoformat(text), field=field)
            local_now = now.astimezone(there)
            if day == local_now.date():
                return now
            noon = datetime.combine(day, NOON, there).astimezone(UTC)
            closed_that_day = closed_at.astimezone(there).date() == day
            return max(noon, closed_at.astimezone(UTC)) if closed_that_day else noon
        at = _near(datetime.fromisoformat(text), field=field)
    except ValueError:
        reason = f"{text[:40]!r} is no date like 2026-11-05 or 2026-11-05T14:30+01:00"
        raise InvalidNews(reason, field=field) from None
    return (at if at.tzinfo else at.replace(tzinfo=there)).astimezone(UTC)


def day(text: str | None, *, field: str) -> str | None:
    """A date in ISO 8601, as it goes over the wire; None stays None. Raises InvalidNews naming the field."""
    if text is None:
        return None
    try:
        return _near(date.fromisoformat(text), field=field).isoformat()
    except ValueError:
        raise InvalidNews(f"{text[:40]!r} is no date like 2027-01-29", field=field) from None


def _near(day: Day, *, field: str) -> Day:
    """That date or moment. Raises InvalidNews when it lies outside the years that a door takes."""
    if not is_within_the_years(day):
        raise InvalidNews(BEYOND_THE_YEARS, field=field)
    return day
