"""Does the store know by how many customers each page of the library was opened, on SQLite and PostgreSQL alike?"""

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete

from store.opens import SqlOpens, count_anew, customers_who_opened, opened_pages
from store.tables import library_opens_counted
from tests.support import databases
from tests.support.databases import HOUR, NOON
from tests.support.desk_data import drawn

database = databases.database
engine = databases.engine

PAGE = "try"


class Clock:
    """Wall time, which goes on by an hour with each look."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += HOUR
        return self.now


def counted(engine: Engine) -> dict[str, tuple[int, int]]:
    return {page: (one.customers, one.people) for page, one in opened_pages(engine).items()}


def test_a_customer_counts_once_for_each_page_and_so_does_each_of_its_people(engine: Engine) -> None:
    """However often they come."""
    one, other = drawn(engine, "1"), drawn(engine, "2")
    opens = SqlOpens(engine, clock=Clock())

    for onboarding, person in ((one, "lead"), (one, "lead"), (one, "user"), (other, "lead"), (one, "lead")):
        opens.note(onboarding, person, PAGE, language="en")
    opens.note(one, "lead", "launching", language="en")

    assert {PAGE: (2, 3), "launching": (1, 1)} == counted(engine)
    assert NOON + 5 * HOUR == opened_pages(engine)[PAGE].last_at


def test_visits_that_nobody_has_counted_are_counted_anew(engine: Engine) -> None:
    """A process of the version before notes them and counts nothing."""
    onboarding = drawn(engine, "1")
    SqlOpens(engine).note(onboarding, "lead", PAGE, language="en")
    with engine.begin() as connection:
        connection.execute(delete(library_opens_counted))

    count_anew(engine)

    assert {PAGE: (1, 1)} == counted(engine)


def test_the_customers_who_opened_a_page_last_are_named_however_many_people_one_of_them_has(engine: Engine) -> None:
    one, other, first = drawn(engine, "1"), drawn(engine, "2"), drawn(engine, "3")
    opens = SqlOpens(engine, clock=Clock())
    opens.note(first, "lead", PAGE, language="en")
    opens.note(other, "lead", PAGE, language="en")
    for number in range(20):
        opens.note(one, f"user-{number}", PAGE, language="en")

    named = customers_who_opened(engine, PAGE, limit=2)

    assert [(one, 20, 20), (other, 1, 1)] == [(each.onboarding, each.people, each.times) for each in named]
    assert timedelta(hours=22) == named[0].last_at - NOON
