"""How many hours of our people does an onboarding take in each week, and how many do they have? By its playbook."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from domain.playbook import RoleHours
from domain.team import Member, Team

A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)
WORKING_DAYS = 5
"""Of a week: holidays of each country and closed seasons are left out, as a plan by weeks leaves them out."""

Hours = dict[date, float]
"""Hours by the Monday of their week."""


class Window(NamedTuple):
    """Days from one to another, both counted."""

    first: date
    last: date


class Load(NamedTuple):
    """What somebody has to do in a week, and what they have for it: `least` and `most` are what is planned."""

    least: float
    most: float
    has: float

    @property
    def is_overbooked(self) -> bool:
        """Whether even the least that is planned is more than they have."""
        return self.least > self.has

    @property
    def is_tight(self) -> bool:
        return not self.is_overbooked and self.most > self.has


def mondays(first: date, weeks: int) -> Sequence[date]:
    """The Mondays of so many weeks, beginning with that in which the day lies."""
    monday = first - timedelta(days=first.weekday())
    return [monday + number * A_WEEK for number in range(weeks)]


def planned(
    resources: Iterable[RoleHours], stages: Mapping[str, Window], whole: Window, weeks: Sequence[date]
) -> Mapping[str, Mapping[date, tuple[float, float]]]:
    """The least and the most hours of each role of ours in those weeks.

    `stages` are the days on which each opens and closes, `whole` those of the onboarding. Hours by the week are those
    of each full week in which the stages are open; all others are spread evenly over their working days.
    """
    each: dict[str, dict[date, tuple[float, float]]] = defaultdict(dict)
    for need in resources:
        if need.side != "vendor":
            continue
        for windows in _windows(need, stages, whole):
            for week, share in _shares(need, windows, weeks):
                least, most = each[need.role].get(week, (0.0, 0.0))
                each[need.role][week] = (least + need.hours_from * share, most + need.hours_to * share)
    return each


def available(member: Member, team: Team, weeks: Sequence[date]) -> Hours:
    """The hours that this person has for onboardings in each of those weeks: without absences and closures."""
    return {week: member.hours_a_week * _present(member, team, week) / WORKING_DAYS for week in weeks}


def _windows(need: RoleHours, stages: Mapping[str, Window], whole: Window) -> Iterator[Sequence[Window]]:
    """Over which days the hours are spread: of a phase each stage has them all, else they are those of all together."""
    named = [stages[key] for key in need.stages if key in stages]
    if need.stages and not named:
        return
    if need.per == "phase":
        yield from ([window] for window in named)
    else:
        yield named or [whole]


def _shares(need: RoleHours, windows: Sequence[Window], weeks: Sequence[date]) -> Iterator[tuple[date, float]]:
    """Which part of the hours falls into each week, where any does."""
    # Stages overlap: a day of two of them is one day.
    all_days = set[date]() if need.per == "week" else _days(windows)
    for week in weeks:
        days = sum(any(one.first <= day <= one.last for one in windows) for day in _of_week(week))
        if days and need.per == "week":
            yield week, days / WORKING_DAYS
        elif days and all_days:
            yield week, days / len(all_days)


def _days(windows: Sequence[Window]) -> set[date]:
    return {day for one in windows for day in _between(one.first, one.last) if day.weekday() < WORKING_DAYS}


def _between(first: date, last: date) -> Iterator[date]:
    return (first + number * A_DAY for number in range((last - first).days + 1))


def _of_week(monday: date) -> Sequence[date]:
    return [monday + number * A_DAY for number in range(WORKING_DAYS)]


def _present(member: Member, team: Team, week: date) -> int:
    """Working days of that week on which they are there."""
    away = [*((one.first, one.last) for one in member.absences), *((one.first, one.last) for one in team.closures)]
    return sum(not any(first <= day <= last for first, last in away) for day in _of_week(week))
