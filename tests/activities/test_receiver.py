"""Deliveries are settled in order and once, whatever is away, and none waits for the trouble of another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from domain.inbox import MOST_TRIES, InboxRow, Settled
from domain.refusal import Refused
from domain.trouble import NotReachable
from tests.support.fakes import MemoryInbox
from tests.support.onboardings import QUEUE, World, world
from tests.support.waiting import until
from workflows.receiver import ID, Receiver


@dataclass
class Scripted:
    """A handler that does what the delivery's body says: settle, refuse, or be away for a number of tries."""

    reads_the_present: bool = False
    handled: list[str] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    takes: float = 0.0

    async def __call__(self, row: InboxRow) -> Settled:
        if self.takes:
            await asyncio.sleep(self.takes)
        self.handled.append(row.key)
        self.tries[row.key] = self.tries.get(row.key, 0) + 1
        if row.body == "refuse":
            raise Refused("no such owner", field="owner")
        if isinstance(row.body, int) and self.tries[row.key] <= row.body:
            raise NotReachable("the CRM does not answer")
        return Settled(outcome="done")


class Poisoned(Scripted):
    """A handler with a fault of its own."""

    async def __call__(self, row: InboxRow) -> Settled:
        if row.body == "poison":
            raise KeyError("a person's name")
        return await super().__call__(row)


@dataclass
class Written(MemoryInbox):
    """An inbox that remembers how many were settled together."""

    together: list[int] = field(default_factory=list)

    def settle(self, became: Mapping[int, Settled]) -> None:
        self.together.append(len(became))
        super().settle(became)


@asynccontextmanager
async def receiving(inbox: MemoryInbox, handler: Scripted) -> AsyncIterator[tuple[World, "WorkflowHandle[Any, Any]"]]:
    async with world(inbox=inbox, handlers={"deals": handler, "other": handler}) as here:
        handle = await here.env.client.start_workflow(Receiver.run, id=ID, task_queue=QUEUE, start_signal="wake")
        yield here, handle


async def asleep(receiver: "WorkflowHandle[Any, Any]") -> None:
    """Wait until it waits for nothing but a ring: a task is its last event, and has begun no activity."""
    async with asyncio.timeout(30):
        while (await receiver.fetch_history()).events[-1].event_type != EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            await asyncio.sleep(0.05)


async def passing_until(holds: Callable[[], bool], passing: Callable[[], Awaitable[None]]) -> None:
    """Let the server's time pass, step by step, until it holds."""
    for _ in range(200):
        if holds():
            return
        await passing()
    assert holds()


async def test_what_is_delivered_is_settled_in_order() -> None:
    """Deliveries about one subject are worked through in order of arrival."""
    inbox, handler = MemoryInbox(), Scripted()
    for number in range(250):
        inbox.deliver(subject=f"deal-{number % 3}", key=str(number))

    async with receiving(inbox, handler):
        await until(lambda: set(inbox.states()) == {"done"})

    for deal in range(3):
        of_it = [int(key) for key in handler.handled if int(key) % 3 == deal]
        assert sorted(of_it) == of_it
    assert 250 == len(handler.handled)


async def test_a_refusal_waits_for_a_person_and_holds_up_nobody() -> None:
    """The refusal has the field, so that the person knows where to look."""
    inbox, handler = MemoryInbox(), Scripted()
    inbox.deliver(body="refuse")
    inbox.deliver()

    async with receiving(inbox, handler):
        await until(lambda: "waiting" not in inbox.states())

    assert ["refused", "done"] == inbox.states()
    assert ("no such owner", "owner") == (inbox.rows[1].outcome, inbox.rows[1].field)


async def test_a_source_that_nobody_handles_is_refused() -> None:
    """Such a delivery is not tried for ever."""
    inbox = MemoryInbox()
    inbox.deliver(source="unheard-of")

    async with receiving(inbox, Scripted()):
        await until(lambda: inbox.states() == ["refused"])


async def test_what_cannot_be_settled_now_is_tried_again_and_others_go_on() -> None:
    """A CRM that is away delays its own deals alone."""
    inbox, handler = MemoryInbox(), Scripted()
    inbox.deliver(body=5, key="troubled")
    inbox.deliver(source="other")

    async with receiving(inbox, handler) as (here, receiver):
        await until(lambda: inbox.states()[1] == "done")
        async with asyncio.timeout(10):
            while "delivery 1: being tried" not in str(await receiver.query("__temporal_workflow_metadata")):
                await asyncio.sleep(0.02)
        await passing_until(
            lambda: inbox.states()[0] == "done", lambda: here.env.sleep(timedelta(seconds=30, milliseconds=7))
        )

    assert 6 == handler.tries["troubled"]
    assert (1, "the CRM does not answer") in inbox.waited_for


async def test_a_crm_that_is_away_holds_up_no_other_source_however_much_of_it_waits() -> None:
    """More deliveries wait for it than are tried singly and looked at in one pass."""
    inbox, handler = MemoryInbox(), Scripted()
    for number in range(250):
        inbox.deliver(body=1000, key=f"troubled-{number}", subject=f"deal-{number}")
    inbox.deliver(source="other")

    async with receiving(inbox, handler):
        await until(lambda: inbox.states()[-1] == "done")

    assert {"waiting", "done"} == set(inbox.states())


async def test_deliveries_that_always_fail_hold_up_no_fresh_one_however_many_they_are() -> None:
    """Neither those that came before, nor when they are tried again, nor one among them that has recovered."""
    inbox, handler = MemoryInbox(), Poisoned()
    bad = [inbox.deliver(subject=f"deal-{number}", key=f"bad-{number}", body="poison") for number in range(330)]
    first = inbox.deliver(key="first")

    async with receiving(inbox, handler) as (_, receiver):
        await until(lambda: inbox.rows[first].state == "done")
        second = inbox.deliver(key="second")
        await receiver.signal("wake")
        await until(lambda: inbox.rows[second].state == "done")

    assert all("KeyError" == inbox.rows[id].outcome for id in bad)


async def test_what_fails_by_a_fault_of_ours_is_refused_after_twenty_tries_and_holds_up_nothing_meanwhile() -> None:
    """News about the same onboarding goes on at once; the refusal names the kind of the error and nobody's name."""
    inbox, handler = MemoryInbox(), Poisoned()
    bad = inbox.deliver(subject="onboarding-1", body="poison")
    later = [inbox.deliver(subject="onboarding-1", key=f"later-{number}") for number in range(3)]

    async with receiving(inbox, handler) as (here, _):
        await until(lambda: all(inbox.rows[id].state == "done" for id in later))
        assert "waiting" == inbox.rows[bad].state
        await passing_until(
            lambda: inbox.rows[bad].state == "refused", lambda: here.env.sleep(timedelta(minutes=1, seconds=3))
        )

    assert MOST_TRIES == inbox.rows[bad].tries
    assert "(KeyError)" in inbox.rows[bad].outcome
    assert "person" not in inbox.rows[bad].outcome


async def test_an_outage_of_a_day_loses_nothing() -> None:
    """The delivery rests between tries, and is settled when the other side is back."""
    inbox, handler = MemoryInbox(), Scripted()
    inbox.deliver(body=100, key="troubled")

    async with receiving(inbox, handler) as (here, _):
        await passing_until(
            lambda: inbox.states() == ["done"], lambda: here.env.sleep(timedelta(minutes=21, seconds=3))
        )

    assert 101 == handler.tries["troubled"]


async def test_what_is_settled_is_written_down_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a CRM that takes long nobody waits for a hundred others, and passes go on from one to the next."""
    monkeypatch.setattr("activities.inbox.receiver.BEGINS_NO_MORE_AFTER", timedelta(seconds=0.05))
    inbox, handler = Written(), Scripted(takes=0.1)
    for number in range(25):
        inbox.deliver(subject=f"deal-{number}", key=str(number))

    async with receiving(inbox, handler):
        await until(lambda: set(inbox.states()) == {"done"})

    assert [1] * 25 == inbox.together


async def test_one_look_settles_all_that_one_kind_of_delivery_says_of_one_thing() -> None:
    """A handler that reads the deal as it is now need not read it for each of five changes."""
    inbox, handler = MemoryInbox(), Scripted(reads_the_present=True)
    for kind in ("changed", "changed", "deleted", "changed"):
        inbox.deliver(subject="deal-1", kind=kind)
    inbox.deliver(subject="deal-2", kind="changed")

    async with receiving(inbox, handler):
        await until(lambda: set(inbox.states()) == {"done"})

    assert ["2", "3", "4", "5"] == sorted(handler.handled)


async def test_one_look_settles_what_waits_further_behind_too() -> None:
    """In a backlog of thousands the changes of one deal stand far apart."""
    inbox, handler = MemoryInbox(), Scripted(reads_the_present=True)
    for number in range(300):
        inbox.deliver(subject=f"deal-{number % 60}", kind="changed")

    async with receiving(inbox, handler):
        await until(lambda: set(inbox.states()) == {"done"})

    assert 60 == len(handler.handled)


async def test_a_ring_wakes_it() -> None:
    """The receiver sleeps while nothing waits, and finds what came when it is woken."""
    inbox, handler = MemoryInbox(), Scripted()

    async with receiving(inbox, handler) as (_, handle):
        await asleep(handle)
        inbox.deliver()
        await asyncio.sleep(0.3)
        assert ["waiting"] == inbox.states()

        await handle.signal("wake")

        await until(lambda: inbox.states() == ["done"])
