"""Do several workers share the work and do none of it twice? Two processes, one database, a real mail server."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from runtime.connection import connect
from store import reads
from store.engine import open_store
from tests.support import databases, servers
from tests.support.mail_office import PostOffice, opened
from tests.support.onboardings import ROOT, sample_deal

temporal_address = servers.temporal_address
empty_database = databases.empty_database

WORKERS, ONBOARDINGS = 2, 4
A_DAY = 1.0
"""Seconds."""
ONCE = {"introduction", "assigned", "kickoff_agenda", "sign_off_request", "went_live"}
"""Kinds of notice that a person gets once about one thing."""


@pytest.mark.parametrize("empty_database", databases.KINDS[-1:], indirect=True)
async def test_two_workers_do_nothing_twice_and_one_goes_on_when_the_other_is_ended(
    temporal_address: str,
    empty_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """Started together on an empty database; the one that has an onboarding in memory is ended, as by a deploy."""
    await _namespace(temporal_address, "several-workers")
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "several-workers")
    async with opened(PostOffice()) as office:
        environment = {
            **os.environ,
            "DAY90_DATA": str(tmp_path),
            "DAY90_DATABASE_URL": empty_database,
            "DAY90_SMTP_URL": f"smtp://localhost:{office.port}",
            "DAY90_MAIL_FROM": "onboarding@vendor.test",
            "DAY90_DAY_LENGTH": f"{A_DAY}s",
        }
        workers = [_worker(environment, tmp_path / f"worker-{number}.log") for number in range(WORKERS)]
        try:
            handles = await asyncio.gather(*(_first_days(number) for number in range(ONBOARDINGS)))
            engine = open_store(empty_database)
            request.addfinalizer(engine.dispose)
            all_of_them = {handle.id for handle in handles}
            busy = await _pids(handles[0])
            ended = next(worker for worker in workers if worker.pid in busy)
            ended.terminate()
            await asyncio.to_thread(ended.wait, 30)
            before = max(notice.id for notice in reads.notices(engine))

            # One of ours who has several of them gets one message about all, which is none's.
            await _until(lambda: all_of_them <= {one.onboarding for one in reads.notices(engine) if one.id > before})
            pids = set().union(*[await _pids(handle) for handle in handles])
        finally:
            for worker in workers:
                worker.terminate()
            codes = [await asyncio.to_thread(worker.wait, 30) for worker in workers]
    notices = reads.notices(engine)
    # What travels in one message has the Message-ID of that.
    sent = {notice.message_id for notice in notices if notice.state == "sent"}
    came = Counter(str(mail["Message-ID"]) for mail in office.mails)
    told = Counter((notice.onboarding, notice.kind, notice.about, notice.person) for notice in notices)
    facts = Counter(row.kind for handle in handles for row in reads.journal(engine, handle.id))

    assert [0] * WORKERS == codes
    assert {worker.pid for worker in workers} == pids
    assert sent == came.keys()
    assert [message for message, times in came.items() if times > 1] == []
    assert [one for one, times in told.items() if one[1] in ONCE and times > 1] == []
    assert (facts["opened"], facts["milestone_reached"]) == (ONBOARDINGS, 2 * ONBOARDINGS)


def _worker(environment: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-m", "worker"]
    with log.open("wb") as out:
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=out)


async def _first_days(number: int) -> WorkflowHandle[Any, Any]:
    """A deal, and the two pieces of news of its first days; the plan waits for the rest in vain."""
    client = await connect()
    deal = sample_deal(id=f"shared_{number}", closed_at=datetime.now(UTC).isoformat())
    handle: WorkflowHandle[Any, Any] = await client.start_workflow(
        "Onboarding", deal, id=f"onboarding-salesforce-shared_{number}", task_queue="day90"
    )
    while await _status(handle) == "opening":
        await asyncio.sleep(0.1)
    for milestone in ("kickoff_held", "access_provisioned"):
        await handle.execute_update("reach_milestone", {"milestone": milestone}, id=milestone)
    return handle


async def _status(handle: WorkflowHandle[Any, Any]) -> str:
    """How it stands; "opening" too while no worker is up: on a busy machine that outlasts a query."""
    try:
        return str((await handle.query("progress"))["status"])
    except RPCError:
        return "opening"


async def _pids(handle: WorkflowHandle[Any, Any]) -> set[int]:
    """Which processes completed its workflow tasks."""
    history = await handle.fetch_history()
    completed = [event.workflow_task_completed_event_attributes.identity for event in history.events]
    return {int(identity.partition("@")[0]) for identity in completed if identity}


async def _namespace(address: str, name: str) -> None:
    """One of its own: there is one sender of mails in each."""
    client: Client = await connect(address=address)
    kept = Duration(seconds=int(timedelta(days=1).total_seconds()))
    wanted = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=kept)
    await client.workflow_service.register_namespace(wanted)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.2)
