"""How many usage events a second come in by HTTP, each once, on SQLite and on PostgreSQL?

The web process runs as in production, on a port of its own. It gets batches of a hundred events, as Segment's clients
send them, of many accounts and users; one batch in twenty is sent a second time. It shares two cores with the process
that sends. The rate is of the events in the table at the last answer, over the time since the first batch.
"""

import argparse
import asyncio
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from sqlalchemy import func, select

from benchmarks.report import figures, say, table
from store.engine import open_store
from store.tables import usage_events
from tests.support.databases import PROGRAMS, PostgresServer
from tests.support.servers import free_port

KEY = "benchmark-write-key"
OF_A_BATCH = 100
ACCOUNTS, USERS = 200, 40
EVENTS = ("Report Created", "Report Shared", "Signed In", "Invoice Sent", "Comment Added")
AGAIN_EVERY = 20
"""One batch in so many is repeated, as clients do when an answer was late."""
SIDE_BY_SIDE = 8
STARTS_WITHIN = 30.0


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How fast events came in: `repeated` were sent twice, `duplicates` stored twice; `cpu_us` is the web process's CPU
    for one event, in microseconds."""

    events_per_s: float
    cpu_us: float
    repeated: int
    duplicates: int


class Served(NamedTuple):
    address: str
    pid: int

    def cpu_s(self) -> float:
        """Seconds of CPU that the web process has taken so far (proc(5): fields 14 and 15, after the name)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def message(number: int) -> dict[str, Any]:
    """A `track` message as analytics-python makes it, with everyday properties."""
    at = datetime.now(UTC) - timedelta(seconds=number % 600)
    return {
        "anonymousId": None,
        "context": {
            "library": {"name": "analytics-python", "version": "2"},
            "groupId": f"acct-{number % ACCOUNTS}",
        },
        "event": EVENTS[number % len(EVENTS)],
        "integrations": {},
        "messageId": f"5f3a7c1e-{number:08d}-4d0b-9a3e-benchmark",
        "properties": {"plan": "business", "title": "Quarterly figures", "rows": number, "shared": number % 2 == 0},
        "timestamp": at.isoformat(timespec="milliseconds"),
        "type": "track",
        "userId": f"user-{number % (ACCOUNTS * USERS)}@customer.test",
    }


def batches(events: int) -> Iterator[bytes]:
    """The bodies of the batches, repetitions among them."""
    for number in range(events // OF_A_BATCH):
        of_it = [message(number * OF_A_BATCH + n) for n in range(OF_A_BATCH)]
        body = json.dumps({"batch": of_it, "sentAt": datetime.now(UTC).isoformat()}).encode()
        yield body
        if number % AGAIN_EVERY == 0:
            yield body


async def rate(address: str, bodies: Sequence[bytes]) -> float:
    """Send the bodies, and return the seconds until all are answered."""
    key = base64.b64encode(f"{KEY}:".encode()).decode()
    head = {"authorization": f"Basic {key}", "content-type": "application/json"}
    waiting = iter(bodies)

    async def send(client: httpx2.AsyncClient) -> None:
        for body in waiting:
            answer = await client.post("/v1/batch", content=body, headers=head)
            assert answer.json() == {"success": True}, answer.text

    async with httpx2.AsyncClient(base_url=address, timeout=30) as client:
        began = time.perf_counter()
        await asyncio.gather(*(send(client) for _ in range(SIDE_BY_SIDE)))
        return time.perf_counter() - began


@contextmanager
def web(url: str, data: Path) -> Iterator[Served]:
    """The web process on that database, with no worker to look at what comes in."""
    port = free_port()
    settings = {"DATA": f"{data}", "DATABASE_URL": url, "WEB_PORT": f"{port}", "SEGMENT_WRITE_KEY": KEY}
    named = {f"DAY90_{name}": value for name, value in settings.items()}
    away = {"TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "web"], env={**os.environ, **named, **away}, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + STARTS_WITHIN
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the web process did not start")
            time.sleep(0.1)
        yield Served(address, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/healthz").status_code == 200
    except httpx2.TransportError:
        return False


def measure(url: str, data: Path, events: int) -> Rate:
    """The rate at which events come into an empty database."""
    bodies = list(batches(events))
    with web(url, data) as served:
        before = served.cpu_s()
        took = asyncio.run(rate(served.address, bodies))
        cpu_us = (served.cpu_s() - before) * 1e6 / events
    engine = open_store(url)
    with engine.connect() as connection:
        stored = int(connection.scalar(select(func.count()).select_from(usage_events)) or 0)
    engine.dispose()
    assert stored >= events, f"{stored} events are kept, {events} were sent"
    return Rate(
        events_per_s=events / took,
        cpu_us=cpu_us,
        repeated=len(bodies) * OF_A_BATCH - events,
        duplicates=stored - events,
    )


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.usage", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    options = parser.parse_args(words)
    rates_of: dict[str, Rate] = {}
    with tempfile.TemporaryDirectory(prefix="day90-usage-") as folder:
        data = Path(folder)
        say(f"{options.events} events into SQLite …")
        rates_of["sqlite"] = measure(f"sqlite:///{data / 'usage.sqlite'}", data, options.events)
        if PROGRAMS:
            say(f"{options.events} events into PostgreSQL …")
            server = PostgresServer(PROGRAMS[-1].parent, options=())
            try:
                rates_of["postgresql"] = measure(server.new_database(), data, options.events)
            finally:
                server.stop()
    rows = [(name, one.events_per_s, one.cpu_us, one.repeated, one.duplicates) for name, one in rates_of.items()]
    table(("database", "events/s", "web CPU-µs each", "sent twice", "kept twice"), rows)
    rates = {f"{name}_events_per_s": one.events_per_s for name, one in rates_of.items()}
    cpu = {f"{name}_cpu_us": one.cpu_us for name, one in rates_of.items()}
    figures({**rates, **cpu, "duplicates": sum(one.duplicates for one in rates_of.values())})


if __name__ == "__main__":
    main(sys.argv[1:])
