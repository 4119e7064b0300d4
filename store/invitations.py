"""To which invitation does a calendar answer, and what follows where no onboarding takes the answer any more?"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from domain.answering import EntryAnswered, InvitedBy
from domain.notice import MAIL, Notice, Person
from domain.record import OF_PROGRAMME, AttendanceRow, JournalRow, Writing
from domain.rules.composing import attendance_answered
from domain.text import folded
from store.digests import notice_of
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row, notice_row
from store.links import person_of
from store.meetings import write_meetings
from store.rows import add
from store.tables import attendance, journal, meetings, notices, people


class SqlInvitations:
    """The invitations to meetings, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def invited(self, uid: str, *, addresses: Sequence[str]) -> InvitedBy | None:
        """The meeting that calendars know by that name, without our domain, and who of those invited has the address.

        The first of the addresses that somebody has counts. None where there is no such meeting.
        """
        with read_connection(self._engine) as connection:
            row = connection.execute(select(meetings).where(meetings.c.uid == uid)).mappings().one_or_none()
            if row is None:
                return None
            of_it = (people.c.onboarding == row["onboarding"]) & people.c.id.in_(row["people"])
            known = connection.execute(select(people.c.id, people.c.email).where(of_it).order_by(people.c.id)).all()
        by_address = {folded(one.email): one.id for one in reversed(known)}
        person = next((by_address[folded(one)] for one in addresses if folded(one) in by_address), "")
        return InvitedBy.model_validate({**row, "person": person}, extra="ignore")

    def attends(self, to: InvitedBy, entry: EntryAnswered, *, key: str, via: str = MAIL) -> Notice | None:
        """Keep what somebody answers to a meeting of a success programme, and tell its owner unless they just come.

        The notice to the owner; None where nobody is told. The same under one `key` adds nothing.
        """
        now = self._clock()
        at = min(entry.stamped_at or now, now)
        kept = AttendanceRow(
            meeting=to.meeting,
            occasion=to.occasion,
            person=to.person,
            answer=entry.answer,
            sequence=entry.sequence,
            at=at,
        )
        with write_transaction(self._engine) as connection:
            before = _answered_before(connection, to)
            if before is not None and (before.sequence, before.at) > (kept.sequence, kept.at):
                return None
            fact = JournalRow(
                key=f"attendance_told/{key}",
                at=at,
                kind="attendance_told",
                about=to.meeting.removeprefix(OF_PROGRAMME),
                by=to.person,
                via=via,
                note=entry.comment or None,
                data=kept.model_dump(include={"answer", "person", "occasion", "sequence"}),
            )
            add(connection, journal, [journal_row(to.onboarding, fact, now=now)])
            write_meetings(connection, Writing(onboarding=to.onboarding, attendance=(kept,)), overtaken=False)
            comes_as_before = entry.answer == "accepted" and (before is None or before.answer == "accepted")
            return None if comes_as_before else _tell_owner(connection, to, entry, key=key, now=now)

    def call_off_again(self, to: InvitedBy, *, answered_at: datetime | None) -> bool:
        """Send somebody once more that the meeting has fallen away, who answered as if it stood; whether it goes.

        It does once, and not where their answer and our message have crossed, or the meeting's hour has passed.
        """
        now = self._clock()
        with write_transaction(self._engine) as connection:
            row = _notice_of(connection, to, kind="meeting_cancelled", person=to.person)
            if row is None or datetime.fromisoformat(row.facts["starts_at"]) <= now:
                return False
            crossed = row.sent_at is None or (answered_at is not None and answered_at <= row.sent_at)
            key = f"{row.key}/again"
            of_key = (notices.c.onboarding == to.onboarding) & (notices.c.key == key)
            if crossed or connection.scalar(select(notices.c.id).where(of_key)) is not None:
                return False
            again = notice_of(row).model_copy(update={"key": key, "not_before": now})
            add(connection, notices, [notice_row(again, onboarding=to.onboarding, now=now)])
        return True


def _answered_before(connection: Connection, to: InvitedBy) -> Row[Any] | None:
    theirs = (attendance.c.onboarding == to.onboarding) & (attendance.c.meeting == to.meeting)
    theirs &= (attendance.c.occasion == to.occasion) & (attendance.c.person == to.person)
    return connection.execute(select(attendance).where(theirs)).one_or_none()


def _tell_owner(
    connection: Connection, to: InvitedBy, entry: EntryAnswered, *, key: str, now: datetime
) -> Notice | None:
    """Tell the programme's owner what somebody else has answered."""
    owner, who = _owner(connection, to), person_of(connection, to.onboarding, to.person)
    if owner is None or who is None or owner.id == who.id:
        return None
    # The owner's own has the title in their language; who became it since got none.
    rows = (_notice_of(connection, to, kind="programme_meeting", person=id) for id in (owner.id, who.id))
    row = next((row for row in rows if row is not None), None)
    if row is None:
        return None
    notice = attendance_answered(notice_of(row), who, owner, entry, key=f"answer/{key}", at=now)
    add(connection, notices, [notice_row(notice, onboarding=to.onboarding, now=now)])
    return notice


def _owner(connection: Connection, to: InvitedBy) -> Person | None:
    """Who owns the programme now: the one whom it was given to last, else whoever of ours is invited."""
    given = (journal.c.onboarding == to.onboarding) & (journal.c.kind == "programme_changed") & (journal.c.about != "")
    handle = connection.scalar(select(journal.c.about).where(given).order_by(journal.c.seq.desc()).limit(1))
    ours = [person_of(connection, to.onboarding, id) for id in ([handle] if handle else to.people)]
    return next((one for one in ours if one is not None and one.side == "vendor"), None)


def _notice_of(connection: Connection, to: InvitedBy, *, kind: str, person: str) -> Row[Any] | None:
    """The newest message of that kind to the person about the meeting; None where there is none."""
    theirs = (notices.c.onboarding == to.onboarding) & (notices.c.person == person) & (notices.c.kind == kind)
    rows = connection.execute(select(notices).where(theirs).order_by(notices.c.id.desc()))
    return next((row for row in rows if row.facts.get("calendar", {}).get("uid") == to.uid), None)
