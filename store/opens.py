"""Who has opened which page of the library? One row a person and page, written with each visit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select, update

from domain.wire import Instant, Wire
from store.engine import read_connection, wall_clock, write_transaction
from store.rows import add
from store.tables import library_opens, onboardings

A_VISIT = timedelta(minutes=30)
"""A look within that time is the same visit: an open page fetches itself again when something changes."""


class Opened(Wire):
    """A page that somebody has opened."""

    person: str
    page: str
    language: str
    first_at: Instant
    last_at: Instant
    times: int


class OpenedByAll(Wire):
    """How many customers, and how many people of theirs, have opened a page, and when somebody did so last."""

    page: str
    customers: int
    people: int
    last_at: Instant


class OpenedByCustomer(Wire):
    """How many people of one customer have opened a page, how often altogether, and when somebody did so last."""

    onboarding: str
    account: str
    people: int
    times: int
    last_at: Instant


class SqlOpens:
    """The opened pages, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def note(self, onboarding: str, person: str, page: str, *, language: str) -> None:
        """Somebody has opened that page."""
        now = self._clock()
        theirs = (
            (library_opens.c.onboarding == onboarding)
            & (library_opens.c.person == person)
            & (library_opens.c.page == page)
        )
        with read_connection(self._engine) as connection:
            last_at = connection.scalar(select(library_opens.c.last_at).where(theirs))
        if last_at is not None and now - last_at < A_VISIT:
            return
        row = {
            "onboarding": onboarding,
            "person": person,
            "page": page,
            "language": language,
            "first_at": now,
            "last_at": now,
            "times": 0,
        }
        again = {"last_at": now, "language": language, "times": library_opens.c.times + 1}
        with write_transaction(self._engine) as connection:
            add(connection, library_opens, [row])
            connection.execute(update(library_opens).where(theirs).values(again))


def opens_of(engine: Engine, onboarding: str) -> Sequence[Opened]:
    """Every page that somebody of that onboarding has opened, the last opened first."""
    of_it = select(library_opens).where(library_opens.c.onboarding == onboarding)
    with read_connection(engine) as connection:
        rows = connection.execute(of_it.order_by(library_opens.c.last_at.desc(), library_opens.c.page)).mappings()
        return [Opened.model_validate(dict(row)) for row in rows]


def opened_pages(engine: Engine) -> Mapping[str, OpenedByAll]:
    """By how many customers each page was opened, of those that anybody has opened."""
    counted = select(
        library_opens.c.page,
        func.count(library_opens.c.onboarding.distinct()).label("customers"),
        func.count().label("people"),
        func.max(library_opens.c.last_at).label("last_at"),
    ).group_by(library_opens.c.page)
    with read_connection(engine) as connection:
        rows = connection.execute(counted).mappings()
        return {row["page"]: OpenedByAll.model_validate(dict(row)) for row in rows}


def customers_who_opened(engine: Engine, page: str, *, limit: int) -> Sequence[OpenedByCustomer]:
    """Up to `limit` customers of whose people somebody has opened that page, the last to do so first."""
    last_at = func.max(library_opens.c.last_at).label("last_at")
    theirs = (
        select(
            library_opens.c.onboarding,
            onboardings.c.account,
            func.count().label("people"),
            func.sum(library_opens.c.times).label("times"),
            last_at,
        )
        .join(onboardings, onboardings.c.onboarding == library_opens.c.onboarding)
        .where(library_opens.c.page == page)
        .group_by(library_opens.c.onboarding, onboardings.c.account)
        .order_by(last_at.desc(), library_opens.c.onboarding)
        .limit(limit)
    )
    with read_connection(engine) as connection:
        return [OpenedByCustomer.model_validate(dict(row)) for row in connection.execute(theirs).mappings()]
