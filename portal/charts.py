"""How is a chart drawn? As SVG whose every place is in per cent: it scales without a script and without distortion.

Pages print the figures of a chart as a table too; `says` is what is read aloud in its place.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from math import ceil, floor, log10
from typing import Literal, NamedTuple

from domain.text import Language, grouped
from portal.dates import brief

Kind = Literal["real", "was"]
"""How a course is drawn: `real` is what happened, `was` is what was planned or expected, dashed."""
TICKS = 4
"""About how many steps the scale has: more of them cannot be read on a telephone."""
MOST_DAYS = 4
"""Days named below a chart: four fit 240 px in Japanese, which is what a telephone leaves."""
FURTHEST, NEAREST = 1e15, 1e-9
"""How far from nought a scale goes, and the least span that it has: a float can be what no step fits."""
STEPS = (1, 2, 2.5, 5, 10)
"""The steps that people count in, times a power of ten."""


class Point(NamedTuple):
    """A value on a day; None where it is not known, which leaves a gap in the course."""

    day: date
    value: float | None


class Course(NamedTuple):
    """Points in the order of time, and how they are drawn."""

    points: Sequence[Point]
    kind: Kind = "real"


class Level(NamedTuple):
    """A value that everything is held against, such as a target, with its words."""

    value: float
    words: str


class Dot(NamedTuple):
    """A point in its place, with its words."""

    x: float
    y: float
    kind: Kind
    words: str


class Stroke(NamedTuple):
    """Points that a line joins: x and y in per cent, as SVG writes them."""

    kind: Kind
    points: str


class Mark(NamedTuple):
    """A place on a scale, in per cent, and what is written there."""

    at: float
    words: str


class Chart(NamedTuple):
    """A chart as its template draws it. `scale` are the values beside it, `days` those below it."""

    says: str
    strokes: Sequence[Stroke]
    dots: Sequence[Dot]
    levels: Sequence[Mark]
    scale: Sequence[Mark]
    days: Sequence[Mark]
    today: float | None


def chart(
    says: str,
    courses: Iterable[Course],
    *,
    language: Language,
    levels: Sequence[Level] = (),
    bounds: tuple[float, float] | None = None,
    today: date | None = None,
) -> Chart | None:
    """The chart of those courses; None without a value. `bounds` are the least and the most of its scale."""
    drawn = list(courses)
    known = [point for course in drawn for point in course.points if point.value is not None]
    if not known:
        return None
    values = [point.value for point in known if point.value is not None] + [level.value for level in levels]
    scale = _scale(*(bounds or (min(values), max(values))))
    days = [point.day for point in known] + ([today] if today else [])
    across, up = _Axis(min(days).toordinal(), max(days).toordinal()), _Axis(scale[0], scale[-1])
    return Chart(
        says=says,
        strokes=[stroke for course in drawn for stroke in _strokes(course, across, up)],
        dots=[
            Dot(across.at(point.day.toordinal()), up.down(point.value), course.kind, _said(point, language))
            for course in drawn
            for point in course.points
            if point.value is not None
        ],
        levels=[Mark(up.down(level.value), level.words) for level in levels],
        scale=[Mark(up.down(value), grouped(value)) for value in scale],
        days=[Mark(across.at(day.toordinal()), brief(day, language)) for day in _days(min(days), max(days))],
        today=across.at(today.toordinal()) if today else None,
    )


class _Axis(NamedTuple):
    """Where a value lies between the first and the last one, in per cent; in the middle where both are one."""

    first: float
    last: float

    def at(self, value: float) -> float:
        if self.last == self.first:
            return 50.0
        return round(min(max((value - self.first) / (self.last - self.first), 0.0), 1.0) * 100, 2)

    def down(self, value: float) -> float:
        """The same from above, as SVG counts."""
        return round(100 - self.at(value), 2)


def _strokes(course: Course, across: _Axis, up: _Axis) -> Iterable[Stroke]:
    """A line for each run of known points: what nobody knows is not drawn."""
    for is_known, run in groupby(course.points, lambda point: point.value is not None):
        places = [f"{across.at(one.day.toordinal())},{up.down(one.value)}" for one in run if one.value is not None]
        if is_known and len(places) > 1:
            yield Stroke(course.kind, " ".join(places))


def _scale(least: float, most: float) -> list[float]:
    """Round values from below the least to above the most."""
    least, most = max(least, -FURTHEST), min(most, FURTHEST)
    if most - least < NEAREST:
        least, most = min(least, 0.0), max(most, 0.0)
    if most - least < NEAREST:
        most = least + 1.0
    rough = (most - least) / TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(one * power for one in STEPS if one * power >= rough * 0.999)
    return [round(number * step, 10) for number in range(floor(least / step), ceil(most / step) + 1)]


def _days(first: date, last: date) -> list[date]:
    """The first day, the last one, and some between them: no more than there are weeks."""
    span = (last - first).days
    steps = min(MOST_DAYS - 1, max(span // 7, 1 if span else 0))
    return [first + timedelta(days=round(span * number / max(steps, 1))) for number in range(steps + 1)]


def _said(point: Point, language: Language) -> str:
    value = point.value or 0.0
    return f"{brief(point.day, language)}: {grouped(round(value, 2) if abs(value) >= 1 else value)}"
