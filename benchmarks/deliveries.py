"""Does every deal that a CRM delivers start once, whatever happens? 10,000 deliveries of 1,000 deals, in any order.

The real parts: the web process, a worker, Temporal's dev server on its file, a store, and an HTTP server in HubSpot's
place. Each delivery is signed as HubSpot signs and has one event: of each deal five changes of its stage, each of them
twice, all of them shuffled. Meanwhile worker and Temporal are killed every few seconds and started again, as by a
supervisor. The kills end when half of the onboardings stand; when nothing waits any more it is counted: `missing` are
deals without an onboarding, `doubled` are openings that are in the journal twice, and workflows of no deal.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from benchmarks.calling import Window, call, request_of
from benchmarks.fleet import REAL_DAY
from benchmarks.intake import PATH, SECRET, signed
from benchmarks.parts import Kept, dev_server, free_port, kept, reached, store, worker, worker_environment
from benchmarks.report import figures, say
from runtime.fleet import listed
from starter.embedded.children import Child
from starter.embedded.tcp_ports import LOOPBACK
from store.engine import open_store, read_transaction
from store.inbox import SqlInbox
from store.tables import journal, onboardings
from tests.support.hubspot import TOKEN, Account
from tests.support.stand_in import served

CHANGES = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "contractsent", "closedwon")
TIMES = 2
FIRST_DEAL = 9_000_000
SENDERS = 16
LOOK_EVERY = 2.0


def events(deals: int, *, seed: int) -> list[bytes]:
    """The bodies of the deliveries, in the order in which they are sent."""
    sent = [
        {
            "eventId": number % 7,
            "subscriptionId": 25,
            "portalId": 62515,
            "appId": 1160452,
            "occurredAt": 1_795_000_000_000 + change * 60_000 + deal,
            "subscriptionType": "deal.propertyChange",
            "attemptNumber": attempt,
            "objectId": FIRST_DEAL + deal,
            "propertyName": "dealstage",
            "propertyValue": stage,
            "changeSource": "CRM",
        }
        for number, (deal, (change, stage), attempt) in enumerate(
            itertools.product(range(deals), enumerate(CHANGES), range(TIMES))
        )
    ]
    random.Random(seed).shuffle(sent)
    return [json.dumps([event], separators=(",", ":")).encode() for event in sent]


def requests(bodies: Sequence[bytes], *, address: str) -> Iterator[bytes]:
    """The requests, each signed when it is sent: a signature is valid for five minutes."""
    for body in bodies:
        yield request_of(PATH, body, signed(body, address), host=address.partition("://")[2])


@dataclass
class Killer:
    """Kills one part after the other, about `every` so many seconds, and counts the kills."""

    parts: Sequence[Kept]
    every: float
    draw: random.Random
    kills: Counter[str] = field(default_factory=Counter)

    async def go_about(self) -> None:
        for part in itertools.cycle(self.parts):
            await asyncio.sleep(self.draw.uniform(0.5, 1.5) * self.every)
            if part.kill():
                self.kills[part.name] += 1


@asynccontextmanager
async def web_process(environment: dict[str, str], *, folder: Path) -> AsyncIterator[int]:
    port = free_port()
    settings = {**environment, "DAY90_WEB_PORT": str(port), "DAY90_HUBSPOT_SECRET": SECRET}
    command = [sys.executable, "-m", "web"]

    async def begin() -> Child:
        return await Child.start("web", command, log=folder / "web.log", environment=settings)

    async with kept(Kept(name="web", begin=begin, says=b"web_started")) as part:
        await part.works()
        await asyncio.sleep(1)
        yield port


async def run(options: argparse.Namespace) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="day90-deliveries-")))
        database = await ends.enter_async_context(store(options.store, folder))
        account = ends.enter_context(served(_account(options.deals)))
        port = free_port()
        temporal = dev_server(port, file=folder / "temporal.db", logs=folder)
        await ends.enter_async_context(kept(temporal))
        await reached(f"{LOOPBACK}:{port}")
        environment = worker_environment(
            address=f"{LOOPBACK}:{port}", folder=folder, day_length=REAL_DAY, database_url=database.url
        )
        environment |= {"DAY90_HUBSPOT_API_TOKEN": TOKEN, "DAY90_HUBSPOT_API": account.address}
        workers = [worker(1, environment, logs=folder)]
        for one in workers:
            await (await ends.enter_async_context(kept(one))).works()
        web = await ends.enter_async_context(web_process(environment, folder=folder))
        killer = Killer([*workers, temporal], options.kill_every, random.Random(options.seed))
        engine = open_store(database.url)
        say(f"{options.deals * len(CHANGES) * TIMES:,} deliveries of {options.deals:,} deals")
        killing = asyncio.create_task(killer.go_about())
        began = time.perf_counter()
        try:
            window = await _deliver(web, options)
            await _half_through(engine, options.deals)
        finally:
            killing.cancel()
        took = await _settled(engine, patience=options.patience, began=began)
        client = await reached(f"{LOOPBACK}:{port}")
        ids = Counter([one.execution.workflow_id async for one in listed(client, "WorkflowType = 'Onboarding'")])
        counts = await asyncio.to_thread(_counted, engine, options.deals, ids)
        say(f"killed {dict(killer.kills)}; HubSpot was asked {len(account.calls):,} times")
        return {
            **counts,
            "deliveries": window.answered,
            "not_accepted": window.refused,
            "accepted_per_s": window.rate,
            "through_after_s": took,
            "worker_kills": sum(number for name, number in killer.kills.items() if name.startswith("worker")),
            "temporal_kills": killer.kills["temporal"],
        }


def _account(deals: int) -> Account:
    account = Account()
    for deal in range(deals):
        account.close_deal(str(FIRST_DEAL + deal))
    return account


async def _deliver(port: int, options: argparse.Namespace) -> Window:
    """Send all deliveries, at a rate that leaves the machine room for the kills to fall into the work."""
    bodies = events(options.deals, seed=options.seed)
    address = f"http://127.0.0.1:{port}"
    window = Window()
    began = time.perf_counter()
    slices = [bodies[at : at + options.slice] for at in range(0, len(bodies), options.slice)]
    for number, part in enumerate(slices, 1):
        sent = await call(port, requests(part, address=address), seconds=60, connections=SENDERS)
        window.answered += sent.answered
        window.refused += sent.refused
        window.seconds += sent.seconds
        ahead = began + options.over * number / len(slices) - time.perf_counter()
        await asyncio.sleep(max(0.0, ahead))
        say(f"{window.answered:,} delivered, {window.refused} not accepted")
    return window


async def _half_through(engine: Engine, deals: int) -> None:
    """Wait until half of the onboardings stand: most of the work comes after the deliveries."""
    while await asyncio.to_thread(_opened, engine) < deals / 2:
        await asyncio.sleep(LOOK_EVERY)


async def _settled(engine: Engine, *, patience: float, began: float) -> float:
    """Seconds until nothing in the inbox waits and nothing opens any more."""
    until = time.perf_counter() + patience
    before, since = -1, time.perf_counter()
    while True:
        counted = await asyncio.to_thread(SqlInbox(engine).counted)
        opened = await asyncio.to_thread(_opened, engine)
        if opened != before:
            before, since = opened, time.perf_counter()
        if not counted.get("waiting") and time.perf_counter() - since > 5 * LOOK_EVERY:
            return since - began
        if time.perf_counter() > until:
            say("patience is over")
            return time.perf_counter() - began
        say(f"inbox {dict(counted)}, {opened:,} onboardings stand")
        await asyncio.sleep(LOOK_EVERY)


def _opened(engine: Engine) -> int:
    with read_transaction(engine) as connection:
        standing = select(func.count()).select_from(onboardings).where(onboardings.c.as_of.is_not(None))
        return int(connection.scalar(standing) or 0)


def _counted(engine: Engine, deals: int, workflows: Counter[str]) -> dict[str, Any]:
    wanted = {f"onboarding-hubspot-{FIRST_DEAL + deal}" for deal in range(deals)}
    with read_transaction(engine) as connection:
        standing = set(connection.scalars(select(onboardings.c.onboarding).where(onboardings.c.as_of.is_not(None))))
        opened = select(journal.c.onboarding, func.count()).where(journal.c.kind == "opened")
        openings: dict[str, int] = dict(connection.execute(opened.group_by(journal.c.onboarding)).tuples().all())
    inbox = SqlInbox(engine).counted()
    twice = {id for id, times in openings.items() if times > 1}
    # An onboarding that has taken a new run stands there once per run; a second workflow would have another id.
    strangers = (standing | set(workflows)) - wanted
    return {
        "onboardings": len(standing & wanted),
        "missing": len(wanted - standing) + len(wanted - set(workflows)),
        "doubled": len(twice) + len(strangers),
        "inbox_done": inbox.get("done", 0),
        "inbox_left": sum(inbox.values()) - inbox.get("done", 0),
    }


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.deliveries", description=__doc__)
    parser.add_argument("--deals", type=int, default=1_000)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--kill-every", type=float, default=8.0, help="seconds between two kills, about")
    parser.add_argument("--over", type=float, default=90.0, help="seconds over which the deliveries are spread")
    parser.add_argument("--slice", type=int, default=500, help="deliveries at full speed before each pause")
    parser.add_argument("--patience", type=float, default=900.0, help="seconds until we stop waiting for the rest")
    parser.add_argument("--seed", type=int, default=1)
    figures(asyncio.run(run(parser.parse_args(words))))


if __name__ == "__main__":
    main(sys.argv[1:])
