"""What does each figure of a customer say? Its value, target, day and origin, and how it is computed, in words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from domain.measure import in_words
from domain.measure.customer import Customer as Measured
from domain.measure.evaluation import Evaluation
from domain.measure.goals import OF_A_GOAL
from domain.measure.health import HealthPart, Raise
from domain.measure.targets import IndicatorSeen, TargetSeen
from domain.measure.use import WEEKLY
from domain.naming import listed
from domain.text import grouped
from portal.charts import Chart, Course, Level, Point, chart
from portal.desk.customer.customer import Customer
from portal.desk.customer.goal_lines import GoalShown, goals_shown
from store.evaluations import EvaluatedWeek
from store.reads import JournalEntry

TONES: Mapping[str, str] = {"green": "good", "amber": "warn", "red": "bad"}
STATES = ("missed", "not_measured", "met", "not_due")
"""States of targets, in the order in which somebody has to look at them."""
STANDS = ("criterion_attested", "criterion_approved")
"""Rows of the journal after which a word counts that somebody gave for a criterion."""


class PartShown(NamedTuple):
    """A part of the score: its figure and target in words, and where the figure comes from."""

    part: HealthPart
    value: str
    target: str
    since: date | None
    origin: str
    how: str


class TargetShown(NamedTuple):
    """A target with its figure in words, and the day from which it can be missed."""

    seen: TargetSeen
    title: str
    value: str
    target: str
    due: date | None
    since: date | None
    origin: str
    tone: str


class CriterionShown(NamedTuple):
    """A criterion of the hand-off: what speaks for it, and who has vouched for it when."""

    title: str
    by_milestones: bool
    evidence: Sequence[TargetShown]
    done: int
    of: int
    who: str
    on: date | None
    doubted: bool


class FigureLines:
    """The figures of one customer, in the reader's words. `weeks` are those that were kept, the earliest first."""

    def __init__(
        self,
        customer: Customer,
        measured: Measured,
        seen: Evaluation,
        weeks: Sequence[EvaluatedWeek],
        words: Mapping[str, str],
    ) -> None:
        self._customer = customer
        self._measured = measured
        self._seen = seen
        self._weeks = weeks
        self._words = words
        self._language = customer.language
        self._playbook = measured.playbook

    def cause(self, one: Raise) -> Mapping[str, Any]:
        """A part below its target, as a sentence takes it."""
        return {
            "title": one.title,
            "value": self._number(one.value),
            "target": self._number(one.target),
            "unit": self._unit(one.key, one.unit),
            "lost": self._number(one.points_lost),
            "then": f"{one.score_then:.0f}",
        }

    def parts(self) -> list[PartShown]:
        parts = self._seen.score.parts if self._seen.score else ()
        return [
            PartShown(
                part=part,
                value="" if part.value is None else self._in_unit(part.value, self._unit(part.key, part.unit)),
                target="" if part.target is None else self._number(part.target),
                since=self._day(part.since),
                origin=self._origin(part.origin),
                how=self._how(part.key),
            )
            for part in parts
        ]

    def counting(self) -> str:
        """How many parts of the score are not due yet, and of which it is made by now; empty once all are due.

        Before the go-live few are: one alone at its best gives the full score, whatever the plan is like.
        """
        score = self._seen.score
        parts = [part for part in score.parts if part.state != "capped"] if score else []
        later = sum(part.state == "not_due" for part in parts)
        titles = [part.title for part in parts if part.state == "known"]
        if not later or not titles:
            return ""
        told = {"later": later, "all": len(parts), "titles": listed(titles, self._customer.language)}
        return self._words["figures_counting"].format(**told)

    def history(self) -> Chart | None:
        """The score of each week that was kept, and that of today."""
        points = [Point(self._customer.day_of(one.at), one.score) for one in self._weeks]
        score = self._seen.score
        today = self._customer.day_of(self._measured.now)
        if score is not None:
            points = [point for point in points if point.day < today] + [Point(today, score.score)]
        green = self._playbook.score.green_from if self._playbook.score else 0
        says = self._words["figures_history_says"].format(account=self._customer.line.account)
        level = Level(green, self._words["figures_green_from"].format(green=f"{green:g}"))
        return chart(says, [Course(points)], language=self._language, levels=[level], bounds=(0, 100))

    def use(self) -> Chart | None:
        points = [Point(day, value) for day, value in self._measured.use_over_time]
        wanted = {target.at_least for target in self._playbook.targets if target.metric == WEEKLY and target.at_least}
        levels = [
            Level(value, self._words["figures_aim"].format(value=self._in_unit(value, "%"))) for value in sorted(wanted)
        ]
        says = self._words["figures_use_says"].format(account=self._customer.line.account)
        return chart(says, [Course(points)], language=self._language, levels=levels, bounds=(0, 100))

    def targets(self) -> list[TargetShown]:
        """In the order of their states."""
        return [self._target(seen) for state in STATES for seen in self._seen.targets if seen.state == state]

    def indicators(self) -> list[tuple[IndicatorSeen, str]]:
        """What should be true by a week, each with what it lacks."""
        return [(one, listed(map(self._lacking, one.lacks), self._language)) for one in self._seen.weeks]

    def criteria(self, vouched: Mapping[str, JournalEntry]) -> list[CriterionShown]:
        """The criteria of the hand-off. `vouched` has the last row of the journal about each."""
        rows = list(self._customer.milestones.values())
        done = [row for row in rows if row.status != "open"]
        shown = []
        for one in self._playbook.hand_off.criteria:
            row = vouched.get(one.key)
            stands = row is not None and row.kind in STANDS
            shown.append(
                CriterionShown(
                    title=self._customer.title(one.key),
                    by_milestones=one.by == "milestones",
                    evidence=[self._target(seen) for seen in self._seen.targets if seen.key in one.evidence],
                    done=len(done),
                    of=len(rows),
                    who=self._customer.name(row.by) if stands and row is not None and row.by else "",
                    on=self._customer.day_of(row.at) if stands and row is not None else None,
                    doubted=row is not None and row.kind == "criterion_doubted",
                )
            )
        return shown

    def goals(self) -> list[GoalShown]:
        return goals_shown(self._customer, self._measured, self._words)

    def known(self) -> list[tuple[str, str, date | None, str]]:
        """Every figure that is known: what it is, its value, as of when, and where it comes from."""
        figures = sorted(self._measured.figures.items())
        return [
            (in_words.named(name, self._language), self._number(one.value), self._day(one.at), self._origin(one.origin))
            for name, one in figures
        ]

    def _target(self, seen: TargetSeen) -> TargetShown:
        target = next(one for one in self._playbook.targets if one.key == seen.key)
        line = in_words.against_target(target, seen, self._language)
        return TargetShown(
            seen=seen,
            title=line["title"],
            value=line["value"] if seen.value is not None else "",
            target=line["target"],
            due=date.fromordinal(self._closed.toordinal() + seen.due_on) if seen.due_on is not None else None,
            since=self._day(seen.at),
            origin=self._origin(seen.origin),
            tone=TONES.get(seen.colour or "", ""),
        )

    def _how(self, key: str) -> str:
        """How the figure of a part is computed; what it is, where only its reporter knows that."""
        parts = self._playbook.score.parts if self._playbook.score else ()
        metric = next((part.metric for part in parts if part.key == key), "")
        return self._words.get(f"figures_how_{metric}") or (in_words.named(metric, self._language) if metric else "")

    def _lacking(self, what: str) -> str:
        """A milestone, an observation, or a stage with how much of it is done, that a week waits for."""
        stage, _, done = what.partition(": ")
        title = self._words.get(f"figures_lacks_{stage}") or self._customer.title(stage)
        between = ": " if self._language == "en" else "："
        return f"{title}{between}{done.replace(' of ', '/')}" if done else title

    def _in_unit(self, value: float, unit: str) -> str:
        """A value with its unit, which stands apart in English alone."""
        return f"{self._number(value)}{' ' if self._language == 'en' and unit else ''}{unit}"

    def _unit(self, key: str, unit: str) -> str:
        """The unit of a part: playbooks have it in English alone."""
        return unit if self._language == "en" else self._words.get(f"figures_unit_{key}", "")

    def _origin(self, origin: str | None) -> str:
        if origin is None:
            return ""
        if origin.startswith(OF_A_GOAL):
            key = origin.removeprefix(OF_A_GOAL)
            return next((goal.title for goal in self._measured.goals if goal.key == key), key)
        return self._words.get(f"figures_origin_{origin.replace(' ', '_')}", origin)

    def _day(self, at: datetime | None) -> date | None:
        return self._customer.day_of(at) if at else None

    def _number(self, value: float) -> str:
        """As people write it: no needless digits."""
        return grouped(round(value, 1))

    @property
    def _closed(self) -> date:
        return self._customer.day_of(self._measured.closed_at)
