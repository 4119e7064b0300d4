"""Does the desk show all of every onboarding after an upgrade, by one command? On PostgreSQL and a Temporal server."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select, update

from runtime.connection import connect
from store.census import SqlCensus
from store.engine import read_connection, write_transaction
from store.tables import onboardings, open_work
from tests.support import databases, servers
from tests.support.onboardings import ROOT, sample_deal
from tests.support.waiting import until

temporal_address = servers.temporal_address
database, engine = databases.database, databases.engine
ONBOARDINGS = 2


@pytest.mark.parametrize("database", databases.KINDS[-1:], indirect=True)
async def test_repair_desk_has_every_onboarding_take_a_turn(
    temporal_address: str, database: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an older version had not written is there afterwards, and nothing is left to be asked."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    environment = {**os.environ, "DAY90_DATA": str(tmp_path), "DAY90_DATABASE_URL": database}
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen([sys.executable, "-P", "-m", "worker"], env=environment, cwd=ROOT, stdout=log)
    try:
        client = await connect()
        for number in range(ONBOARDINGS):
            deal = sample_deal(id=f"upgraded-{number}", closed_at=datetime.now(UTC).isoformat())
            await client.start_workflow(
                "Onboarding", deal, id=f"onboarding-salesforce-{deal['id']}", task_queue="day90"
            )
        await until(lambda: _drawn(engine) == ONBOARDINGS, seconds=90)
        work = _work(engine)
        with write_transaction(engine) as connection:
            connection.execute(update(onboardings).values(attended_as_of=None, first=None))
            connection.execute(delete(open_work))

        said = await asyncio.to_thread(_repair, environment)
        await until(lambda: _drawn(engine) == ONBOARDINGS, seconds=90)
        again = await asyncio.to_thread(_repair, environment)
    finally:
        worker.terminate()
        await asyncio.to_thread(worker.wait, 30)

    assert {"subject": "desk", "asked": ONBOARDINGS} == json.loads(said.stdout)
    assert work == _work(engine)
    assert 0 == SqlCensus(engine).undrawn_count()
    assert "nothing is the matter with desk" in again.stdout + again.stderr
    assert 0 != again.returncode


def _repair(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("day90")), "repair", "desk", "--yes", "--json"]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def _drawn(engine: Engine) -> int:
    """Onboardings of which the desk shows all."""
    whole = onboardings.c.attended_as_of == onboardings.c.as_of, onboardings.c.first.is_not(None)
    with read_connection(engine) as connection:
        return connection.scalar(select(func.count()).where(*whole)) or 0


def _work(engine: Engine) -> set[tuple[str, str, str]]:
    with read_connection(engine) as connection:
        rows = connection.execute(select(open_work.c.onboarding, open_work.c.kind, open_work.c.key)).all()
    return {(row.onboarding, row.kind, row.key) for row in rows}
