"""Who hears that somebody does not come to a meeting? Its host and the owner, with what they do about it."""

from typing import Any

from domain.agenda.state import Fact, InvitedState
from domain.notice import Notice
from domain.record import AttendanceRow
from domain.rules import meetings
from domain.rules.briefing import Briefing, present
from domain.rules.inviting import SOON
from domain.rules.record_keeping import attendance, newest_answers

COMES = "accepted"


def told(briefing: Briefing, fact: Fact, _: dict[str, str]) -> list[Notice]:
    """That somebody does not come, may not, or comes after all; nothing where they come as before, or say it again.

    It stands in the morning list of who leads the meeting and of the owner, and goes at once where that were too late.
    An answer to an hour that was moved since is none to the one that stands.
    """
    [answer] = attendance([fact])
    meeting = _meant(briefing, answer)
    before = _before(briefing, answer)
    if meeting is None or answer.sequence < meeting.sequence or (before is not None and _is_older(answer, before)):
        return []
    if answer.answer == (before.answer if before is not None and before.sequence == answer.sequence else COMES):
        return []
    held = meetings.find(briefing, meeting.key, briefing.calendar.day_of(meeting.starts_at))
    host = held.host if held is not None else briefing.state.owner
    readers = [id for id in dict.fromkeys([host, briefing.state.owner]) if not briefing.is_customer(id)]
    facts = _said(briefing, fact, answer) | {"starts_at": meeting.starts_at.isoformat()}
    return present(
        briefing.notice(
            "answer",
            id,
            fact.key,
            {
                **facts,
                "who": briefing.called([answer.person], briefing.language_of(id), among_us=True),
                "title": briefing.say(held.title, briefing.language_of(id)) if held else meeting.key,
                "led_by": "" if id == host else briefing.name(host, briefing.language_of(id)),
            },
            about=meeting.key,
            urgent=meeting.starts_at - briefing.now < SOON,
        )
        for id in readers
        if id != answer.person and not briefing.are_one(id, fact.by)
    )


def _meant(briefing: Briefing, answer: AttendanceRow) -> InvitedState | None:
    """The meeting that was answered to, where it is still ahead."""
    return next(
        (
            one
            for one in briefing.state.invited
            if (one.key, one.occasion) == (answer.meeting, answer.occasion)
            if not one.cancelled and one.starts_at > briefing.now
        ),
        None,
    )


def _before(briefing: Briefing, answer: AttendanceRow) -> AttendanceRow | None:
    """What that person answered before."""
    theirs = (answer.meeting, answer.occasion, answer.person)
    same = (one for one in briefing.answered if (one.meeting, one.occasion, one.person) == theirs)
    return next(iter(newest_answers(same)), None)


def _is_older(answer: AttendanceRow, before: AttendanceRow) -> bool:
    return (answer.sequence, answer.at) < (before.sequence, before.at)


def _said(briefing: Briefing, fact: Fact, answer: AttendanceRow) -> dict[str, Any]:
    """What they answered, in their own words too, as a message with an answer has it."""
    who = briefing.person(answer.person)
    return {
        "known": True,
        "address": who.email if who else "",
        "kind": "invitation",
        "about": "",
        "text": fact.note or "",
        "attendance": answer.answer,
    }
