"""Is the use of the product counted again when more comes, and kept when events go, on both databases?"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, func, select

from domain.usage import FreshDay, Joined, UsageEvent, milliseconds, number_of
from store.tables import usage_events, usage_people, usage_weeks
from store.usage import SqlUsage
from store.usage_counts import SqlUsageBooks
from tests.support import databases

database = databases.database
engine = databases.engine

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = date(2026, 11, 2)


def did(number: int, user: str = "u-1", *, event: str = "Created", group: str = "acme", days: int = 0) -> UsageEvent:
    at = milliseconds(NOON + timedelta(days=days))
    return UsageEvent(number.to_bytes(16, "big"), at // 86_400_000, group, number_of(user), event, at)


def look(books: SqlUsageBooks) -> int:
    fresh = books.count(after=("", 0), most=100)
    books.counted(fresh)
    return len(fresh)


def rows(engine: Engine, table: Table) -> Sequence[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]


def users(engine: Engine) -> set[int]:
    """Who was ever active."""
    return {row[1] for row in rows(engine, usage_people)}


def test_a_day_is_counted_by_its_users(engine: Engine) -> None:
    """The day is counted again when more of it comes."""
    usage, books = SqlUsage(engine), SqlUsageBooks(engine)
    usage.write([did(1), did(2), did(3, "u-2"), did(4, event="Shared"), did(5, days=-1), did(1)])
    assert 2 == look(books)
    assert 0 == look(books)

    usage.write([did(6, "u-3"), did(2)])
    assert 1 == look(books)

    yesterday = date(2026, 11, 1)
    people = {row[1]: row[2:] for row in rows(engine, usage_people)}
    assert {
        number_of("u-1"): (yesterday, DAY),
        number_of("u-2"): (DAY, DAY),
        number_of("u-3"): (DAY, DAY),
    } == people


def test_what_is_written_while_it_is_counted_is_counted_next_time(engine: Engine) -> None:
    """The mark of a day is deleted only where nothing was written since."""
    usage, books = SqlUsage(engine), SqlUsageBooks(engine)
    usage.write([did(1)])
    fresh = books.count(after=("", 0), most=100)

    usage.write([did(2, "u-2")])
    books.counted(fresh)

    assert 1 == look(books)
    assert {number_of("u-1"), number_of("u-2")} == users(engine)


def test_who_is_not_known_is_no_user(engine: Engine) -> None:
    usage, books = SqlUsage(engine), SqlUsageBooks(engine)
    usage.write([did(1)._replace(person=0), did(2)])

    look(books)

    assert {number_of("u-1")} == users(engine)
    assert [number_of("u-1")] == [row[2] for row in rows(engine, usage_weeks)]


def test_what_a_user_did_before_we_knew_whose_they_are_is_counted_then(engine: Engine) -> None:
    """Days of unknown groups are not counted at all."""
    usage, books = SqlUsage(engine), SqlUsageBooks(engine)
    usage.write([did(1, group=""), did(2, "u-2", group="")])
    assert 0 == look(books)

    usage.write([Joined(number_of("u-1"), "acme", milliseconds(NOON))])

    assert 1 == look(books)
    assert {number_of("u-1")} == users(engine)


def test_old_events_go_and_what_they_came_to_stays(engine: Engine) -> None:
    """Old events are deleted some at a time."""
    usage, books = SqlUsage(engine), SqlUsageBooks(engine)
    usage.write([did(1, days=-3), did(2)])
    look(books)

    gone = [books.forget(before=DAY), books.forget(before=DAY)]

    assert [1, 0] == gone
    with engine.connect() as connection:
        assert 1 == connection.scalar(select(func.count()).select_from(usage_events))
    assert [(date(2026, 10, 30), DAY)] == [row[2:] for row in rows(engine, usage_people)]
    assert 2 == len(rows(engine, usage_weeks))


def test_days_are_counted_page_by_page(engine: Engine) -> None:
    """Days come in the order of groups and days, and none is left out."""
    usage, books = SqlUsage(engine), SqlUsageBooks(engine)
    usage.write([did(number, group=f"g-{number % 5}", days=-(number % 3)) for number in range(60)])

    days: list[FreshDay] = []
    after = ("", 0)
    while fresh := books.count(after=after, most=4):
        days += fresh
        after = (fresh[-1].group_id, fresh[-1].day)

    assert 15 == len(days) == len({one[:2] for one in days})


@pytest.mark.parametrize("events", [5_000])
def test_thousands_are_written_at_once(events: int, engine: Engine) -> None:
    """A group of events is as large as a transaction may be."""
    SqlUsage(engine).write([did(number, f"u-{number % 700}", group="") for number in range(events)])

    with engine.connect() as connection:
        assert events == connection.scalar(select(func.count()).select_from(usage_events))
