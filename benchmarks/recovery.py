"""How long does news wait when the worker that had its onboarding dies? Two workers, one of them killed with -9.

News comes at a steady rate to onboardings in turn, each by one update that is sent again under its id until it is
answered, as the door does. `p99_s` is of the news sent from the moment of the kill on; what was sent before is
reported separately. The killed worker is started again at once, and competes for the machine while it comes up.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.clients import TROUBLES
from benchmarks.fleet import REAL_DAY, Fleet
from benchmarks.parts import (
    POSTGRES_PROGRAMS,
    Kept,
    dev_server,
    free_port,
    kept,
    reached,
    store,
    worker,
    worker_environment,
)
from benchmarks.report import figures, say, table
from domain.news import short
from starter.embedded.signals import until_signalled
from starter.embedded.tcp_ports import LOOPBACK
from store import reads
from store.engine import migrate

WORKERS = 2
BEFORE = 10.0
"""Seconds of news before the kill, enough for both workers to have some of the fleet cached."""
AFTER = 20.0
"""Seconds of news after the kill: at 20 a second 400 pieces, of which p99 leaves out four."""
WARMTH = 0.25
"""The share of the onboardings that get news beforehand, so that the workers are warm."""


async def run(options: argparse.Namespace) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="day90-recovery-")))
        database = await ends.enter_async_context(store(options.store, folder))
        await asyncio.to_thread(migrate, database.url)
        port = free_port()
        address = f"{LOOPBACK}:{port}"
        await ends.enter_async_context(kept(dev_server(port, file=folder / "temporal.db", logs=folder)))
        client = await reached(address)
        environment = worker_environment(address=address, folder=folder, day_length=REAL_DAY, database_url=database.url)
        workers = [
            await ends.enter_async_context(kept(worker(number + 1, environment, logs=folder)))
            for number in range(WORKERS)
        ]
        for one in workers:
            await one.works()
        fleet = Fleet.of(client, database.url, source="recovery")
        ids = await fleet.grow(range(options.open))
        await mails_are_out(fleet)
        return await _Killed(fleet=fleet, ids=ids, rate=options.rate).measure(workers[0])


async def mails_are_out(fleet: Fleet) -> None:
    """Wait until the first mails of all onboardings are sent: they are no part of what is measured."""
    await asyncio.sleep(1)
    while waiting := await asyncio.to_thread(fleet.due_mails):
        say(f"{waiting} mails of the openings are still to go")
        await asyncio.sleep(5)


class SteadyNews:
    """Records risks in one onboarding after the other, and how long each took to be answered."""

    def __init__(self, *, fleet: Fleet, ids: Sequence[str], rate: float) -> None:
        self.fleet, self.ids, self.rate = fleet, ids, rate
        self.sent: dict[str, str] = {}
        self.took: dict[str, float] = {}
        self.began: dict[str, float] = {}
        self.troubles: Counter[str] = Counter()
        self._telling: set[asyncio.Task[None]] = set()

    async def stream(self, seconds: float) -> None:
        """Bring news at a steady rate for that many seconds, and wait until all of it has been answered."""
        await self.begun(seconds)
        await self.all_answered()

    async def begun(self, seconds: float) -> None:
        """Bring news at a steady rate for that many seconds, whether or not earlier news has been answered."""
        began = time.monotonic()
        for number in range(int(seconds * self.rate)):
            await asyncio.sleep(max(0.0, began + number / self.rate - time.monotonic()))
            self._telling.add(asyncio.create_task(self._tell()))

    async def all_answered(self) -> None:
        await asyncio.gather(*self._telling)

    async def _tell(self) -> None:
        number = len(self.sent)
        news_id, onboarding = f"news-{number}", self.ids[number % len(self.ids)]
        self.sent[news_id], self.began[news_id] = onboarding, time.monotonic()
        news = {"risk": f"r-{number}", "title": "Their IT is one person", "news_id": news_id}
        while True:
            try:
                await self.fleet.door.tell(onboarding, "record_risk", news)
                break
            except TROUBLES as trouble:
                self.troubles[type(trouble).__name__] += 1
        self.took[news_id] = time.monotonic() - self.began[news_id]

    def lost_and_doubled(self) -> tuple[int, int]:
        """How many pieces of news are in no journal, and how many too often; all were acknowledged."""
        lost = doubled = 0
        rows: dict[str, Counter[str]] = {}
        for news_id, onboarding in self.sent.items():
            if onboarding not in rows:
                journal = reads.journal(self.fleet.engine, onboarding)
                rows[onboarding] = Counter(row.key.rpartition("/")[2] for row in journal)
            times = rows[onboarding][short(news_id)]
            lost += times == 0
            doubled += max(0, times - 1)
        return lost, doubled


class _Killed(SteadyNews):
    """News to which a worker dies in the middle."""

    async def measure(self, victim: Kept) -> dict[str, Any]:
        say("warming up")
        await self.stream(int(WARMTH * len(self.ids)) / self.rate)
        warm = set(self.sent)
        say("news goes on; the kill comes")
        calm = asyncio.create_task(self.stream(BEFORE))
        await asyncio.sleep(BEFORE)
        victim.kill()
        killed_at = time.monotonic()
        await asyncio.gather(calm, self.stream(AFTER))
        return await asyncio.to_thread(self._figures, warm, killed_at)

    def _figures(self, warm: set[str], killed_at: float) -> dict[str, Any]:
        lost, doubled = self.lost_and_doubled()
        before = sorted(self.took[id] for id in self.sent if id not in warm and self.began[id] < killed_at)
        after = sorted(self.took[id] for id in self.sent if self.began[id] >= killed_at)
        rows = {
            "p99_s": at_share(after, 0.99),
            "p50_s": at_share(after, 0.5),
            "slowest_s": after[-1],
            "before_p99_s": at_share(before, 0.99),
            "before_p50_s": at_share(before, 0.5),
            "lost": lost,
            "doubled": doubled,
            "news": len(self.sent),
            "after_the_kill": len(after),
            "open": len(self.ids),
            "a_second": self.rate,
            "tried_again": dict(self.troubles),
        }
        say("")
        table(("figure", ""), list(rows.items()))
        return rows


def at_share(values: Sequence[float], share: float) -> float:
    """The value below which that share of the sorted values lies."""
    return values[min(len(values) - 1, int(len(values) * share))]


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.recovery", description=__doc__)
    parser.add_argument("--open", type=int, default=1000, help="open onboardings (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=20.0, help="pieces of news a second (default: %(default)s)")
    parser.add_argument(
        "--store", choices=("postgresql", "sqlite"), default="postgresql" if POSTGRES_PROGRAMS else "sqlite"
    )
    figures(asyncio.run(until_signalled(run(parser.parse_args(words)))))


if __name__ == "__main__":
    main(sys.argv[1:])
