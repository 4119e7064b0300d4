"""Which meetings have an hour, and who comes? Written with the turn that decided it, read by pages and commands."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from domain.record import AttendanceRow, MeetingRow, Writing
from store.engine import read_connection
from store.rows import add, put
from store.tables import attendance, meetings, notices

OFFERING = ("meeting", "kickoff_agenda")
"""Kinds of messages that may offer hours."""
LOOKED_AT = 40


class MeetingShown(MeetingRow):
    """A meeting with what those who are invited have answered."""

    answers: tuple[AttendanceRow, ...] = ()

    def answer_of(self, person: str) -> str:
        """What that person has answered to the meeting as it is now; empty while they have not."""
        answers = (one for one in self.answers if one.person == person and one.sequence >= self.sequence)
        return next((one.answer for one in answers), "")


def meetings_of(engine: Engine, onboarding: str) -> Sequence[MeetingRow]:
    """The onboarding's meetings by their hours, those that fell away included."""
    of_it = select(meetings).where(meetings.c.onboarding == onboarding)
    with read_connection(engine) as connection:
        rows = connection.execute(of_it.order_by(meetings.c.starts_at, meetings.c.meeting)).mappings()
        return [MeetingRow.model_validate(dict(row), extra="ignore") for row in rows]


def answers_of(engine: Engine, onboarding: str) -> Sequence[AttendanceRow]:
    """What people have answered last to the onboarding's meetings, by person."""
    of_it = select(attendance).where(attendance.c.onboarding == onboarding).order_by(attendance.c.person)
    with read_connection(engine) as connection:
        rows = connection.execute(of_it).mappings()
        return [AttendanceRow.model_validate(dict(row), extra="ignore") for row in rows]


class SqlMeetings:
    """The meetings that have an hour, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, onboarding: str) -> Sequence[MeetingShown]:
        """The onboarding's meetings by their hours, those that fell away included."""
        answers = answers_of(self._engine, onboarding)
        return [_shown(row, answers) for row in meetings_of(self._engine, onboarding)]

    def offers(self, onboarding: str, people: Collection[str]) -> Sequence[Mapping[str, Any]]:
        """The facts of the newest message about each meeting that offers those people hours, while none is agreed."""
        with read_connection(self._engine) as connection:
            theirs = (notices.c.onboarding == onboarding) & notices.c.person.in_(people) & notices.c.kind.in_(OFFERING)
            went = select(notices).where(theirs, notices.c.state.not_in(("withdrawn", "refused")))
            rows = connection.execute(went.order_by(notices.c.id.desc()).limit(LOOKED_AT)).all()
            newest = {str(row.facts.get("meeting")): row for row in reversed(rows) if row.facts.get("slots")}
            return [row.facts for row in newest.values() if not settled_meeting(connection, row, choosing=True)]


def _shown(meeting: MeetingRow, answers: Sequence[AttendanceRow]) -> MeetingShown:
    of_it = [one for one in answers if (one.meeting, one.occasion) == (meeting.meeting, meeting.occasion)]
    return MeetingShown(**dict(meeting), answers=tuple(of_it))


def write_meetings(connection: Connection, writing: Writing, *, overtaken: bool) -> None:
    """Write what a turn has changed about meetings; an answer only where it is no older than the one that is there."""
    rows = [{"onboarding": writing.onboarding, **row.model_dump()} for row in writing.meetings]
    (add if overtaken else put)(connection, meetings, rows)
    put(connection, attendance, [
        {"onboarding": writing.onboarding, **row.model_dump()}
        for row in writing.attendance
        if _is_newest(connection, writing.onboarding, row)
    ])  # fmt: skip


def settled_meeting(connection: Connection, notice: Row[Any], *, choosing: bool) -> str:
    """What has become of the meeting of a notice: `agreed`, where its hour was to be chosen, or `cancelled`.

    Empty while there is something to answer.
    """
    facts = notice.facts
    of_it = (meetings.c.onboarding == notice.onboarding) & (meetings.c.meeting == str(facts.get("meeting") or ""))
    if choosing:
        day = str(facts.get("on") or facts.get("due") or "")
        of_it &= (meetings.c.status == "agreed") & (meetings.c.occasion >= day)
    else:
        of_it &= (meetings.c.status == "cancelled") & (meetings.c.occasion == str(facts.get("occasion") or ""))
    return connection.scalar(select(meetings.c.status).where(of_it).limit(1)) or ""


def _is_newest(connection: Connection, onboarding: str, row: AttendanceRow) -> bool:
    theirs = (
        (attendance.c.onboarding == onboarding)
        & (attendance.c.meeting == row.meeting)
        & (attendance.c.occasion == row.occasion)
        & (attendance.c.person == row.person)
    )
    there = connection.execute(select(attendance.c.sequence, attendance.c.at).where(theirs)).one_or_none()
    return there is None or (row.sequence, row.at) >= (there.sequence, there.at)
