"""What do the house's own workflows live through? Short stories of those beside the onboardings, all runs of each."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from temporalio.client import Client, WorkflowFailureError, WorkflowHistory

from activities.crm.hubspot import HubSpot
from activities.evaluation import Evaluating, Looks
from activities.inbox.same_deal import SameDeal
from activities.mailbox import Collecting
from activities.reconciliation import Reconciling, Source
from domain.answering import Answer
from domain.inbox import InboxRow, Settled
from domain.measure.customer import Customer
from domain.measure.evaluation import Due, Evaluation
from domain.notice import MAIL
from domain.refusal import Refused
from domain.trouble import ChannelDown, NotReachable
from playbooks.mappings.files import HUBSPOT, MappingFile
from runtime.connection import connect
from starter.doors.bell import look_at_usage, wake_receiver, wake_sender
from store.engine import migrate, open_store
from tests.activities.test_reconciliation import Store
from tests.activities.test_usage_look import Books, Door
from tests.support import databases, servers
from tests.support.fakes import MemoryInbox, MemoryMerges
from tests.support.houses import SERVER, House
from tests.support.hubspot import TOKEN, Account
from tests.support.onboardings import QUEUE, World, world
from tests.support.parts import parts as parts_with_fakes
from tests.support.stand_in import served
from tests.support.waiting import until
from wiring.worker import day90_worker
from workflows.evaluation import CustomerEvaluation
from workflows.mailbox import Mailbox
from workflows.receiver import ID as RECEIVER
from workflows.reconciliation import Reconciliation
from workflows.sender import id_of as sender_of
from workflows.sweep import Sweep
from workflows.usage import ID as USAGE

Histories = Sequence[WorkflowHistory]
SHORT_RUNS = "limit.historyCount.suggestContinueAsNew=40"
"""Temporal's own setting: the server asks for a new run after so many events, where it would after thousands."""
WEBHOOK = "webhook-1"


@dataclass
class Desk:
    """An office in which messages wait by their number, each with the answers it will get; then it is sent.

    `later` are those that wait for their hour.
    """

    waiting: dict[int, list[Any]] = field(default_factory=dict)
    later: dict[int, datetime] = field(default_factory=dict)

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        return [id for id in sorted(self.waiting) if self.later.get(id, now) <= now][:most]

    def next_ready(self, *, after: datetime) -> datetime | None:
        return min((at for id, at in self.later.items() if id in self.waiting and at > after), default=None)

    async def deliver(self, id: int) -> str:
        answers = self.waiting.get(id)
        if answers is None:
            return "withdrawn"
        answer = answers.pop(0) if answers else "sent"
        if isinstance(answer, Exception):
            raise answer
        del self.waiting[id]
        return str(answer)


@dataclass
class Clerk:
    """Settles what is delivered; the body says that it is refused, or how often it cannot be settled before."""

    reads_the_present: bool = False
    tries: dict[int, int] = field(default_factory=dict)

    async def __call__(self, row: InboxRow) -> Settled:
        self.tries[row.id] = self.tries.get(row.id, 0) + 1
        if row.body == "refuse":
            raise Refused("no such owner", field="owner")
        if isinstance(row.body, int) and self.tries[row.id] <= row.body:
            raise NotReachable("the CRM does not answer")
        return Settled(outcome="done")


async def runs_of(client: Client, id: str, *, first: str) -> Histories:
    """Of that workflow, from its first run to the present one."""
    histories, run = list[WorkflowHistory](), first
    while run:
        histories.append(await client.get_workflow_handle(id, run_id=run).fetch_history())
        run = histories[-1].events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return histories


async def run_now(client: Client, id: str) -> str:
    return (await client.get_workflow_handle(id).describe()).run_id


async def passing(here: World, holds: Callable[[], object], *, most: int = 200) -> None:
    """Let time pass until that holds."""
    for _ in range(most):
        if holds():
            return
        await here.env.sleep(timedelta(seconds=20, milliseconds=7))
    raise TimeoutError


# --- the sender


async def mail_after_troubles() -> Histories:
    """Some go at once, one at its hour; one is refused, one fails for so long that it rests, and goes in the end."""
    down = ChannelDown("451 try later")
    desk = Desk({1: [], 2: ["refused"], 3: [down] * 15})
    async with world(channels={}, offices={MAIL: desk}.get) as here:
        client, id = here.env.client, sender_of(MAIL)
        desk.waiting[4], desk.later[4] = [], await here.now() + timedelta(hours=2)
        await wake_sender(client, MAIL, task_queue=QUEUE)
        first = await run_now(client, id)
        await passing(here, lambda: set(desk.waiting) == {3, 4})
        await here.env.sleep(timedelta(minutes=3))
        desk.waiting[5] = []
        await wake_sender(client, MAIL, task_queue=QUEUE)
        await passing(here, lambda: set(desk.waiting) == {4})
        await here.env.sleep(timedelta(hours=3))
        await passing(here, lambda: not desk.waiting)
        await client.get_workflow_handle(id).signal("nudge")
        await here.env.sleep(timedelta(minutes=1))
        return await runs_of(client, id, first=first)


async def channel_down() -> Histories:
    """Three in a row fail: the pass gives up. When one of them is through on its own, the others go."""
    desk = Desk({id: [ChannelDown("connection refused")] * 2 for id in range(1, 4)} | {4: [], 5: []})
    async with world(channels={}, offices={MAIL: desk}.get) as here:
        client, id = here.env.client, sender_of(MAIL)
        await wake_sender(client, MAIL, task_queue=QUEUE)
        first = await run_now(client, id)
        await passing(here, lambda: not desk.waiting)
        desk.waiting = {id: [ChannelDown("connection refused")] * 12 for id in range(6, 9)} | {9: []}
        await wake_sender(client, MAIL, task_queue=QUEUE)
        await passing(here, lambda: not desk.waiting)
        await here.env.sleep(timedelta(minutes=1))
        return await runs_of(client, id, first=first)


async def webhook_told() -> Histories:
    """By a sender of its own: one is asked to wait, then taken; one is withdrawn; one is given up, told by mail."""
    desk = Desk({1: [ChannelDown("503", again_after=timedelta(minutes=2))], 2: ["withdrawn"], 3: ["refused"]})
    async with world(channels={}, offices={WEBHOOK: desk}.get) as here:
        client, id = here.env.client, sender_of(WEBHOOK)
        await wake_sender(client, WEBHOOK, task_queue=QUEUE)
        first = await run_now(client, id)
        await passing(here, lambda: not desk.waiting)
        return await runs_of(client, id, first=first)


async def sender_turned() -> Histories:
    """Woken again and again, over more than one run."""
    desk = Desk()
    async with own_server(offices={WEBHOOK: desk}.get) as client:
        await wake_sender(client, WEBHOOK, task_queue=QUEUE)
        first = await run_now(client, sender_of(WEBHOOK))
        for number in range(8):
            desk.waiting[number] = []
            await wake_sender(client, WEBHOOK, task_queue=QUEUE)
            await until(lambda: not desk.waiting)
        return await turned(client, sender_of(WEBHOOK), first=first)


# --- the receiver


async def deliveries_after_troubles() -> Histories:
    """More than one step takes up, one refused, one tried alone until it works, one that rests before it does."""
    inbox, clerk = MemoryInbox(), Clerk()
    inbox.deliver(body=3)
    inbox.deliver(body=25)
    for number in range(3):
        inbox.deliver(source="other", body="refuse" if number == 1 else None)
    async with world(inbox=inbox, handlers={"deals": clerk, "other": clerk}) as here:
        client = here.env.client
        await wake_receiver(client, task_queue=QUEUE)
        first = await run_now(client, RECEIVER)
        await passing(here, lambda: "waiting" not in inbox.states()[2:])
        inbox.deliver(source="other")
        await wake_receiver(client, task_queue=QUEUE)
        await passing(here, lambda: "waiting" not in inbox.states())
        inbox.deliver(source="other")
        await client.get_workflow_handle(RECEIVER).signal("nudge")
        await passing(here, lambda: "waiting" not in inbox.states())
        await here.env.sleep(timedelta(minutes=1))
        return await runs_of(client, RECEIVER, first=first)


async def receiver_turned() -> Histories:
    """Woken again and again, over more than one run."""
    inbox, clerk = MemoryInbox(), Clerk()
    async with own_server(inbox=inbox, handlers={"deals": clerk}) as client:
        await wake_receiver(client, task_queue=QUEUE)
        first = await run_now(client, RECEIVER)
        for _ in range(6):
            inbox.deliver()
            await wake_receiver(client, task_queue=QUEUE)
            await until(lambda: "waiting" not in inbox.states())
        return await turned(client, RECEIVER, first=first)


# --- the look at usage


async def usage_looked_at() -> Histories:
    """Asked for, and again while it looks: it looks again, and ends."""
    books = SlowBooks()
    async with world(usage=books, usage_door=Door()) as here:
        client = here.env.client
        await look_at_usage(client, task_queue=QUEUE)
        first = await run_now(client, USAGE)
        await look_at_usage(client, task_queue=QUEUE)
        await client.get_workflow_handle(USAGE).signal("nudge")
        books.may_look.set()
        await client.get_workflow_handle(USAGE, run_id=first).result()
        return await runs_of(client, USAGE, first=first)


@dataclass
class SlowBooks(Books):
    """Nothing is counted before it may be."""

    may_look: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def count(self, *, after: tuple[str, int], most: int) -> Any:
        asyncio.run_coroutine_threadsafe(self.may_look.wait(), self.loop).result(30)
        return super().count(after=after, most=most)


async def usage_of_the_silent() -> Histories:
    """An onboarding does not answer for a quarter of an hour: it is come back to, over more than one run."""
    door = Door(silent_for=15)
    async with world(usage=Books(), usage_door=door) as here:
        client = here.env.client
        await look_at_usage(client, task_queue=QUEUE)
        first = await run_now(client, USAGE)
        await passing(here, lambda: door.told > door.silent_for)
        await here.env.sleep(timedelta(minutes=1))
        return await runs_of(client, USAGE, first=first)


# --- what schedules run


async def crm_looked_through() -> Histories:
    """A deal is missing here, and found."""
    return await _reconciled(away=False)


async def crm_away() -> Histories:
    """The CRM answers nothing until the look is given up."""
    return await _reconciled(away=True)


async def _reconciled(*, away: bool) -> Histories:
    store = Store()
    with served(Account()) as account, ThreadPoolExecutor(2) as threads:
        account.close_deal("4711")
        if away:
            account.first = [(503, {}, [])] * 500
        crm = HubSpot(account.address, TOKEN)
        sources = {"hubspot": Source(crm, MappingFile(HUBSPOT))}
        reconciling = Reconciling(
            sources=sources, rechecks=store, same_deal=SameDeal(store, MemoryMerges()), inbox=store, wake=store.wake,
            threads=threads, now=lambda: datetime.now(UTC),
        )  # fmt: skip
        async with world(reconciling=reconciling) as here:
            started = await here.env.client.start_workflow(Reconciliation.run, id="reconciliation", task_queue=QUEUE)
            with suppress(WorkflowFailureError):
                await started.result()
            histories = [await started.fetch_history()]
        await crm.aclose()
        return histories


class OneMail:
    """A mailbox with one new mail, after it could not be reached."""

    def __init__(self) -> None:
        self.away = 1

    def look(self, take: Callable[[Sequence[tuple[bytes, Answer]]], None]) -> int:
        if self.away:
            self.away -= 1
            raise NotReachable("the mailbox cannot be read: TimeoutError")
        take([(b"a mail", Answer(kind="reply"))])
        return 1


async def mailbox_looked_into() -> Histories:
    """Its server answers at the second try."""
    store = Store()
    with ThreadPoolExecutor(1) as threads:
        collecting = Collecting(mailbox=OneMail(), inbox=store, wake=store.wake, threads=threads)
        async with world(collecting=collecting) as here:
            started = await here.env.client.start_workflow(Mailbox.run, id="mailbox", task_queue=QUEUE)
            await started.result()
            return [await started.fetch_history()]


class OneCustomer:
    """A customer who is to be looked at, after the database could not be reached."""

    def __init__(self) -> None:
        self.away, self.kept = 1, 0

    def fresh(self, *, now: datetime, most: int, after: str = "") -> Sequence[Due]:
        if self.away:
            self.away -= 1
            raise ConnectionError("the database does not answer")
        return [] if after else [Due(onboarding="onboarding-file-1", news=1)]

    def all(self, wanted: Collection[str], *, now: datetime) -> Mapping[str, Customer]:
        book = databases.playbook()
        return {id: Customer(onboarding=id, playbook=book, hashed="", now=now, closed_at=now) for id in wanted}

    def keep(self, looked: Iterable[tuple[Due, Customer, Evaluation]]) -> None:
        self.kept += len(list(looked))


async def customers_evaluated() -> Histories:
    """The database answers at the second try."""
    store = OneCustomer()
    with ThreadPoolExecutor(1) as threads:
        looks = Looks(customers=store, evaluations=store, now=lambda: datetime.now(UTC))
        async with world(evaluating=Evaluating(looks=looks, threads=threads)) as here:
            started = await here.env.client.start_workflow(CustomerEvaluation.run, id="evaluation", task_queue=QUEUE)
            assert 1 == (await started.result()).looked_at == store.kept
            return [await started.fetch_history()]


async def night_with_a_finding() -> Histories:
    """One onboarding was ended by mistake."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'day90.sqlite'}"
        migrate(url)
        engine = open_store(url)
        house = House(client=await connect(address=servers.dev_server(*SERVER)), engine=engine, data=Path(folder))
        async with house.worker():
            onboarding = await house.opened()
            await house.client.get_workflow_handle(onboarding).terminate("by mistake")
            while onboarding not in await house.looked():
                await asyncio.sleep(0.1)
            started = await house.client.start_workflow(Sweep.run, id=f"sweep-{uuid4().hex[:8]}", task_queue=QUEUE)
            swept = await started.result()
            assert [onboarding] == [finding.subject for finding in swept.findings]
            histories = [await started.fetch_history()]
            await house.client.get_workflow_handle(sender_of(MAIL)).terminate("the story is over")
        engine.dispose()
        return histories


HOUSE: Mapping[str, Callable[[], Awaitable[Histories]]] = {
    "mail_after_troubles": mail_after_troubles,
    "channel_down": channel_down,
    "webhook_told": webhook_told,
    "sender_turned": sender_turned,
    "deliveries_after_troubles": deliveries_after_troubles,
    "receiver_turned": receiver_turned,
    "usage_looked_at": usage_looked_at,
    "usage_of_the_silent": usage_of_the_silent,
    "crm_looked_through": crm_looked_through,
    "crm_away": crm_away,
    "mailbox_looked_into": mailbox_looked_into,
    "customers_evaluated": customers_evaluated,
    "night_with_a_finding": night_with_a_finding,
}
"""Stories of the workflows beside onboardings and introductions. Stored are also `…_one_by_one`, played by the
sender as it was before `sends-in-passes`, and `mail_before_its_patch`, by the one before `clears-up-whenever-woken`."""


@asynccontextmanager
async def own_server(**parts: Any) -> AsyncIterator[Client]:
    """A real server that asks for new runs early, with our worker."""
    client = await connect(address=servers.dev_server(SHORT_RUNS))
    async with day90_worker(client, parts_with_fakes(**{"channels": {}, **parts}), task_queue=QUEUE):
        yield client


async def turned(client: Client, id: str, *, first: str) -> Histories:
    """Its runs, more than one; it is ended after that."""
    async with asyncio.timeout(30):
        while await run_now(client, id) == first:
            await asyncio.sleep(0.1)
    # What it has under way is over in a moment: then it sleeps.
    await asyncio.sleep(1)
    histories = await runs_of(client, id, first=first)
    await client.get_workflow_handle(id).terminate("the story is over")
    return histories
