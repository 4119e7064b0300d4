"""How is one scenario played by a playbook? Deal and people on the pure core, until it ends or its days are over."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from pydantic_core import to_jsonable_python

from domain.calendar import WorkCalendar
from domain.deal import DealClosed
from domain.news import short
from domain.plan import Plan
from domain.playbook import Playbook
from domain.record import Writing
from domain.refusal import Refused
from domain.rehearsal.accounting import hours_of_roles
from domain.rehearsal.driving import Driver, NeverAtRest, opening
from domain.rehearsal.mailing import mails_of
from domain.rehearsal.memory import Memory
from domain.rehearsal.outbox import Outbox, Readers, Sent
from domain.rehearsal.people import Move, People
from domain.rehearsal.scenario import Scenario
from domain.rehearsal.story import DayOff, Mail, MilestoneLived, Refusal, StageLived, Story
from domain.rules.admission import Calendars, calendar_of
from domain.rules.closing import both_open
from domain.rules.hours import WorkingHours
from domain.team import Team
from domain.text import in_language
from domain.wording import reasons_in_words

MOST_STEPS = 5_000
"""Ten times what the longest scenario takes: with more, people and rules answer each other for ever."""
LAST_MINUTE = time(23, 59)


class World(NamedTuple):
    """What scenarios are played in: the staff, how much they carry, and the days on which people work."""

    team: Team
    calendars: Calendars
    hours: WorkingHours
    load: Mapping[str, int] | None = None


class _Watching(Memory):
    """A memory that also keeps every day that a milestone was ever due on."""

    def __init__(self) -> None:
        super().__init__()
        self.first: Plan | None = None
        self.days: set[tuple[str, date]] = set()

    def write(self, writing: Writing) -> None:
        before = self.plan
        super().write(writing)
        if self.plan is not None and self.plan is not before:
            self.first = self.first or self.plan
            self.days |= {(planned.key, planned.on) for planned in self.plan.milestones}


class Rehearsed:
    """One scenario while it is played. `driver` is the onboarding, for whoever wants to look on."""

    def __init__(self, scenario: Scenario, deal: DealClosed, playbook: Playbook, world: World) -> None:
        self.scenario = scenario
        self.playbook = playbook
        self.calendar: WorkCalendar = both_open(calendar_of(deal, world.calendars), deal, ours=world.team.closures)
        self.records = _Watching()
        now = deal.as_of or deal.closed_at
        state, dossier = opening(deal, playbook, self.calendar, world.team, now=now, load=world.load)
        self.records.admit(dossier, run="rehearsal")
        self.driver = Driver(state, dossier, world.team, self.records, now=now, hours=world.hours)
        self.people = People(scenario, self.driver)
        self.readers = Readers(dossier, world.team, world.hours)
        self.outbox = Outbox(self.readers)
        self.sent: list[Sent] = []
        self.refusals: list[Refusal] = []
        self.closed_on = self.calendar.day_of(deal.closed_at)
        self.until = self.calendar.at(self.closed_on + timedelta(days=scenario.days), LAST_MINUTE)

    def play(self) -> Story:
        """What people lived through. Raises NeverAtRest."""
        self.driver.settle()
        steps = 0
        while not self.driver.state.ending and self.driver.now < self.until:
            steps += 1
            if steps > MOST_STEPS:
                raise NeverAtRest(f"something still happens at {self.driver.now.isoformat()}, after {MOST_STEPS} steps")
            self._step()
        self._send(self.until)
        return self._story()

    def _step(self) -> None:
        """Let time pass until somebody does something, or something happens by itself."""
        move, wakes_at = self.people.next(), self.driver.wakes_at()
        soonest = min((at for at in (move.at if move else None, wakes_at) if at is not None), default=self.until)
        if soonest > self.until:
            self._pass(self.until)
        elif move is not None and move.at <= soonest:
            self._pass(move.at)
            self._make(move)
        else:
            self._pass(soonest)

    def _pass(self, moment: datetime) -> None:
        self._send(moment)
        self.driver.until(moment)

    def _send(self, until: datetime) -> None:
        self.outbox.take(self.records.notices.values(), self.driver.state)
        self.sent += self.outbox.deliver(self.driver.state, until)

    def _make(self, move: Move) -> None:
        self.people.done.add(move.key)
        try:
            self.driver.update(move.kind, self.news_of(move))
        except Refused as refused:
            on = self.calendar.day_of(self.driver.now)
            self.refusals.append(Refusal(on=on, what=f"{move.kind} ({move.key})", reason=str(refused)))

    def news_of(self, move: Move) -> dict[str, Any]:
        """What a move says, as one JSON object: under an id of its own, so that facts have the same keys each time."""
        return {**to_jsonable_python(move.news), "news_id": short(move.key)}

    # --- the story

    def _story(self) -> Story:
        state, ended = self.driver.state, self._days_of("ended")
        go_live = state.playing("go_live")
        mails = mails_of(self.sent, self.readers)
        stages = tuple(self._stages())
        ended_on = next(iter(ended.values()), None) if state.ending else None
        last = ended_on or self.closed_on + timedelta(days=self.scenario.days)
        return Story(
            scenario=self.scenario.key,
            title=self.scenario.title,
            # Who is taken up late finds things overdue that nobody knew of.
            on_time=self.scenario.on_time and self.driver.dossier.deal.as_of is None,
            playbook=self.playbook.key,
            owner=state.owner,
            closed_on=self.closed_on,
            days=self.scenario.days,
            ended_on=ended_on,
            ending=state.ending,
            waits_for=() if state.ending else tuple(self._waits_for()),
            went_live=self.calendar.day_of(go_live.at) if go_live and go_live.at and go_live.settled else None,
            milestones=tuple(self._milestones()),
            stages=stages,
            mails=mails,
            withdrawn=self.outbox.withdrawn,
            hours=tuple(hours_of_roles(self.playbook, stages, self.closed_on, last)),
            refusals=(*self.refusals, *self._never_applied()),
            days_off=tuple(self._days_off(mails)),
        )

    def _never_applied(self) -> list[Refusal]:
        reason = f"{self.playbook.key} has no such milestone"
        missing = [event for _, event in self.people.happenings.events if not self.people.happenings.applies(event)]
        return [Refusal(on=self.closed_on, what=event.what, reason=reason) for event in missing]

    def _waits_for(self) -> list[str]:
        state = self.driver.state
        if state.paused_at:
            return ["resume"]
        open_now = [one for one in state.milestones if not one.settled and not one.optional and not state.gate(one)]
        return [one.key for one in open_now] or state.unmet() or [state.owner]

    def _days_of(self, kind: str) -> dict[str, date]:
        """The first day of that kind of fact, by what it is about."""
        days: dict[str, date] = {}
        for row in self.records.journal.values():
            if row.kind == kind:
                days.setdefault(row.about, self.calendar.day_of(row.at))
        return days

    def _milestones(self) -> Sequence[MilestoneLived]:
        first, last = self.records.first, self.records.plan
        assert first is not None, "the first turn writes the plan"
        assert last is not None, "the first turn writes the plan"
        titles = {one.key: in_language(one.title, "en") for one in self.playbook.milestones}
        asked = self._days_of("sign_off_asked")
        return [
            MilestoneLived(
                key=one.key,
                stage=one.stage,
                planned=first.milestone(one.key).on,
                due=last.milestone(one.key).on,
                asked=asked.get(one.key),
                settled=self.calendar.day_of(one.at) if one.settled and one.at else None,
                status=one.status,
                rejections=one.rejections,
                why=tuple(reasons_in_words(last.milestone(one.key).reasons, titles)),
            )
            for one in self.driver.state.milestones
        ]

    def _stages(self) -> Sequence[StageLived]:
        opened, closed = self._days_of("stage_opened"), self._days_of("stage_closed")
        keys = [stage.key for stage in self.playbook.stages]
        return [StageLived(key=key, opened=opened.get(key), closed=closed.get(key)) for key in keys]

    def _days_off(self, mails: Sequence[Mail]) -> list[DayOff]:
        """What was ever due, and every meeting, on a day on which the customer's offices are closed."""
        held = {(mail.about, mail.held_on) for mail in mails if mail.held_on and mail.side == "customer"}
        days = sorted({*self.records.days, *held}, key=lambda one: (one[1], one[0]))
        return [DayOff(about=about, on=on, why=why) for about, on in days if (why := self.calendar.why_not(on))]
