"""Does the rule of a red flag hold on a day? Figures over time come in; days count from the close, without pauses.

A figure that counts events has a point for each, and on days without one it is 0. Of any other figure the latest point
counts. What was never reported is not known: then no rule that asks for it holds, and none is called broken.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from operator import ge, gt, le, lt
from typing import NamedTuple

from domain.measure.figures import FIGURES
from domain.measure.rules import Clause, Rule

A_WEEK = 7
BECAME_LATE, BEHIND = "milestones_late", "days_behind"
COMPARED = {"<": lt, "<=": le, ">": gt, ">=": ge}


class Point(NamedTuple):
    """A figure on a day after the close."""

    day: int
    value: float


Series = Sequence[Point]
"""A figure over time, the earliest point first."""


class Course(NamedTuple):
    """What is known of a customer over time; a figure that is not in `series` is not known at all.

    `settled` has the day of each role that a rule may begin from: `kickoff` and `go_live`.
    """

    day: int
    settled: Mapping[str, int]
    series: Mapping[str, Series]


def holds(rule: Rule, course: Course, *, on: int) -> bool | None:
    """Whether the rule holds on that day; None where that is not known."""
    since = rule.day or 0
    if rule.role is not None:
        settled = course.settled.get(rule.role)
        if settled is None:
            return False
        since = settled
    if on < since:
        return False
    answers = [_clause_holds(clause, course.series.get(clause.figure), on=on) for clause in rule.clauses]
    return False if False in answers else None if None in answers else True


def is_known(rule: Rule, course: Course) -> bool:
    """Whether anything is known of each figure that the rule asks for; else it holds on no day."""
    return all(clause.figure in course.series for clause in rule.clauses)


def held_since(rule: Rule, course: Course) -> int | None:
    """The first day of those without a gap until today on which the rule holds; None where it does not hold today."""
    first = None
    for day in range(course.day, -1, -1):
        if not holds(rule, course, on=day):
            break
        first = day
    return first


def lasted_until(rule: Rule, course: Course) -> int:
    """The last day on which there was something new to a rule that holds today.

    Events that are counted within a span keep their rule up for as long as the span is, whatever happens meanwhile:
    that alone does not make it more serious. Milestones that became late are something new for as long as any is late.
    Where something is lacking, or any other figure is looked at, it is today.
    """
    days = []
    for clause in rule.clauses:
        series = course.series.get(clause.figure) or ()
        counted = FIGURES[clause.figure].counts and clause.sign in (">", ">=")
        if counted and clause.figure == BECAME_LATE:
            behind = course.series.get(BEHIND)
            series = series if behind is None else [point for point in behind if point.value > 0]
            counted = behind is not None
        point = _last_point(series, until=course.day, days=None) if counted else None
        days.append(course.day if point is None else point.day)
    return max(days)


def standing_at(rule: Rule, course: Course, *, on: int) -> dict[str, float]:
    """The figures that the rule looks at, as they stood on that day; those that were not known are left out."""
    standing = {}
    for clause in rule.clauses:
        series = course.series.get(clause.figure)
        if series is None:
            continue
        value = _value(clause, series, on=on) if clause.way is None else _of_week(clause.figure, series, until=on)
        if value is not None:
            standing[clause.figure] = value
    return standing


def _clause_holds(clause: Clause, series: Series | None, *, on: int) -> bool | None:
    if series is None:
        return None
    if clause.way is not None:
        return _goes(clause, series, on=on)
    if not clause.each:
        return _is_beyond(clause, _value(clause, series, on=on))
    weeks = max(1, (_days(clause.span) or A_WEEK) // A_WEEK)
    answers = [_is_beyond(clause, _of_week(clause.figure, series, until=on - A_WEEK * ago)) for ago in range(weeks)]
    return False if False in answers else None if None in answers else True


def _is_beyond(clause: Clause, value: float | None) -> bool | None:
    assert clause.sign is not None, "a clause has a way or a threshold"
    assert clause.threshold is not None
    return None if value is None else bool(COMPARED[clause.sign](value, clause.threshold))


def _value(clause: Clause, series: Series, *, on: int) -> float | None:
    days = _days(clause.span)
    if FIGURES[clause.figure].counts:
        if days is not None and days > on and clause.sign in ("<", "<="):
            return None
        return _counted(series, until=on, days=days)
    return _latest(series, until=on, days=days)


def _goes(clause: Clause, series: Series, *, on: int) -> bool | None:
    """Whether each week brings more (rising) or less (falling) than the one before; "not" looks at both ends alone."""
    weeks = max(2, (_days(clause.span) or 2 * A_WEEK) // A_WEEK)
    if weeks * A_WEEK > on + 1:
        return None
    if clause.way in ("not rising", "not falling") and not FIGURES[clause.figure].counts:
        return _goes_not(clause.way, series, on=on, weeks=weeks)
    values = [_of_week(clause.figure, series, until=on - A_WEEK * ago) for ago in reversed(range(weeks))]
    if None in values:
        return None
    known = [value for value in values if value is not None]
    steps = list(pairwise(known))
    match clause.way:
        case "rising":
            return all(before < after for before, after in steps)
        case "falling":
            return all(before > after for before, after in steps)
        case "not rising":
            return known[-1] <= known[0]
        case _:
            return known[-1] >= known[0]


def _goes_not(way: str, series: Series, *, on: int, weeks: int) -> bool | None:
    """Whether a figure that is reported now and then is no better at the end of the span than at its beginning.

    At both ends the latest report counts, as long as it is no older than the span; with one for both nothing is known.
    """
    days = weeks * A_WEEK
    ends = [_last_point(series, until=until, days=days) for until in (on - days + A_WEEK, on)]
    before, after = ends
    if before is None or after is None or before.day == after.day:
        return None
    return after.value <= before.value if way == "not rising" else after.value >= before.value


def _of_week(figure: str, series: Series, *, until: int) -> float | None:
    if FIGURES[figure].counts:
        return _counted(series, until=until, days=A_WEEK)
    return _latest(series, until=until, days=A_WEEK)


def _counted(series: Series, *, until: int, days: int | None) -> float:
    return sum(point.value for point in series if point.day <= until and (days is None or point.day > until - days))


def _latest(series: Series, *, until: int, days: int | None) -> float | None:
    point = _last_point(series, until=until, days=days)
    return None if point is None else point.value


def _last_point(series: Series, *, until: int, days: int | None) -> Point | None:
    since = -1 if days is None else until - days
    return next((one for one in reversed(series) if since < one.day <= until), None)


def _days(span: timedelta | None) -> int | None:
    return None if span is None else span.days
