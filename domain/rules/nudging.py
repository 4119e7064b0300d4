"""When is somebody reminded, and when is a milestone escalated? The steps around its due date."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count, takewhile
from typing import NamedTuple

from domain.agenda.state import MilestoneState, State
from domain.calendar import OPENING, WorkCalendar
from domain.playbook import Nudging, Rung
from domain.wire import Instant, Wire

LATE = "late"
A_TICK = timedelta(seconds=1)


class Step(Wire):
    """One moment around a due date, `days` working days after it: a step may remind, escalate, or do neither."""

    occurrence: str
    at: Instant
    days: int
    reminds: bool = False
    rungs: tuple[Rung, ...] = ()

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
        ahead = (step for step in self._steps() if step.at > now and (step.tells or critical))
        return next(ahead, None)

    def last(self, *, since: datetime, now: datetime) -> Step | None:
        """The latest step between `since` and `now` at which anybody is written to; None without one."""
        passed = takewhile(lambda step: step.at <= now, self._steps())
        return max((step for step in passed if step.tells and step.at >= since), key=lambda step: step.at, default=None)

    def _steps(self) -> Iterator[Step]:
        """Every step in order of time; the reminders that come after the ladder have no end."""
        nudging = self.nudging
        if self.once:
            nudging = nudging.model_copy(update={"before": (), "on_the_day": True, "after": (), "ladder": ()})
        reminding = {-days for days in nudging.before} | set(nudging.after) | ({0} if nudging.on_the_day else set())
        offsets = reminding | {rung.after for rung in nudging.ladder}
        rungs = {days: tuple(rung for rung in nudging.ladder if rung.after == days) for days in offsets}
        planned = [self._step(days, reminds=days in reminding, rungs=rungs[days]) for days in offsets]
        planned.append(Step(occurrence=f"{self.on}/{LATE}", at=self.due + A_TICK, days=0))
        yield from sorted(planned, key=lambda step: step.at)
        last = max(step.days for step in planned)
        for turn in count(1) if not self.once else ():
            yield self._step(last + turn * nudging.again_every, reminds=True)

    def _step(self, days: int, *, reminds: bool, rungs: tuple[Rung, ...] = ()) -> Step:
        at = self.calendar.at(self.calendar.add_working_days(self.on, days), OPENING)
        return Step(occurrence=f"{self.on}/{days:+d}", at=at, days=days, reminds=reminds, rungs=rungs)


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
