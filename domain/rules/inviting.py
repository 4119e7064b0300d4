"""Who is invited to which meeting, and at which hour? Invitations for calendars, their changes, and what falls away."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from domain.agenda.state import Entry, Fact, InvitedState, SlotState
from domain.notice import Notice, NoticeKind
from domain.record import JournalRow, MeetingRow
from domain.rules.briefing import Briefing, present
from domain.rules.meetings import USUAL_MINUTES, Meeting, facts_of, find, is_fixed, since_the_last
from domain.rules.schedule import cadence_days
from domain.titles import meeting_title

SOON = timedelta(hours=24)
"""An invitation to what begins this soon waits for no office hours: it would come when the meeting is over."""
FELL_AWAY = "meeting_fell_away"


class Invitations(NamedTuple):
    """What follows from an occasion: the meetings ahead to which people are invited from now on, and what is told."""

    invited: list[InvitedState]
    notices: list[Notice]
    journal: list[JournalRow]
    meetings: list[MeetingRow]


class _Wanted(NamedTuple):
    """A meeting that is to be held, with its hour."""

    meeting: Meeting
    day: date
    starts_at: datetime
    minutes: int


def invitations(briefing: Briefing, facts: Sequence[Fact], due: Sequence[Entry]) -> Invitations:
    """Which invitations go out, are changed and fall away. What has begun is left as it is, and forgotten.

    An invitation that is changed keeps its name, and gets the next number; so does one that falls away.
    """
    ahead = [one for one in briefing.state.invited if one.starts_at > briefing.now]
    wanted = _wanted(briefing, facts, due, ahead)
    result = Invitations([], [], _refused(briefing, facts), [])
    for key in dict.fromkeys([*(one.key for one in ahead), *(one.meeting.key for one in wanted)]):
        _settle(
            briefing,
            result,
            [one for one in ahead if one.key == key],
            [one for one in wanted if one.meeting.key == key],
        )
    return result


def _wanted(
    briefing: Briefing, facts: Sequence[Fact], due: Sequence[Entry], ahead: Sequence[InvitedState]
) -> list[_Wanted]:
    state = briefing.state
    if state.ending or state.paused_at:
        return []
    wanted = []
    for slot in state.slots:
        for day, starts_at in _hours(briefing, slot, facts, due, ahead):
            meeting = find(briefing, slot.key, day)
            if meeting is not None and starts_at > briefing.now:
                wanted.append(_Wanted(meeting, day, starts_at, slot.minutes or meeting.minutes or USUAL_MINUTES))
    return wanted


def _hours(
    briefing: Briefing, slot: SlotState, facts: Sequence[Fact], due: Sequence[Entry], ahead: Sequence[InvitedState]
) -> list[tuple[date, datetime]]:
    """The days for which people are to have an invitation of that slot now, each with its hour."""
    calendar, state = briefing.calendar, briefing.state
    milestone = state.milestone(slot.key)
    cadence = next((one for one in briefing.playbook.cadences if one.key == slot.key), None)
    day = calendar.day_of(slot.starts_at)
    if cadence is None:
        return [(day, slot.starts_at)] if milestone is not None and not milestone.settled else []
    days = cadence_days(cadence, state, calendar, calendar.day_of(briefing.deal.closed_at), briefing.plan)
    if days is None:
        return []
    if not is_fixed(slot, cadence):
        return [(day, slot.starts_at)]
    clock = slot.starts_at.astimezone(calendar.zone).time()
    told = {date.fromisoformat(entry.occurrence) for entry in due if entry.about == slot.key}
    told |= {calendar.day_of(one.starts_at) for one in ahead if one.key == slot.key and not one.cancelled}
    agreed_now = any(fact.kind == "slot_agreed" and fact.about == slot.key for fact in facts)
    last = max([*told, day]) + 2 * since_the_last(cadence)
    hours = [(one, calendar.at(one, clock)) for one in takewhile(lambda one: one <= last, days)]
    first = next((one for one, at in hours if at > briefing.now and at >= slot.starts_at), None)
    return [(one, at) for one, at in hours if one in told or (agreed_now and one == first)]


def _settle(briefing: Briefing, result: Invitations, ahead: Sequence[InvitedState], wanted: Sequence[_Wanted]) -> None:
    """Bring the invitations of one series or milestone in line with what is wanted."""
    by_day = {briefing.calendar.day_of(one.starts_at): one for one in ahead if not one.cancelled}
    kept = {one.day: by_day.pop(one.day) for one in wanted if one.day in by_day}
    for one in wanted:
        # What has no invitation of its day takes over one whose day is no more: people see it move.
        before = kept.get(one.day) or (by_day.pop(min(by_day)) if by_day else None)
        before = before or next((old for old in ahead if old.cancelled and old.occasion == str(one.day)), None)
        result.invited.append(_invite(briefing, result, before, one))
    for gone in by_day.values():
        result.invited.append(_call_off(briefing, result, gone))
    again = {(one.key, one.occasion) for one in result.invited}
    result.invited.extend(one for one in ahead if one.cancelled and (one.key, one.occasion) not in again)


def _invite(briefing: Briefing, result: Invitations, before: InvitedState | None, wanted: _Wanted) -> InvitedState:
    meeting, people = wanted.meeting, list(wanted.meeting.people)
    hour = (wanted.starts_at, wanted.minutes)
    same = before is not None and not before.cancelled and (before.starts_at, before.minutes) == hour
    if before is not None and same and before.people == people:
        return before
    sequence = 0 if before is None else before.sequence + (not same)
    invited = InvitedState(
        key=meeting.key,
        occasion=before.occasion if before else str(wanted.day),
        starts_at=wanted.starts_at,
        minutes=wanted.minutes,
        sequence=sequence,
        people=people,
    )
    heard = before.people if before is not None and same else []
    result.notices.extend(
        _told(briefing, "invitation", invited, meeting, people=[id for id in people if id not in heard])
    )
    result.meetings.append(_row(briefing, invited, meeting))
    return invited


def _call_off(briefing: Briefing, result: Invitations, gone: InvitedState) -> InvitedState:
    called_off = gone.model_copy(update={"sequence": gone.sequence + 1, "cancelled": True})
    day = briefing.calendar.day_of(gone.starts_at)
    title = meeting_title(briefing.playbook, gone.key)
    meeting = find(briefing, gone.key, day) or Meeting(gone.key, title, gone.minutes, tuple(gone.people), "")
    result.notices.extend(_told(briefing, "meeting_cancelled", called_off, meeting, people=gone.people))
    result.journal.append(
        JournalRow(
            key=f"{_occasion(called_off)}/{FELL_AWAY}",
            at=briefing.now,
            kind=FELL_AWAY,
            about=gone.key,
            data={"occasion": gone.occasion, "starts_at": gone.starts_at.isoformat()},
        )
    )
    result.meetings.append(_row(briefing, called_off, meeting))
    return called_off


def _told(
    briefing: Briefing, kind: NoticeKind, invited: InvitedState, meeting: Meeting, *, people: Sequence[str]
) -> list[Notice]:
    """The messages to those people with an entry for their calendars."""
    day = briefing.calendar.day_of(invited.starts_at)
    about_milestone = briefing.playbook.milestone(invited.key) is not None
    return present(
        briefing.notice(
            kind, id, _occasion(invited),
            {
                **facts_of(briefing, meeting, day, id),
                "minutes": invited.minutes,
                "starts_at": invited.starts_at.isoformat(),
                "changed": invited.sequence > 0,
                "meeting": invited.key,
                "occasion": invited.occasion,
                "calendar": {
                    "uid": uid_of(briefing.state.onboarding, invited),
                    "method": "REQUEST" if kind == "invitation" else "CANCEL",
                    "sequence": invited.sequence,
                    "starts_at": invited.starts_at.isoformat(),
                    "minutes": invited.minutes,
                    "zone": briefing.calendar.time_zone,
                },
            },
            about=invited.key,
            urgent=invited.starts_at - briefing.now < SOON,
            while_open=invited.key if kind == "invitation" and about_milestone else None,
        )
        for id in people
    )  # fmt: skip


def _occasion(invited: InvitedState) -> str:
    return f"{invited.key}/{invited.occasion}/{invited.sequence}"


def uid_of(onboarding: str, invited: InvitedState) -> str:
    """How calendars know a meeting: for ever the same, and nobody else's."""
    named = f"{onboarding}\n{invited.key}\n{invited.occasion}"
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]


def _row(briefing: Briefing, invited: InvitedState, meeting: Meeting) -> MeetingRow:
    return MeetingRow(
        uid=uid_of(briefing.state.onboarding, invited),
        meeting=invited.key,
        occasion=invited.occasion,
        title=briefing.say(meeting.title, "en"),
        starts_at=invited.starts_at,
        minutes=invited.minutes,
        sequence=invited.sequence,
        status="cancelled" if invited.cancelled else "agreed",
        people=tuple(invited.people),
    )


def _refused(briefing: Briefing, facts: Sequence[Fact]) -> list[JournalRow]:
    """Rows about hours that were agreed for what is no meeting, which a workflow cannot know."""
    return [
        JournalRow(key=f"{fact.key}/refused", at=briefing.now, kind="slot_refused", about=fact.about, by=fact.by)
        for fact in facts
        if fact.kind == "slot_agreed" and find(briefing, fact.about, briefing.today) is None
    ]
