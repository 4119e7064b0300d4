"""What did the customer buy it for, and how far are they? Business metrics with baseline and target, as agreed.

They come from the sale as it was written down, until a person says them; what is said later replaces what was said
before, which stays on record. A metric without a baseline cannot be computed: the baseline is asked for.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field

from domain.deal import SuccessMetric
from domain.measure.figures import FIGURES
from domain.measure.health import Measured
from domain.news import short
from domain.refusal import Refused
from domain.text import folded
from domain.wire import Instant, Line, Prose, Slug, StrictWire, Wire

IMPROVEMENT, ON_WAY, REPORTED = "main_goal_improvement", "outcomes_on_way_pct", "goal_figures_reported"
OF_A_GOAL = "goal:"
"""Before a goal's key, where its figures are kept beside others."""
NONE_YET = -1
"""The revision of a goal that is not there: whoever says it for the first time has read none."""
FULL_BY = 180
"""The day by which a target is to be reached where none was agreed (MET-06: 30 % by day 180)."""
AMOUNT = re.compile(r"\s*(?P<sign>[-+]?)\s*(?P<number>\d{1,12}(?:[.,]\d+)?)\s*(?P<unit>[^\d]*)")

LARGEST = 1e12
"""The largest figure of a goal, either way: beyond it something is mistyped."""
SMALLEST = 1e-6
"""The smallest baseline, and step from it to the target: people see six decimals, and per cents of less than that run
out of what a number can hold."""

Direction = Literal["higher", "lower"]
Amount = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]


def is_meant(value: float) -> bool:
    """Whether somebody can mean that figure of a goal: what is computed of larger ones is infinite, or nothing."""
    return abs(value) <= LARGEST


def _as_kept(value: float | None) -> float | None:
    return value if value is not None and is_meant(value) else None


Kept = Annotated[float | None, AfterValidator(_as_kept)]
"""An amount as it is read from the store; what was taken before there was a bound, and nobody can mean, is none."""


class GoalSaid(StrictWire):
    """What a business metric is, as somebody says it."""

    title: Line = Field(description="as people read it")
    unit: Line = Field(description="of its figures, like days: a report in another unit is refused")
    direction: Direction = Field("higher", description="which is better")
    baseline: Amount | None = Field(None, description="how it was before; without it nothing can be computed")
    target: Amount | None = Field(None, description="how it should be")
    by_day: int | None = Field(None, ge=1, le=1000, description="days after the close by which it should be so")
    method: Prose | None = Field(None, description="how it is measured, and who does")
    main: bool = Field(False, description="the one that the plan is held against")


class GoalGiven(GoalSaid):
    """A business metric by its key, as somebody says it."""

    key: Slug = Field(description="once per onboarding, like cycle_time")


class Goal(Wire):
    """A business metric as it is agreed now. `origin` is `sale` where nobody has said it since; then `by` is nobody.

    `direction` is None where the sale does not show which way is better: nobody guesses, and it is asked for.
    """

    key: str
    title: str
    unit: str
    direction: Direction | None = "higher"
    baseline: Kept = None
    target: Kept = None
    by_day: int | None = None
    method: str | None = None
    main: bool = False
    origin: str = "sale"
    by: str | None = None
    at: Instant | None = None
    revision: int = 0

    def improvement(self, value: float) -> float | None:
        """How much better than its baseline a value is, in % of it; None without one, or without a direction."""
        if not self.baseline or self.direction is None:
            return None
        return 100 * self._better(value) / abs(self.baseline)

    def on_way(self, value: float, *, day: int) -> float | None:
        """The way made, in % of what was to be expected by that day after the close; None without baseline or target.

        Expected is a straight line from the close to the agreed day.
        """
        if self.baseline is None or self.target is None or self.direction is None:
            return None
        if self.baseline == self.target or day <= 0:
            return None
        expected = self._better(self.target) * min(day / (self.by_day or FULL_BY), 1.0)
        return 100 * self._better(value) / expected

    def _better(self, value: float) -> float:
        assert self.baseline is not None, "asked only with a baseline"
        return value - self.baseline if self.direction == "higher" else self.baseline - value


class GoalFigure(NamedTuple):
    """The last report of a goal's figure."""

    value: float
    at: Instant
    day: int


class SaidOtherwise(Refused):
    """Somebody has said the goal otherwise since it was read. Who must act: whoever says it, by reading it again."""


def checked_goal(given: GoalGiven) -> GoalGiven:
    """The goal, where it can be computed. Raises Refused naming the field."""
    if given.key in FIGURES:
        raise Refused(f"{given.key!r} is a figure that every customer has: name the goal otherwise", field="key")
    if given.baseline == 0:
        raise Refused(
            "is 0, and nothing is so many per cent better than 0: measure what is not 0, or leave it out until known",
            field="baseline",
        )
    if given.baseline is not None and abs(given.baseline) < SMALLEST:
        raise Refused(f"is {given.baseline:g}, too little to be seen: choose a smaller unit", field="baseline")
    if given.baseline is not None and given.target is not None:
        step = given.target - given.baseline
        if (step if given.direction == "higher" else -step) < SMALLEST:
            raise Refused(f"is {given.target:g}, no better than the baseline ({given.baseline:g})", field="target")
    return given


def goals_of_sale(metrics: Sequence[SuccessMetric]) -> tuple[Goal, ...]:
    """The metrics of the sale, as far as they can be read: the first is the main one, and of one name the first counts.

    Each name has its own key: where the letters a to z in it are those of another one, or of a figure that every
    customer has, as in Japanese, the key is made from the whole name.
    """
    goals: dict[str, Goal] = {}
    names = set[str]()
    for metric in metrics:
        name, key = folded(metric.name), slug_of(metric.name)
        if name in names:
            continue
        names.add(name)
        if key in goals or key in FIGURES:
            key = f"goal_{short(name)}"
        baseline, target = _amount(metric.baseline), _amount(metric.target)
        unit = baseline.unit if baseline else target.unit if target else ""
        # A target in another unit ("20 % faster") says nothing that can be compared.
        wanted = target.value if target and target.unit == unit else None
        base = baseline.value if baseline and abs(baseline.value) >= SMALLEST else None
        if base is not None and wanted is not None and abs(wanted - base) < SMALLEST:
            wanted = None
        goals[key] = Goal(
            key=key,
            title=metric.name,
            unit=unit,
            direction=_direction(base, wanted),
            baseline=base,
            target=wanted,
            by_day=metric.by_day,
            main=not goals,
        )
    return tuple(goals.values())


def slug_of(name: str) -> str:
    """The key of a goal by its name."""
    letters = re.sub(r"[^a-z0-9]+", "_", folded(name)).strip("_")
    return letters[:40].strip("_") if letters[:1].isalpha() else f"goal_{letters[:35]}".strip("_")


def main_goal(goals: Sequence[Goal]) -> Goal | None:
    """The goal that the plan is held against: the one that is said to be it last, else the first."""
    said = [goal for goal in goals if goal.main]
    return max(said, key=lambda goal: goal.revision, default=next(iter(goals), None))


def lacking(goal: Goal) -> tuple[str, ...]:
    """What is to be asked for, before anybody can say how far the customer is."""
    return tuple(name for name in ("baseline", "target", "direction") if getattr(goal, name) is None)


def figures_of_goals(goals: Sequence[Goal], last: Mapping[str, GoalFigure]) -> dict[str, Measured]:
    """What the main goal comes to by its last report."""
    goal = main_goal(goals)
    figure = last.get(goal.key) if goal else None
    if goal is None or figure is None:
        return {}
    values = {IMPROVEMENT: goal.improvement(figure.value), ON_WAY: goal.on_way(figure.value, day=figure.day)}
    return {
        metric: Measured(value=value, at=figure.at, origin=f"{OF_A_GOAL}{goal.key}")
        for metric, value in values.items()
        if value is not None
    }


def _direction(base: float | None, wanted: float | None) -> Direction | None:
    """Which way is better, as baseline and target show it; None where one of them is not known."""
    if base is None or wanted is None:
        return None
    return "lower" if wanted < base else "higher"


class _Amount(NamedTuple):
    value: float
    unit: str


def _amount(text: str | None) -> _Amount | None:
    """The number and the unit in words like `20 days`; None where they are more than that."""
    read = AMOUNT.fullmatch(text or "")
    if read is None:
        return None
    value = float(read["number"].replace(",", "."))
    return _Amount(-value if read["sign"] == "-" else value, read["unit"].strip())
