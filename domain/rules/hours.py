"""From when does somebody read our mail? By the working days of their own country, in their own zone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from domain.calendar import OPENING, WorkCalendar
from domain.deal import Account, Sale
from domain.notice import Person
from domain.rules.closing import closed_days
from domain.team import Team


class WorkingHours(Protocol):
    """The working days of people."""

    def __call__(self, person: Person, *, home: Account | None, years: range) -> WorkCalendar:
        """That person's working days; `home` is the customer whose person it is, None for our own people."""


def plain_week(person: Person, *, home: Account | None, years: range) -> WorkCalendar:  # noqa: ARG001  # a WorkingHours
    """Monday to Friday in the person's zone: what counts where no lists of holidays are at hand."""
    return WorkCalendar(time_zone=person.time_zone)


def next_office_moment(
    person: Person, now: datetime, hours: WorkingHours, *, team: Team, sale: Sale | None
) -> datetime:
    """`now` if that person is in office, else the next opening; `office_hours_later` says what counts."""
    return office_hours_later(person, now, 0, hours, team=team, sale=sale)


def next_morning(person: Person, moment: datetime, hours: WorkingHours, *, team: Team, sale: Sale | None) -> datetime:
    """The opening of that person's next working day after the day of that moment."""
    midnight = moment.astimezone(ZoneInfo(person.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return next_office_moment(person, midnight + timedelta(days=1), hours, team=team, sale=sale)


def mornings(hours: WorkingHours) -> Callable[[Person, datetime], datetime]:
    """When somebody next comes to work after the day of a moment, by the working days of their own country alone."""

    def morning_after(person: Person, moment: datetime) -> datetime:
        calendar = hours(person, home=None, years=range(moment.year - 1, moment.year + 2))
        return calendar.at(calendar.add_working_days(calendar.day_of(moment), 1), OPENING)

    return morning_after


def office_hours_later(
    person: Person, moment: datetime, count: float, hours: WorkingHours, *, team: Team, sale: Sale | None
) -> datetime:
    """The moment by which that person has been in office for `count` hours; their company's closing days are none.

    `sale` is that of the customer, None for what concerns the house alone.
    """
    customer = sale if sale is not None and person.side == "customer" else None
    # Their day may lie in another year than ours, and the next opening in the year after.
    home, years = customer.account if customer else None, range(moment.year - 1, moment.year + 2)
    closures = closed_days(customer.closures if customer else team.closures)
    calendar = hours(person, home=home, years=years).model_copy(update={"closures": closures})
    return calendar.add_working_hours(moment, count)
