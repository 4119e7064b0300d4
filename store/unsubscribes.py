"""How does somebody unsubscribe from letters that are not essential? By a link of their own in each onboarding."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, select, update

from domain.notice import MAIL
from domain.record import JournalRow
from domain.text import folded
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.rows import add
from store.tables import journal, people, unsubscribes

TOKEN_BYTES = 32
"""Nobody guesses one, and no two are alike."""
FORM = re.compile(r"[A-Za-z0-9_-]{43}")
"""What a token looks like; anything else is unknown without a query."""
# Asked for every letter; built once.
TOKEN = select(unsubscribes.c.token).where(
    unsubscribes.c.onboarding == bindparam("onboarding"), unsubscribes.c.person == bindparam("person")
)
UNWANTED_AT = (
    select(people.c.email)
    .where(people.c.onboarding == bindparam("onboarding"), people.c.id == unsubscribes.c.person)
    .where(unsubscribes.c.onboarding == bindparam("onboarding"), unsubscribes.c.unsubscribed_at.is_not(None))
)
ADDRESS = select(people.c.email).where(people.c.onboarding == bindparam("onboarding"), people.c.id == bindparam("id"))


class SqlUnsubscribes:
    """The links by which people unsubscribe, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def knows(self, token: str) -> bool:
        """Whether the token is that of somebody's link."""
        if not FORM.fullmatch(token):
            return False
        with read_connection(self._engine) as connection:
            return connection.scalar(select(unsubscribes.c.person).where(unsubscribes.c.token == token)) is not None

    def unsubscribe(self, token: str) -> bool:
        """Unsubscribe the person whose link has that token; False when nobody's has. Again it changes nothing."""
        # Looked up first: whoever tries tokens must not take the lock for writing, which SQLite has only one of.
        if not self.knows(token):
            return False
        now = self._clock()
        theirs = (unsubscribes.c.token == token) & unsubscribes.c.unsubscribed_at.is_(None)
        marking = update(unsubscribes).where(theirs).values(unsubscribed_at=now)
        with write_transaction(self._engine) as connection:
            row = connection.execute(marking.returning(unsubscribes.c.onboarding, unsubscribes.c.person)).one_or_none()
            if row is not None:
                entry = JournalRow(
                    key=f"unsubscribed/{row.person}",
                    at=now,
                    kind="unsubscribed",
                    about=row.person,
                    by=row.person,
                    via=MAIL,
                )
                add(connection, journal, [journal_row(row.onboarding, entry, now=now)])
        return True


def link_of(connection: Connection, onboarding: str, person: str, *, now: datetime) -> str:
    """The token of the person's link in that onboarding, made when it is first asked for."""
    made = {
        "onboarding": onboarding,
        "person": person,
        "token": secrets.token_urlsafe(TOKEN_BYTES),
        "created_at": now,
    }
    add(connection, unsubscribes, [made])
    return str(connection.scalars(TOKEN, {"onboarding": onboarding, "person": person}).one())


def has_unsubscribed(connection: Connection, onboarding: str, person: str) -> bool:
    """Whether the person wants no letters of that onboarding, nor of its success programme, that are not essential.

    A person may stand in a deal under several entries: what one of them has said counts for all with that address.
    """
    unwanted = {folded(email) for email in connection.scalars(UNWANTED_AT, {"onboarding": onboarding})}
    if not unwanted:
        return False
    address = connection.scalar(ADDRESS, {"onboarding": onboarding, "id": person})
    return address is not None and folded(address) in unwanted
