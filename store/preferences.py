"""What has each person chosen to hear, in which language, and when? Read before each message, changed by themselves."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Engine, Row, bindparam, select, update

from domain.notice import Person
from domain.preferences import Preferences
from domain.record import JournalRow
from domain.rules.hearing import breaks_quiet, loud_from, unwanted
from domain.text import folded
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.rows import add, put
from store.tables import journal, people, preferences, unsubscribes

VIA = "link"
"""The way by which what people do on our pages comes: by a link in a message to them."""
QUIET = "its reader has quiet hours"
# Asked for every message to a customer; built once. Few onboardings have any.
CHOSEN = (
    select(people.c.id, people.c.email, preferences.c.chosen, preferences.c.chosen_at)
    .select_from(
        preferences.join(
            people, (people.c.onboarding == preferences.c.onboarding) & (people.c.id == preferences.c.person)
        )
    )
    .where(preferences.c.onboarding == bindparam("onboarding"))
    .order_by(preferences.c.chosen_at.desc())
)


class SqlPreferences:
    """The preferences of people, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def of(self, onboarding: str, person: str) -> Preferences:
        """What the person has chosen, by hand or by unsubscribing; everything where they have not."""
        with read_connection(self._engine) as connection:
            same = _entries(connection, onboarding, person)
            chosen = _chosen(connection, onboarding, same[0].email) if same else None
            unsubscribed = _unsubscribed(connection, onboarding, [one.id for one in same])
        found = chosen or Preferences()
        if unsubscribed and found.hears == "everything":
            return found.model_copy(update={"hears": "no_letters"})
        return found

    def choose(
        self, onboarding: str, person: str, chosen: Preferences, *, language: str = "", time_zone: str = ""
    ) -> bool:
        """Keep what the person has chosen, for every entry with their address; False where it changes nothing.

        Language and time zone count from the next message that is written on; empty ones stay as they are.
        """
        now = self._clock()
        with write_transaction(self._engine) as connection:
            same = _entries(connection, onboarding, person)
            if not same:
                return False
            ids = [one.id for one in same]
            unsubscribed = _unsubscribed(connection, onboarding, ids)
            before = _chosen(connection, onboarding, same[0].email) or Preferences()
            about_them = {name: value for name, value in (("language", language), ("time_zone", time_zone)) if value}
            moved = {
                name: value for name, value in about_them.items() if any(getattr(one, name) != value for one in same)
            }
            again = unsubscribed and chosen.hears == "everything"
            if before == chosen and not moved and not again:
                return False
            put(connection, preferences, [_row(onboarding, id, chosen, now) for id in ids])
            if moved:
                theirs = (people.c.onboarding == onboarding) & people.c.id.in_(ids)
                connection.execute(update(people).where(theirs).values(moved))
            if again:
                links = (unsubscribes.c.onboarding == onboarding) & unsubscribes.c.person.in_(ids)
                connection.execute(update(unsubscribes).where(links).values(unsubscribed_at=None))
            entry = JournalRow(
                key=f"preferences_chosen/{person}/{now.isoformat()}",
                at=now,
                kind="preferences_chosen",
                about=person,
                by=person,
                via=VIA,
                data={**chosen.model_dump(mode="json"), **moved},
            )
            add(connection, journal, [journal_row(onboarding, entry, now=now)])
        return True


def chosen_by(connection: Connection, onboarding: str | None, person: Person) -> Preferences | None:
    """What that person has chosen; None where they never did, and for ours: what they are told is their work."""
    if onboarding is None or person.side != "customer":
        return None
    return _chosen(connection, onboarding, person.email)


def held_back(row: Row[Any], chosen: Preferences, person: Person, *, now: datetime) -> dict[str, Any] | None:
    """What becomes of a notice that its reader does not want, or not now: values of its row; None where it may go."""
    if (reason := unwanted(chosen, row.kind)) is not None:
        return {"state": "withdrawn", "reason": reason}
    if breaks_quiet(row.kind, row.facts):
        return None
    until = loud_from(chosen, zone_of(person.time_zone), now)
    return None if until is None else {"rests_until": until, "reason": QUIET}


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name; UTC where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _chosen(connection: Connection, onboarding: str, email: str) -> Preferences | None:
    """What whoever has that address chose last; None where they never did.

    A person may stand in a deal under several entries: what one of them has chosen counts for all with that address.
    """
    for row in connection.execute(CHOSEN, {"onboarding": onboarding}):
        if folded(row.email) == folded(email):
            return Preferences.model_validate(row.chosen)
    return None


def _entries(connection: Connection, onboarding: str, person: str) -> Sequence[Person]:
    """The person, and whoever of the same onboarding has the same address; nobody where there is no such person."""
    customers = (people.c.onboarding == onboarding) & (people.c.side == "customer")
    everybody = [
        Person.model_validate(dict(row)) for row in connection.execute(select(people).where(customers)).mappings()
    ]
    own = [one for one in everybody if one.id == person]
    return [*own, *(one for one in everybody if own and one.id != person and folded(one.email) == folded(own[0].email))]


def _unsubscribed(connection: Connection, onboarding: str, ids: Sequence[str]) -> bool:
    of_them = (unsubscribes.c.onboarding == onboarding) & unsubscribes.c.person.in_(ids)
    of_them = of_them & unsubscribes.c.unsubscribed_at.is_not(None)
    return bool(ids) and connection.scalar(select(unsubscribes.c.person).where(of_them).limit(1)) is not None


def _row(onboarding: str, person: str, chosen: Preferences, now: datetime) -> dict[str, Any]:
    return {"onboarding": onboarding, "person": person, "chosen": chosen, "chosen_at": now}
