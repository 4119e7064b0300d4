"""How does a customer of ours do? Score, targets, indicators and red flags, read from what the store has."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import Engine

from domain.measure.flags import FlagUp, flags_up, is_alarm
from domain.measure.health import Health, HealthFacts, Measured, health
from domain.measure.rules import read_rule
from domain.measure.series import Course, Point, Series
from domain.measure.targets import IndicatorSeen, Progress, TargetSeen, indicators_seen, targets_seen
from domain.playbook import Milestone, Playbook, content_hash
from domain.record import Dossier, RegisterRow
from store import reads
from store.ledger import SqlLedger
from store.measurements import SqlMeasurements

FIRST_VALUE, ACTIVATED = "days_to_first_value", "activation_rate"
HEALTH = "customer_health"
"""The figure that we compute ourselves: the score. A target for it is judged by that, whatever others report."""
OF_THE_JOURNAL: Mapping[str, str] = {
    "win_recorded": "wins_shown",
    "issue_raised": "technical_issues_opened",
    "scope_change_requested": "scope_changes_requested",
}
"""Kinds of rows of the journal, and the figures that count them."""
SILENT = {
    "project_lead": "project_lead_silent_days",
    "technical_lead": "technical_lead_silent_days",
    "executive_sponsor": "sponsor_silent_days",
}
"""Roles of the customer, and the figures that say how long they have said nothing."""


class Outlook(Health):
    """The score, with targets and weeks of the playbook, and the flags that are up; `alarm` says if they are one."""

    targets: tuple[TargetSeen, ...] = ()
    indicators: tuple[IndicatorSeen, ...] = ()
    flags: tuple[FlagUp, ...] = ()
    alarm: bool = False


def outlook_of(engine: Engine, ledger: SqlLedger, onboarding: str, *, now: datetime, language: str = "en") -> Outlook:
    """How that onboarding's customer does. Raises UnknownOnboarding, and Refused where its playbook has no score.

    `now` is wall time; on a compressed clock the onboarding's own time, which runs ahead of it, counts.
    """
    customer = _Customer(engine=engine, ledger=ledger, onboarding=onboarding, now=now)
    playbook = customer.dossier.playbook
    score = health(playbook, customer.facts, hashed=content_hash(playbook), language=language)
    flags = flags_up(playbook, customer.course, language=language)
    progress = customer.progress
    if score.score is not None:
        computed = Measured(value=score.score, origin=HEALTH)
        progress = progress.model_copy(update={"figures": {**progress.figures, HEALTH: computed}})
    return Outlook(
        **dict(score),
        targets=targets_seen(playbook, progress, language=language),
        indicators=indicators_seen(playbook, progress, language=language),
        flags=flags,
        alarm=is_alarm(flags),
    )


@dataclass(frozen=True, kw_only=True)
class _Customer:
    """What the store has of one customer, in days after the close."""

    engine: Engine
    ledger: SqlLedger
    onboarding: str
    now: datetime

    @cached_property
    def dossier(self) -> Dossier:
        return self.ledger.dossier(self.onboarding)

    @cached_property
    def stands(self) -> reads.OnboardingInFull:
        return reads.one(self.engine, self.onboarding)

    @cached_property
    def journal(self) -> Sequence[reads.JournalEntry]:
        return reads.journal(self.engine, self.onboarding)

    @cached_property
    def today(self) -> int:
        stands = self.stands
        return max(0, self._day(stands.ended_at or max(self.now, stands.as_of or self.now)))

    @cached_property
    def settled(self) -> dict[str, int]:
        return {one.key: self._day(one.at) for one in self.stands.milestones if one.at is not None}

    @cached_property
    def figures(self) -> dict[str, Measured]:
        """The latest of each, by metric."""
        figures = {
            metric: Measured(value=figure.value, at=figure.at, origin=figure.origin)
            for metric, figure in self.ledger.figures(self.onboarding).items()
        }
        if self.stands.days_to_first_value is not None:
            days, at = self.stands.days_to_first_value, self.stands.first_value_at
            figures[FIRST_VALUE] = Measured(value=days, at=at, origin="milestones")
        return figures

    @property
    def facts(self) -> HealthFacts:
        critical = sum(map(_is_critical, self.stands.registers))
        return HealthFacts(day=self.today, settled=self.settled, figures=self.figures, critical_issues=critical)

    @property
    def progress(self) -> Progress:
        due = {one.key: self._day(one.due) for one in self.stands.milestones if one.status == "open"}
        return Progress(day=self.today, settled=self.settled, due=due, figures=self.figures, observed=self._observed())

    @property
    def course(self) -> Course:
        """What the rules of red flags look at. Days of a pause do not count."""
        roles = {"kickoff": self._playing("kickoff"), "go_live": self._playing("go_live")}
        settled = {role: self.settled[one.key] for role, one in roles.items() if one and one.key in self.settled}
        series = {**self._reported(), **self._told(), **self._silences()}
        return Course(
            day=self._at_work(self.today),
            settled={role: self._at_work(day) for role, day in settled.items()},
            series={
                figure: sorted(Point(self._at_work(point.day), point.value) for point in points)
                for figure, points in series.items()
            },
        )

    def _reported(self) -> dict[str, Series]:
        """What other systems have reported of each figure that a rule asks for; nothing of what none has reported."""
        rules = [read_rule(flag.rule or "") for flag in self.dossier.playbook.red_flags]
        wanted = {clause.figure for rule in rules if rule for clause in rule.clauses}
        reported = SqlMeasurements(self.engine).of_each(self.onboarding, wanted)
        return {figure: [Point(self._day(one.at), one.value) for one in found] for figure, found in reported.items()}

    def _told(self) -> dict[str, Series]:
        """What the journal and the plan count: these are known, also where there is none."""
        counted: defaultdict[str, list[Point]] = defaultdict(list)
        for row in self.journal:
            if figure := OF_THE_JOURNAL.get(row.kind):
                counted[figure].append(Point(self._day(row.at), 1))
        late = [
            Point(self._day(one.due) + 1, 1)
            for one in self.stands.milestones
            if self._day(one.due) < (self.today if one.at is None else self._day(one.at))
        ]
        return {"milestones_late": late, **{figure: counted[figure] for figure in OF_THE_JOURNAL.values()}}

    def _silences(self) -> dict[str, Series]:
        """For each role that something waits for: how many days it has been silent, day by day since the kickoff."""
        kickoff = self._playing("kickoff")
        begun = self.settled.get(kickoff.key) if kickoff else None
        if begun is None:
            return {}
        waiting = {role for key in self.stands.waiting_for for role in _asked(self.dossier.playbook, key)}
        silences: dict[str, Series] = {}
        for role in SILENT.keys() & waiting:
            people = {person.id for person in self.dossier.people if person.role == role}
            spoke = {self._day(row.at) for row in self.journal if row.by in people}
            days, last = [], begun
            for day in range(begun, self.today + 1):
                last = day if day in spoke else last
                days.append(Point(day, self._at_work(day) - self._at_work(last)))
            silences[SILENT[role]] = days
        return silences

    def _observed(self) -> dict[str, bool]:
        observed = {"first_results_visible": any(row.kind == "win" for row in self.stands.registers)}
        if (activated := self.figures.get(ACTIVATED)) is not None:
            observed["users_signing_in"] = activated.value > 0
        return observed

    @cached_property
    def _pauses(self) -> list[tuple[int, int]]:
        """First day and the day after the last of every pause; one that goes on ends after today."""
        pauses, since = [], None
        for row in self.journal:
            if row.kind == "paused":
                since = self._day(row.at)
            elif row.kind == "resumed" and since is not None:
                pauses.append((since, self._day(row.at)))
                since = None
        return [*pauses, (since, self.today + 1)] if since is not None else pauses

    def _at_work(self, day: int) -> int:
        """The day's number where days of pauses are not counted."""
        return day - sum(max(0, min(day, last) - first) for first, last in self._pauses)

    @cached_property
    def _closed(self) -> date:
        return self.dossier.calendar.day_of(self.dossier.deal.closed_at)

    def _day(self, moment: datetime) -> int:
        return (self.dossier.calendar.day_of(moment) - self._closed).days

    def _playing(self, role: str) -> Milestone | None:
        return next((one for one in self.dossier.playbook.milestones if one.role == role), None)


def _asked(playbook: Playbook, key: str) -> set[str]:
    """The roles that a milestone is waited for from: who does it, and who signs it."""
    milestone = playbook.milestone(key)
    if milestone is None:
        return set()
    return {milestone.raci.responsible, *(milestone.sign_off.by if milestone.sign_off else ())}


def _is_critical(row: RegisterRow) -> bool:
    return row.kind == "issue" and row.status != "resolved" and row.data.get("severity") == "critical"
