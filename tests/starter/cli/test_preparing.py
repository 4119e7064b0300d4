"""Do database and Temporal get what this version needs, and does a process end clearly where it cannot have it?"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

from runtime.settings import load_settings
from starter.cli.installation import Installation
from starter.cli.running import run
from store.engine import open_store
from store.tables import metadata
from tests.support import databases, servers
from tests.support.onboardings import ROOT
from workflows.visibility import ALL_KEYS

temporal_address = servers.temporal_address
empty_database = databases.empty_database


async def test_migrate_prepares_the_store_and_the_namespace_and_again_does_no_harm(
    empty_database: str,
    temporal_address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A step of a deploy, on either database."""
    monkeypatch.setenv("DAY90_DATABASE_URL", empty_database)
    words = ["migrate", "--json", "--temporal-address", temporal_address]

    assert [0, 0] == [await asyncio.to_thread(run, words) for _ in range(2)]

    answer = json.loads(capsys.readouterr().out.partition("}")[0] + "}")
    assert {key.name for key in ALL_KEYS} == set(answer["search_attributes"])
    engine = open_store(empty_database)
    assert set(metadata.tables) < set(inspect(engine).get_table_names())
    engine.dispose()


def test_migrate_makes_no_database_that_nobody_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step that only prepared a file in some container would look successful."""
    monkeypatch.delenv("DAY90_DATABASE_URL", raising=False)

    assert run(["migrate", "--data", str(tmp_path)]) == 2
    assert "DAY90_DATABASE_URL" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("trouble", "complaint"),
    [
        ({"DAY90_DATABASE_URL": "postgresql://day90:hush@127.0.0.1:1/day90"}, "cannot bring the database"),
        ({"TEMPORAL_ADDRESS": "127.0.0.1:1"}, "cannot reach Temporal at 127.0.0.1:1: Connection refused"),
        ({"TEMPORAL_NAMESPACE": "nowhere"}, "there is no namespace nowhere"),
    ],
)
def test_a_worker_that_cannot_begin_ends_with_one_line(
    trouble: dict[str, str], complaint: str, temporal_address: str, tmp_path: Path
) -> None:
    """Its supervisor starts it again; a worker that waited silently would hide a wrong password."""
    good = {"DAY90_DATABASE_URL": f"sqlite:///{tmp_path}/day90.sqlite", "TEMPORAL_ADDRESS": temporal_address}
    environment = {**os.environ, **good, **trouble}
    command = [sys.executable, "-P", "-m", "worker"]

    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith(complaint)
    assert done.stderr.count("\n") == 1
    assert "hush" not in done.stderr


def test_links_lead_into_the_namespace_that_is_worked_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Production has a namespace of its own."""
    monkeypatch.setenv("DAY90_TEMPORAL_UI", "https://temporal.example.com")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "day90")
    installation = Installation(settings=load_settings(), stack=None, address=None)

    assert (
        installation.link("onboarding-file-1")
        == "https://temporal.example.com/namespaces/day90/workflows/onboarding-file-1"
    )
