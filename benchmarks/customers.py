"""Which customers are there whose truth is known? Made by seed: six kinds, at three levels of noise, day by day.

Each lives through 120 days of high-touch. What is made are the facts as a store would have them: milestones and when
they were reached, what people said, trainings, meetings, tickets, business figures, use of the product. Nothing here
knows the rules of red flags. `on` gives what was known on a day, as the weekly look reads it.

The truths: `thriving`; `seasonal`, which thrives and has weeks of its own in which nobody has time, as its plan knows;
`struggling` from the first day; `silent` from one day on; `champion_leaves` in week 6; `migration_slips`, whose data
comes weeks late while everything else is fine.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import exp
from typing import Literal, NamedTuple, get_args

from domain.measure.customer import Customer, Happening, Step
from domain.measure.goals import Goal
from domain.measure.reported import Reported
from domain.measure.targets import planned_day
from domain.measure.use import Used
from domain.playbook import CoreFeature, Milestone, Playbook, content_hash
from playbooks.library import Library

Truth = Literal["thriving", "seasonal", "struggling", "silent", "champion_leaves", "migration_slips"]
TRUTHS: tuple[Truth, ...] = get_args(Truth)
WELL: frozenset[Truth] = frozenset({"thriving", "seasonal"})
"""Whoever does well: a flag of theirs is a false one."""
NOISES: Mapping[str, float] = {"low": 0.5, "medium": 1.0, "high": 1.8}
"""By how much chance weighs: 1 is what we take for everyday."""

TUNING_SEEDS = range(1000, 1040)
"""By which rules may be tuned."""
HELD_OUT_SEEDS = range(7000, 7040)
"""By which they are judged: never looked at while rules are tuned. Committed before any rule was."""

CLOSED = datetime(2026, 9, 1, 9, tzinfo=UTC)
DAYS = 120
SEATS, INVITED = 50, 20
A_DAY = timedelta(days=1)
WEEK = 7
FEATURES = tuple(
    CoreFeature(key=f"feature_{number}", title=f"Feature {number}", events=(f"Feature {number} Used",))
    for number in range(10)
)
CHAMPION_LEAVES = 42
NEVER = 10_000
DATA = frozenset({"data_mapped", "data_validated", "integrations_live"})
CUSTOMERS = frozenset({"project_lead", "technical_lead", "technical_resource", "executive_sponsor"})
LEAD, TECHNICAL, SPONSOR = "project_lead", "technical_lead", "executive_sponsor"
GOAL = Goal(
    key="cycle_time", title="Cycle time", unit="days", direction="lower", baseline=20, target=14, by_day=180, main=True
)


class Traits(NamedTuple):
    """How a customer is on a day. `late` is by how many days a milestone is, on average; `speaks` after how many days
    a person says something again, on average; the rest are shares of 1, or numbers in a week."""

    late: float
    speaks: float
    attends: float
    misses: float
    uses: float
    tickets: float
    issues: float
    complaints: float
    likes_training: float
    absent_trained: float
    improves: float


WELL_DONE = Traits(-1.0, 2.5, 0.92, 0.05, 0.82, 2.0, 0.6, 0.05, 4.3, 10.0, 1.0)
BADLY = Traits(6.0, 6.0, 0.55, 0.3, 0.38, 8.0, 1.6, 0.5, 2.8, 45.0, 0.05)
GONE = Traits(0.0, NEVER, 0.0, 1.0, 0.04, 0.3, 0.0, 0.0, 4.0, 80.0, 0.0)
ORPHANED = Traits(4.0, 8.0, 0.6, 0.35, 0.42, 4.0, 0.8, 0.15, 3.6, 35.0, 0.2)
AWAY = WELL_DONE._replace(speaks=10.0, misses=0.5, uses=0.3, tickets=0.7)
"""In the weeks of their own season."""


class Character(NamedTuple):
    """What a life is made from: how the customer is on each day, and the dice. `by_chance` is how much these weigh."""

    truth: Truth
    onset: int | None
    traits: Callable[[int], Traits]
    dice: random.Random
    by_chance: float


@cache
def plan() -> Playbook:
    """The playbook that all of them go by."""
    return Library(None).get("high-touch").model_copy(update={"core_features": FEATURES})


@dataclass(frozen=True)
class Life:
    """A customer's 120 days. `onset` is the day on which trouble began; None for whoever does well."""

    truth: Truth
    noise: str
    seed: int
    onset: int | None
    due: Mapping[str, int]
    reached: Mapping[str, int]
    happened: Sequence[tuple[int, str, str | None]]
    reported: Mapping[str, Sequence[tuple[int, float]]]
    season: tuple[int, int] | None
    users: Sequence[Sequence[frozenset[int]]]

    @property
    def planned_go_live(self) -> int:
        return self.due["gone_live"]

    def on(self, day: int) -> Customer:
        """What is known of them at the end of that day after the close."""
        live = self.reached["gone_live"]
        steps = [self._step(one, day, live=live) for one in plan().milestones]
        settled = {step.key for step in steps if step.at is not None}
        now = at(day)
        return Customer(
            onboarding=f"onboarding-made-{self.truth}-{self.noise}-{self.seed}",
            playbook=plan(),
            hashed=content_hash_of_plan(),
            now=now,
            closed_at=CLOSED,
            seats=SEATS,
            roles={LEAD: LEAD, TECHNICAL: TECHNICAL, SPONSOR: SPONSOR},
            milestones=steps,
            waiting_for=[one.key for one in plan().milestones if _waits(one, settled)],
            happened=[Happening(kind, by, at(when)) for when, kind, by in self.happened if when <= day],
            wins=sum(kind == "win_recorded" for when, kind, _ in self.happened if when <= day),
            reported={
                metric: [Reported(value, at(when)) for when, value in of_it if when <= day]
                for metric, of_it in self.reported.items()
                if any(when <= day for when, _ in of_it)
            },
            first_value=self._first_value(day),
            used=self._used(day),
            used_until=now,
            goals=[GOAL],
            busy=[] if self.season is None else [(at(self.season[0]).date(), at(self.season[1] - 1).date())],
        )

    def _step(self, one: Milestone, day: int, *, live: int) -> Step:
        due, reached = self.due[one.key], self.reached[one.key]
        if one.anchor == "gone_live" and live <= day:
            due = live + one.day
        return Step(one.key, "reached", at(due), at(reached)) if reached <= day else Step(one.key, "open", at(due))

    def _first_value(self, day: int) -> tuple[int, datetime] | None:
        reached = self.reached["first_win_shown"]
        return (reached, at(reached)) if reached <= day else None

    def _used(self, day: int) -> Used:
        """Users by week; the last seven days are those of the week that lies mostly within them."""
        running = day // WEEK
        weeks = [frozenset(user for feature in of_week for user in feature) for of_week in self.users[: running + 1]]
        month = self.users[max(0, running - 3) : running + 1]
        lately = running if day % WEEK >= 3 or not running else running - 1
        return Used(
            ever=len(frozenset[int]().union(*weeks)),
            active=len(weeks[lately]),
            of_month=len(frozenset[int]().union(*weeks[-4:])),
            weeks={_monday(number): len(users) for number, users in enumerate(weeks) if users},
            features={
                feature.key: len(frozenset[int]().union(*(of_week[number] for of_week in month)))
                for number, feature in enumerate(FEATURES)
            },
        )


@cache
def content_hash_of_plan() -> str:
    return content_hash(plan())


def at(day: int) -> datetime:
    return CLOSED + day * A_DAY


def life(truth: Truth, noise: str, seed: int) -> Life:
    """The customer of that seed, always the same."""
    dice = random.Random(f"{truth}/{noise}/{seed}")
    onset = _onset(truth, dice)
    season = _season(dice) if truth == "seasonal" else None

    def traits(day: int) -> Traits:
        if season is not None:
            return AWAY if season[0] <= day < season[1] else WELL_DONE
        return _traits(truth, day, onset)

    of = Character(truth, onset, traits, dice, NOISES[noise])
    due = _due(season)
    reached = _reached(due, of)
    live = reached["gone_live"]
    happened = [*_words(reached, of), *_journal(reached, of)]
    return Life(
        truth=truth,
        noise=noise,
        seed=seed,
        onset=onset,
        due=due,
        reached=reached,
        happened=sorted(happened, key=lambda one: one[0]),
        reported=_reports(reached, of),
        season=season,
        users=[_users_of_week(number * WEEK, live, of) for number in range(DAYS // WEEK + 1)],
    )


def _onset(truth: Truth, dice: random.Random) -> int | None:
    match truth:
        case "struggling":
            return 0
        case "silent":
            return dice.randint(12, 40)
        case "champion_leaves":
            return CHAMPION_LEAVES
        case "migration_slips":
            return 24
        case _:
            return None


def _season(dice: random.Random) -> tuple[int, int]:
    begins = dice.randint(40, 85)
    return begins, begins + dice.randint(14, 21)


def _traits(truth: Truth, day: int, onset: int | None) -> Traits:
    if onset is None or day < onset:
        return WELL_DONE
    match truth:
        case "struggling":
            return BADLY
        case "silent":
            return GONE
        case "champion_leaves":
            return ORPHANED
        case _:
            return WELL_DONE._replace(issues=1.8, tickets=3.0, improves=0.6)


def _due(season: tuple[int, int] | None) -> dict[str, int]:
    """The planned days; what would lie in a season of their own lies behind it."""
    due = {one.key: planned_day(plan(), one.key) or 0 for one in plan().milestones}
    if season is None:
        return due
    begins, ends = season
    return {key: day if day < begins else day + ends - begins for key, day in due.items()}


def _reached(due: Mapping[str, int], of: Character) -> dict[str, int]:
    """On which day each milestone is reached: what comes before it first; NEVER where nobody does it any more."""
    reached: dict[str, int] = {}
    waiting = list(plan().milestones)
    while waiting:
        one = next(one for one in waiting if all(key in reached for key in _before(one)))
        waiting.remove(one)
        planned = due[one.key]
        late = of.dice.gauss(of.traits(planned).late, 1.3 * of.by_chance)
        if of.truth == "struggling":
            late += 0.08 * planned
        if of.truth == "migration_slips" and one.key in DATA:
            late += of.dice.uniform(18, 30)
        after = [reached[key] for key in plan().needs(one)]
        if one.anchor == "gone_live":
            planned = one.day + reached["gone_live"]
        day = max(round(planned + late), 1, *(before + 1 for before in after))
        is_theirs = one.raci.responsible in CUSTOMERS or one.sign_off is not None
        is_silent = of.truth == "silent" and of.onset is not None and day >= of.onset
        reached[one.key] = NEVER if day >= NEVER or (is_silent and is_theirs) else day
    return reached


def _before(one: Milestone) -> list[str]:
    anchors = [] if one.anchor == "close" else [one.anchor]
    return [*plan().needs(one), *anchors]


def _words(reached: Mapping[str, int], of: Character) -> list[tuple[int, str, str | None]]:
    """When people of the customer said something: now and then, and whenever they had done something."""
    said: list[tuple[int, str, str | None]] = []
    for person, slower in ((LEAD, 1.0), (TECHNICAL, 1.3), (SPONSOR, 3.0)):
        day = 2.0
        while day < DAYS:
            said.append((int(day), "noted", person))
            mean = min(of.traits(int(day)).speaks * slower, float(NEVER))
            # Between always the same and quite by chance.
            spread = min(0.35 * of.by_chance, 0.8)
            day += max(1.0, mean * (1 - spread) + of.dice.expovariate(1 / (mean * spread)))
    for one in plan().milestones:
        who = one.sign_off.by if one.sign_off else (one.raci.responsible,)
        said += [(reached[one.key], "milestone_reached", role) for role in who if role in (LEAD, TECHNICAL, SPONSOR)]
    return said


def _journal(reached: Mapping[str, int], of: Character) -> list[tuple[int, str, str | None]]:
    rows: list[tuple[int, str, str | None]] = []
    often = {"scope_change_requested": 0.45 if of.truth == "struggling" else 0.1}
    for week in range(1, DAYS // WEEK):
        often["issue_raised"] = of.traits(week * WEEK).issues
        for kind, mean in often.items():
            rows += [(week * WEEK + of.dice.randint(0, 6), kind, None) for _ in range(_poisson(mean, of.dice))]
    first = reached["first_win_shown"]
    if first < NEVER and of.dice.random() < max(of.traits(first).improves, 0.1):
        rows.append((first, "win_recorded", None))
        rows.append((first + of.dice.randint(15, 30), "win_recorded", None))
    return rows


def _reports(reached: Mapping[str, int], of: Character) -> dict[str, list[tuple[int, float]]]:
    """What other systems and people report; now and then a report is left out."""
    reports: dict[str, list[tuple[int, float]]] = {"invited_users": [(20, INVITED)]}

    def report(metric: str, day: int, value: float, *, forgotten: float = 0.08) -> None:
        if of.dice.random() >= forgotten * of.by_chance:
            reports.setdefault(metric, []).append((day, value))

    _support(reached, of, report)
    _trainings(reached, of, report)
    _business(of, report)
    live = reached["gone_live"]
    if live + 20 < DAYS:
        recommends = of.dice.gauss(130 * of.traits(live + 20).uses - 50, 12)
        report("nps", live + 20, max(-100, min(100, round(recommends))))
    return {metric: sorted(of_it) for metric, of_it in reports.items()}


def _support(reached: Mapping[str, int], of: Character, report: Callable[..., None]) -> None:
    """Tickets, meetings, complaints, and the day on which they go to our executives."""
    live = reached["gone_live"]
    for week in range(1, DAYS // WEEK):
        day, of_it = week * WEEK, of.traits(week * WEEK)
        if day > 20:
            more = 1.8 if live <= day < live + 14 else 1.0
            report("tickets_per_week", day, _poisson(of_it.tickets * more, of.dice))
        if of.dice.random() < of_it.misses:
            report("missed_meetings", day, 1, forgotten=0)
        for _ in range(_poisson(of_it.complaints * (0.5 + day / DAYS), of.dice)):
            report("complaints", day + of.dice.randint(0, 6), 1, forgotten=0)
    for day in (30, 60, 90):
        if of.dice.random() < of.traits(day).misses * 1.1:
            report("sponsor_check_ins_missed", day, 1, forgotten=0)
    if of.traits(75).complaints > 0.3 and of.dice.random() < 0.35:
        report("executive_escalations", of.dice.randint(60, 95), 1, forgotten=0)


def _trainings(reached: Mapping[str, int], of: Character, report: Callable[..., None]) -> None:
    """Four sessions until training is complete, and what was seen of those trained ten days later."""
    ends = reached["training_complete"]
    if ends >= DAYS:
        ends = min(max(reached["training_planned"] + 15, 50), DAYS - 11)
    for number in range(4):
        day = ends - 4 * (3 - number)
        of_it = of.traits(day)
        invited = of.dice.randint(10, 14)
        attends = min(max(of.dice.gauss(of_it.attends, 0.05 * of.by_chance), 0.0), 1.0)
        liked = min(max(of.dice.gauss(of_it.likes_training, 0.3 * of.by_chance), 1.0), 5.0)
        report("training_invited", day, invited, forgotten=0)
        report("training_present", day, sum(of.dice.random() < attends for _ in range(invited)), forgotten=0)
        report("training_score", day, round(liked, 1))
    absent = max(0.0, min(100.0, of.dice.gauss(of.traits(ends + 10).absent_trained, 6 * of.by_chance)))
    report("trained_without_sign_in_pct", ends + 10, round(absent))


def _business(of: Character, report: Callable[..., None]) -> None:
    """The main goal's figure every fortnight from day 30 on; whoever has gone silent measures nothing."""
    value = 20.0
    for day in range(30, DAYS, 14):
        value -= 0.75 * of.traits(day).improves
        if of.traits(day).speaks < NEVER:
            report("goal:cycle_time", day, round(value + of.dice.gauss(0, 0.15 * of.by_chance), 2))


def _users_of_week(day: int, live: int, of: Character) -> list[frozenset[int]]:
    """The users of each feature in that week. Before the go-live the invited alone try it out, from day 28 on."""
    if day < 28:
        return [frozenset[int]() for _ in FEATURES]
    is_live, traits = day >= live, of.traits(day)
    share = min(max(of.dice.gauss(traits.uses * (1.0 if is_live else 0.7), 0.05 * of.by_chance), 0.0), 1.0)
    users: list[set[int]] = [set() for _ in FEATURES]
    for user in range(SEATS if is_live else INVITED):
        if of.dice.random() < share:
            for _ in range(1 + _poisson(2.2 * traits.uses, of.dice)):
                # Some features are used by many, others by few.
                users[min(int(of.dice.expovariate(0.35)), len(FEATURES) - 1)].add(user)
    return [frozenset(of_feature) for of_feature in users]


def _waits(one: Milestone, settled: set[str]) -> bool:
    return one.key not in settled and one.role != "hypercare_end" and settled.issuperset(plan().needs(one))


def _poisson(mean: float, dice: random.Random) -> int:
    """How many come, where so many come on average (Knuth)."""
    bound, number, product = exp(-mean), 0, dice.random()
    while product > bound:
        number, product = number + 1, product * dice.random()
    return number


def _monday(number: int) -> date:
    day = at(number * WEEK).date()
    return day - day.weekday() * A_DAY
