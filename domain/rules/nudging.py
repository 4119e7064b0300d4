"""When is somebody reminded, and when is a milestone escalated? The steps around its due date."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from domain.agenda.state import MilestoneState, State
from domain.calendar import OPENING, WorkCalendar
from domain.playbook import Nudging, Rung

LATE = "late"
A_TICK = timedelta(seconds=1)


class Step(NamedTuple):
    """One moment around a due date, `days` working days after it: a step may remind, escalate, or do neither."""

    of: date
    """The day around which the steps are."""
    named: str
    at: datetime
    days: int
    reminds: bool = False
    rungs: tuple[Rung, ...] = ()

    @property
    def occurrence(self) -> str:
        return f"{self.of}/{self.named}"

    @property
    def tells(self) -> bool:
        """Whether anybody is written to at this step."""
        return self.reminds or bool(self.rungs)


class Ladder(NamedTuple):
    """All steps around the day `on` about something that is due at `due`.

    What is reminded of once is that on its day, and escalated to nobody.
    """

    nudging: Nudging
    calendar: WorkCalendar
    on: date
    due: datetime
    once: bool = False

    def next(self, now: datetime, *, critical: bool) -> Step | None:
        """The first step after `now`; None where nobody is nudged any more.

        The step at the due moment itself tells nobody anything; it is there so that "behind" is seen in time.
        """
        ahead = (step for step in self._steps(now) if step.at > now and (step.tells or critical))
        return next(ahead, None)

    def last(self, *, since: datetime, now: datetime) -> Step | None:
        """The latest step between `since` and `now` at which anybody is written to; None without one."""
        passed = takewhile(lambda step: step.at <= now, self._steps(since))
        return max((step for step in passed if step.tells and step.at >= since), key=lambda step: step.at, default=None)

    def _steps(self, since: datetime) -> Iterator[Step]:
        """Every step from the day of that moment on, in order of time; reminders after the ladder have no end."""
        first = self.calendar.day_of(since)
        reminding, rungs = self._offsets()
        planned = []
        days, on = 0, self.on
        for offset in sorted({*reminding, *rungs}):
            # On from the step before: counting from the day itself takes long where that was months ago.
            start, passed = (on, days) if offset > 0 else (self.on, 0)
            day = self.calendar.add_working_days(start, offset - passed)
            if offset > 0:
                days, on = offset, day
            if day >= first:
                planned.append(self._step(offset, day, reminds=offset in reminding, rungs=rungs.get(offset, ())))
        planned.append(Step(self.on, LATE, at=self.due + A_TICK, days=0))
        yield from sorted(planned, key=lambda step: step.at)
        while not self.once:
            days, on = days + self.nudging.again_every, self.calendar.add_working_days(on, self.nudging.again_every)
            if on >= first:
                yield self._step(days, on, reminds=True)

    def _offsets(self) -> tuple[set[int], dict[int, tuple[Rung, ...]]]:
        """The working days, before and after the day itself, of reminders, and of the rungs with each."""
        nudging = self.nudging
        if self.once:
            return {0}, {}
        rungs: dict[int, tuple[Rung, ...]] = {}
        for rung in nudging.ladder:
            rungs[rung.after] = (*rungs.get(rung.after, ()), rung)
        reminding = {-days for days in nudging.before} | set(nudging.after) | ({0} if nudging.on_the_day else set())
        return reminding, rungs

    def _step(self, days: int, on: date, *, reminds: bool, rungs: tuple[Rung, ...] = ()) -> Step:
        return Step(self.on, f"{days:+d}", self.calendar.at(on, OPENING), days, reminds, rungs)


def ladder(state: State, milestone: MilestoneState, nudging: Nudging, calendar: WorkCalendar) -> Ladder:
    """The ladder of that milestone as it stands; one that is optional is reminded of once."""
    on = due_for_nudging(state, milestone, nudging, calendar)
    return Ladder(nudging, calendar, on, milestone.due, once=milestone.optional)


def due_for_nudging(state: State, milestone: MilestoneState, nudging: Nudging, calendar: WorkCalendar) -> date:
    """The due date, or the days of grace after the moment when the gate opened or a pause ended, where that came later.

    Nobody is escalated over because others were late, or for the days of a pause, and a customer who is taken
    up weeks late is not met by a ladder.
    """
    gates = [state.milestone(key) for key in state.needs(milestone)]
    opened = [gate.at for gate in gates if gate is not None and gate.at is not None]
    opened += [pause.until for pause in state.pauses]
    if state.taken_up_at is not None:
        opened.append(state.taken_up_at)
    ready = max(opened, default=milestone.due)
    on = calendar.day_of(milestone.due)
    return on if ready <= milestone.due else calendar.add_working_days(calendar.day_of(ready), nudging.grace)
