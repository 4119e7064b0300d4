"""May an hour be agreed for this meeting, or may somebody say that they come? The agenda knows meetings by their keys.

Which of its series are meetings, who takes part and what an invitation says is decided outside
(`domain/rules/meetings.py`).
"""

from datetime import datetime

from domain.agenda.gates import note
from domain.agenda.state import InvitedState, SlotState, State
from domain.news import AttendanceTold, SlotAgreed
from domain.refusal import Refused


def check_agree(state: State, news: SlotAgreed) -> None:
    if state.paused_at:
        raise Refused("it is paused: no meeting is held until it goes on", field="meeting")
    milestone = state.milestone(news.meeting)
    if milestone is not None and milestone.settled:
        raise Refused(f"{milestone.key} is {milestone.status} already", field="meeting")
    series = [entry.about for entry in state.entries if entry.rule == "cadence"]
    if milestone is None and news.meeting not in series:
        ahead = ", ".join(sorted(set(series))) or "none"
        raise Refused(f"{news.meeting!r} is neither a milestone nor a series that goes on; these do: {ahead}",
                      field="meeting")  # fmt: skip
    if milestone is not None and news.weekly:
        raise Refused(f"{milestone.key} is a milestone: it comes once", field="weekly")


def apply_agree(state: State, news: SlotAgreed, now: datetime) -> bool:
    slot = SlotState(key=news.meeting, starts_at=news.starts_at, minutes=news.minutes, weekly=news.weekly)
    if slot in state.slots:
        return False
    others = (other for other in state.slots if other.key != slot.key and (other.weekly or other.starts_at > now))
    state.slots = [*others, slot]
    starts_at = news.starts_at.isoformat()
    note(state, "slot_agreed", now, about=slot.key, news=news,
         starts_at=starts_at, minutes=news.minutes, weekly=news.weekly)  # fmt: skip
    return True


def check_attend(state: State, news: AttendanceTold) -> None:
    meeting = _meant(state, news)
    if meeting is None:
        raise Refused(f"nobody is invited to {news.meeting} {news.occasion or ''}".strip(), field="meeting")
    if meeting.cancelled:
        raise Refused(f"{news.meeting} of {meeting.occasion} has fallen away", field="meeting")
    who = news.person or news.by
    if who is None:
        raise Refused("is missing: whose answer it is", field="person")
    if who not in meeting.people:
        raise Refused(f"{who} is not invited to {news.meeting}", field="person")


def apply_attend(state: State, news: AttendanceTold, now: datetime) -> bool:
    meeting = _meant(state, news)
    sequence = news.sequence if news.sequence is not None or meeting is None else meeting.sequence
    note(state, "attendance_told", news.at or now, about=news.meeting, news=news, answer=news.answer,
         person=news.person or news.by, occasion=meeting.occasion if meeting else str(news.occasion or ""),
         sequence=sequence or 0)  # fmt: skip
    return True


def _meant(state: State, news: AttendanceTold) -> InvitedState | None:
    """The meeting that it is about: of the occasion that it names, else the next one that stands."""
    of_it = sorted((one for one in state.invited if one.key == news.meeting), key=lambda one: one.starts_at)
    if news.occasion is not None:
        return next((one for one in of_it if one.occasion == str(news.occasion)), None)
    return next((one for one in of_it if not one.cancelled), of_it[0] if of_it else None)
