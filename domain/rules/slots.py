"""Which hours does a meeting offer? Those that its host gives, else some within the working hours of both sides."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.calendar import CLOSING, OPENING, WorkCalendar
from domain.notice import Person
from domain.rules.briefing import Briefing
from domain.rules.closing import closed_days

DAYS_OFFERED = 3
"""The planned day and the next two working days: a choice, and nothing moves far by it."""
A_DAY = 2
"""So many hours of a day are offered where the host gives none: six in all can be read at a glance."""
LIKED = (time(10), time(14))
"""Hours at which most people can: neither first thing in the morning nor over lunch."""
LONGEST_SEARCH = 14
"""Days that are looked through: hosts who are away for longer have a deputy."""


def offers(briefing: Briefing, host: Person, day: date, minutes: int) -> list[str]:
    """The moments at which a meeting may begin, oldest first, as ISO 8601; from `day` on, after now."""
    found: list[datetime] = []
    days = 0
    for candidate in _open_days(briefing, host, max(day, briefing.today)):
        hours = [at for at in _of_day(briefing, host, candidate, minutes) if at > briefing.now]
        found += hours
        days += bool(hours)
        if days == DAYS_OFFERED:
            break
    return [at.isoformat() for at in found]


def _open_days(briefing: Briefing, host: Person, first: date) -> Iterator[date]:
    """Days on which both sides work and the host is there."""
    calendar, member = _of_host(briefing, host, first), briefing.team.member(host.id)
    for ahead in range(LONGEST_SEARCH):
        day = first + timedelta(days=ahead)
        noon = datetime.combine(day, time(12), ZoneInfo(host.time_zone))
        if briefing.calendar.works(day) and calendar.works(day) and not (member and member.away_until(noon)):
            yield day


def _of_host(briefing: Briefing, host: Person, day: date) -> WorkCalendar:
    calendar = briefing.hours(host, home=None, years=range(day.year - 1, day.year + 2))
    return calendar.model_copy(update={"closures": closed_days(briefing.team.closures)})


def _of_day(briefing: Briefing, host: Person, day: date, minutes: int) -> list[datetime]:
    """The hours of one day by the host's clock: their own, else those at which the customer works too.

    Where the two sides never work at one time, the host's hour that is nearest to the customer's day.
    """
    member = briefing.team.member(host.id)
    if member is not None and member.meets:
        return sorted(_at(day, one.at, host) for one in member.meets if one.weekday == day.isoweekday())
    length = timedelta(minutes=minutes)
    last = datetime.combine(day, CLOSING) - length
    clocks = [time(hour) for hour in range(OPENING.hour, CLOSING.hour) if datetime.combine(day, time(hour)) <= last]
    if not clocks:
        return []
    both = [clock for clock in clocks if _is_open(briefing.calendar, _at(day, clock, host), length)]
    if not both:
        nearest = min(clocks, key=lambda clock: _apart(briefing.calendar, _at(day, clock, host)))
        return [_at(day, nearest, host)]
    liked = [clock for clock in LIKED if clock in both]
    chosen = liked if len(liked) == A_DAY else [both[0], both[-1]]
    return [_at(day, clock, host) for clock in dict.fromkeys(chosen)]


def _at(day: date, clock: time, host: Person) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(host.time_zone)).astimezone(ZoneInfo("UTC"))


def _is_open(calendar: WorkCalendar, at: datetime, length: timedelta) -> bool:
    day = calendar.day_of(at)
    return calendar.works(day) and calendar.at(day, OPENING) <= at and at + length <= calendar.at(day, CLOSING)


def _apart(calendar: WorkCalendar, at: datetime) -> timedelta:
    """How far a moment is from the customer's working hours of its day."""
    day = calendar.day_of(at)
    return max(calendar.at(day, OPENING) - at, at - calendar.at(day, CLOSING), timedelta(0))
