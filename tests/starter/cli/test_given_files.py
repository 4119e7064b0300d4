"""Does `day90 file` put files where both sides, or we alone, find them?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from starter.cli.running import run
from store.engine import open_store
from store.files import customers_files, files_of
from tests.support.databases import sqlite_store
from tests.support.room import Onboarding
from tests.support.uploads import PDF

ONE = "onboarding-salesforce-1"
Day90 = Callable[..., str]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_store(sqlite_store(tmp_path))
    assert ONE == Onboarding(engine).id
    return engine


@pytest.fixture
def day90(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> Day90:
    def call(*words: str, code: int = 0) -> str:
        assert code == run([*words, "--data", str(tmp_path)])
        printed = capsys.readouterr()
        return printed.out + printed.err

    assert engine.url.database
    return call


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "Plan.pdf"
    path.write_bytes(PDF)
    return path


def test_a_file_is_added_once_and_a_changed_one_is_its_next_version(day90: Day90, engine: Engine, plan: Path) -> None:
    words = ("file", "add", ONE, str(plan), "--deliverable", "plan_document", "--by", "jonas.weber")
    day90(*words)
    assert "there already" in day90(*words)
    plan.write_bytes(PDF + b"2")
    assert "version 2: both sides" in day90(*words)

    listed = json.loads(day90("file", "list", ONE, "--json"))
    assert [(1, "jonas.weber"), (2, "jonas.weber")] == [(one["version"], one["by"]) for one in listed]
    assert PDF + b"2" == Path(listed[1]["path"]).read_bytes()
    assert 2 == len(files_of(engine, ONE))


def test_what_is_for_us_alone_is_not_the_customers(day90: Day90, engine: Engine, plan: Path) -> None:
    assert "we alone" in day90("file", "add", ONE, str(plan), "--audience", "vendor", "--by", "jonas.weber")

    assert ((), 1) == (customers_files(engine, ONE), len(files_of(engine, ONE)))
    assert "we alone" in day90("file", "list", ONE)


def test_what_cannot_be_added_says_why(day90: Day90, engine: Engine, plan: Path, tmp_path: Path) -> None:
    (tmp_path / "lie.pdf").write_bytes(b"MZ")
    by = ("--by", "jonas.weber")
    assert "nobody of the staff" in day90("file", "add", ONE, str(plan), "--by", "somebody", code=2)
    assert "plan_document" in day90("file", "add", ONE, str(plan), "--deliverable", "nothing", *by, code=2)
    assert "not what its name says" in day90("file", "add", ONE, str(tmp_path / "lie.pdf"), *by, code=2)
    assert "no file" in day90("file", "add", ONE, str(tmp_path), *by, code=2)

    assert [] == list(files_of(engine, ONE))
