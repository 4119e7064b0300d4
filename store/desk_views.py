"""Which views of the portfolio are kept? Those of each of our people, and those that somebody shares with all."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, or_, select

from domain.wire import Instant, Wire
from store.engine import read_connection, write_transaction
from store.tables import desk_views

MOST_VIEWS = 30
"""Views that one person may keep: more would be no tabs any more."""


class KeptView(Wire):
    """A filter of the portfolio under a name; `query` is that of its address."""

    id: int
    person: str
    name: str
    query: str
    shared: bool
    created_at: Instant


class TooManyViews(Exception):
    """Somebody keeps as many views as may be. They must act: remove one."""


def views_of(engine: Engine, person: str) -> Sequence[KeptView]:
    """The views that this person sees, by name: their own, then those that others share."""
    theirs = or_(desk_views.c.person == person, desk_views.c.shared)
    query = select(desk_views).where(theirs).order_by(desk_views.c.person != person, desk_views.c.name, desk_views.c.id)
    with read_connection(engine) as connection:
        return [KeptView.model_validate(row) for row in connection.execute(query).mappings()]


def keep_view(engine: Engine, person: str, *, name: str, query: str, shared: bool, now: datetime) -> None:
    """Keep a view; under a name that the person has given before it takes that one's place. Raises TooManyViews."""
    same = desk_views.c.person == person, desk_views.c.name == name
    row = {"person": person, "name": name, "query": query, "shared": shared, "created_at": now}
    with write_transaction(engine) as connection:
        connection.execute(delete(desk_views).where(*same))
        count = select(func.count()).select_from(desk_views).where(desk_views.c.person == person)
        if (connection.scalar(count) or 0) >= MOST_VIEWS:
            raise TooManyViews(person)
        connection.execute(insert(desk_views).values(row))


def drop_view(engine: Engine, person: str, id: int) -> bool:
    """Keep that view no longer; False where the person has none by that number."""
    with write_transaction(engine) as connection:
        gone = connection.execute(delete(desk_views).where(desk_views.c.person == person, desk_views.c.id == id))
        return gone.rowcount > 0
