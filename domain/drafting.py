"""How does a plan come about? Deal, playbook and calendar drafted into dated milestones, each with its reasons."""

from collections import deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from domain.calendar import CLOSING, ONE_DAY, WorkCalendar
from domain.deal import Circumstances, DealClosed
from domain.plan import Course, Plan, PlannedMilestone, PlannedStage, Reason, Span
from domain.playbook import Milestone, Playbook, Stage, Stretch

Drafting = Callable[[Playbook, DealClosed, WorkCalendar, Course], Plan]
"""How a plan comes about: by `draft`, or by what remembers it."""
REMEMBERED = 4
"""Two versions, each before and after a turn in which something moves."""
ROOM_TO_SIGN = 2
"""Working days between the last thing that a sign-off waits for and the sign-off: to read, to ask, and to sign."""


def stretch_factor(circumstances: Circumstances, stretch: Stretch) -> tuple[float, tuple[str, ...]]:
    """The factor by which stretching stages grow, 1.0 or more, and the circumstances that make it (TL-01)."""
    present = {
        "high_complexity": circumstances.complexity == "high",
        "many_integrations": circumstances.integrations >= stretch.many_integrations_from,
        "large_data": circumstances.large_data,
        "limited_resources": circumstances.limited_resources,
    }
    names = tuple(name for name, holds in present.items() if holds)
    factor = 1.0
    for name in names:
        factor *= getattr(stretch, name)
    return factor, names


def draft(playbook: Playbook, deal: DealClosed, calendar: WorkCalendar, course: Course | None = None) -> Plan:
    """The dated plan of a deal, as it stands after that course of events.

    Days are calendar days after the anchor, without the days that do not count, moved to the next working day;
    a milestone is due at closing time in the customer's zone, never before what it requires, and a sign-off never
    sooner than ROOM_TO_SIGN working days after that.
    """
    return _Drafting(playbook, deal, calendar, course or Course()).plan()


class _Drafted(NamedTuple):
    """A plan, and what it was made from: of what was reached, that by which dates are counted."""

    playbook: Playbook
    deal: DealClosed
    calendar: WorkCalendar
    course: Course
    counted_by: frozenset[str]
    plan: Plan


class Drafts:
    """Drafts the plans of one onboarding, each once: turn after turn, and day after day, it has the same.

    Remembered are the last few, because two versions of a playbook may be driven side by side.
    """

    def __init__(self) -> None:
        self._last: deque[_Drafted] = deque(maxlen=REMEMBERED)

    def __call__(self, playbook: Playbook, deal: DealClosed, calendar: WorkCalendar, course: Course) -> Plan:
        for last in tuple(self._last):
            same = last.playbook is playbook and last.deal is deal
            if same and last.calendar == calendar and last.course == _counted(course, last.counted_by):
                return last.plan
        drafting = _Drafting(playbook, deal, calendar, course)
        plan, counted_by = drafting.plan(), drafting.counted_by()
        self._last.append(_Drafted(playbook, deal, calendar, _counted(course, counted_by), counted_by, plan))
        return plan


def _counted(course: Course, by: frozenset[str]) -> Course:
    """The course without milestones by which no date is counted: most are reached without any other moving."""
    return course.model_copy(update={"reached": {key: at for key, at in course.reached.items() if key in by}})


def _days_of(stage: Stage) -> tuple[int, int]:
    """First and last day of a stage after the close, as the playbook has them."""
    first = stage.opens.from_day
    return first, max((m.day for m in stage.milestones if m.anchor == "close" and m.day > first), default=first)


class _Drafting:
    def __init__(self, playbook: Playbook, deal: DealClosed, calendar: WorkCalendar, course: Course) -> None:
        self.playbook = playbook
        self.deal = deal
        self.calendar = calendar
        self.course = course
        self.close = calendar.day_of(deal.closed_at)
        self.factor, self.circumstances = stretch_factor(deal.circumstances, playbook.stretch)
        busy = (Span(first=s.first, last=s.last, why=s.why, kind="busy") for s in deal.busy_seasons)
        self.spans = (*busy, *course.pauses)
        self.nominal: dict[str, date] = {}
        self.planned: dict[str, PlannedMilestone] = {}
        self.stage_of = {milestone.key: stage for stage in playbook.stages for milestone in stage.milestones}
        self.milestones = {milestone.key: milestone for milestone in playbook.milestones}
        self.stretching = [_days_of(stage) for stage in playbook.stages if stage.stretches]
        self.span_of: dict[date, int | None] = {}
        self.late = 0
        self.began: PlannedMilestone | None = None

    def plan(self) -> Plan:
        self._begin_anew()
        for milestone in self.playbook.milestones:
            self._place(milestone)
        earliest, latest = self._window()
        return Plan(
            milestones=tuple(self.planned[milestone.key] for milestone in self.playbook.milestones),
            stages=tuple(self._stage(stage) for stage in self.playbook.stages),
            hand_off_from=self.calendar.at(earliest, CLOSING),
            hand_off_by=self.calendar.at(latest, CLOSING),
        )

    def counted_by(self) -> frozenset[str]:
        """Keys of the milestones of which it moves a date that they are reached: all, where the kickoff was late.

        Else those that others or stages count from, the kickoff, the go-live, and the sign-off of the plan.
        """
        if self.began is not None:
            return frozenset(self.course.reached) | frozenset(self.milestones)
        anchors = [*(m.anchor for m in self.playbook.milestones), *(s.opens.anchor for s in self.playbook.stages)]
        played = [found.key for role in ("kickoff", "go_live") if (found := self.playbook.playing(role))]
        return frozenset([*anchors, *played, *self._signed()])

    def _begin_anew(self) -> None:
        """Where the kickoff was held late, what is still open and counts from the close comes later by as many days.

        Until somebody has agreed to it the plan is an offer, and nobody is offered days that are past. A plan that was
        agreed to before the kickoff stands.
        """
        kickoff = self.playbook.playing("kickoff")
        held = self.course.reached.get(kickoff.key) if kickoff else None
        if kickoff is None or held is None or self.course.rules < 3 or self._agreed_before(held):
            return
        planned, real = self._place(kickoff), self._settle(self.calendar.day_of(held))
        self.planned = {kickoff.key: planned}
        if real > planned.on:
            days = ((planned.on + timedelta(days=n)) for n in range((real - planned.on).days))
            self.late = sum(self._span_at(day) is None for day in days)
            self.began = planned.model_copy(update={"on": real})

    def _agreed_before(self, moment: datetime) -> bool:
        return any(self.course.reached[key] < moment for key in self._signed() if key in self.course.reached)

    def _signed(self) -> list[str]:
        return [m.key for m in self.playbook.milestones if m.sign_off and m.sign_off.plan]

    def _window(self) -> tuple[date, date]:
        """First and last day of the hand-off: as far behind the go-live as in the playbook, never nearer to the close.

        It is asked for no sooner than the review is held; a last day that people have set counts before any other.
        """
        hand_off = self.playbook.hand_off
        earliest, latest = (
            self._days_behind_launch(hand_off.earliest_day),
            self._days_behind_launch(hand_off.latest_day),
        )
        review = self.playbook.playing("review")
        waits_for = [earliest, *([self.planned[review.key].on] if review else [])]
        return earliest, self._settle(max(self.course.hand_off_by or latest, *waits_for))

    def _days_behind_launch(self, day: int) -> date:
        """The working day that the playbook means by that day after the close, where the go-live is a later one."""
        on = self._count(self.close, self._stretched(day))[0]
        if go_live := self.playbook.playing("go_live"):
            on = max(on, self._count(self._base(go_live.key), day - self._day_of(go_live))[0])
        return self._settle(on)

    def _day_of(self, milestone: Milestone) -> int:
        """The milestone's day after the close, as the playbook has it."""
        anchor = self.milestones.get(milestone.anchor)
        return milestone.day + (self._day_of(anchor) if anchor else 0)

    def _stage(self, stage: Stage) -> PlannedStage:
        closes = max(self.planned[milestone.key].on for milestone in stage.milestones)
        start = self._base(stage.opens.anchor)
        from_close = stage.opens.anchor == "close"
        days = self._stretched(stage.opens.from_day) if from_close else stage.opens.from_day
        days += self.late if from_close and days else 0
        opens = self._settle(self._count(start, days)[0])
        after = [self.planned[key].on for key in stage.opens.after]
        return PlannedStage(key=stage.key, opens_on=min(max([opens, *after]), closes), closes_on=closes)

    def _place(self, milestone: Milestone) -> PlannedMilestone:
        if milestone.key in self.planned:
            return self.planned[milestone.key]
        day, reasons = self._nominal(milestone)
        self.nominal[milestone.key] = day
        on, why = self._working(day)
        room = ROOM_TO_SIGN if milestone.sign_off and self.course.rules >= 3 else 0
        needed = [self._place(other) for other in self._gate(milestone, of_stage=bool(room))]
        if self.began is not None and self._is_offered_anew(milestone):
            needed.append(self.began)
        last = max(needed, key=lambda planned: planned.on, default=None)
        reasons += why
        if last is not None:
            earliest = self.calendar.add_working_days(last.on, room)
            # Even where its own weekend alone brings it to that Monday: counted from its Saturday, what hangs on it
            # would come earlier than if its own day had been the Friday.
            self.nominal[milestone.key] = max(day, earliest)
            if earliest > on:
                on = earliest
                detail = {"milestone": last.key, **({"room": room} if room else {})}
                reasons.append(Reason(kind="after", on=on, detail=detail))
        planned = PlannedMilestone(
            key=milestone.key,
            stage=self.stage_of[milestone.key].key,
            on=on,
            due=self.calendar.at(on, CLOSING),
            reasons=tuple(reasons),
        )
        self.planned[milestone.key] = planned
        return planned

    def _is_offered_anew(self, milestone: Milestone) -> bool:
        """Whether a late kickoff makes it later: what counts from another milestone follows that."""
        settled_or_set = {*self.course.reached, *self.course.moved}
        return milestone.anchor == "close" and milestone.key not in settled_or_set

    def _gate(self, milestone: Milestone, *, of_stage: bool) -> list[Milestone]:
        """What has to be reached before that milestone, and on request what its stage waits for as well.

        Its real anchor lies behind what counts from it, whatever day the anchor was planned for.
        """
        after = self.stage_of[milestone.key].opens.after if of_stage else ()
        keys = dict.fromkeys([*milestone.requires, *after])
        real = {milestone.anchor} & set(self.course.reached)
        return [other for key in keys if key not in real and (other := self.milestones.get(key))]

    def _nominal(self, milestone: Milestone) -> tuple[date, list[Reason]]:
        if milestone.key in self.course.moved:
            day = self.course.moved[milestone.key]
            return day, [Reason(kind="moved", on=day)]
        if milestone.role == "go_live" and self.deal.go_live_by:
            return self._promised(self.deal.go_live_by)
        start = self._base(milestone.anchor)
        from_close = milestone.anchor == "close"
        days = self._stretched(milestone.day) if from_close else milestone.day
        plain = start + timedelta(days=milestone.day)
        detail: dict[str, Any] = {"day": milestone.day, "anchor": milestone.anchor}
        if not from_close and self.course.rules >= 3:
            detail |= {"from": str(start), "real": milestone.anchor in self.course.reached}
        reasons = [Reason(kind="counted", on=plain, detail=detail)]
        late = self.late if self._is_offered_anew(milestone) else 0
        day, skipped = self._count(start, days + late)
        if days > milestone.day:
            more = {"days": days - milestone.day, "circumstances": list(self.circumstances)}
            reasons.append(Reason(kind="stretched", on=start + timedelta(days=days), detail=more))
        if late:
            on = start + timedelta(days=days + late)
            reasons.append(Reason(kind="moved", on=on, detail={"late_kickoff": late}))
        reasons += [Reason(kind=span.kind, on=day, detail={"days": count, "why": span.why}) for span, count in skipped]
        if milestone.not_before_day is not None:
            earliest = self._count(self.close, self._stretched(milestone.not_before_day))[0]
            if earliest > day:
                day = earliest
                reasons.append(Reason(kind="kept_back", on=day, detail={"day": milestone.not_before_day}))
        return day, reasons

    def _promised(self, day: date) -> tuple[date, list[Reason]]:
        """A promised date, put off by nothing but the days of pauses, on which both sides agreed."""
        reasons = [Reason(kind="promised", on=day)]
        for pause in self.course.pauses:
            if pause.first <= day and pause.last >= pause.first:
                days = (pause.last - pause.first).days + 1
                day += timedelta(days=days)
                reasons.append(Reason(kind="paused", on=day, detail={"days": days}))
        return day, reasons

    def _base(self, anchor: str) -> date:
        """The day from which an anchor counts: the real one once it is known, before that the planned one.

        By editions before the third that was its day before it was moved for a weekend, which nobody was told.
        """
        if anchor == "close":
            return self.close
        if anchor in self.course.reached:
            return self.calendar.day_of(self.course.reached[anchor])
        if milestone := self.milestones.get(anchor):
            planned = self._place(milestone)
            if self.course.rules >= 3:
                return planned.on
        return self.nominal[anchor]

    def _stretched(self, day: int) -> int:
        """A day of the playbook as this customer's: later by what the stretching stages have grown by then."""
        extra = 0.0
        for first, last in self.stretching:
            extra += (min(max(day, first), last) - first) * (self.factor - 1)
        return day + round(extra)

    def _count(self, start: date, days: int) -> tuple[date, list[tuple[Span, int]]]:
        """`days` counting days after start, and which spans were skipped on the way, with how many days each."""
        if not self.spans:
            return start + timedelta(days=max(days, 0)), []
        day, left, skipped = start, days, dict.fromkeys(range(len(self.spans)), 0)
        while left > 0 or self._span_at(day) is not None:
            index = self._span_at(day)
            if index is None:
                left -= 1
            else:
                skipped[index] += 1
            day += ONE_DAY
        return day, [(self.spans[index], count) for index, count in skipped.items() if count]

    def _span_at(self, day: date) -> int | None:
        if day not in self.span_of:  # Asked for again and again: for every milestone, from the close on.
            spans = enumerate(self.spans)
            self.span_of[day] = next((index for index, span in spans if span.first <= day <= span.last), None)
        return self.span_of[day]

    def _settle(self, day: date) -> date:
        return self.calendar.working_day_from(day)

    def _working(self, day: date) -> tuple[date, list[Reason]]:
        reasons = []
        while why := self.calendar.why_not(day):
            by = self.calendar.closures.get(day)
            detail = {"why": why, **({"company": by.company, "closure": by.why} if by else {})}
            reasons.append(Reason(kind="closed", on=day, detail=detail))
            day += ONE_DAY
        return day, reasons
