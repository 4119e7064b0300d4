"""What do our people see of a customer's goals? How far each has come, its reports, and what was said before."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from domain.measure import in_words
from domain.measure.customer import Customer as Measured
from domain.measure.figures import FIGURES
from domain.measure.goals import OF_A_GOAL, Goal, lacking
from domain.naming import listed
from domain.room.consents import WithConsents
from domain.text import grouped
from portal.charts import Chart
from portal.desk.customer.customer import Customer
from portal.desk.refusing import reason_in
from portal.goal_chart import goal_chart
from store.measurements import Report

MOST_REPORTS = 50
"""Reports of one figure that are shown, the newest: a daily one has a thousand in its time."""


class GoalShown(NamedTuple):
    """A business metric with the reports that count, the newest first, and its last one in words."""

    goal: Goal
    now: str
    now_on: date | None
    better: float | None
    on_way: float | None
    reports: Sequence[tuple[date, float]]
    drawn: Chart | None


class ReportLine(NamedTuple):
    """A report in words. `why` is the reason of a correction, or that for which it does not count.

    `replaced_by` is the number of the one in its place. `last` says that nothing stands in its place.
    """

    number: int
    on: date
    value: str
    who: str
    counts: bool
    why: str
    replaced_by: int | None

    @property
    def last(self) -> bool:
        return self.replaced_by is None


class Wording(NamedTuple):
    """How a goal was said before: by whom, on which day, and in which words."""

    who: str
    on: date | None
    words: str


class GoalLine(NamedTuple):
    """A goal as the page of goals has it. `lacks` is what is still to be asked for, in words."""

    shown: GoalShown
    standing: str
    words: str
    due: date | None
    lacks: str
    said_by: str
    agreed_by: str
    reports: Sequence[ReportLine]
    before: Sequence[Wording]

    @property
    def goal(self) -> Goal:
        return self.shown.goal


class FigureReports(NamedTuple):
    """A figure that every customer has, with its reports, the newest first."""

    metric: str
    title: str
    reports: Sequence[ReportLine]


def goals_shown(customer: Customer, measured: Measured, words: Mapping[str, str]) -> list[GoalShown]:
    """The goals of a customer with their figures, in the order in which they are agreed."""
    closed, today = customer.day_of(measured.closed_at), customer.day_of(measured.now)
    shown = []
    for goal in measured.goals:
        reported = measured.reported.get(f"{OF_A_GOAL}{goal.key}", ())
        reports = [(customer.day_of(one.at), one.value) for one in sorted(reported, key=lambda one: one.at)]
        last = measured.last_of_goals.get(goal.key)
        shown.append(
            GoalShown(
                goal=goal,
                now=in_unit(last.value, goal.unit) if last else "",
                now_on=customer.day_of(last.at) if last else None,
                better=goal.improvement(last.value) if last else None,
                on_way=goal.on_way(last.value, day=last.day) if last else None,
                reports=list(reversed(reports)),
                drawn=goal_chart(
                    goal,
                    reports,
                    closed=closed,
                    today=today,
                    says=words["figures_goal_says"].format(title=goal.title),
                    target=words["figures_aim"].format(value=in_unit(goal.target, goal.unit)),
                    language=customer.language,
                ),
            )
        )
    return shown


def in_unit(value: float | None, unit: str) -> str:
    """A figure as people write it; empty for none."""
    return "" if value is None else f"{grouped(value)} {unit}".strip()


def goal_in_words(goal: Goal, words: Mapping[str, str]) -> str:
    """What a goal says: from 20 days to 14 days, less is better."""
    ends = [name for name, value in (("from", goal.baseline), ("to", goal.target)) if value is not None]
    figures = {"baseline": in_unit(goal.baseline, goal.unit), "target": in_unit(goal.target, goal.unit)}
    parts = [words[f"metric_{'_'.join(ends)}"].format(**figures) if ends else ""]
    parts += [words[f"metric_way_{goal.direction}"] if goal.direction else ""]
    return words["customer_comma"].join(filter(None, parts)) or goal.unit


class GoalLines:
    """The goals of one customer in the reader's words. `reports` are all of its reports, as they came."""

    def __init__(
        self, customer: Customer, measured: Measured, reports: Sequence[Report], words: Mapping[str, str]
    ) -> None:
        self._customer = customer
        self._measured = measured
        self._words = words
        self._reports: dict[str, list[Report]] = {}
        for report in reports:
            self._reports.setdefault(report.metric, []).append(report)

    def goals(self, agreed: Sequence[WithConsents], before: Mapping[str, Sequence[Goal]]) -> list[GoalLine]:
        """Every goal with who has said yes to it; `before` has what people said of each until now."""
        shown = {one.goal.key: one for one in goals_shown(self._customer, self._measured, self._words)}
        return [self._goal(shown[one.goal.key], one, before.get(one.goal.key, ())) for one in agreed]

    def others(self) -> list[FigureReports]:
        """Figures that every customer has and somebody has reported, by what they are called."""
        goals = {goal.key for goal in self._measured.goals}
        each = [
            FigureReports(metric, in_words.named(metric, self._customer.language), self.reports(metric, ""))
            for metric in self._reports
            if metric in FIGURES and metric not in goals
        ]
        return sorted(each, key=lambda one: one.title)

    def reports(self, metric: str, unit: str) -> list[ReportLine]:
        """The newest reports of that figure, the newest first."""
        return [self.report(one, unit) for one in reversed(self._reports.get(metric, [])[-MOST_REPORTS:])]

    def report(self, report: Report, unit: str) -> ReportLine:
        """A report in words; `unit` is that of its goal."""
        customer = self._customer
        origin = self._words.get(f"figures_origin_{report.origin}", report.origin)
        apart = reason_in(customer.language, report.set_apart) if report.set_apart else ""
        return ReportLine(
            number=report.number,
            on=customer.day_of(report.at),
            value=in_unit(report.value, unit),
            who=customer.name(report.by) if report.by else origin,
            counts=report.set_apart is None and report.replaced_by is None,
            why=report.reason or apart,
            replaced_by=report.replaced_by,
        )

    def due(self, goal: Goal) -> date | None:
        """The day by which it should be so; None where none was agreed."""
        if goal.by_day is None:
            return None
        return date.fromordinal(self._customer.day_of(self._measured.closed_at).toordinal() + goal.by_day)

    def _goal(self, shown: GoalShown, one: WithConsents, said: Sequence[Goal]) -> GoalLine:
        goal, customer = shown.goal, self._customer
        by = [goal.by] if goal.by and one.said_for else []
        return GoalLine(
            shown=shown,
            standing=one.standing if goal.target is not None else "no_target",
            words=goal_in_words(goal, self._words),
            due=self.due(goal),
            lacks=listed((self._words[f"metric_lacks_{name}"] for name in lacking(goal)), customer.language),
            said_by=customer.name(goal.by) if goal.by else "",
            agreed_by=customer.names(dict.fromkeys([*by, *(yes.by for yes in one.consents)])),
            reports=self.reports(goal.key, goal.unit),
            before=[self._wording(each) for each in reversed(said) if each.revision < goal.revision],
        )

    def _wording(self, goal: Goal) -> Wording:
        customer = self._customer
        words = f"{goal.title}{self._words['metric_colon']}{goal_in_words(goal, self._words)}"
        return Wording(customer.name(goal.by) if goal.by else "", customer.day_of(goal.at) if goal.at else None, words)
