"""How far has a goal come? Its reports as a chart, beside the straight line from its baseline to its target."""

from collections.abc import Sequence
from datetime import date, timedelta

from domain.measure.goals import FULL_BY, Goal
from domain.text import Language
from portal.charts import Chart, Course, Level, Point, chart


def goal_chart(
    goal: Goal,
    reports: Sequence[tuple[date, float]],
    *,
    closed: date,
    today: date,
    says: str,
    target: str,
    language: Language,
) -> Chart | None:
    """The chart of its reports, in the order of time; None while there is none. `target` are the words at its line.

    The dashed line is what was to be expected: straight from the baseline at the close to the target on its day.
    """
    if not reports:
        return None
    courses, levels = [Course([Point(day, value) for day, value in reports])], []
    if goal.target is not None:
        levels = [Level(goal.target, target)]
        if goal.baseline is not None:
            courses.insert(
                0, Course(_expected(goal, goal.baseline, goal.target, closed, max(today, reports[-1][0])), "was")
            )
    return chart(says, courses, language=language, levels=levels, today=today)


def _expected(goal: Goal, baseline: float, target: float, closed: date, until: date) -> list[Point]:
    """From the close to the agreed day or `until`, whichever comes first: what lies beyond is no news yet."""
    days = goal.by_day or FULL_BY
    last = closed + timedelta(days=days)
    points = [Point(closed, baseline)]
    if until >= last:
        return [*points, Point(last, target), *([Point(until, target)] if until > last else [])]
    return [*points, Point(until, baseline + (target - baseline) * (until - closed).days / days)]
