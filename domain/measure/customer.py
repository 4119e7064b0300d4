"""What is known of a customer on a day? The store's rows of one onboarding, turned into days, figures and series.

Pure: whoever reads the rows (`store.customers`), or makes them up, gets the same figures, score and flags from them.
Days count from the close, in the customer's zone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.measure import attendance, engagement, goals
from domain.measure.engagement import Ask
from domain.measure.flags import FlagUp
from domain.measure.goals import OF_A_GOAL, Goal, GoalFigure
from domain.measure.health import HealthFacts, Measured
from domain.measure.reported import Reported
from domain.measure.rules import read_rule
from domain.measure.series import Course, Point, Series
from domain.measure.targets import Progress
from domain.measure.use import INVITED, LICENSED, WEEKLY, Seats, Used, figures_of_use, is_rising, weekly_use
from domain.playbook import Milestone, Playbook
from domain.spans import without_overlaps

FIRST_VALUE, ACTIVATED = "days_to_first_value", "activation_rate"
OF_THE_JOURNAL: Mapping[str, str] = {
    "win_recorded": "wins_shown",
    "issue_raised": "technical_issues_opened",
    "scope_change_requested": "scope_changes_requested",
}
"""Kinds of rows of the journal, and the figures that count them."""
RISING_FOR = 3
"""Weeks that use has to grow over: one good week is chance."""
LATE_AFTER = 3
"""Days after which a milestone counts as late: one or two days are everyday, and the ladder begins on the third."""
PAUSED, RESUMED = "paused", "resumed"
NOT_WHILE_AWAY = frozenset({"missed_meetings", "sponsor_check_ins_missed"})
"""Figures that count nothing in a pause or a busy season: nobody was to come."""
SILENT = {
    "project_lead": "project_lead_silent_days",
    "technical_lead": "technical_lead_silent_days",
    "executive_sponsor": "sponsor_silent_days",
}
"""Roles of the customer, and the figures that say how long they have said nothing."""


class Step(NamedTuple):
    """A milestone as the plan has it now; `at` is when it was reached or waived."""

    key: str
    status: str
    due: datetime
    at: datetime | None = None


class Happening(NamedTuple):
    """A row of the journal."""

    kind: str
    by: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Customer:
    """What the store has of one customer.

    `now` is the onboarding's own time, or its end; who was handed over goes on after that (`handed_over_at`). `roles`
    has the customer's people by id. `happened` has at least the rows of the journal that a figure counts, pauses, and
    what the customer's people did. `reported` has what others have said of each figure, in any order, and of each goal
    under `goal:` and its key. `used` is the use of the product up to `used_until`, which is wall time. `tasks` are
    those of the customer's people. `busy` has the first and the last day of seasons in which they have no time.
    """

    onboarding: str
    playbook: Playbook
    hashed: str
    now: datetime
    closed_at: datetime
    time_zone: str = "UTC"
    seats: int | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    milestones: Sequence[Step] = ()
    waiting_for: Sequence[str] = ()
    happened: Sequence[Happening] = ()
    wins: int = 0
    critical_issues: int = 0
    reported: Mapping[str, Sequence[Reported]] = field(default_factory=dict)
    first_value: tuple[int, datetime | None] | None = None
    used: Used | None = None
    used_until: datetime | None = None
    goals: Sequence[Goal] = ()
    tasks: Sequence[Ask] = ()
    busy: Sequence[tuple[date, date]] = ()
    handed_over_at: datetime | None = None

    @cached_property
    def today(self) -> int:
        return max(0, self.day_of(self.now))

    @cached_property
    def week(self) -> date:
        """The Monday of the customer's week."""
        return monday_of(self.now, self.time_zone)

    @cached_property
    def settled(self) -> Mapping[str, int]:
        return {one.key: self.day_of(one.at) for one in self.milestones if one.at is not None}

    @cached_property
    def figures(self) -> Mapping[str, Measured]:
        """The latest of each, by metric."""
        figures = {**self._figures_of_use(), **attendance.figures_of_training(self.reported)}
        if self.seats:
            figures[LICENSED] = Measured(value=self.seats, at=self.closed_at, origin="deal")
        if (engaged := engagement.share_in_time(self._asks(), today=self.today)) is not None:
            figures[engagement.FIGURE] = Measured(value=engaged, at=self.now, origin="milestones")
        figures |= goals.figures_of_goals(self.goals, self.last_of_goals)
        for metric, all_of_it in self.reported.items():
            latest = max(all_of_it, key=lambda one: one.at, default=None)
            if latest is not None and not metric.startswith(OF_A_GOAL):
                figures[metric] = Measured(value=latest.value, at=latest.at, origin=latest.origin)
        if self.first_value is not None:
            days, at = self.first_value
            figures[FIRST_VALUE] = Measured(value=days, at=at, origin="milestones")
        return figures

    @property
    def facts(self) -> HealthFacts:
        """What the score is computed from."""
        return HealthFacts(
            day=self.today, settled=self.settled, figures=self.figures, critical_issues=self.critical_issues
        )

    @property
    def progress(self) -> Progress:
        """What targets and weeks are judged by."""
        due = {one.key: self.day_of(one.due) for one in self.milestones if one.status == "open"}
        return Progress(day=self.today, settled=self.settled, due=due, figures=self.figures, observed=self._observed())

    @cached_property
    def course(self) -> Course:
        """What the rules of red flags look at. Days of a pause do not count.

        After the hand-off what was reported since is looked at, and nothing of the onboarding itself: that nobody has
        recorded a win for two months says nothing of a customer whose project is over.
        """
        roles = {"kickoff": self._playing("kickoff"), "go_live": self._playing("go_live")}
        settled = {role: self.settled[one.key] for role, one in roles.items() if one and one.key in self.settled}
        measured = {**self._of_use(), **self._of_goals(), **self._of_training(), **self._reported()}
        if self.handed_over_at is None:
            series = {**measured, **self._told(), **self._silences()}
        else:
            series = _since(self.day_of(self.handed_over_at), measured, apart_from=goals.REPORTED)
        return Course(
            day=self._at_work(self.today),
            settled={role: self._at_work(day) for role, day in settled.items()},
            series={
                figure: sorted(Point(self._at_work(point.day), point.value) for point in points)
                for figure, points in series.items()
            },
        )

    @property
    def use_over_time(self) -> Sequence[tuple[date, float]]:
        """The share of weekly users over time, in %: as it was reported, else as usage shows it, with that of today."""
        if reported := self.reported.get(WEEKLY):
            return [(one.at.astimezone(self._zone).date(), one.value) for one in reported]
        now = self.figures.get(WEEKLY)
        return [*self._weekly_use, *([(now.at.astimezone(self._zone).date(), now.value)] if now and now.at else [])]

    def began_on(self, flag: FlagUp) -> date:
        """Since when that flag has been up: its day counts no pauses, and people read a date."""
        first = next((day for day in range(self.today + 1) if self._at_work(day) >= flag.since), self.today)
        return self._closed + timedelta(days=first)

    def day_of(self, moment: datetime) -> int:
        return (moment.astimezone(self._zone).date() - self._closed).days

    def _reported(self) -> dict[str, Series]:
        """What others have reported of each figure that a rule asks for; nothing of what none has reported."""
        rules = [read_rule(flag.rule or "") for flag in self.playbook.red_flags]
        wanted = {clause.figure for rule in rules if rule for clause in rule.clauses}
        return {
            figure: [
                Point(day, one.value)
                for one in all_of_it
                if not self._is_away(day := self.day_of(one.at)) or figure not in NOT_WHILE_AWAY
            ]
            for figure, all_of_it in self.reported.items()
            if figure in wanted and all_of_it
        }

    def _told(self) -> dict[str, Series]:
        """What the journal and the plan count: these are known, also where there is none."""
        counted: defaultdict[str, list[Point]] = defaultdict(list)
        for row in self.happened:
            if figure := OF_THE_JOURNAL.get(row.kind):
                counted[figure].append(Point(self.day_of(row.at), 1))
        late = [
            Point(self.day_of(one.due) + LATE_AFTER, 1)
            for one in self.milestones
            if self.day_of(one.due) + LATE_AFTER <= (self.today if one.at is None else self.day_of(one.at))
        ]
        return {
            "milestones_late": late,
            "days_behind": self._behind(),
            **{figure: counted[figure] for figure in OF_THE_JOURNAL.values()},
        }

    def _behind(self) -> Series:
        """By how many days the milestone is late that is furthest behind, day by day."""
        behind = [0] * (self.today + 1)
        for one in self.milestones:
            due, until = self.day_of(one.due), self.today if one.at is None else self.day_of(one.at) - 1
            for day in range(max(due, 0), min(until, self.today) + 1):
                behind[day] = max(behind[day], self._at_work(day) - self._at_work(due))
        return [Point(day, value) for day, value in enumerate(behind)]

    def _silences(self) -> dict[str, Series]:
        """For each role that something waits for: how many days it has been silent, day by day since the kickoff."""
        kickoff = self._playing("kickoff")
        begun = self.settled.get(kickoff.key) if kickoff else None
        if begun is None:
            return {}
        waiting = {role for key in self.waiting_for for role in _asked(self.playbook, key)}
        silences: dict[str, Series] = {}
        for role in SILENT.keys() & waiting:
            people = {id for id, part in self.roles.items() if part == role}
            spoke = {self.day_of(row.at) for row in self.happened if row.by in people}
            days, last = [], begun
            for day in range(begun, self.today + 1):
                last = day if day in spoke else last
                days.append(Point(day, self._at_work(day) - self._at_work(last)))
            silences[SILENT[role]] = days
        return silences

    def _figures_of_use(self) -> dict[str, Measured]:
        if self.used is None or self.used_until is None:
            return {}
        core = [feature.key for feature in self.playbook.core_features]
        return figures_of_use(self.used, self._seats, core, now=self.used_until)

    @cached_property
    def _weekly_use(self) -> Sequence[tuple[date, float]]:
        if self.used is None or self.used_until is None:
            return ()
        return weekly_use(self.used, self._seats, now=self.used_until)

    @cached_property
    def _seats(self) -> Seats:
        """What use is held against: from the go-live on the seats of each day, before it those who were invited."""
        live = self._playing("go_live")
        day = self.settled.get(live.key) if live else None
        invited = [(one.at.date(), round(one.value)) for one in self.reported.get(INVITED, ())]
        changed = [(one.at.date(), round(one.value)) for one in self.reported.get(LICENSED, ())]
        return Seats(self.seats, invited, None if day is None else self._closed + timedelta(days=day), changed)

    def _of_use(self) -> dict[str, Series]:
        """The use of each whole week, and that of today."""
        weeks = [Point((sunday - self._closed).days, value) for sunday, value in self._weekly_use]
        if weeks and (now := self.figures.get(WEEKLY)) is not None:
            weeks.append(Point(self.today, now.value))
        return {WEEKLY: weeks} if weeks else {}

    def _of_goals(self) -> dict[str, Series]:
        """How much better the main goal was, report by report; and that there was one, of any goal."""
        if not self.goals:
            return {}
        told = [(one.at, one.value) for goal in self.goals for one in self.reported.get(f"{OF_A_GOAL}{goal.key}", ())]
        of_goals: dict[str, Series] = {goals.REPORTED: [Point(self.day_of(at), 1) for at, _ in told]}
        main = goals.main_goal(self.goals)
        reports = self.reported.get(f"{OF_A_GOAL}{main.key}", ()) if main else ()
        better = [(one.at, main.improvement(one.value)) for one in reports] if main else []
        if better:
            of_goals[goals.IMPROVEMENT] = [Point(self.day_of(at), value) for at, value in better if value is not None]
        return of_goals

    def _of_training(self) -> dict[str, Series]:
        shares = attendance.attendance(self.reported)
        return {attendance.FIGURE: [Point(self.day_of(at), value) for at, value in shares]} if shares else {}

    @property
    def last_of_goals(self) -> Mapping[str, GoalFigure]:
        """The last report of each goal, by its key."""
        last = {}
        for goal in self.goals:
            latest = max(self.reported.get(f"{OF_A_GOAL}{goal.key}", ()), key=lambda one: one.at, default=None)
            if latest is not None:
                last[goal.key] = GoalFigure(latest.value, latest.at, self.day_of(latest.at))
        return last

    def _asks(self) -> Sequence[Ask]:
        """What the customer's people were asked for: their milestones and tasks."""
        return [*engagement.asks_of(self.playbook, self.settled, self._due), *self.tasks]

    @cached_property
    def _due(self) -> Mapping[str, int]:
        return {one.key: self.day_of(one.due) for one in self.milestones if one.status != "waived"}

    def _observed(self) -> dict[str, bool]:
        main = self.figures.get(goals.IMPROVEMENT)
        observed = {"first_results_visible": self.wins > 0 or (main is not None and main.value > 0)}
        by_week = self.use_over_time if self.reported.get(WEEKLY) else self._weekly_use
        rising = is_rising(by_week, weeks=RISING_FOR, target=self._use_wanted)
        if rising is not None:
            observed["adoption_rising"] = rising
        if (activated := self.figures.get(ACTIVATED)) is not None:
            observed["users_signing_in"] = activated.value > 0
        return observed

    @property
    def _use_wanted(self) -> float:
        wanted = [target.at_least for target in self.playbook.targets if target.metric == WEEKLY and target.at_least]
        return max(wanted, default=100.0)

    @cached_property
    def _pauses(self) -> Sequence[tuple[int, int]]:
        """First day and the day after the last of every pause and busy season; one that goes on ends after today."""
        pauses = [((first - self._closed).days, (last - self._closed).days + 1) for first, last in self.busy]
        since = None
        for row in self.happened:
            if row.kind == PAUSED:
                since = self.day_of(row.at)
            elif row.kind == RESUMED and since is not None:
                pauses.append((since, self.day_of(row.at)))
                since = None
        return without_overlaps([*pauses, (since, self.today + 1)] if since is not None else pauses)

    def _is_away(self, day: int) -> bool:
        return any(first <= day < last for first, last in self._pauses)

    def _at_work(self, day: int) -> int:
        """The day's number where days of pauses are not counted."""
        pauses = self._pauses
        return day - sum(max(0, min(day, last) - first) for first, last in pauses) if pauses else day

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def _closed(self) -> date:
        return self.closed_at.astimezone(self._zone).date()

    def _playing(self, role: str) -> Milestone | None:
        return next((one for one in self.playbook.milestones if one.role == role), None)


def monday_of(moment: datetime, time_zone: str) -> date:
    """The Monday of the week in which that moment lies, in that zone."""
    day = moment.astimezone(ZoneInfo(time_zone)).date()
    return date.fromordinal(day.toordinal() - day.weekday())


def next_week(monday: date, time_zone: str) -> datetime:
    """When the week after that of `monday` begins in that zone, in UTC."""
    after = datetime.fromordinal(monday.toordinal() + 7)
    return after.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def _since(day: int, series: Mapping[str, Series], *, apart_from: str) -> dict[str, Series]:
    """What of each series lies on that day or later; nothing of one that has nothing there."""
    since = {figure: [point for point in points if point.day >= day] for figure, points in series.items()}
    return {figure: points for figure, points in since.items() if points and figure != apart_from}


def _asked(playbook: Playbook, key: str) -> set[str]:
    """The roles that a milestone is waited for from: who does it, and who signs it."""
    milestone = playbook.milestone(key)
    if milestone is None:
        return set()
    return {milestone.raci.responsible, *(milestone.sign_off.by if milestone.sign_off else ())}
