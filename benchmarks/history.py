"""How much history does a complete onboarding write? Tasks, events and bytes of all its runs, against the floor's.

Both follow the same course (benchmarks/story.py) on a time-skipping server of their own. The product's run is checked:
it wrote to the same people about the same things as the course, which is what the floor's activities stand for. The
sender, one for all onboardings, and the success programme that follows are not counted; starting the programme is.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from benchmarks.course import Course
from benchmarks.floor import Floor, floor_worker
from benchmarks.report import figures, middle, say, table
from benchmarks.story import full_course, sample
from benchmarks.working import set_option
from domain.deal import onboarding_id
from tests.support.onboardings import QUEUE, STORIES_BEGIN, time_skipping_server, world

NEVER = 1_000_000
"""More events than any onboarding's run has."""
KEPT = {"kept": True}
"""The input of both: the door has put the deal into the store before."""


@dataclass(frozen=True)
class Size:
    """The size of one onboarding's history, all runs of its chain together."""

    runs: int
    tasks: int
    events: int
    bytes: int
    kinds: Counter[str]

    @classmethod
    async def of(cls, client: Client, handle: WorkflowHandle[Any, Any]) -> "Size":
        histories = [history async for history in chain(client, handle)]
        events = [event for history in histories for event in history.events]
        kinds = Counter(str(event.WhichOneof("attributes")).removesuffix("_event_attributes") for event in events)
        return cls(
            runs=len(histories),
            tasks=kinds["workflow_task_completed"],
            events=len(events),
            bytes=sum(event.ByteSize() for event in events),
            kinds=kinds,
        )


async def chain(client: Client, handle: WorkflowHandle[Any, Any]) -> AsyncIterator[WorkflowHistory]:
    """The history of every run of the chain, the last run first."""
    run: str | None = None
    while run != "":
        history = await client.get_workflow_handle(handle.id, run_id=run).fetch_history()
        yield history
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id


async def play(env: WorkflowEnvironment, handle: WorkflowHandle[Any, Any], course: Course) -> None:
    """Bring each piece of news at its time, and wait for the end."""
    for after, news in course.news:
        wait = STORIES_BEGIN + course.wall(after) - await env.get_current_time()
        if wait > timedelta(0):
            await env.sleep(wait)
        await handle.execute_update(news.kind, news.body, id=news.id)
    await handle.result()


async def of_the_product(course: Course) -> Size:
    """The size for the product. Raises AssertionError when its notices are not those of the course."""
    deal = sample("history")
    async with world(strict=False) as here:
        id = onboarding_id(deal.source, deal.id)
        here.ledger.kept[id] = deal
        onboarding = await here.start(KEPT, id=id)
        while (await onboarding.progress()).status == "opening":
            await asyncio.sleep(0.02)
        await play(here.env, onboarding.handle, course)
        expected = Counter(_who_and_what(key) for step in course.steps for key in step.notices)
        # The success programme lives on, as fast as the server's clock skips, until we hear that the onboarding ended.
        told = [one for one in here.ledger.told(id) if not one.kind.startswith("programme_")]
        sent = Counter((str(notice.kind), notice.to) for notice in told)
        assert sent == expected, f"the product told {sent - expected} and did not tell {expected - sent}"
        return await Size.of(here.env.client, onboarding.handle)


def _who_and_what(key: str) -> tuple[str, str]:
    """Kind and receiver: the last two parts of a notice's key."""
    _, kind, to = key.rsplit("/", 2)
    return kind, to


async def of_the_product_in_one_run(course: Course) -> Size:
    """The size for the product if it never took a new run: shows what carrying the state from run to run costs."""
    turns_at = set_option("EVENTS_OF_A_RUN", NEVER)
    try:
        return await of_the_product(course)
    finally:
        set_option("EVENTS_OF_A_RUN", turns_at)


async def of_the_floor(course: Course, *, per_person: bool = False) -> Size:
    env = await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter, test_server_existing_path=time_skipping_server()
    )
    async with env:
        await env.sleep(STORIES_BEGIN - await env.get_current_time())
        async with floor_worker(env.client, course, task_queue=QUEUE, per_person=per_person):
            handle = await env.client.start_workflow(Floor.run, KEPT, id="floor", task_queue=QUEUE)
            await play(env, handle, course)
            return await Size.of(env.client, handle)


async def measure(times: int) -> dict[str, Any]:
    course = full_course()
    sides: dict[str, Callable[[], Coroutine[Any, Any, Size]]] = {
        "product": lambda: of_the_product(course),
        "in_one_run": lambda: of_the_product_in_one_run(course),
        "floor": lambda: of_the_floor(course),
        "floor_per_person": lambda: of_the_floor(course, per_person=True),
    }
    sizes: dict[str, list[Size]] = {side: [] for side in sides}
    for turn in range(times):
        for side, run in sides.items():
            sizes[side].append(await run())
            say(f"round {turn + 1} of {times}, {side}: {sizes[side][-1].tasks} tasks")
    counts = {side: _counts(many) for side, many in sizes.items()}
    show(counts, sizes)
    product, floor, apart = counts["product"], counts["floor"], counts["floor_per_person"]
    return {
        **{f"{what}_ratio": product[what] / floor[what] for what in ("tasks", "events", "bytes")},
        **{f"{what}_ratio_per_person": product[what] / apart[what] for what in ("tasks", "events", "bytes")},
        "bytes_ratio_in_one_run": counts["in_one_run"]["bytes"] / floor["bytes"],
        **counts,
        "days": course.length / timedelta(days=1),
        "news": sum(1 for _ in course.news),
        "notices": sum(len(step.notices) for step in course.steps),
        "tellings": sum(len(step.tellings) for step in course.steps),
    }


def _counts(sizes: Sequence[Size]) -> dict[str, float]:
    return {what: middle([getattr(size, what) for size in sizes]) for what in ("tasks", "events", "bytes", "runs")}


def show(counts: dict[str, dict[str, float]], sizes: dict[str, list[Size]]) -> None:
    say("")
    table(["what", *counts], [[what, *(counts[side][what] for side in counts)] for what in counts["product"]])
    say("")
    product, floor = sizes["product"][0].kinds, sizes["floor"][0].kinds
    table(["events", "product", "floor"], [[kind, product[kind], floor[kind]] for kind in sorted(product | floor)])


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.history", description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="how often each side is run (default: 3)")
    figures(asyncio.run(measure(parser.parse_args(words).times)))


if __name__ == "__main__":
    main(sys.argv[1:])
