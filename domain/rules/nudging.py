"""When is somebody reminded, and when is a milestone escalated? The steps around its due date."""

from datetime import date, datetime, timedelta

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


def due_for_nudging(state: State, milestone: MilestoneState, nudging: Nudging, calendar: WorkCalendar) -> date:
    """The due date, or the days of grace after the moment when the gate opened or a pause ended, where that came later.

    Nobody is escalated over because others were late, or for the days of a pause, and a customer who is taken
    up weeks late is not met by a ladder.
    """
    gates = [state.milestone(key) for key in milestone.requires]
    stage = next(stage for stage in state.stages if stage.key == milestone.stage)
    gates += [state.milestone(key) for key in stage.after]
    opened = [gate.at for gate in gates if gate is not None and gate.at is not None]
    opened += [pause.until for pause in state.pauses]
    if state.taken_up_at is not None:
        opened.append(state.taken_up_at)
    ready = max(opened, default=milestone.due)
    on = calendar.day_of(milestone.due)
    return on if ready <= milestone.due else calendar.add_working_days(calendar.day_of(ready), nudging.grace)


def steps(nudging: Nudging, calendar: WorkCalendar, on: date, due: datetime) -> list[Step]:
    """Every step around the day `on`, in order of time; the repeated reminders after the last are not among them."""
    offsets = {-days for days in nudging.before} | set(nudging.after) | {rung.after for rung in nudging.ladder}
    if nudging.on_the_day:
        offsets.add(0)
    reminding = {-days for days in nudging.before} | set(nudging.after) | ({0} if nudging.on_the_day else set())
    around = [
        _step(calendar, on, days, reminds=days in reminding, rungs=tuple(r for r in nudging.ladder if r.after == days))
        for days in offsets
    ]
    around.append(Step(occurrence=f"{on}/{LATE}", at=due + A_TICK, days=0))
    return sorted(around, key=lambda step: step.at)


def _step(calendar: WorkCalendar, on: date, days: int, *, reminds: bool, rungs: tuple[Rung, ...] = ()) -> Step:
    at = calendar.at(calendar.add_working_days(on, days), OPENING)
    return Step(occurrence=f"{on}/{days:+d}", at=at, days=days, reminds=reminds, rungs=rungs)


def next_step(
    nudging: Nudging, calendar: WorkCalendar, on: date, due: datetime, now: datetime, *, critical: bool
) -> Step:
    """The first step after `now`; when the ladder is through, the next of the repeated reminders.

    The step at the due moment itself tells nobody anything; it is there so that "behind" is seen in time.
    """
    planned = steps(nudging, calendar, on, due)
    for step in planned:
        if step.at > now and (step.tells or critical):
            return step
    return _repeat(nudging, calendar, on, now, last=max(step.days for step in planned))


def last_step(
    nudging: Nudging, calendar: WorkCalendar, on: date, due: datetime, *, since: datetime, now: datetime
) -> Step | None:
    """The latest step between `since` and `now` at which anybody is written to; None without one."""
    planned = steps(nudging, calendar, on, due)
    passed = [step for step in planned if step.tells and since <= step.at <= now]
    last = max(step.days for step in planned)
    repeat = _step(calendar, on, last + nudging.again_every, reminds=True)
    while repeat.at <= now:
        if repeat.at >= since:
            passed.append(repeat)
        repeat = _step(calendar, on, repeat.days + nudging.again_every, reminds=True)
    return passed[-1] if passed else None


def _repeat(nudging: Nudging, calendar: WorkCalendar, on: date, now: datetime, *, last: int) -> Step:
    days = last + nudging.again_every
    while (step := _step(calendar, on, days, reminds=True)).at <= now:
        days += nudging.again_every
    return step
