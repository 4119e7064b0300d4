"""Whom is a notice for as they are known right before it goes, and does what is sent there arrive?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select

from domain.notice import Person
from domain.text import folded
from store.links import person_of
from store.tables import notices, people, preferences, unreachable

# Asked for every message that goes; built once.
READERS = (
    select(
        notices.c.id.label("notice"),
        people,
        unreachable.c.since.label("unreachable_since"),
        select(preferences.c.person).where(preferences.c.onboarding == notices.c.onboarding).exists().label("chose"),
    )
    .select_from(
        notices.join(
            people, (people.c.onboarding == notices.c.onboarding) & (people.c.id == notices.c.person)
        ).outerjoin(unreachable, unreachable.c.address == people.c.address)
    )
    .where(notices.c.id.in_(bindparam("ids", expanding=True)))
)
COMES_BACK = select(unreachable.c.since).where(unreachable.c.address == bindparam("address"))


class Addressee(NamedTuple):
    """Whom a notice is for, since when no mail reaches them, and whether anybody there chose what they hear."""

    person: Person
    unreachable_since: datetime | None
    chose: bool


def readers_of(connection: Connection, ids: Sequence[int]) -> Mapping[int, Row[Any]]:
    """Whom those notices of onboardings are for, by the notices' ids.

    Asked after the notices are held, and not with them: a contact who is replaced takes over what waits.
    """
    return {row.notice: row for row in connection.execute(READERS, {"ids": ids})} if ids else {}


def addressee_of(connection: Connection, row: Row[Any]) -> Person | None:
    """Whom a row of the outbox is for, as they are known now; None where nobody by that id takes part."""
    if row.onboarding is None:
        return Person.model_validate(row.addressee)
    return person_of(connection, row.onboarding, row.person)


def addressee_in(connection: Connection, row: Row[Any], reader: Row[Any] | None) -> Addressee | None:
    """The same of a row whose reader was asked for with others (`readers_of`), and whether mails reach them."""
    if row.onboarding is None:
        person = Person.model_validate(row.addressee)
        return Addressee(person, _unreachable_since(connection, person), chose=False)
    if reader is None:
        return None
    person = Person.model_validate(dict(reader._mapping))
    # Without an address to compare by: an older worker has written them.
    since = reader.unreachable_since if reader.address is not None else _unreachable_since(connection, person)
    return Addressee(person, since, chose=reader.chose)


def _unreachable_since(connection: Connection, person: Person) -> datetime | None:
    """Since when no mail reaches that person's address; None where it does as far as we know."""
    since: datetime | None = connection.scalar(COMES_BACK, {"address": folded(person.email)})
    return since
