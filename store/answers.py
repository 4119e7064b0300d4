"""To which message of ours does a mail answer, and what becomes of that message and of whom it was for?"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, select, update

from domain.answering import Asked
from domain.notice import MAIL, Person
from domain.record import JournalRow
from domain.rules.composing import answered
from domain.text import folded
from store.addressees import addressee_of
from store.digests import notice_of
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row, notice_row
from store.links import person_of
from store.outbox import SqlOutbox
from store.questions import OF_QUESTIONS
from store.rows import add
from store.tables import journal, notices, onboardings, people, unreachable, unsubscribes
from store.unsubscribes import link_of


class SqlAnswers:
    """The messages of ours that people answered, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, outbox: SqlOutbox, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._outbox = outbox
        self._clock = clock

    def asked(self, message_ids: Sequence[str], *, sender: str) -> Asked | None:
        """The message of ours that has the first of those ids which is one; None where none is."""
        with read_connection(self._engine) as connection:
            rows = connection.execute(select(notices).where(notices.c.message_id.in_(list(message_ids)))).all()
            by_id = {row.message_id: row for row in rows}
            row = next((by_id[id] for id in message_ids if id in by_id), None)
            if row is None:
                return None
            person = addressee_of(connection, row)
            answerer = _under(connection, row, sender, person)
            return Asked(
                notice=row.id,
                onboarding=row.onboarding or "",
                person=row.person,
                address=person.email if person else "",
                answerer=answerer.id if answerer else "",
                answerer_side=answerer.side if answerer else "",
                question=int(row.facts.get("question") or 0) if row.kind in OF_QUESTIONS else 0,
                side=person.side if person else "",
            )

    def bounced(self, id: int, *, reason: str, address: str) -> str | None:
        """Record that the message came back, and tell the onboarding's owner once; their handle, None for nobody.

        `address` is one that no mail reaches any more; empty where the next mail may arrive.
        """
        return self._outbox.bounced(id, reason=reason, address=address, at=self._clock())

    def delayed(self, id: int, *, reason: str) -> None:
        """Record that a mail server has not delivered the message yet, and goes on trying."""
        with write_transaction(self._engine) as connection:
            row = connection.execute(select(notices).where(notices.c.id == id)).one_or_none()
            if row is not None:
                self._note(connection, row, "notice_delayed", by="", reason=reason)

    def answered_automatically(self, id: int, *, by: str) -> None:
        """Record that a program has answered the message; `by` is for whom, empty where nobody takes part."""
        with write_transaction(self._engine) as connection:
            row = connection.execute(select(notices).where(notices.c.id == id)).one_or_none()
            if row is not None:
                self._note(connection, row, "answered_automatically", by=by)

    def complained(self, id: int) -> None:
        """Record that its reader called the message unwanted: they get none any more that they could do without."""
        now = self._clock()
        with write_transaction(self._engine) as connection:
            row = connection.execute(select(notices).where(notices.c.id == id)).one_or_none()
            if row is None or row.onboarding is None:
                return
            link_of(connection, row.onboarding, row.person, now=now)
            theirs = (unsubscribes.c.onboarding == row.onboarding) & (unsubscribes.c.person == row.person)
            marking = update(unsubscribes).where(theirs, unsubscribes.c.unsubscribed_at.is_(None))
            connection.execute(marking.values(unsubscribed_at=now))
            self._note(connection, row, "complained", by=row.person)

    def answered(self, id: int, *, key: str, sender: str, by: str, subject: str, text: str) -> str | None:
        """Give the owner what somebody has answered to a message; their handle, None where there is nobody to give to.

        `by` is the id of whoever answered, empty for somebody who takes no part. The same under one `key` changes
        nothing.
        """
        now = self._clock()
        with write_transaction(self._engine) as connection:
            row = connection.execute(select(notices).where(notices.c.id == id)).one_or_none()
            if row is None or row.onboarding is None:
                return None
            self._note(connection, row, "answered", by=by, key=key)
            handle = connection.scalar(select(onboardings.c.owner).where(onboardings.c.onboarding == row.onboarding))
            owner = person_of(connection, row.onboarding, handle) if handle else None
            if owner is None:
                return None
            who = person_of(connection, row.onboarding, by) if by else None
            to_owner = answered(
                notice_of(row), who, owner, sender=sender, subject=subject, text=text, key=f"answer/{key}", at=now
            )
            add(connection, notices, [notice_row(to_owner, onboarding=row.onboarding, now=now)])
            return owner.id

    def is_reachable(self, address: str) -> None:
        """Something came from that address: mail reaches it again."""
        with write_transaction(self._engine) as connection:
            connection.execute(delete(unreachable).where(unreachable.c.address == folded(address)))

    def _note(self, connection: Connection, row: Row[Any], kind: str, *, by: str, key: str = "", **data: str) -> None:
        if row.onboarding is None:
            return
        noted = JournalRow(
            key=f"{kind}/{row.id}{f'/{key}' if key else ''}",
            at=self._clock(),
            kind=kind,
            about=row.kind,
            by=by or None,
            via=MAIL,
            data={"notice": row.key, "person": row.person, **data},
        )
        add(connection, journal, [journal_row(row.onboarding, noted, now=self._clock())])


def _under(connection: Connection, row: Row[Any], sender: str, person: Person | None) -> Person | None:
    """Whoever takes part under that address; first of all whom the message was for."""
    if person is not None and folded(person.email) == folded(sender):
        return person
    if row.onboarding is None:
        return None
    of_it = select(people).where(people.c.onboarding == row.onboarding).order_by(people.c.id)
    taking_part = (Person.model_validate(dict(one)) for one in connection.execute(of_it).mappings())
    return next((one for one in taking_part if folded(one.email) == folded(sender)), None)
