"""Which process serves one side of a comparison? The product's worker or the floor's, with a cache of a given size.

The product's wakes no sender: what it tells people waits in the outbox, since sending is measured apart and would be
most of the time that it takes to open thousands.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import signal
import sys
from collections.abc import Sequence

import uvloop
from temporalio.worker import Worker

from benchmarks.course import Course, News, Step
from benchmarks.floor import floor_worker
from benchmarks.working import Asleep
from domain.clock import DAY
from runtime.connection import connect
from runtime.settings import load_settings
from wiring.parts import parts_of
from wiring.worker import day90_worker

READY = "worker_started"
"""What the real worker says, too (benchmarks/parts.py waits for it)."""
NEWS_OF_A_FLOOR = 1_000
"""More news than any benchmark tells one floor: it stays open."""
FLOORS_WAKE = DAY * 30
"""A floor's one timer is set, as an onboarding's is, and does not ring while we look."""


def idle_course() -> Course:
    """Of news alone: a bare update, and a timer far ahead."""
    news = News(kind="record_risk", id="", body={})
    return Course(steps=tuple(Step(after=DAY * 0, news=news, wake=FLOORS_WAKE) for _ in range(NEWS_OF_A_FLOOR)))


async def serve(side: str, *, task_queue: str, cached: int) -> None:
    """Until SIGTERM."""
    client = await connect()
    worker: Worker
    if side == "floor":
        worker = floor_worker(client, idle_course(), task_queue=task_queue, max_cached_workflows=cached)
    else:
        parts = dataclasses.replace(parts_of(load_settings(), client), wake=Asleep())
        worker = day90_worker(client, parts, task_queue=task_queue, max_cached_workflows=cached)
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    async with worker:
        print(READY, flush=True)
        await ending.wait()


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.serving", description=__doc__)
    parser.add_argument("side", choices=("product", "floor"))
    parser.add_argument("--task-queue", required=True)
    parser.add_argument("--cached", type=int, default=1000)
    options = parser.parse_args(words)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(serve(options.side, task_queue=options.task_queue, cached=options.cached))


if __name__ == "__main__":
    main(sys.argv[1:])
