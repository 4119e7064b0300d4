"""What does one pass of a sender do? All that waits goes, each once, whatever happens to the others meanwhile."""

import asyncio
from collections import Counter as Counts
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import partial
from threading import Event
from time import sleep
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Row, update
from temporalio.testing import ActivityEnvironment

from activities import lanes
from activities.lanes import FAILURES_IN_A_ROW, MOST_AT_ONCE, USUAL_LANES, one_by_one
from activities.letters import HELD, Letters
from activities.ports import ToDeliver
from activities.sender import Delivery, Sending, SendingPass, SendingPassed
from activities.waking import WakeNearby
from domain.notice import Person
from domain.preferences import Preferences
from domain.record import Receipt, WaitingNotice, Writing
from domain.trouble import ChannelDown
from store import reads
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.preferences import SqlPreferences
from store.tables import notices
from tests.support import databases
from tests.support.databases import NOON, OWNER, dossier, milestone, notice, standing
from tests.support.fakes import RecordingChannel, Wakes
from tests.support.waiting import until

engine = databases.engine
database = databases.database

ONE = "onboarding-file-1"
MAIL = SendingPass(channel="mail")


@dataclass
class Counter:
    """An office with items by their number. `hangs` are those that wait for `let_go`, `fails` those that never go."""

    waiting: set[int]
    fails: set[int] = field(default_factory=set)
    hangs: set[int] = field(default_factory=set)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    delivered: list[int] = field(default_factory=list)
    lines: int = 0
    open_lines: int = 0
    after_each: Callable[[], None] = lambda: None

    def ready(self, *, now: object, most: int) -> Sequence[int]:
        return sorted(self.waiting)[:most]

    def next_ready(self, *, after: datetime) -> datetime | None:
        return None

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Callable[[ToDeliver], Awaitable[None]]]:
        self.lines += 1
        self.open_lines += 1
        yield partial(one_by_one, self.deliver)
        self.open_lines -= 1

    async def deliver(self, id: int) -> str:
        self.begun.set()
        if id in self.hangs:
            await self.let_go.wait()
        if id in self.fails:
            raise ChannelDown("connection refused")
        self.delivered.append(id)
        self.waiting.discard(id)
        self.after_each()
        # As all that goes over a line, it leaves others a turn.
        await asyncio.sleep(0)
        return "sent"


def sending(office: Any) -> Sending:
    return Sending({"mail": office}.get, ("mail",), ThreadPoolExecutor(2), Wakes())


def activity() -> ActivityEnvironment:
    """An activity that began at noon."""
    env = ActivityEnvironment()
    env.info = replace(env.info, started_time=NOON)
    return env


async def passed(office: Any) -> SendingPassed:
    return await activity().run(sending(office).send_what_waits, MAIL)


@pytest.mark.parametrize(("waiting", "lines"), [(1, 1), (7, 2), (300, USUAL_LANES)])
async def test_all_that_waits_goes_over_few_connections(waiting: int, lines: int) -> None:
    """And none twice."""
    counter = Counter(set(range(waiting)))

    done = await passed(counter)

    assert SendingPassed(settled=waiting) == done
    assert list(range(waiting)) == sorted(counter.delivered)
    assert lines == counter.lines


async def test_messages_that_go_are_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass takes a minute, and a worker that dies in it must be missed sooner."""
    monkeypatch.setattr(lanes, "SIGN_OF_LIFE_EVERY", timedelta(0))
    env, beats = activity(), list[Any]()
    env.on_heartbeat = lambda *said: beats.extend(said)

    await env.run(sending(Counter({1, 2, 3})).send_what_waits, MAIL)

    assert [1, 2, 3] == beats


async def test_what_takes_long_keeps_nobody_waiting_and_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others go by a lane more; the pass ends without it, and whoever tries it on its own waits for its end."""
    monkeypatch.setattr(lanes, "SLOW", timedelta(seconds=0.1))
    monkeypatch.setattr(lanes, "LOOKS_AFTER_LANES_EVERY", timedelta(seconds=0.02))
    counter = Counter(set(range(8)), hangs={0, 1})
    ours = sending(counter)

    done = await activity().run(ours.send_what_waits, MAIL)
    again = await activity().run(ours.send_what_waits, MAIL)
    alone = [asyncio.create_task(activity().run(ours.deliver_notice, Delivery(channel="mail", notice=0)))]
    await asyncio.sleep(0.05)  # it waits for the end by then
    counter.let_go.set()

    assert SendingPassed(settled=6, troubled=(0, 1)) == done
    assert SendingPassed() == again
    assert ["sent"] == await asyncio.gather(*alone)
    assert 1 == counter.delivered.count(0)


async def test_a_channel_that_is_down_is_given_up_on() -> None:
    """Ten thousand that wait need not all fail; what was in hand beside the third failure may."""
    counter = Counter(set(range(100)), fails=set(range(100)))

    done = await passed(counter)

    assert done.gave_up
    assert FAILURES_IN_A_ROW <= len(done.troubled) < FAILURES_IN_A_ROW + USUAL_LANES
    assert 100 == len(counter.waiting)


async def test_one_bad_receiver_after_the_other_is_no_reason_to_give_up() -> None:
    """As long as others go, the channel is there."""
    counter = Counter(set(range(40)), fails=set(range(0, 40, 10)))

    done = await passed(counter)

    assert SendingPassed(settled=36, troubled=(0, 10, 20, 30)) == done.model_copy(
        update={"troubled": tuple(sorted(done.troubled))}
    )


async def test_after_a_minute_the_next_pass_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was given up for lost, and lives, must not go on beside its successor for ever."""
    monkeypatch.setattr(lanes, "BEGINS_NO_MORE_AFTER", timedelta(seconds=-1))

    assert SendingPassed(more=True) == await passed(Counter({1, 2}))


async def test_a_worker_that_ends_begins_nothing_more() -> None:
    """What it has in hand is finished, and another worker goes on."""
    env, counter = activity(), Counter({1, 2, 3})
    counter.after_each = env.worker_shutdown

    done = await env.run(sending(counter).send_what_waits, MAIL)

    assert SendingPassed(settled=1, more=True) == done
    assert {2, 3} == counter.waiting


async def test_a_pass_that_is_cancelled_finishes_the_message_that_it_has() -> None:
    """Cut off in the middle it would have to be sent again."""
    env, counter = activity(), Counter({1, 2, 3}, hangs={1})
    under_way = asyncio.ensure_future(env.run(sending(counter).send_what_waits, MAIL))
    await counter.begun.wait()

    env.cancel()
    counter.let_go.set()

    with pytest.raises(asyncio.CancelledError):
        await under_way
    assert [1] == counter.delivered


async def test_a_pass_that_lingers_takes_what_comes_without_a_signal() -> None:
    """While something is to be sent every few seconds, Temporal need not begin a pass for each."""
    env, counter, signals = activity(), Counter({1}), Wakes()
    ours = replace(sending(counter), lingers=timedelta(minutes=1))
    wake = WakeNearby(ours.passes, signals)
    under_way = asyncio.create_task(env.run(ours.send_what_waits, MAIL))
    await until(lambda: counter.delivered == [1])

    counter.waiting.add(2)
    await wake("mail")
    await until(lambda: counter.delivered == [1, 2])
    env.worker_shutdown()
    done = await under_way
    await wake("mail")

    assert SendingPassed(settled=2, more=True) == done
    assert ["mail"] == signals.calls, "only when no pass was there to look"


@dataclass
class Later(Counter):
    """An office whose items may go from a moment of Temporal's time on."""

    goes_at: datetime = NOON

    def ready(self, *, now: Any, most: int) -> Sequence[int]:
        return super().ready(now=now, most=most) if now >= self.goes_at else []

    def next_ready(self, *, after: datetime) -> datetime | None:
        return self.goes_at if self.goes_at > after else None


@pytest.mark.parametrize(("after_ms", "settled"), [(300, 1), (30_000, 0)])
async def test_a_pass_waits_for_what_may_go_before_long_and_leaves_what_may_go_later_to_the_next(
    after_ms: int, settled: int
) -> None:
    """A confirmation is due some seconds after its news; a look, a timer and another pass cost more than to wait."""
    office = Later({1}, goes_at=NOON + timedelta(milliseconds=after_ms))
    ours = replace(sending(office), lingers=timedelta(seconds=1))

    done = await activity().run(ours.send_what_waits, MAIL)

    assert (settled, None if settled else office.goes_at) == (done.settled, done.next_at)


@dataclass
class Looked(Counter):
    """An office that counts how often somebody looks. Item 1 is `sealed` into item 2, which waits from then on."""

    sealed: bool = False
    looks: int = 0

    def ready(self, *, now: Any, most: int) -> Sequence[int]:
        self.looks += 1
        return super().ready(now=now, most=most)

    async def deliver(self, id: int) -> str:
        if not self.sealed or id != 1:
            return await super().deliver(id)
        self.waiting = {2}
        return "withdrawn"


@pytest.fixture
def looks_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by the clock: what goes went because somebody woke the pass, or it knew by itself."""
    monkeypatch.setattr(lanes, "LOOKS_AGAIN_EVERY", timedelta(minutes=1))


async def ended(env: ActivityEnvironment, ours: Sending, under_way: asyncio.Task[SendingPassed]) -> None:
    env.worker_shutdown()
    ours.passes.look_again("mail")
    await under_way


@pytest.mark.usefixtures("looks_late")
async def test_a_pass_that_lingers_looks_when_it_is_woken_and_not_after_each_message() -> None:
    """A look costs a third of a message. Whoever writes one wakes the pass; for what it seals itself nobody does."""
    env, office = activity(), Looked({1}, sealed=True)
    ours = replace(sending(office), lingers=timedelta(minutes=1))
    under_way = asyncio.create_task(env.run(ours.send_what_waits, MAIL))

    for number in (3, 4):
        await until(partial(lambda sent: len(office.delivered) == sent, number - 2))
        office.waiting.add(number)
        ours.passes.look_again("mail")
    await until(lambda: office.delivered == [2, 3, 4])
    looks = office.looks
    await ended(env, ours, under_way)

    assert looks == 4


@pytest.mark.usefixtures("looks_late")
async def test_what_waits_behind_a_look_goes_without_anybody_waking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "IN_A_LOOK", 5)
    env, office = activity(), Counter(set(range(12)))
    ours = replace(sending(office), lingers=timedelta(minutes=1))
    under_way = asyncio.create_task(env.run(ours.send_what_waits, MAIL))

    await until(lambda: sorted(office.delivered) == [*range(12)])
    await ended(env, ours, under_way)


@dataclass
class InTurn:
    """An office of which one item alone may go, the oldest, as of the news of an onboarding that is confirmed."""

    waiting: list[int]
    delivered: list[int] = field(default_factory=list)

    def ready(self, *, now: object, most: int) -> Sequence[int]:
        return self.waiting[: min(most, 1)]

    def next_ready(self, *, after: datetime) -> datetime | None:
        return None

    async def deliver(self, id: int) -> str:
        self.waiting.remove(id)
        self.delivered.append(id)
        return "sent"


@pytest.mark.usefixtures("looks_late")
async def test_what_went_may_let_the_next_one_go() -> None:
    """Nobody writes anything then, and so nobody wakes the pass."""
    env, office = activity(), InTurn([1, 2, 3])
    ours = replace(sending(office), lingers=timedelta(minutes=1))
    under_way = asyncio.create_task(env.run(ours.send_what_waits, MAIL))

    await until(lambda: office.delivered == [1, 2, 3])
    await ended(env, ours, under_way)


@dataclass
class Straddling(Counter):
    """An office in whose second look a slow item ends: 1, as `outcome`, after which `then` wait.

    That look has read what waits before, or with `reads_late` afterwards. The third one takes longer than it.
    """

    outcome: str = "withdrawn"
    then: frozenset[int] = frozenset({2})
    reads_late: bool = False
    looks: int = 0
    ended: Event = field(default_factory=Event)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def ready(self, *, now: object, most: int) -> Sequence[int]:
        self.looks += 1
        look, found = self.looks, super().ready(now=now, most=most)
        if look == 2:
            self.loop.call_soon_threadsafe(self.let_go.set)
            assert self.ended.wait(10)
        elif look == 3:
            sleep(0.3)
        return super().ready(now=now, most=most) if look == 2 and self.reads_late else found

    async def deliver(self, id: int) -> str:
        if id != 1 or self.ended.is_set():
            return await super().deliver(id)
        await self.let_go.wait()
        self.waiting = {*self.then}
        # Once it counts as ended.
        self.loop.call_later(0.05, self.ended.set)
        return self.outcome


@pytest.mark.parametrize("lingers", [timedelta(0), timedelta(seconds=1)])
async def test_what_ends_while_a_pass_looks_for_the_last_time_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch, lingers: timedelta
) -> None:
    """It took long, was sealed into a digest in the end, and that look had read what waits before."""
    monkeypatch.setattr(lanes, "SLOW", timedelta(seconds=0.1))
    office = Straddling({1})

    done = await activity().run(replace(sending(office), lingers=lingers).send_what_waits, MAIL)

    assert ([2], 2, ()) == (office.delivered, done.settled, done.troubled)


async def test_two_that_look_at_once_hand_out_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pass looks for the last time, and so does the lane whose slow message was put off meanwhile."""
    monkeypatch.setattr(lanes, "SLOW", timedelta(seconds=0.1))
    office = Straddling({1}, outcome="put_off", then=frozenset(range(2, 8)), reads_late=True)

    done = await activity().run(sending(office).send_what_waits, MAIL)

    assert ([*range(2, 8)], 7) == (sorted(office.delivered), done.settled)


async def test_a_pass_that_leaves_a_slow_message_behind_knows_when_the_next_one_may_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its sender sleeps until then: without a moment it would sleep until somebody wakes it."""
    monkeypatch.setattr(lanes, "SLOW", timedelta(seconds=0.1))
    tomorrow = NOON + timedelta(days=1)

    class Tomorrow(Counter):
        def next_ready(self, *, after: datetime) -> datetime | None:  # of the port
            return tomorrow

    office = Tomorrow({1}, hangs={1})
    done = await activity().run(sending(office).send_what_waits, MAIL)
    office.let_go.set()

    assert (tomorrow, (1,)) == (done.next_at, done.troubled)


async def test_a_pass_for_which_there_is_no_place_gives_up_for_now() -> None:
    """All that may be under way hangs: what waits is found again, and not now over and over."""
    office = Counter({1})
    ours = sending(office)
    ours.in_hand["mail"] = {id: Future() for id in range(100, 100 + MOST_AT_ONCE)}

    async with asyncio.timeout(10):
        done = await activity().run(ours.send_what_waits, MAIL)

    assert SendingPassed(gave_up=True) == done


@dataclass
class Busy(Counter):
    """An office that puts an item off at first, until so long after noon; `asked` are the numbers of all tries."""

    rests: timedelta = timedelta(seconds=2)
    asked: list[int] = field(default_factory=list)

    def ready(self, *, now: Any, most: int) -> Sequence[int]:
        return super().ready(now=now, most=most) if not self.asked or now >= NOON + self.rests else []

    def next_ready(self, *, after: datetime) -> datetime | None:
        rests_until = NOON + self.rests
        return rests_until if self.waiting and rests_until > after else None

    async def deliver(self, id: int) -> str:
        self.asked.append(id)
        return await super().deliver(id) if len(self.asked) > 1 else "put_off"


async def test_what_was_put_off_for_seconds_is_not_forgotten() -> None:
    """The pass that has tried it is there still when its rest is over, and nobody would look again."""
    office = Busy({1})
    ours = replace(sending(office), lingers=timedelta(seconds=1))

    await activity().run(ours.send_what_waits, MAIL)

    assert ([1, 1], [1]) == (office.asked, office.delivered)


async def test_what_comes_while_a_pass_lingers_goes_over_the_line_that_is_open() -> None:
    """A new connection costs greeting, encryption and login, which is more than the mail. At its end all are closed."""
    env, counter = activity(), Counter({1})
    ours = replace(sending(counter), lingers=timedelta(minutes=1))
    under_way = asyncio.create_task(env.run(ours.send_what_waits, MAIL))

    for number in (2, 3):
        await until(partial(lambda sent: len(counter.delivered) == sent, number - 1))
        counter.waiting.add(number)
        ours.passes.look_again("mail")
    await until(lambda: counter.delivered == [1, 2, 3])
    before_its_end = counter.open_lines
    env.worker_shutdown()
    await under_way

    assert (1, 1, 0) == (counter.lines, before_its_end, counter.open_lines)


async def test_who_woke_a_pass_that_is_cut_off_is_not_forgotten() -> None:
    """Its workflow was ended; a new one is started for what it did not look at any more."""
    env, counter = activity(), Counter({1}, hangs={1})
    ours = sending(counter)
    under_way = asyncio.ensure_future(env.run(ours.send_what_waits, MAIL))
    await counter.begun.wait()

    assert ours.passes.look_again("mail")
    env.cancel()
    counter.let_go.set()

    with pytest.raises(asyncio.CancelledError):
        await under_way
    assert isinstance(ours.wake, Wakes)
    assert ["mail"] == ours.wake.calls


# --- on the real outbox


class Post(RecordingChannel):
    """Takes every message; while it has the first one in hand, something else happens."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        if not self.delivered:
            self._meanwhile()
        return super().deliver(waiting).model_copy(update={"at": NOON})

    @property
    def keys(self) -> list[str]:
        return [waiting.notice.key for waiting in self.delivered]


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing()))
    return ledger


def letters(engine: Engine, channel: RecordingChannel, **more: Any) -> Letters:
    outbox = SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: NOON, **more)
    return Letters("mail", outbox, channel, lambda: NOON, ThreadPoolExecutor(8))


def states(engine: Engine) -> dict[str, str]:
    return {row.key.partition("/")[0]: row.state for row in reads.notices(engine)}


async def test_what_is_withdrawn_or_held_between_look_and_delivery_does_not_go(
    engine: Engine, ledger: SqlLedger
) -> None:
    """The look of a pass may be a minute old: each is read again right before it goes."""

    def meanwhile() -> None:
        ledger.write(Writing(onboarding=ONE, standing=standing(milestone(status="reached"))))
        with engine.begin() as connection:
            connection.execute(update(notices).where(notices.c.key == "held").values(state="held"))

    post = Post(meanwhile)
    waiting = notice("first", to=OWNER.id), notice("settled", while_open="met"), notice("held"), notice("last")
    ledger.write(Writing(onboarding=ONE, notices=waiting))

    done = await passed(letters(engine, post))

    assert ["first", "last"] == post.keys
    assert ("withdrawn", "held") == (states(engine)["settled"], states(engine)["held"])
    assert not done.troubled


async def test_quiet_hours_that_begin_during_a_pass_hold(engine: Engine, ledger: SqlLedger) -> None:
    """It waits for their end, and the sender knows when that is."""
    choice = Preferences(quiet_from=time(20), quiet_until=time(8))
    preferences = SqlPreferences(engine, clock=lambda: NOON)
    post = Post(lambda: preferences.choose(ONE, "project_lead", choice, time_zone="Asia/Tokyo"))
    ledger.write(Writing(onboarding=ONE, notices=(notice("first", to=OWNER.id), notice("quiet"))))

    done = await passed(letters(engine, post))

    assert ["first"] == post.keys
    assert done.next_at is not None
    assert NOON < done.next_at < NOON + timedelta(days=1)


async def test_digests_are_sealed_and_sent_in_one_pass_and_the_days_limit_holds(
    engine: Engine, ledger: SqlLedger
) -> None:
    """One message for what may travel together; one too many for the day waits for the morning."""
    together = [notice(key, kind="status_report", joins_from=NOON) for key in ("first", "second")]
    post = Post(lambda: None)
    office = letters(engine, post, morning_after=_the_day_after)
    ledger.write(Writing(onboarding=ONE, notices=tuple(together)))

    done = await passed(office)
    third = notice("third", kind="issue_resolved", joins_from=NOON + timedelta(hours=1))
    ledger.write(Writing(onboarding=ONE, notices=(third,)))
    then = await passed(office)

    [digest] = post.delivered
    assert ["first", "second"] == sorted(part.key for part in digest.parts)
    assert ("sent", "sent", "waiting") == tuple(states(engine)[key] for key in ("first", "second", "third"))
    assert (None, NOON + timedelta(days=1)) == (done.next_at, then.next_at)


def _the_day_after(_: Person, moment: datetime) -> datetime:
    return moment + timedelta(days=1)


class Killed(BaseException):
    """Ends a worker where it stands: nothing catches it."""


class Steps(SqlOutbox):
    """The real outbox, whose sender is killed at the third message, at one of the steps around it."""

    def __init__(self, engine: Engine, step: str) -> None:
        super().__init__(engine, mail_domain="vendor.test", clock=lambda: NOON)
        self._step, self._taken = step, 0

    def take(self, id: int, **of_it: Any) -> WaitingNotice | None:
        self._taken += 1
        if (self._step, self._taken) == ("before it is taken", 3):
            raise Killed
        taken = super().take(id, **of_it)
        if (self._step, self._taken) == ("when it is taken", 3):
            raise Killed
        return taken


class DiesWithIt(RecordingChannel):
    """A channel in whose hand the worker is killed: before the third message is there, or right after."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self._step = step

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        if self._step == "while it goes" and len(self.delivered) == 2:
            raise Killed
        receipt = super().deliver(waiting)
        if self._step == "before its receipt" and len(self.delivered) == 3:
            raise Killed
        return receipt.model_copy(update={"at": NOON})


@pytest.mark.parametrize(
    ("step", "again"),
    [("before it is taken", 1), ("when it is taken", 0), ("while it goes", 0), ("before its receipt", 1)],
)
async def test_a_worker_that_is_killed_at_any_step_loses_nothing(
    engine: Engine, ledger: SqlLedger, step: str, again: int
) -> None:
    """What was in its hand goes by the next one half a minute later; what may have gone comes under the same id."""
    ledger.write(Writing(onboarding=ONE, notices=tuple(notice(str(number)) for number in range(5))))
    dying, post = DiesWithIt(step), Post(lambda: None)
    killed = Letters("mail", Steps(engine, step), dying, lambda: NOON, ThreadPoolExecutor(2))

    with pytest.raises(Killed):
        await passed(killed)
    later = NOON + HELD
    outbox = SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: later)
    env = activity()
    env.info = replace(env.info, started_time=later)
    next_one = sending(Letters("mail", outbox, post, lambda: later, ThreadPoolExecutor(2)))
    await env.run(next_one.send_what_waits, MAIL)

    ids = Counts(waiting.message_id for waiting in (*dying.delivered, *post.delivered))
    assert 5 == len(ids)
    assert again == ids.total() - len(ids)
    assert {"sent"} == set(states(engine).values())


async def test_a_message_goes_at_once_although_the_answer_to_its_taking_is_lost(
    engine: Engine, ledger: SqlLedger
) -> None:
    """It would rest for half a minute, in the hand of the sender that asked."""

    class Breaks(SqlOutbox):
        """Its connection breaks as the second message is taken up: all of it is written, and nobody hears of it."""

        taken = 0

        def take(self, id: int, **of_it: Any) -> WaitingNotice | None:
            taken = super().take(id, **of_it)
            self.taken += 1
            if self.taken == 2:
                raise OSError("the server closed the connection")
            return taken

    post = Post(lambda: None)
    outbox = Breaks(engine, mail_domain="vendor.test", clock=lambda: NOON)
    ledger.write(Writing(onboarding=ONE, notices=(notice("first"), notice("second"), notice("third"))))

    done = await passed(Letters("mail", outbox, post, lambda: NOON, ThreadPoolExecutor(2)))

    assert ["first", "second", "third"] == post.keys
    assert SendingPassed(settled=3) == done


async def test_a_message_that_cannot_be_taken_costs_the_one_before_no_receipt(
    engine: Engine, ledger: SqlLedger
) -> None:
    """Both are written in one transaction, and by themselves where that fails: else the mail would come again."""

    class Broken(SqlOutbox):
        def _take(
            self,
            connection: Connection,
            row: Row[Any],
            reader: Row[Any] | None,
            links: list[Mapping[str, Any]],
            *,
            now: datetime,
        ) -> WaitingNotice | None:
            if row.key == "broken":
                raise ValueError("a row that nobody can read")
            return super()._take(connection, row, reader, links, now=now)

    post = Post(lambda: None)
    ledger.write(Writing(onboarding=ONE, notices=(notice("first"), notice("broken"), notice("last"))))
    outbox = Broken(engine, mail_domain="vendor.test", clock=lambda: NOON)

    done = await passed(Letters("mail", outbox, post, lambda: NOON, ThreadPoolExecutor(2)))

    assert ["first", "last"] == post.keys
    assert (2, 1) == (done.settled, len(done.troubled))
    assert ("sent", "sent") == (states(engine)["first"], states(engine)["last"])


async def test_two_senders_at_once_send_each_message_once(engine: Engine, ledger: SqlLedger) -> None:
    """A worker that was given up for lost lives on beside the next one, with a message in its hand."""
    in_hand, let_go = Event(), Event()

    def hang() -> None:
        if in_hand.is_set():
            return
        in_hand.set()
        assert let_go.wait(30)

    lost, post = Post(hang), Post(lambda: None)
    ledger.write(Writing(onboarding=ONE, notices=tuple(notice(str(number)) for number in range(12))))
    first = asyncio.create_task(passed(letters(engine, lost)))
    assert await asyncio.to_thread(in_hand.wait, 30)

    both = asyncio.gather(first, passed(letters(engine, post)))
    await until(lambda: len(post.keys) + len(lost.keys) == 11)
    let_go.set()
    await both

    assert sorted(map(str, range(12))) == sorted(post.keys + lost.keys)
    assert {"sent"} == set(states(engine).values())
