"""What does an open onboarding cost while it waits? The worker's memory for each, against the floor's; and idle CPU.

Each side has a worker process of its own with room for all of them in its cache. Memory is what the process grows by
between the first few and all of them, divided by their number; so what a worker needs by itself is in neither. Idle is
the CPU of worker and Temporal's server over a minute in which nothing is due, with every onboarding open and before
there is a floor; the server's own idling, with nothing open, is reported beside it.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from temporalio.client import Client

from benchmarks.fleet import AT_ONCE, REAL_DAY, Fleet
from benchmarks.floor import Floor
from benchmarks.parts import (
    POSTGRES_PROGRAMS,
    Kept,
    dev_server,
    free_port,
    kept,
    reached,
    serving,
    store,
    worker_environment,
)
from benchmarks.report import figures, say, table
from starter.embedded.signals import until_signalled
from starter.embedded.tcp_ports import LOOPBACK
from store.engine import migrate

FEW = 300
"""Onboardings after which a worker's own memory no longer grows: imports are done, the pools of threads and connections
have their size, and its cache of the last 256 deals is full."""
AT_A_TIME = 500
SETTLES = 5.0
PRODUCTS, FLOORS = "day90", "floors"
TICKS = os.sysconf("SC_CLK_TCK")
KIB = 1024


async def run(options: argparse.Namespace) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="day90-open-")))
        database = await ends.enter_async_context(store(options.store, folder))
        await asyncio.to_thread(migrate, database.url)
        port = free_port()
        address = f"{LOOPBACK}:{port}"
        server = await ends.enter_async_context(kept(dev_server(port, file=folder / "temporal.db", logs=folder)))
        client = await reached(address)
        bare = await _cpu_share([server], options.idle_seconds)
        environment = worker_environment(address=address, folder=folder, day_length=REAL_DAY, database_url=database.url)
        room = options.open + FEW
        product = serving("product", PRODUCTS, environment, logs=folder, cached=room)
        await (await ends.enter_async_context(kept(product))).works()
        fleet = Fleet.of(client, database.url, source="open", task_queue=PRODUCTS)
        until = time.monotonic() + 60 * options.at_most_minutes
        few = await _products(fleet, range(FEW), product)
        opened, many = await _products_until(fleet, options.open, product, until)
        idle = await _cpu_share([product, server], options.idle_seconds)
        floor = serving("floor", FLOORS, environment, logs=folder, cached=room)
        await (await ends.enter_async_context(kept(floor))).works()
        few_floors = await _floors(client, range(FEW), floor)
        many_floors = await _floors(client, range(FEW, opened), floor)
        each = (many - few) / (opened - FEW), (many_floors - few_floors) / (opened - FEW)
        return _figures(opened, each, idle, bare)


async def _products(fleet: Fleet, numbers: range, part: Kept) -> float:
    """Bytes of the worker when these are open."""
    await fleet.grow(numbers)
    await asyncio.sleep(SETTLES)
    return _resident(part)


async def _products_until(fleet: Fleet, many: int, part: Kept, until: float) -> tuple[int, float]:
    """Open all of them, or as many as there is time for; returns how many are open, and the worker's bytes."""
    opened = FEW
    while opened < many and (opened == FEW or time.monotonic() < until):
        more = min(AT_A_TIME, many - opened)
        await fleet.grow(range(opened, opened + more))
        opened += more
        say(f"{opened} of {many} open, {_resident(part) / KIB**2:.0f} MiB")
    await asyncio.sleep(SETTLES)
    return opened, _resident(part)


async def _floors(client: Client, numbers: range, part: Kept) -> float:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with room:
            handle = await client.start_workflow(Floor.run, {"kept": True}, id=f"floor-{number}", task_queue=FLOORS)
            # Once it has answered it is cached, and has its timer.
            await handle.execute_update("record_risk", {"risk": "r-1", "title": "none"})

    await asyncio.gather(*(one(number) for number in numbers))
    await asyncio.sleep(SETTLES)
    say(f"{numbers.stop} floors open, {_resident(part) / KIB**2:.0f} MiB")
    return _resident(part)


def _resident(part: Kept) -> float:
    """The resident memory of the process, in bytes."""
    for line in Path(f"/proc/{_pid(part)}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1]) * KIB
    raise LookupError(f"{part.name}: its memory is not told")


async def _cpu_share(parts: Sequence[Kept], seconds: float) -> list[float]:
    """The share of a core that each part takes over that time, in per cent."""
    before = [_cpu(part) for part in parts]
    await asyncio.sleep(seconds)
    return [100 * (_cpu(part) - start) / seconds for part, start in zip(parts, before, strict=True)]


def _cpu(part: Kept) -> float:
    """The seconds of CPU that the process has taken: fields 14 and 15 of its stat, counted after the name."""
    fields = Path(f"/proc/{_pid(part)}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _pid(part: Kept) -> int:
    assert part.child is not None, "it has been started"
    return part.child.pid


def _figures(opened: int, each: tuple[float, float], idle: Sequence[float], bare: Sequence[float]) -> dict[str, Any]:
    rows = {
        "memory_ratio": each[0] / each[1],
        "idle_pct": sum(idle),
        "worker_idle_pct": idle[0],
        "server_idle_pct": idle[1],
        "server_idle_empty_pct": bare[0],
        "product_kib": each[0] / KIB,
        "floor_kib": each[1] / KIB,
        "open": opened,
    }
    say("")
    table(("figure", ""), list(rows.items()))
    return rows


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.open", description=__doc__)
    parser.add_argument("--open", type=int, default=10_000, help="open onboardings (default: %(default)s)")
    parser.add_argument("--at-most-minutes", type=float, default=20.0, help="then it goes on with those that are open")
    parser.add_argument("--idle-seconds", type=float, default=60.0, help="how long idle is watched")
    parser.add_argument(
        "--store", choices=("postgresql", "sqlite"), default="postgresql" if POSTGRES_PROGRAMS else "sqlite"
    )
    options = parser.parse_args(words)
    if options.open <= FEW:
        parser.error(f"--open {options.open}: more than {FEW}, from which the memory is counted")
    figures(asyncio.run(until_signalled(run(options))))


if __name__ == "__main__":
    main(sys.argv[1:])
