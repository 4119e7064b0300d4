"""Do open onboardings move to a new version of the worker, and nothing is lost? Two versions on one real server."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from domain.agenda import Progress
from domain.deal import onboarding_id
from runtime.connection import connect
from starter.deploys.open_workflows import OpenWorkflows
from store.engine import open_store
from store.reads import journal
from tests.repository.test_guards import ROOMS, ROOT
from tests.support import servers
from tests.support.onboardings import sample_deal

temporal_address = servers.temporal_address
PATIENCE = 30.0
NAME = f"deploys-{uuid4().hex[:8]}"
"""Of the deployment and of the task queue: other tests use the same server."""


class Deployment:
    """Workers of several versions on one store, as an operator runs them."""

    def __init__(self, address: str, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "TEMPORAL_ADDRESS": address,
            "DAY90_DATA": str(folder / "data"),
            "DAY90_TASK_QUEUE": NAME,
            "DAY90_DEPLOYMENT": NAME,
        }
        self.workers: dict[str, subprocess.Popen[bytes]] = {}

    def work(self, build: str, *, program: Path = ROOT) -> None:
        """Start a worker of that version, from that copy of the program."""
        settings = {**self.environment, "DAY90_BUILD_ID": build, "PYTHONPATH": str(program)}
        (self.folder / "data").mkdir(exist_ok=True)
        with (self.folder / f"{build}.log").open("wb") as log:
            self.workers[build] = subprocess.Popen(
                [sys.executable, "-P", "-m", "worker"], env={**os.environ, **settings}, stdout=log, stderr=log
            )

    def end(self, build: str) -> None:
        self.workers[build].terminate()
        assert 0 == self.workers[build].wait(PATIENCE)

    def kill(self) -> None:
        for worker in self.workers.values():
            worker.kill()
            worker.wait()


@pytest.fixture
def deployment(temporal_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    made = Deployment(temporal_address, tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    yield made
    made.kill()


def another_version(folder: Path) -> Path:
    """A copy of the program that says something else in the Temporal UI."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room)
    shutil.copy(ROOT / "worker.py", folder)
    words = folder / "workflows" / "words.py"
    words.write_text(words.read_text("utf-8").replace("Waiting for:", "Now waiting for:"), "utf-8")
    return folder


async def make_current(client: Client, build: str, *, of: str = NAME) -> None:
    """As `temporal worker deployment set-current-version` does; again until the server knows the version's workers."""
    request = SetWorkerDeploymentCurrentVersionRequest(namespace=client.namespace, deployment_name=of, build_id=build)
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await client.workflow_service.set_worker_deployment_current_version(request)
                return
            except RPCError:
                await asyncio.sleep(0.2)


async def day90(*words: str) -> tuple[int, Any]:
    """A command by the installed script, with its exit code and answer."""
    command = [servers.DAY90, *words, "--json"]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, json.loads(done.stdout or done.stderr)


async def start(client: Client, number: int) -> WorkflowHandle[Any, Any]:
    raw = sample_deal("pinecrest-us", id=f"deploy_{uuid4().hex[:8]}_{number}")
    id = onboarding_id(raw["source"], raw["id"])
    handle: WorkflowHandle[Any, Any] = await client.start_workflow("Onboarding", raw, id=id, task_queue=NAME)
    async with asyncio.timeout(PATIENCE):
        while (await handle.query("progress", result_type=Progress)).status == "opening":
            await asyncio.sleep(0.1)
    return client.get_workflow_handle(id)


async def shown(handle: WorkflowHandle[Any, Any]) -> str:
    """What the Temporal UI shows as its current details."""
    return str(await handle.query("__temporal_workflow_metadata"))


async def versions(client: Client) -> dict[str, str]:
    return {process.id: process.version async for process in OpenWorkflows(client, NAME).open()}


async def test_a_deploy_moves_what_is_open_and_loses_nothing(deployment: Deployment, tmp_path: Path) -> None:
    """Checked before, nudged after; news that comes in between is answered once. While the new worker hangs, the nudge
    says what has not moved."""
    client = await connect()
    deployment.work("1.0")
    await make_current(client, "1.0")
    deals = [await start(client, number) for number in range(3)]
    ended = await start(client, 3)
    await ended.execute_update("end_onboarding", {"ending": "withdrawn", "reason": "a test", "by": "nora.lindqvist"})

    before = await day90("check-history")
    deployment.work("2.0", program=another_version(tmp_path / "two"))
    await make_current(client, "2.0")
    deployment.workers["2.0"].send_signal(signal.SIGSTOP)
    hanging = await day90("nudge", "--wait", "1s")
    deployment.workers["2.0"].send_signal(signal.SIGCONT)
    news = [
        asyncio.create_task(
            deal.execute_update("record_win", {"title": f"win {n}", "slot": 30, "news_id": f"win-{n}"}, id=f"win-{n}")
        )
        for n in range(5)
        for deal in deals
    ]
    moved = await day90("nudge", "--wait", "30s")
    await asyncio.gather(*news)
    deployment.end("1.0")
    after = await deals[0].execute_update("record_win", {"title": "after", "slot": 60}, result_type=Progress)

    assert (0, []) == (before[0], before[1]["troubles"])
    assert before[1]["replayed"] >= len(deals)
    assert 6 == hanging[0]
    assert {deal.id for deal in deals} <= {process["id"] for process in hanging[1]["left"]}
    assert (0, []) == (moved[0], moved[1]["left"])
    assert {f"{NAME}:2.0"} == set((await versions(client)).values())
    assert after.status in ("on_track", "behind")
    engine = open_store(f"sqlite:///{deployment.folder}/data/day90.sqlite")
    for deal in deals:
        wins = [row for row in journal(engine, deal.id) if row.kind == "win_recorded"]
        assert sorted(f"win {n}" for n in range(5)) == sorted(row.data["title"] for row in wins)[-5:]
        assert "Now waiting for:" in await shown(deal)
