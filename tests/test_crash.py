"""What is left when the worker dies at the worst moment? kill -9 between our commit and Temporal's knowing of it."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from runtime.connection import connect
from store import reads
from store.engine import open_store
from tests import servers
from tests.onboardings import ROOT, sample_deal

temporal_address = servers.temporal_address
DYING = """
import os, sys
from store.ledger import SqlLedger
write = SqlLedger.write
def write_and_die(self, writing):
    write(self, writing)
    if any(row.kind == os.environ.get("DIE_AFTER") for row in writing.journal):
        os.kill(os.getpid(), 9)
SqlLedger.write = write_and_die
import worker
sys.exit(worker.main())
"""
"""The worker, and a switch that kills it right after it has committed one kind of fact."""


async def test_a_worker_killed_after_its_commit_loses_no_news_and_tells_nobody_twice(
    temporal_address: str, tmp_path: Path
) -> None:
    """Other news arrives before the restart, so the same task is tried again in another order."""
    queue = "crash"
    environment = {
        **os.environ,
        "TEMPORAL_ADDRESS": temporal_address,
        "DAY90_DATA": str(tmp_path),
        "DAY90_TASK_QUEUE": queue,
        "PYTHONPATH": str(ROOT),
    }

    def worker(**more: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / "worker.log").open("ab") as log:
            command = [sys.executable, "-P", "-c", DYING]
            return subprocess.Popen(command, env={**environment, **more}, stdout=log, stderr=log)

    dying = worker(DIE_AFTER="milestone_reached")
    client = await connect(address=temporal_address)
    deal = sample_deal(id="crash", closed_at=datetime.now(UTC).isoformat())
    handle = await client.start_workflow("Onboarding", deal, id="onboarding-salesforce-crash", task_queue=queue)
    news = {"milestone": "kickoff_held"}
    while (await handle.query("progress"))["status"] == "opening":
        await asyncio.sleep(0.1)
    update = asyncio.create_task(handle.execute_update("reach_milestone", news, id="the-same-at-every-try"))
    assert await asyncio.to_thread(dying.wait, 30) == -9
    await handle.signal("issue_raised", {"issue": "T-1", "title": "nobody can sign in", "severity": "critical"})

    again = worker()
    try:
        await asyncio.wait_for(update, 60)
        engine = open_store(f"sqlite:///{tmp_path / 'day90.sqlite'}")
        async with asyncio.timeout(30):
            while not any(row.kind == "issue_raised" for row in reads.journal(engine, handle.id)):
                await asyncio.sleep(0.1)
    finally:
        again.terminate()
        await asyncio.to_thread(again.wait, 30)

    facts = Counter(row.kind for row in reads.journal(engine, handle.id) if row.key.startswith("fact/"))
    told = Counter((notice.kind, notice.person) for notice in reads.notices(engine, handle.id))
    assert (facts["milestone_reached"], facts["issue_raised"], facts["sign_off_asked"]) == (1, 1, 1)
    assert ("issue_raised", "nora.lindqvist") in told
    assert [kind for kind, times in told.items() if times > 1] == []
