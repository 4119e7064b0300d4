"""What do people do next in a scenario, and when? Everybody's next step, drawn by the milestone's key."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from domain.agenda.state import CriterionState, MilestoneState, State
from domain.news import short
from domain.playbook import Milestone, Role
from domain.rehearsal.driving import Driver
from domain.rehearsal.happenings import Happenings
from domain.rehearsal.naming import means
from domain.rehearsal.scenario import Pace, Scenario
from domain.rules.casting import VENDOR_ROLES, cast_customer, playing

FIRST_HOUR, MINUTES_OF_WORK = time(10), 6 * 60
"""Things are done between ten and four: after the morning's reminders, and before what is due at five is late."""
LONGEST_STEP = 6
"""Most working hours that people take once nothing keeps them from what was due already."""
VOUCHING_TAKES = 3
"""Most working days after the review until somebody vouches for what the hand-off stands on."""


class Move(NamedTuple):
    """Something that somebody is going to do. `key` names it once and for all: it is done or refused once."""

    at: datetime
    key: str
    kind: str
    news: dict[str, Any]


class _Step(NamedTuple):
    """Who does something for a milestone, and by which words their day is drawn."""

    role: str
    drawn_by: str


class People:
    """Everybody who takes part in one driven onboarding, as the scenario has them behave."""

    def __init__(self, scenario: Scenario, driver: Driver) -> None:
        self.scenario = scenario
        self.driver = driver
        self.calendar = driver.dossier.calendar
        self.definitions = {milestone.key: milestone for milestone in driver.dossier.playbook.milestones}
        self.customer = cast_customer(driver.dossier.deal)
        self.closed_on = self.calendar.day_of(driver.dossier.deal.closed_at)
        self.began = driver.now
        self.happenings = Happenings(scenario, driver)
        self.done: set[str] = set()
        self._asked: dict[str, datetime] = {}
        self._rejected: dict[str, datetime] = {}
        self._opened_again: dict[str, datetime] = {}
        self._rounds: dict[str, int] = {}
        self._settled: set[str] = set()

    @property
    def state(self) -> State:
        return self.driver.state

    def next(self) -> Move | None:
        """What is done next; None where everybody waits for time to pass, or for each other."""
        self._look()
        moves = [*self._steps(), *(Move(*one) for one in self.happenings.ahead(self.done))]
        return min((move for move in moves if move.key not in self.done), default=None, key=lambda one: one[:2])

    def _look(self) -> None:
        """Note since when things are as they are: what was asked for, rejected, or opened again."""
        now = self.driver.now
        for milestone in self.state.milestones:
            key = milestone.key
            if milestone.asked:
                self._asked.setdefault(key, now)
            else:
                self._asked.pop(key, None)
            if milestone.rework:
                self._rejected.setdefault(key, now)
            else:
                self._rejected.pop(key, None)
            if milestone.settled:
                self._settled.add(key)
            elif key in self._settled:
                self._settled.remove(key)
                self._rounds[key] = self._rounds.get(key, 0) + 1
                self._opened_again[key] = now

    def _steps(self) -> Iterator[Move]:
        if self.state.paused_at or self.state.ending_ahead:
            return
        for milestone in self.state.milestones:
            definition = self.definitions.get(milestone.key)
            if definition is None or milestone.settled or milestone.role == "hypercare_end":
                continue
            if self._is_skipped(milestone) or self.state.gate(milestone):
                continue
            yield from self._step(milestone, definition)
        yield from self._vouching()

    def _is_skipped(self, milestone: MilestoneState) -> bool:
        skips = self.scenario.skips
        return (milestone.optional and "optional" in skips) or any(means(ref, milestone) for ref in skips)

    def _step(self, milestone: MilestoneState, definition: Milestone) -> Iterator[Move]:
        if milestone.rework:
            # Where a rejection opened work again, the product asks by itself once that is done.
            if not milestone.reopens and (since := self._rejected.get(milestone.key)):
                yield self._ask_again(milestone, definition, since)
            return
        if milestone.signers:
            signing = [self._sign(milestone, signer) for signer in milestone.deciders if milestone.asked]
            yield from signing if milestone.takes_all else sorted(signing)[:1]
            return
        by = self._playing(definition.raci.responsible)
        number = self._rounds.get(milestone.key, 0)
        at = self._day(milestone, _Step(role=definition.raci.responsible, drawn_by=f"reach {number}"))
        if milestone.role == "first_value":
            news = {"title": "The first result that people can see", "slot": 30, "by": by}
            yield Move(at, f"win/{milestone.key}/{number}", "record_win", news)
            return
        if (draft := next((draft for draft in self.state.drafts if draft.reaches == milestone.key), None)) is not None:
            # Reported without it, the message would be stopped, and counted nowhere.
            yield Move(at, f"send/{draft.key}/{number}", "send_draft", {"draft": draft.key, "by": by})
            return
        yield Move(at, f"reach/{milestone.key}/{number}", "reach_milestone", {"milestone": milestone.key, "by": by})

    def _sign(self, milestone: MilestoneState, signer: str) -> Move:
        number = milestone.rejections + 10 * self._rounds.get(milestone.key, 0)
        at = self._day(milestone, _Step(role=self._role_of(signer), drawn_by=f"sign {signer} {number}"))
        news: dict[str, Any] = {"milestone": milestone.key, "decision": "approve", "by": signer}
        refusing = (
            r for r in self.scenario.rejects if means(r.milestone, milestone) and milestone.rejections < r.times
        )
        if (rejection := next(refusing, None)) is not None:
            news |= {"decision": "reject", "reasons": rejection.reasons}
        return Move(at, f"sign/{milestone.key}/{number}/{signer}", "sign_off", news)

    def _ask_again(self, milestone: MilestoneState, definition: Milestone, since: datetime) -> Move:
        given = definition.sign_off.rework_days if definition.sign_off else 1
        days = self._draw(milestone.key, f"rework {milestone.rejections}", 1, given)
        day = self.calendar.add_working_days(self.calendar.day_of(since), days)
        at = self._unless_away("csm", self._hour(day, milestone.key))
        news = {"milestone": milestone.key, "by": self.state.owner, "note": "It was changed as you asked."}
        return Move(at, f"ask/{milestone.key}/{milestone.rejections}", "ask_sign_off", news)

    def _day(self, milestone: MilestoneState, step: _Step) -> datetime:
        """When that is done: so many working days from its due day, and some hours after the way was free at least."""
        pace = self._pace(step.role)
        days = self._draw(milestone.key, step.drawn_by, pace.earliest, pace.latest)
        day = self.calendar.add_working_days(self.calendar.day_of(milestone.due), days)
        at, ready = self._hour(day, f"{milestone.key} {step.drawn_by}"), self._ready(milestone)
        if at <= ready:
            at = self.calendar.add_working_hours(
                ready, self._draw(milestone.key, f"{step.drawn_by} h", 1, LONGEST_STEP)
            )
        return self._unless_away(step.role, at)

    def _ready(self, milestone: MilestoneState) -> datetime:
        """Since when nothing has kept people from it."""
        needs = [self.state.milestone(key) for key in self.state.needs(milestone)]
        times = [need.at for need in needs if need is not None and need.at is not None]
        times += [pause.until for pause in self.state.pauses]
        times += [at for at in (self._asked.get(milestone.key), self._opened_again.get(milestone.key)) if at]
        return max([self.began, *times])

    def _vouching(self) -> Iterator[Move]:
        """Once the review is held the owner vouches for all criteria but the last, and somebody else for that one."""
        review = self.state.playing("review")
        if review is None or review.at is None or not review.settled or not self.scenario.vouches:
            return
        by_people = [criterion for criterion in self.state.criteria if criterion.by == "attestation"]
        for number, criterion in enumerate(by_people):
            if criterion.attested_by is None:
                yield self._vouch(criterion, since=review.at, last=number == len(by_people) - 1)

    def _vouch(self, criterion: CriterionState, *, since: datetime, last: bool) -> Move:
        days = self._draw(criterion.key, "vouch", 1, VOUCHING_TAKES)
        day = self.calendar.add_working_days(self.calendar.day_of(since), days + max(0, self._pace("csm").latest))
        by = self.state.owner
        if last:
            manager = self._playing("cs_manager")
            by = manager if manager != by else self._playing("project_lead")
        at = self._unless_away("cs_manager" if last else "csm", self._hour(day, criterion.key))
        return Move(at, f"vouch/{criterion.key}", "attest_criterion", {"criterion": criterion.key, "by": by})

    def _pace(self, role: str) -> Pace:
        for named, pace in self.scenario.paces.items():
            if named == role:
                return pace
        return self.scenario.vendor_pace if role in VENDOR_ROLES else self.scenario.customer_pace

    def _unless_away(self, role: str, at: datetime) -> datetime:
        """That moment, or the same hour of the first working day on which they are back."""
        side = "vendor" if role in VENDOR_ROLES else "customer"
        for absence in sorted(self.scenario.away, key=lambda one: one.from_day):
            first = self.closed_on + timedelta(days=absence.from_day)
            back = first + timedelta(days=absence.days)
            if absence.who in (role, side) and first <= self.calendar.day_of(at) < back:
                hour = at.astimezone(self.calendar.zone).time()
                at = self.calendar.at(self.calendar.working_day_from(back), hour)
        return at

    def _hour(self, day: date, drawn_by: str) -> datetime:
        minutes = self._draw(drawn_by, "hour", 0, MINUTES_OF_WORK)
        return self.calendar.at(self.calendar.working_day_from(day), FIRST_HOUR) + timedelta(minutes=minutes)

    def _draw(self, key: str, what: str, least: int, most: int) -> int:
        """A whole number between the two, the same whenever it is drawn, and of no other key's making."""
        return least + int(short(f"{self.scenario.key}\n{key}\n{what}"), 16) % (most - least + 1)

    def _playing(self, role: Role) -> str:
        return playing(role, vendor=self.state.cast, customer=self.customer)[0]

    def _role_of(self, id: str) -> str:
        member = self.driver.team.member(id)
        person = self.driver.dossier.person(id)
        return member.role if member else person.role if person else "csm"
