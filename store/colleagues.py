"""Whom has the customer named to take part? Kept with who named them and what one of ours decided."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from domain.colleagues import MOST_PROPOSED, Colleague, Named, TooManyNamed, UnknownColleague
from domain.questions import Told
from domain.record import JournalRow
from domain.refusal import Refused
from domain.room.deeds import Deed
from domain.text import folded
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.room_writes import held, tell
from store.rows import add
from store.tables import colleagues, journal

Tell = Callable[[Colleague, str], Told]
"""Decides who hears of somebody who was named, given the onboarding's owner."""


class SqlColleagues:
    """The people whom customers have named, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def propose(self, onboarding: str, named: Named, deed: Deed, *, note: str | None, tell_of: Tell) -> Colleague:
        """Name somebody. Again by its key, or while the same address waits already, it changes nothing.

        Raises UnknownOnboarding, TooManyNamed.
        """
        with write_transaction(self._engine) as connection:
            owner = held(connection, onboarding)
            of_it = colleagues.c.onboarding == onboarding
            rows = connection.execute(select(colleagues).where(of_it).order_by(colleagues.c.number)).mappings().all()
            waiting = [row for row in rows if row["state"] == "proposed"]
            again = [row for row in rows if row["key"] == deed.key]
            again += [row for row in waiting if folded(row["email"]) == folded(named.email)]
            if again:
                return Colleague.model_validate(dict(again[0]))
            if len(waiting) >= MOST_PROPOSED:
                raise TooManyNamed(f"{MOST_PROPOSED} people wait for us already", field="email")
            row = {
                **named.model_dump(),
                "onboarding": onboarding,
                "number": max((row["number"] for row in rows), default=0) + 1,
                "key": deed.key,
                "note": note,
                "state": "proposed",
                "by": deed.by,
                "at": deed.at,
                "recorded_at": wall_clock(),
            }
            connection.execute(insert(colleagues).values(row))
            colleague = _read(connection, onboarding, row["number"])
            _note(connection, onboarding, "colleague_named", colleague.number, deed)
            tell(connection, onboarding, tell_of(colleague, owner))
            return colleague

    def take_in(self, onboarding: str, number: int, deed: Deed, *, person: str | None) -> Colleague:
        """Write down that they take part, under that id where it is known. Raises like `decline`."""
        with write_transaction(self._engine) as connection:
            held(connection, onboarding)
            if _read(connection, onboarding, number).state != "taken_in":
                _change(connection, onboarding, number, deed, state="taken_in", person=person)
                _note(connection, onboarding, "colleague_taken_in", number, deed)
            return _read(connection, onboarding, number)

    def decline(self, onboarding: str, number: int, deed: Deed, *, reason: str | None) -> Colleague:
        """Leave them out; who named them reads the reason. Raises UnknownOnboarding, UnknownColleague, Refused."""
        with write_transaction(self._engine) as connection:
            held(connection, onboarding)
            colleague = _read(connection, onboarding, number)
            if colleague.state == "taken_in":
                raise Refused(f"{colleague.person} takes part already", field="number")
            if colleague.state == "proposed":
                _change(connection, onboarding, number, deed, state="declined", reason=reason)
                _note(connection, onboarding, "colleague_declined", number, deed)
            return _read(connection, onboarding, number)

    def of(self, onboarding: str) -> Sequence[Colleague]:
        """Everybody who was named, in the order of naming."""
        wanted = select(colleagues).where(colleagues.c.onboarding == onboarding).order_by(colleagues.c.number)
        with read_connection(self._engine) as connection:
            return [Colleague.model_validate(dict(row)) for row in connection.execute(wanted).mappings()]

    def one(self, onboarding: str, number: int) -> Colleague:
        """Raises UnknownColleague."""
        with read_connection(self._engine) as connection:
            return _read(connection, onboarding, number)


def _read(connection: Connection, onboarding: str, number: int) -> Colleague:
    of_it = (colleagues.c.onboarding == onboarding) & (colleagues.c.number == number)
    row = connection.execute(select(colleagues).where(of_it)).mappings().one_or_none()
    if row is None:
        raise UnknownColleague(f"nobody by the number {number} was named in {onboarding}")
    return Colleague.model_validate(dict(row))


def _change(connection: Connection, onboarding: str, number: int, deed: Deed, **values: Any) -> None:
    of_it = (colleagues.c.onboarding == onboarding) & (colleagues.c.number == number)
    decided = {"decided_by": deed.by, "decided_at": deed.at, **values}
    connection.execute(update(colleagues).where(of_it).values(decided))


def _note(connection: Connection, onboarding: str, kind: str, number: int, deed: Deed) -> None:
    """Names and addresses stand in the table: the journal has the number, and who did what."""
    entry = JournalRow(
        key=f"{kind}/{number}", at=deed.at, kind=kind, about=str(number), by=deed.by, via=deed.via, proved=deed.proved
    )
    add(connection, journal, [journal_row(onboarding, entry, now=wall_clock())])
