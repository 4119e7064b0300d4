"""Is every delivery stored once, read back in order and settled once, on both databases?"""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from domain.inbox import Incoming, Settled
from store.census import SqlCensus
from store.inbox import LARGEST_GROUP, GroupedInbox, SqlInbox
from tests.support import databases
from tests.support.databases import NOON

database = databases.database
engine = databases.engine


@pytest.fixture
def inbox(engine: Engine) -> SqlInbox:
    return SqlInbox(engine)


def incoming(key: str = "1", **more: str) -> Incoming:
    return Incoming.model_validate({"source": "deals", "kind": "deal_closed", "key": key, "body": {"n": key}, **more})


def waiting(inbox: SqlInbox) -> list[str]:
    return [row.key for row in inbox.ready(apart_from=(), most=10)]


def test_a_delivery_that_comes_twice_is_kept_once(inbox: SqlInbox) -> None:
    """Senders repeat what they think was lost, in one batch and later."""
    inbox.keep([incoming("1"), incoming("1"), incoming("2")])

    inbox.keep([incoming("2"), incoming("3")])

    assert ["1", "2", "3"] == waiting(inbox)


def test_a_body_is_kept_as_it_came(inbox: SqlInbox) -> None:
    """The body may hold any character, even one that PostgreSQL cannot read in JSON; in a name it is replaced."""
    body: dict[str, Any] = {
        "text": "a\x00b \\u0000 \"'$.body\u2028ü日本",
        "numbers": [1, 2.5, 2**70, -0.0],
        "none": None,
        "": {"x": []},
    }

    inbox.keep([Incoming(source="deals", kind="deal_closed", key="a\x00b", body=body)])
    inbox.keep([Incoming(source="deals", kind="deal_closed", key="none")])

    [row, empty] = inbox.ready(apart_from=(), most=10)
    assert ("a�b", body, None) == (row.key, row.body, empty.body)


def test_sources_can_be_passed_over(inbox: SqlInbox) -> None:
    """Sources that cannot be reached at present are left out."""
    inbox.keep([incoming("1"), incoming("2", source="news"), incoming("3", source="stripe")])

    rows = inbox.ready(apart_from=(), not_of={"deals", "stripe"}, most=10)

    assert ["2"] == [row.key for row in rows]


def test_what_failed_before_stands_behind_what_was_never_tried(inbox: SqlInbox) -> None:
    """Failed ones come in random order, so each has its turn; one that a person orders again counts as new."""
    inbox.keep([incoming(str(number)) for number in range(40)])
    failed = inbox.ready(apart_from=(), most=30)
    for row in failed:
        inbox.waits_for(row.id, "KeyError")

    assert [str(number) for number in range(30, 40)] == waiting(inbox)
    drawn = {row.key for _ in range(200) for row in inbox.tried_before(apart_from=(failed[0].id,), most=5)}
    assert {str(number) for number in range(1, 30)} == drawn
    assert [] == inbox.tried_before(apart_from=(), most=5, not_of=("deals",))

    inbox.settle({failed[7].id: Settled(state="refused", outcome="no such owner")})
    inbox.retry(failed[7].id)
    assert "7" == waiting(inbox)[0]


def test_what_waits_for_a_moment_is_left_alone_until_then(engine: Engine) -> None:
    """It comes by itself, and is neither overdue before nor settled after; a person may look at it at once."""
    now = NOON
    inbox, census = SqlInbox(engine, clock=lambda: now), SqlCensus(engine, clock=lambda: now)
    inbox.keep([incoming("1", subject="deals-1")])
    [row] = inbox.ready(apart_from=(), most=10)
    inbox.settle({row.id: Settled(state="waiting", outcome="for its close", not_before=NOON + timedelta(days=30))})

    def tried() -> list[str]:
        rows = [*inbox.ready(apart_from=(), most=10), *inbox.tried_before(apart_from=(), most=10)]
        return [one.key for one in [*rows, *inbox.waiting_about("deals", ["deals-1"])]]

    assert ([], False, {}) == (tried(), inbox.due(), census.delivered_waiting().by_source)
    [shown] = inbox.page().rows
    assert ("waiting", None, NOON + timedelta(days=30)) == (shown.state, shown.settled_at, shown.not_before)

    now = NOON + timedelta(days=30)
    assert (["1", "1"], True, {"deals": 1}) == (tried(), inbox.due(), census.delivered_waiting().by_source)
    inbox.settle({row.id: Settled(outcome="began")})
    assert ([], False) == (tried(), inbox.due())


def test_what_was_settled_is_not_settled_again(inbox: SqlInbox) -> None:
    """A try that was given up may still arrive."""
    inbox.keep([incoming("1")])
    [row] = inbox.ready(apart_from=(), most=10)
    inbox.settle({row.id: Settled(outcome="started", onboarding="onboarding-file-1")})

    inbox.settle({row.id: Settled(state="refused", outcome="too late")})

    stored = inbox.get(row.id)
    assert stored is not None
    assert ("done", "started", "onboarding-file-1") == (stored.state, stored.outcome, stored.onboarding)
    assert [] == waiting(inbox)


def test_what_was_refused_can_be_tried_again(inbox: SqlInbox) -> None:
    """A person may have mended elsewhere what was wrong."""
    inbox.keep([incoming("1")])
    [row] = inbox.ready(apart_from=(), most=10)
    inbox.settle({row.id: Settled(state="refused", outcome="no such owner", field="owner")})

    assert inbox.retry(row.id)

    assert ["1"] == waiting(inbox)
    assert not inbox.retry(row.id)


def test_a_page_shows_the_newest_first_and_where_the_next_begins(inbox: SqlInbox) -> None:
    """Years of deliveries are read page by page."""
    inbox.keep([incoming(str(number)) for number in range(5)])

    first = inbox.page(limit=2)
    second = inbox.page(limit=10, before=first.before)

    assert ["4", "3"] == [row.key for row in first.rows]
    assert (["2", "1", "0"], None) == ([row.key for row in second.rows], second.before)


def test_all_that_waits_about_some_things_is_found(inbox: SqlInbox) -> None:
    """Settled deliveries, and those of another source, are left out."""
    inbox.keep([incoming("1", subject="a"), incoming("2", subject="b"), incoming("3", subject="a")])
    inbox.keep([incoming("4", subject="a", source="hubspot"), incoming("5", subject="c")])
    [first, *_] = inbox.ready(apart_from=(), most=1)
    inbox.settle({first.id: Settled(outcome="done")})

    assert ["2", "3"] == [row.key for row in inbox.waiting_about("deals", {"a", "b"})]


async def test_deliveries_at_the_same_moment_share_a_transaction() -> None:
    """All who wait for a commit share its cost."""
    groups: list[Sequence[Incoming]] = []

    async with GroupedInbox(groups.append) as inbox:
        await asyncio.gather(*(inbox.keep([incoming(str(number))]) for number in range(10)))

    assert [10] == [len(group) for group in groups]


async def test_what_comes_while_a_group_is_written_is_the_next_group() -> None:
    """Nobody waits longer than for the group before theirs."""
    groups: list[Sequence[Incoming]] = []

    def slowly(group: Sequence[Incoming]) -> None:
        time.sleep(0.05)
        groups.append(group)

    async with GroupedInbox(slowly) as inbox:
        first = asyncio.create_task(inbox.keep([incoming("1")]))
        await asyncio.sleep(0.01)
        await asyncio.gather(first, inbox.keep([incoming("2")]), inbox.keep([incoming("3")]))

    assert [["1"], ["2", "3"]] == [[delivery.key for delivery in group] for group in groups]


async def test_a_group_of_large_deliveries_ends_before_one_of_many() -> None:
    """A statement of hundreds of megabytes takes a gigabyte, and everybody in it waits until it is through."""
    groups: list[Sequence[Incoming]] = []
    largest = LARGEST_GROUP // 3

    async with GroupedInbox(groups.append) as inbox:
        given = (inbox.keep([incoming(str(number))], size=largest) for number in range(7))
        await asyncio.gather(*given, inbox.keep([incoming("whole")], size=LARGEST_GROUP * 2), inbox.keep([incoming()]))

    assert [4, 4, 1] == [len(group) for group in groups]


async def test_what_was_given_is_written_before_the_end_though_its_sender_has_gone() -> None:
    """Others share the transaction of a sender who has gone."""
    groups: list[Sequence[Incoming]] = []

    async with GroupedInbox(groups.append) as inbox:
        sender = asyncio.create_task(inbox.keep([incoming("1")]))
        await asyncio.sleep(0)
        sender.cancel()

    assert ["1"] == [delivery.key for group in groups for delivery in group]


async def test_a_database_that_is_away_is_told_to_every_sender() -> None:
    """No sender is answered as if the delivery had been stored."""

    def away(_: Sequence[Incoming]) -> None:
        raise OSError("disk full")

    async with GroupedInbox(away) as inbox:
        writes = (inbox.keep([incoming(str(number))]) for number in range(3))
        failures = await asyncio.gather(*writes, return_exceptions=True)

    assert [OSError] * 3 == [type(failure) for failure in failures]


def test_each_state_is_counted(inbox: SqlInbox) -> None:
    inbox.keep([incoming("1"), incoming("2"), incoming("3")])

    inbox.settle({inbox.ready(apart_from=(), most=1)[0].id: Settled(outcome="started")})

    assert {"waiting": 2, "done": 1} == inbox.counted()


def test_errors_that_nobody_foresaw_are_counted_until_a_person_orders_another_try(inbox: SqlInbox) -> None:
    """The count stands in the store, so that no restart begins it anew; a settled delivery counts none."""
    inbox.keep([incoming("1")])
    [row] = inbox.ready(apart_from=(), most=1)

    assert (0, 1, 2) == (row.tries, inbox.failed(row.id, "KeyError"), inbox.failed(row.id, "StatementError"))
    [tried] = inbox.tried_before(apart_from=(), most=1)
    assert ("StatementError", 2) == (tried.outcome, tried.tries)

    inbox.settle({row.id: Settled(state="refused", outcome="given up")})
    assert 0 == inbox.failed(row.id, "KeyError")

    inbox.retry(row.id)
    assert [0] == [again.tries for again in inbox.ready(apart_from=(), most=1)]
