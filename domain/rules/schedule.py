"""What does an onboarding's agenda hold? For every slot the next thing that happens by itself."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.agenda.state import Entry, State
from domain.calendar import OPENING, WorkCalendar
from domain.plan import Plan, on_the_way_to
from domain.playbook import Cadence, Culmination, Playbook, ServiceLevel
from domain.rules import tasks
from domain.rules.nudging import ladder

MEETING_NOTICE = 2
"""Working days before a meeting at which people hear of it."""
WEBINAR_NOTICE = 5
"""Working days before a webinar: its hour is fixed for many, so each needs time to make room for it."""
NOTICE_AHEAD = {"meeting": MEETING_NOTICE, "webinar": WEBINAR_NOTICE}
TOO_CLOSE = timedelta(weeks=2)
"""Before the review no check-in comes within this time: people who meet twice in a fortnight say everything once."""
ASKED_AGAIN_AFTER_PAUSE = timedelta(days=7)
FIRST_LOOK = timedelta(weeks=2)
"""After the close nobody looks at figures before: nothing has been reported yet, and silence is no sign."""


def desired(state: State, playbook: Playbook, calendar: WorkCalendar, plan: Plan, now: datetime) -> list[Entry]:
    """Every entry that the agenda should hold after `now`; the same input gives the same entries."""
    if state.ending:
        return []
    cadences = list(_cadences(state, playbook, calendar, plan, now))
    return [
        *_nudges(state, playbook, calendar, now),
        *_stage_openings(state, now),
        *cadences,
        *_look(state, playbook, calendar, cadences, now),
        *_service_levels(state, playbook, calendar, now),
        *_hypercare(state, now),
        *_stuck(state, playbook, calendar, now),
        *_pause_limit(state, playbook, calendar, now),
        *_hand_off(state, playbook, now),
        *_ending(state, now),
        *tasks.reminders(state, playbook, calendar, now),
    ]


class Changes(NamedTuple):
    """How an agenda changes: entries that come, in place of what is in their slots, and slots that become empty."""

    put: list[Entry]
    drop: list[str]


def changes(state: State, wanted: list[Entry]) -> Changes:
    """How the state's agenda has to change to hold exactly the `wanted` entries."""
    slots = {entry.slot for entry in wanted}
    return Changes(
        put=[entry for entry in wanted if entry not in state.entries],
        drop=[entry.slot for entry in state.entries if entry.slot not in slots],
    )


def _nudges(state: State, playbook: Playbook, calendar: WorkCalendar, now: datetime) -> Iterator[Entry]:
    definitions = {milestone.key: milestone for milestone in playbook.milestones}
    # As `state.gate` has it, which looks for each by itself: that is a tenth of a turn.
    settled = {milestone.key: milestone.settled for milestone in state.milestones}
    for milestone in state.milestones:
        definition = definitions.get(milestone.key)
        if milestone.settled or milestone.role == "hypercare_end" or definition is None or not definition.reminders:
            continue
        if all(settled.get(key, True) for key in state.needs(milestone)):
            step = ladder(state, milestone, playbook.nudging, calendar).next(now, critical=milestone.critical)
            if step is not None:
                yield Entry(f"{milestone.key}/nudge", step.occurrence, step.at, "nudge", milestone.key)
        elif milestone.critical and milestone.due > now:
            at = milestone.due + timedelta(seconds=1)
            yield Entry(f"{milestone.key}/nudge", f"{calendar.day_of(at)}/late", at, "nudge", milestone.key)


def _stage_openings(state: State, now: datetime) -> Iterator[Entry]:
    for stage in state.stages:
        ready = all((other := state.milestone(key)) is None or other.settled for key in stage.after)
        if stage.status == "ahead" and ready and stage.opens > now:
            yield Entry(f"{stage.key}/open", str(stage.opens.date()), stage.opens, "open_stage", stage.key)


def cadence_days(
    cadence: Cadence, state: State, calendar: WorkCalendar, closed_on: date, plan: Plan
) -> Iterator[date] | None:
    """The days on which a cadence happens, without end; None before it has begun and when it is over."""
    after = [state.milestone(key) for key in cadence.starts.after]
    if any(milestone is not None and not milestone.settled for milestone in after):
        return None
    until = state.milestone(cadence.until)
    if until is not None and until.settled:
        return None
    start = closed_on
    if cadence.starts.anchor != "close":
        anchor = state.milestone(cadence.starts.anchor)
        start = calendar.day_of(anchor.at) if anchor and anchor.at else plan.milestone(cadence.starts.anchor).on
    start += timedelta(days=cadence.starts.from_day)
    reached = [calendar.day_of(milestone.at) for milestone in after if milestone is not None and milestone.at]
    larger = state.milestone(cadence.culminates.milestone) if cadence.culminates else None
    if larger is not None and larger.settled:
        return None
    meets = plan.milestone(larger.key).on if larger is not None else None
    return _days_from(cadence, _in_step(cadence, state, calendar, max([start, *reached])), calendar, meets)


def _in_step(cadence: Cadence, state: State, calendar: WorkCalendar, first: date) -> date:
    """The first day from which the series is held on the weekday that was agreed for good; `first` without such."""
    slot = next((slot for slot in state.slots if slot.key == cadence.key and slot.weekly), None)
    if slot is None or not cadence.every_weeks or cadence.kind != "meeting":
        return first
    return first + timedelta(days=(calendar.day_of(slot.starts_at) - first).days % (7 * cadence.every_weeks))


def culminating(
    cadence: Cadence, state: State, playbook: Playbook, plan: Plan, *, day: date, now: datetime
) -> Culmination | None:
    """The larger meeting that is held on that day in place of an occasion of the cadence; None where it is that alone.

    While something is overdue that the meeting waits for, people meet on its day as they always do.
    """
    if cadence.culminates is None or plan.milestone(cadence.culminates.milestone).on != day:
        return None
    way = on_the_way_to(playbook, cadence.culminates.milestone)
    overdue = any(
        milestone.key in way and not milestone.settled and milestone.due <= now for milestone in state.milestones
    )
    return None if overdue else cadence.culminates


def _days_from(cadence: Cadence, first: date, calendar: WorkCalendar, meets: date | None) -> Iterator[date]:
    """Every occasion without end; `meets` is the day of the larger meeting, which takes the place of the one before it.

    As soon as each earlier topic had its turn, that is the one less than a whole rhythm before it; until then only one
    that would come within two weeks of it.
    """
    turn = 0
    while True:
        if meets is not None and first <= meets < _room(cadence, first, turn):
            first, turn, meets = meets, 0, None
        yield calendar.working_day_from(_in_rhythm(cadence, first, turn))
        turn += 1


def _room(cadence: Cadence, first: date, turn: int) -> date:
    """The day before which the larger meeting takes the place of that occasion."""
    topics_are_through = turn >= len(cadence.agenda) - 1
    return _in_rhythm(cadence, first, turn + 1) if topics_are_through else _in_rhythm(cadence, first, turn) + TOO_CLOSE


def _in_rhythm(cadence: Cadence, first: date, turn: int) -> date:
    day = add_months(first, turn * cadence.every_months) if cadence.every_months else first
    return day + timedelta(weeks=turn * (cadence.every_weeks or 0))


def add_months(day: date, months: int) -> date:
    """The same day that many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - timedelta(days=1)).day))


def notice_moment(cadence: Cadence, calendar: WorkCalendar, day: date) -> datetime:
    """When people hear of an occurrence: a report or message comes on its day, a meeting is announced before."""
    ahead = NOTICE_AHEAD.get(cadence.kind, 0)
    return calendar.at(calendar.add_working_days(day, -ahead), OPENING)


def _cadences(state: State, playbook: Playbook, calendar: WorkCalendar, plan: Plan, now: datetime) -> Iterator[Entry]:
    closed_on, today = calendar.day_of(state.closed_at or now), calendar.day_of(now)
    for cadence in playbook.cadences:
        if not cadence.goes_out:
            continue
        days = cadence_days(cadence, state, calendar, closed_on, plan)
        if days is None:
            continue
        # No notice comes after its day: of those that are past nobody has to count the moment.
        day = next(day for day in days if day >= today and notice_moment(cadence, calendar, day) > now)
        yield Entry(f"{cadence.key}/cadence", str(day), notice_moment(cadence, calendar, day), "cadence", cadence.key)


def _look(
    state: State, playbook: Playbook, calendar: WorkCalendar, cadences: Sequence[Entry], now: datetime
) -> Iterator[Entry]:
    """The weekly look at the figures: with the weekly report, so that it wakes nobody by itself; else on Mondays.

    None where the playbook has nothing to look for.
    """
    if not (playbook.risks or playbook.quick_wins or any(flag.rule for flag in playbook.red_flags)):
        return
    begun = max(filter(None, (state.closed_at, state.taken_up_at)), default=now)
    first = calendar.day_of(begun + FIRST_LOOK)
    weekly = {one.key for one in playbook.cadences if one.kind == "status_report" and one.every_weeks == 1}
    reports = (one.due for one in cadences if one.about in weekly and calendar.day_of(one.due) >= first)
    at = min(reports, default=None) or _next_monday(calendar, first, now)
    yield Entry("look", str(calendar.day_of(at)), at, "look")


def _next_monday(calendar: WorkCalendar, first: date, now: datetime) -> datetime:
    """The morning of the first working day of a week that lies ahead, and not before the day `first`."""
    day = max(first, calendar.day_of(now))
    monday = day + timedelta(days=-day.weekday() % 7)
    while (at := calendar.at(calendar.working_day_from(monday), OPENING)) <= now:
        monday += timedelta(weeks=1)
    return at


def service_level(playbook: Playbook, severity: str) -> ServiceLevel | None:
    """The deadlines for issues of that severity; None where the playbook promises none."""
    return next((level for level in playbook.hypercare.levels if level.severity == severity), None)


def deadline(level: ServiceLevel, hours: float, since: datetime, calendar: WorkCalendar) -> datetime:
    """The moment that many hours after `since`: hours of the clock, or working hours, as the level says."""
    if level.hours == "clock":
        return since + timedelta(hours=hours)
    return calendar.add_working_hours(since, hours)


def _service_levels(state: State, playbook: Playbook, calendar: WorkCalendar, now: datetime) -> Iterator[Entry]:
    for issue in state.issues:
        level = service_level(playbook, issue.severity)
        if level is None:
            continue
        spans = (
            {"resolve": level.resolve} if issue.acknowledged else {"respond": level.respond, "resolve": level.resolve}
        )
        for what, hours in spans.items():
            due = deadline(level, hours, issue.since, calendar)
            if due > now:
                # An issue may come again under its ticket's id: what was missed then is not what is missed now.
                occurrence = f"{issue.since:%Y-%m-%dT%H:%M:%S}/{issue.severity}"
                yield Entry(f"{issue.key}/{what}", occurrence, due, "service_level", issue.key)


def _hypercare(state: State, now: datetime) -> Iterator[Entry]:
    if state.hypercare_until and state.hypercare_until > now:
        yield Entry("hypercare", str(state.hypercare_until.date()), state.hypercare_until, "hypercare")


def stuck_since(state: State, playbook: Playbook, calendar: WorkCalendar) -> datetime | None:
    """The moment from which the onboarding counts as stuck: something is overdue and no news has come for long.

    None while it is paused, nothing is open, or no news ever came.
    """
    open_ones = [m.due for m in state.milestones if not m.settled and not m.optional]
    if not open_ones or state.last_news is None or state.paused_at:
        return None
    silent_from = calendar.add_working_days(calendar.day_of(state.last_news), playbook.nudging.stuck_after)
    return max(calendar.at(silent_from, OPENING), min(open_ones))


def _stuck(state: State, playbook: Playbook, calendar: WorkCalendar, now: datetime) -> Iterator[Entry]:
    since = stuck_since(state, playbook, calendar)
    if since is not None and since > now:
        yield Entry("stuck", str(since.date()), since, "stuck")


def _pause_limit(state: State, playbook: Playbook, calendar: WorkCalendar, now: datetime) -> Iterator[Entry]:
    if state.paused_at is None:
        return
    limit = state.paused_at + timedelta(days=playbook.pausing.longest_days)
    if state.pause_until:
        limit = min(limit, calendar.at(state.pause_until, OPENING))
    while limit <= now:
        limit += ASKED_AGAIN_AFTER_PAUSE
    yield Entry("pause", str(limit.date()), limit, "pause_limit")


def launched(state: State) -> bool:
    """Whether the customer is live. Before that nobody knows when the hand-off will be, or is asked to decide on it."""
    go_live = state.playing("go_live")
    return go_live is None or go_live.settled


def _hand_off(state: State, playbook: Playbook, now: datetime) -> Iterator[Entry]:
    if state.hand_off_from is None or state.hand_off_by is None or not launched(state):
        return
    if state.hand_off_from > now:
        yield Entry("hand_off", f"{state.hand_off_from.date()}/from", state.hand_off_from, "hand_off")
        return
    by = state.hand_off_by
    while by <= now:
        by += timedelta(days=playbook.hand_off.asked_again_days)
    yield Entry("hand_off", f"{by.date()}/by", by, "hand_off")


def _ending(state: State, now: datetime) -> Iterator[Entry]:
    if state.ending_ahead and state.ending_ahead.until and state.ending_ahead.until > now:
        until = state.ending_ahead.until
        yield Entry("ending", f"{until:%Y-%m-%dT%H:%M:%S}", until, "ending")
