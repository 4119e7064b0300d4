"""What runs in a side's client process? Who starts onboardings and brings their news: `python -m benchmarks.playing`.

To the product everything goes through its own door (starter/doors/onboardings.py), to the floor straight to Temporal.
It warms up with an onboarding of its own, says `ready`, waits for a line on stdin, and answers with one JSON object.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from temporalio.client import Client, WorkflowHandle

from benchmarks.course import Course, News
from benchmarks.floor import Floor
from benchmarks.story import sample
from benchmarks.working import QUEUE
from domain.deal import onboarding_id
from domain.refusal import Refused
from playbooks.library import Directory, Library
from runtime.connection import connect
from store.engine import open_store
from wiring.doors import doors

SOURCE = "salesforce"


class Side(Protocol):
    """How the one side or the other is spoken to."""

    async def start(self, id: str) -> None: ...

    async def tell(self, id: str, news: News) -> None:
        """Raises Refused."""


class Product:
    def __init__(self, client: Client, course: Course) -> None:
        engine = open_store(f"sqlite:///{Path(os.environ['DAY90_DATA']) / 'day90.sqlite'}")
        self._door = doors(
            client, engine, library=Library(None), staff=Directory(), task_queue=QUEUE, day_length=course.day
        ).onboardings

    async def start(self, id: str) -> None:
        deal = sample(id.removeprefix(onboarding_id(SOURCE, "")))
        await self._door.start(deal.model_dump(mode="json", exclude_defaults=True))

    async def tell(self, id: str, news: News) -> None:
        await self._door.tell(id, news.kind, {**news.body, "news_id": news.id})


class Bare:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, id: str) -> None:
        await self._client.start_workflow(Floor.run, {"kept": True}, id=id, task_queue=QUEUE)

    async def tell(self, id: str, news: News) -> None:
        await self._client.get_workflow_handle(id).execute_update(news.kind, news.body, id=news.id)


async def began(handle: WorkflowHandle[Any, Any]) -> datetime:
    """When its first task ran: the moment from which both count their time."""
    while True:
        async for event in handle.fetch_history_events(page_size=3):
            if event.HasField("workflow_task_started_event_attributes"):
                return event.event_time.ToDatetime(UTC)
        await asyncio.sleep(0.02)


class Played(NamedTuple):
    """What one onboarding met with from its start to its end."""

    refused: int
    """Pieces of news."""
    latest: float
    """Seconds from when a piece of news was due to its answer, at most. What is due at one moment is told in its order,
    one piece after the answer to the other, so that the last of nine has waited for eight."""
    slowest: float
    """Seconds from when a piece of news was told to its answer, at most."""


async def play(client: Client, side: Side, id: str, course: Course) -> Played:
    """Live one onboarding from its start to its end."""
    await side.start(id)
    handle = client.get_workflow_handle(id)
    since = await began(handle)
    refused, latest, slowest = 0, 0.0, 0.0
    for after, news in course.news:
        moment = since + course.wall(after)
        await asyncio.sleep(max((moment - datetime.now(UTC)).total_seconds(), 0))
        told = datetime.now(UTC)
        try:
            await side.tell(id, news)
        except Refused as refusal:
            refused += 1
            print(f"{id}: {news.kind} refused: {refusal}", file=sys.stderr, flush=True)
        answered = datetime.now(UTC)
        latest = max(latest, (answered - moment).total_seconds())
        slowest = max(slowest, (answered - told).total_seconds())
    await handle.result()
    return Played(refused, latest, slowest)


async def warm_up(client: Client, side: Side, id: str, course: Course) -> None:
    """Whatever is loaded at the first use is loaded now."""
    await side.start(id)
    handle = client.get_workflow_handle(id)
    await began(handle)
    await side.tell(id, next(news for _, news in course.news))
    await handle.terminate()


async def run(side_name: str, course: Course, *, named: str, onboardings: int, apart: timedelta) -> None:
    client = await connect(address=os.environ["TEMPORAL_ADDRESS"])
    side: Side = Product(client, course) if side_name == "product" else Bare(client)
    await warm_up(client, side, onboarding_id(SOURCE, f"{named}.warm"), course)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    before = time.process_time()

    async def one(number: int) -> Played:
        await asyncio.sleep(number * apart.total_seconds())
        return await play(client, side, onboarding_id(SOURCE, f"{named}.{number}"), course)

    played = await asyncio.gather(*(one(number) for number in range(onboardings)))
    cpu = time.process_time() - before
    answer = {
        "cpu": cpu,
        "refused": sum(each.refused for each in played),
        "latest": max(each.latest for each in played),
        "slowest": max(each.slowest for each in played),
    }
    print(json.dumps(answer), flush=True)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.playing", description=__doc__)
    parser.add_argument("side", choices=["product", "floor"])
    parser.add_argument("--course", type=Path, required=True, help="the course as JSON")
    parser.add_argument("--named", required=True, help="how the onboardings' ids begin")
    parser.add_argument("--onboardings", type=int, required=True)
    parser.add_argument("--apart", type=float, default=0.5, help="seconds between two starts")
    said = parser.parse_args(words)
    course = Course.model_validate_json(said.course.read_text("utf-8"))
    apart = timedelta(seconds=said.apart)
    asyncio.run(run(said.side, course, named=said.named, onboardings=said.onboardings, apart=apart))


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stderr.flush()
    # A short client process may abort at exit after its work is done (sdk-python#300).
    os._exit(0)
