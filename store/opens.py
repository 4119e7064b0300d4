"""Who has opened which page of the library? One row a person and page, written and counted with each visit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select, update

from domain.wire import Instant, Wire
from store.engine import read_connection, wall_clock, write_transaction
from store.rows import add, insert_into, put
from store.tables import library_opens, library_opens_counted, onboardings

A_VISIT = timedelta(minutes=30)
"""A look within that time is the same visit: an open page fetches itself again when something changes."""
PEOPLE_OF_A_CUSTOMER = 8
"""Of as many people of each customer the visits are read at first, to find whose were the last."""


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
            _visited(connection, page, now=now)
            adding = insert_into(connection, library_opens).on_conflict_do_nothing().values(row)
            if connection.scalar(adding.returning(library_opens.c.page)) is not None:
                _count_person(connection, onboarding, page)
            connection.execute(update(library_opens).where(theirs).values(again))


def count_anew(engine: Engine) -> None:
    """Count all visits once more: those that a process of the version before has noted are not counted."""
    with read_connection(engine) as connection:
        if connection.execute(COUNTED).all() == connection.execute(COUNTS).all():
            return
    with write_transaction(engine) as connection:
        # Whoever notes a visit waits for its row.
        connection.execute(COUNTS.with_for_update())
        put(connection, library_opens_counted, [dict(row) for row in connection.execute(COUNTED).mappings()])


def _visited(connection: Connection, page: str, *, now: datetime) -> None:
    """Write when the page was opened last. Until the end of the transaction nobody else can count its visitors."""
    add(connection, library_opens_counted, [{"page": page, "customers": 0, "people": 0, "last_at": now}])
    connection.execute(update(library_opens_counted).where(library_opens_counted.c.page == page).values(last_at=now))


def _count_person(connection: Connection, onboarding: str, page: str) -> None:
    """Count somebody who has opened the page for the first time; their customer too, where nobody of it had."""
    of_page = (library_opens.c.onboarding == onboarding) & (library_opens.c.page == page)
    people = connection.scalar(select(func.count()).select_from(library_opens).where(of_page))
    more = {"people": library_opens_counted.c.people + 1}
    if people == 1:
        more["customers"] = library_opens_counted.c.customers + 1
    connection.execute(update(library_opens_counted).where(library_opens_counted.c.page == page).values(more))


def opens_of(engine: Engine, onboarding: str) -> Sequence[Opened]:
    """Every page that somebody of that onboarding has opened, the last opened first."""
    of_it = select(library_opens).where(library_opens.c.onboarding == onboarding)
    with read_connection(engine) as connection:
        rows = connection.execute(of_it.order_by(library_opens.c.last_at.desc(), library_opens.c.page)).mappings()
        return [Opened.model_validate(dict(row)) for row in rows]


def opened_pages(engine: Engine) -> Mapping[str, OpenedByAll]:
    """By how many customers each page was opened, of those that anybody has opened."""
    with read_connection(engine) as connection:
        rows = connection.execute(COUNTS).mappings()
        return {row["page"]: OpenedByAll.model_validate(dict(row)) for row in rows}


def customers_who_opened(engine: Engine, page: str, *, limit: int) -> Sequence[OpenedByCustomer]:
    """Up to `limit` customers of whose people somebody has opened that page, the last to do so first."""
    last_at = func.max(library_opens.c.last_at).label("last_at")
    with read_connection(engine) as connection:
        last = _last_to_open(connection, page, limit=limit)
        theirs = (
            select(
                library_opens.c.onboarding,
                onboardings.c.account,
                func.count().label("people"),
                func.sum(library_opens.c.times).label("times"),
                last_at,
            )
            .join(onboardings, onboardings.c.onboarding == library_opens.c.onboarding)
            .where(library_opens.c.onboarding.in_(last), library_opens.c.page == page)
            .group_by(library_opens.c.onboarding, onboardings.c.account)
            .order_by(last_at.desc(), library_opens.c.onboarding)
        )
        return [OpenedByCustomer.model_validate(dict(row)) for row in connection.execute(theirs).mappings()]


def _last_to_open(connection: Connection, page: str, *, limit: int) -> Sequence[str]:
    """The customers of the last visits: so many visits are read that they are of `limit` customers, or all."""
    visits = limit * PEOPLE_OF_A_CUSTOMER
    newest = (library_opens.c.last_at.desc(), library_opens.c.onboarding.desc())
    of_page = select(library_opens.c.onboarding).where(library_opens.c.page == page).order_by(*newest)
    while True:
        rows = connection.scalars(of_page.limit(visits)).all()
        customers = list(dict.fromkeys(rows))
        if len(customers) >= limit or len(rows) < visits:
            return customers[:limit]
        visits *= 4


COUNTS = select(library_opens_counted).order_by(library_opens_counted.c.page)
COUNTED = (
    select(
        library_opens.c.page,
        func.count(library_opens.c.onboarding.distinct()).label("customers"),
        func.count().label("people"),
        func.max(library_opens.c.last_at).label("last_at"),
    )
    .group_by(library_opens.c.page)
    .order_by(library_opens.c.page)
)
"""As `library_opens_counted` has it, from the visits themselves."""
