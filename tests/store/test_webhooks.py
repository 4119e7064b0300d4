"""Is every journal entry delivered once to each target that wants it, on SQLite and PostgreSQL alike?"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from activities.ports import Webhooks
from domain.record import JournalRow, Writing
from domain.refusal import Refused
from domain.trouble import NotFound
from domain.webhooks import Target, Tried
from store.engine import write_transaction
from store.entries import journal_row
from store.ledger import SqlLedger
from store.tables import journal, webhook_deliveries, webhook_targets
from store.webhooks import HORIZON, KEPT, MOST_AT_ONCE, MOST_OLD_SECRETS, TRIED_WHILE_GLOOMY, SqlWebhooks
from tests.support import databases
from tests.support.databases import NOON, dossier, happened
from tests.support.sealing import SEALING

database = databases.database
engine = databases.engine

ONE = "onboarding-file-1"
MINUTE = timedelta(minutes=1)
URL = "https://hooks.example.test/day90"


class Clock:
    """The wall clock, moved by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def webhooks(engine: Engine, clock: Clock) -> SqlWebhooks:
    SqlLedger(engine, clock=clock).admit(dossier(), run="run-1")
    return SqlWebhooks(engine, clock=clock, sealing=SEALING)


@pytest.fixture
def write(engine: Engine, clock: Clock) -> Callable[..., None]:
    """Write entries of those kinds into the journal."""
    ledger = SqlLedger(engine, clock=clock)

    def write(*kinds: str) -> None:
        number = _count(engine)
        rows = tuple(happened(f"{kind}/{number + n}", kind=kind) for n, kind in enumerate(kinds))
        ledger.write(Writing(onboarding=ONE, journal=rows))

    return write


def added(webhooks: SqlWebhooks, *types: str, **more: Any) -> Target:
    return webhooks.add(URL, types=types, secret="whsec_AAAA", **more)


def ready(webhooks: SqlWebhooks, target: Target, clock: Clock) -> list[str]:
    """The kinds of entries that may go now."""
    ids = webhooks.ready(target.id, now=clock(), most=10_000)
    return [outgoing.entry.kind for id in ids if (outgoing := webhooks.take(id))]


def tried(at: datetime, status: int | None = 503, **more: Any) -> Tried:
    return Tried(at=at, took=timedelta(milliseconds=12), status=status, **more)


def _count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(journal)) or 0


def _floor(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(webhook_targets.c.floor)) or 0


def test_the_webhooks_fit_their_port(webhooks: SqlWebhooks) -> None:
    """The type checker proves it here and in worker.py."""
    fitting: Webhooks = webhooks

    assert fitting.take(1) is None


def test_what_is_written_from_then_on_is_told_in_order_and_what_was_before_is_not(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock
) -> None:
    write("opened")
    clock.now += MINUTE
    target = added(webhooks)
    write("milestone_reached", "stage_closed")

    assert ["milestone_reached", "stage_closed"] == ready(webhooks, target, clock)
    assert ["milestone_reached", "stage_closed"] == ready(webhooks, target, clock), "looked at again: the same two"


def test_a_target_may_be_told_of_the_past_and_only_of_some_types(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock
) -> None:
    write("opened", "nudge")
    clock.now += timedelta(days=3)
    all_of_it = added(webhooks, since=NOON)
    some = added(webhooks, "onboarding.opened", "onboarding.ended", since=NOON)
    write("ended", "nudge")

    assert ["opened", "nudge", "ended", "nudge"] == ready(webhooks, all_of_it, clock)
    assert ["opened", "ended"] == ready(webhooks, some, clock)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.skipif("postgresql" not in databases.KINDS, reason="PostgreSQL is not installed here")
def test_what_commits_late_is_told_although_a_later_number_was_seen_before(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock, engine: Engine
) -> None:
    """A cursor on the number alone would skip it for ever. SQLite lets one write at a time."""
    target = added(webhooks)
    numbered, seen = threading.Event(), threading.Event()

    def slowly() -> None:
        with write_transaction(engine) as connection:
            row = JournalRow(key="slow", at=NOON, kind="milestone_reached")
            connection.execute(journal.insert(), [journal_row(ONE, row, now=clock())])
            numbered.set()
            assert seen.wait(10)

    slow = threading.Thread(target=slowly)
    slow.start()
    assert numbered.wait(10)
    write("stage_closed")
    clock.now += timedelta(seconds=3)
    before = ready(webhooks, target, clock)
    seen.set()
    slow.join(10)
    clock.now += timedelta(seconds=3)
    write("ended")

    assert ["stage_closed"] == before
    assert ["stage_closed", "ended", "milestone_reached"] == sorted(
        ready(webhooks, target, clock), key=["stage_closed", "ended", "milestone_reached"].index
    )
    with engine.connect() as connection:
        order = connection.scalars(select(journal.c.kind).order_by(journal.c.seq)).all()
    assert ["milestone_reached", "stage_closed", "ended"] == list(order), "it had the lowest number"


def test_what_lies_behind_the_horizon_is_not_looked_at_again(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock, engine: Engine
) -> None:
    """A look costs as much as the last minutes brought, however long the journal is."""
    target = added(webhooks)
    write("opened", "stage_opened")
    ready(webhooks, target, clock)
    clock.now += HORIZON + MINUTE
    write("ended")
    ready(webhooks, target, clock)

    with engine.connect() as connection:
        behind = connection.scalar(select(journal.c.seq).where(journal.c.kind == "stage_opened"))
    assert behind == _floor(engine)


def test_a_worker_whose_clock_is_ahead_does_not_raise_the_floor(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock, engine: Engine
) -> None:
    """Otherwise entries that another worker is just writing would be skipped."""
    target = added(webhooks)
    before = _floor(engine)
    write("opened")
    clock.now += timedelta(hours=1)
    write("stage_opened")
    clock.now -= timedelta(hours=1)
    ready(webhooks, target, clock)

    assert before == _floor(engine)


def test_a_long_outage_is_made_good_in_several_looks_and_nothing_twice(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock
) -> None:
    """There are more entries than one look takes, written over hours."""
    target = added(webhooks)
    for _ in range(3):
        write(*["nudge"] * (MOST_AT_ONCE // 2))
        clock.now += timedelta(hours=2)

    counts = [len(webhooks.ready(target.id, now=clock(), most=10_000)) for _ in range(4)]

    assert [MOST_AT_ONCE, MOST_AT_ONCE * 3 // 2] == [counts[0], counts[1]]
    assert counts[1] == counts[-1]


def test_a_delivery_that_was_taken_is_not_sent_again_and_stands_in_the_log(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock
) -> None:
    target = added(webhooks)
    write("opened")
    [id] = webhooks.ready(target.id, now=clock(), most=9)

    webhooks.sent(id, tried(clock(), 204))

    assert webhooks.take(id) is None
    assert [] == ready(webhooks, target, clock)
    [line] = webhooks.page(target.id).lines
    assert ("sent", 1, 204, None, 12) == (line.state, line.attempts, line.last_status, line.last_error, line.latency_ms)


def test_one_that_fails_goes_behind_the_others_and_a_success_clears_the_target(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock
) -> None:
    """An event that a receiver cannot take must not hold up the others."""
    target = added(webhooks)
    write("opened", "ended")
    first, second = webhooks.ready(target.id, now=clock(), most=9)

    since = webhooks.failed(first, tried(clock()), not_before=clock() + 10 * MINUTE)

    assert clock() == since == webhooks.get(target.id).failing_since
    assert [second] == list(webhooks.ready(target.id, now=clock(), most=9))
    assert clock() + 10 * MINUTE == webhooks.next_ready(target.id, after=clock())
    webhooks.sent(second, tried(clock(), 200))
    assert webhooks.get(target.id).failing_since is None
    clock.now += 10 * MINUTE
    assert [first] == list(webhooks.ready(target.id, now=clock(), most=9))


def test_where_all_fails_only_a_few_are_tried(webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock) -> None:
    """A target that hangs must not hold the places of a worker that others need."""
    target = added(webhooks)
    write(*["nudge"] * 10)
    [first, *_] = webhooks.ready(target.id, now=clock(), most=9)
    webhooks.failed(first, tried(clock()), not_before=clock() + 10 * MINUTE)
    clock.now += 2 * MINUTE

    few = webhooks.ready(target.id, now=clock(), most=9)
    for id in few:
        webhooks.failed(id, tried(clock()), not_before=clock() + 10 * MINUTE)

    assert TRIED_WHILE_GLOOMY - 1 == len(few)
    assert () == tuple(webhooks.ready(target.id, now=clock(), most=9))


def test_a_disabled_target_is_told_nothing_and_goes_on_where_it_stopped(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock
) -> None:
    target = added(webhooks)
    write("opened")
    [id] = webhooks.ready(target.id, now=clock(), most=9)

    webhooks.disable(target.id, reason="it answered 410 Gone")
    webhooks.disable(target.id, reason="by hand")
    write("ended")

    assert [] == ready(webhooks, target, clock)
    assert webhooks.take(id) is None
    assert webhooks.next_ready(target.id, after=NOON - MINUTE) is None
    assert [] == list(webhooks.active())
    assert "it answered 410 Gone" == webhooks.get(target.id).disabled_reason
    clock.now += timedelta(days=2)
    webhooks.enable(target.id)
    assert ["opened", "ended"] == ready(webhooks, target, clock)


def test_enabling_may_leave_out_what_was_before(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock
) -> None:
    """After weeks nobody wants the flood of old events."""
    target = added(webhooks)
    write("opened")
    ready(webhooks, target, clock)
    webhooks.disable(target.id, reason="by hand")
    clock.now += timedelta(days=20)
    write("stage_opened")
    clock.now += MINUTE

    webhooks.enable(target.id, since=clock())
    write("ended")

    assert ["ended"] == ready(webhooks, target, clock)


def test_while_a_secret_is_replaced_both_sign(webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock) -> None:
    target = added(webhooks)
    webhooks.rotate(target.id, secret="whsec_BBBB", old_until=clock() + timedelta(hours=24))
    both = webhooks.secrets(target.id)
    clock.now += timedelta(hours=25)

    assert ["whsec_BBBB", "whsec_AAAA"] == list(both)
    assert ["whsec_BBBB"] == list(webhooks.secrets(target.id))
    assert "whsec" not in webhooks.get(target.id).model_dump_json()


def test_a_secret_that_is_replaced_again_signs_until_its_own_end(webhooks: SqlWebhooks, clock: Clock) -> None:
    """The second secret may have been lost on its way: the receiver still has the first."""
    target = added(webhooks)
    signing = []
    for number, hours in enumerate((24, 1, 24)):
        webhooks.rotate(target.id, secret=f"whsec_{number}", old_until=clock() + timedelta(hours=hours))
        signing.append(list(webhooks.secrets(target.id)))
        clock.now += MINUTE
    ends = webhooks.get(target.id).also_signed_until(now=clock())
    later = []
    for passes in (timedelta(hours=1), timedelta(hours=22, minutes=58), timedelta(hours=1)):
        clock.now += passes
        later.append(list(webhooks.secrets(target.id)))

    assert ["whsec_0", "whsec_AAAA"] == signing[0]
    assert ["whsec_1", "whsec_0", "whsec_AAAA"] == signing[1]
    assert ["whsec_2", "whsec_1", "whsec_0", "whsec_AAAA"] == signing[2]
    assert [timedelta(hours=24, minutes=2), timedelta(hours=1, minutes=1), timedelta(hours=24)] == [
        end - NOON for end in ends
    ]
    assert [["whsec_2", "whsec_1", "whsec_AAAA"], ["whsec_2", "whsec_1"], ["whsec_2"]] == later


def test_no_end_of_secrets_is_cut_short_unless_it_is_asked_for(webhooks: SqlWebhooks, clock: Clock) -> None:
    """A few secrets sign, one more is refused with what can be done, and all end at once where one has leaked."""
    target = added(webhooks)
    for number in range(MOST_OLD_SECRETS):
        webhooks.rotate(target.id, secret=f"whsec_{number}", old_until=clock() + timedelta(hours=24))
        clock.now += MINUTE

    with pytest.raises(
        Refused, match=r"5 secrets sign .* until 2026-09-02 12:00 UTC: wait for that, or end all but the new"
    ):
        webhooks.rotate(target.id, secret="whsec_more", old_until=clock() + timedelta(hours=24))
    several = webhooks.secrets(target.id)
    ended = webhooks.rotate(target.id, secret="whsec_leaked", old_until=clock())

    assert 1 + MOST_OLD_SECRETS == len(several)
    assert ["whsec_leaked"] == list(webhooks.secrets(target.id))
    assert () == ended.old_secrets_until
    webhooks.rotate(target.id, secret="whsec_after", old_until=clock() + timedelta(hours=24))
    assert ["whsec_after", "whsec_leaked"] == list(webhooks.secrets(target.id))


def test_what_was_given_up_goes_again_when_it_is_ordered(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock
) -> None:
    """One delivery can be ordered, or all of a target since a moment; the ids stay the same."""
    target = added(webhooks)
    write("opened", "stage_opened", "ended")
    first, second, third = webhooks.ready(target.id, now=clock(), most=9)
    for id, days in ((first, 1), (second, 2)):
        webhooks.failed(id, tried(NOON + timedelta(days=days)), not_before=clock())
        webhooks.give_up(id)
    webhooks.sent(third, tried(clock(), 200))
    named = webhooks.delivery(first).event_id

    assert [third] == [line.id for line in webhooks.page(target.id, state="sent").lines]
    assert {first, second} == {line.id for line in webhooks.page(target.id, state="failed").lines}
    assert 1 == webhooks.resend_failed(target.id, since=NOON + timedelta(days=2))
    webhooks.resend(first)
    webhooks.resend(third)

    assert {first, second, third} == set(webhooks.ready(target.id, now=clock(), most=9))
    assert named == webhooks.delivery(first).event_id


def test_the_log_is_read_page_by_page(webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock) -> None:
    target = added(webhooks)
    write(*["nudge"] * 5)
    ready(webhooks, target, clock)

    first = webhooks.page(target.id, limit=3)
    rest = webhooks.page(target.id, limit=3, before=first.before)

    assert (3, 2, None) == (len(first.lines), len(rest.lines), rest.before)
    assert [line.seq for line in (*first.lines, *rest.lines)] == sorted(
        (line.seq for line in (*first.lines, *rest.lines)), reverse=True
    )


def test_what_is_forgotten_is_not_told_again(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock, engine: Engine
) -> None:
    """The log reaches back a month; deliveries that still wait are never deleted."""
    target = added(webhooks)
    write("opened", "stuck")
    first, _ = webhooks.ready(target.id, now=clock(), most=9)
    webhooks.sent(first, tried(clock(), 200))
    for _ in range(2):
        clock.now += KEPT
        write("ended")
        ready(webhooks, target, clock)

    assert ["stuck", "ended", "ended"] == ready(webhooks, target, clock)
    with engine.connect() as connection:
        assert 3 == connection.scalar(select(func.count()).select_from(webhook_deliveries))


def test_a_target_that_was_removed_is_forgotten_with_its_log(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock
) -> None:
    """A delivery that was under way to the target then disturbs nobody."""
    target = added(webhooks)
    write("opened")
    [id] = webhooks.ready(target.id, now=clock(), most=9)
    webhooks.remove(target.id)

    webhooks.sent(id, tried(clock(), 200))

    assert () == tuple(webhooks.ready(target.id, now=clock(), most=9))
    for order in (webhooks.get, webhooks.remove, webhooks.secrets, webhooks.delivery, webhooks.page):
        with pytest.raises(NotFound):
            order(target.id)


def test_two_lookers_at_once_make_one_delivery(
    webhooks: SqlWebhooks, write: Callable[..., None], clock: Clock, engine: Engine
) -> None:
    """The unique key holds, whoever looks at the same time."""
    target = added(webhooks)
    write(*["nudge"] * 50)
    looking = [threading.Thread(target=ready, args=(webhooks, target, clock)) for _ in range(4)]
    for thread in looking:
        thread.start()
    for thread in looking:
        thread.join(20)

    assert 50 == len(ready(webhooks, target, clock))
    assert 50 == len(webhooks.page(target.id, limit=1000).lines)
