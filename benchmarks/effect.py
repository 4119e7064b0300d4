"""How soon can a page show a piece of news? From the update's call to the row in the read model, against a bare update.

The bare update is the same call on the floor: a handler that notes it, nothing written. Both sides get news in turn,
one piece at a time. The row is not polled for: a trigger makes PostgreSQL notify us at the commit, so that the clock
stops when a page that reads would see it, and the figure holds no interval of polling. The trigger is the benchmark's
own. What the caller waits for (`answer_…`) is reported beside it: the answer comes after the commit.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
from temporalio.client import Client, WorkflowHandle

from benchmarks.fleet import REAL_DAY, Fleet
from benchmarks.floor import Floor
from benchmarks.parts import dev_server, free_port, kept, reached, serving, store, worker, worker_environment
from benchmarks.recovery import mails_are_out
from benchmarks.report import figures, say, table
from domain.news import short
from starter.embedded.signals import until_signalled
from starter.embedded.tcp_ports import LOOPBACK
from store.engine import migrate

FLOORS = "floors"
COMES_WITHIN = 30.0
SAYS_SO = """
CREATE FUNCTION say_so() RETURNS trigger AS $$
BEGIN PERFORM pg_notify('written', NEW.onboarding || ' ' || NEW.as_of); RETURN NULL; END $$ LANGUAGE plpgsql;
CREATE TRIGGER say_so AFTER UPDATE ON onboardings FOR EACH ROW EXECUTE FUNCTION say_so();
"""


class Commits:
    """Learns which onboardings' rows are written, and when (seconds of time.perf_counter)."""

    def __init__(self) -> None:
        self.waited_for: dict[str, asyncio.Future[float]] = {}

    def expected(self, onboarding: str) -> "asyncio.Future[float]":
        self.waited_for[onboarding] = asyncio.get_running_loop().create_future()
        return self.waited_for[onboarding]

    async def listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        async for notification in connection.notifies():
            now = time.perf_counter()
            waiting = self.waited_for.pop(notification.payload.partition(" ")[0], None)
            if waiting is not None and not waiting.done():
                waiting.set_result(now)


@asynccontextmanager
async def commits(url: str) -> AsyncIterator[Commits]:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(SAYS_SO)
        await connection.execute("LISTEN written")
        watching = Commits()
        listening = asyncio.create_task(watching.listen(connection))
        try:
            yield watching
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def run(options: argparse.Namespace) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="day90-effect-")))
        database = await ends.enter_async_context(store("postgresql", folder))
        await asyncio.to_thread(migrate, database.url)
        port = free_port()
        address = f"{LOOPBACK}:{port}"
        await ends.enter_async_context(kept(dev_server(port, file=folder / "temporal.db", logs=folder)))
        client = await reached(address)
        environment = worker_environment(address=address, folder=folder, day_length=REAL_DAY, database_url=database.url)
        sides = worker(1, environment, logs=folder), serving("floor", FLOORS, environment, logs=folder)
        for side in sides:
            await (await ends.enter_async_context(kept(side))).works()
        fleet = Fleet.of(client, database.url, source="effect")
        ids = await fleet.grow(range(options.open))
        floors = await _floors(client, options.open)
        await mails_are_out(fleet)
        written = await ends.enter_async_context(commits(database.url))
        measuring = Measuring(written=written, client=client, ids=ids, floors=floors)
        return await measuring.measure(options.news)


async def _floors(client: Client, many: int) -> list[WorkflowHandle[Any, Any]]:
    return [
        await client.start_workflow(Floor.run, {"kept": True}, id=f"floor-{number}", task_queue=FLOORS)
        for number in range(many)
    ]


class Measuring:
    def __init__(
        self,
        *,
        written: Commits,
        client: Client,
        ids: Sequence[str],
        floors: Sequence[WorkflowHandle[Any, Any]],
    ) -> None:
        self.written, self.client, self.ids, self.floors = written, client, ids, floors
        self.visible: list[float] = []
        self.answered: list[float] = []
        self.bare: list[float] = []

    async def measure(self, news: int) -> dict[str, Any]:
        # Each of them once before the clock counts: imports, connections, and the deal that a worker remembers.
        for number in range(-len(self.ids), news):
            pair = number % len(self.ids)
            product, floor = await self._product(self.ids[pair], number), await self._floor(self.floors[pair], number)
            if number >= 0:
                self.visible.append(product[0])
                self.answered.append(product[1])
                self.bare.append(floor)
            if number and number % 100 == 0:
                say(f"{number} of {news} pairs")
        return self._figures()

    async def _product(self, onboarding: str, number: int) -> tuple[float, float]:
        """The seconds until the row was there, and until the caller had the answer."""
        row = self.written.expected(onboarding)
        handle: WorkflowHandle[Any, Any] = self.client.get_workflow_handle(onboarding)
        began = time.perf_counter()
        await handle.execute_update("record_risk", _risk(number), id=short(f"product {number}"))
        answered = time.perf_counter()
        return await asyncio.wait_for(row, COMES_WITHIN) - began, answered - began

    async def _floor(self, handle: WorkflowHandle[Any, Any], number: int) -> float:
        began = time.perf_counter()
        await handle.execute_update("record_risk", _risk(number), id=short(f"floor {number}"))
        return time.perf_counter() - began

    def _figures(self) -> dict[str, Any]:
        sides = {"visible": self.visible, "answered": self.answered, "bare": self.bare}
        at = {name: {share: _at(sorted(values), share) for share in (0.5, 0.99)} for name, values in sides.items()}
        say("")
        rows = [(name, *(1000 * seconds for seconds in shares.values())) for name, shares in at.items()]
        table(("ms", "p50", "p99"), rows)
        return {
            "p50_ratio": at["visible"][0.5] / at["bare"][0.5],
            "p99_ratio": at["visible"][0.99] / at["bare"][0.99],
            "answer_p50_ratio": at["answered"][0.5] / at["bare"][0.5],
            "answer_p99_ratio": at["answered"][0.99] / at["bare"][0.99],
            **{f"{name}_p50_ms": 1000 * shares[0.5] for name, shares in at.items()},
            **{f"{name}_p99_ms": 1000 * shares[0.99] for name, shares in at.items()},
            "pairs": len(self.bare),
        }


def _risk(number: int) -> dict[str, Any]:
    return {"risk": f"r-{number}", "title": "Their IT is one person", "probability": 3, "impact": 4}


def _at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.effect", description=__doc__)
    parser.add_argument("--open", type=int, default=50, help="onboardings and floors (default: %(default)s)")
    parser.add_argument("--news", type=int, default=500, help="pairs of updates (default: %(default)s)")
    figures(asyncio.run(until_signalled(run(parser.parse_args(words)))))


if __name__ == "__main__":
    main(sys.argv[1:])
