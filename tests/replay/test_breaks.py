"""Is every edit that would break an open onboarding caught before it is deployed? The deploy gate, on planted ones."""

import compileall
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.replay.breaks import BREAKS, Break, plant
from tests.replay.gate import judge
from tests.replay.histories import FOLDER
from tests.repository.test_guards import ROOMS, ROOT

PROGRAM = "import sys; from starter.cli import main; sys.argv = ['day90', *sys.argv[1:]]; main()"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in a folder of its own, compiled once for all its copies."""
    folder = tmp_path_factory.mktemp("original")
    for room in ROOMS:
        shutil.copytree(
            ROOT / room, folder / room, ignore=shutil.ignore_patterns("templates", "migrations", "__pycache__")
        )
    compileall.compile_dir(folder, quiet=1)
    return folder


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    """The program, to be broken."""
    return shutil.copytree(original, tmp_path / "program")


def test_the_gate_lets_the_program_through_as_it_is(original: Path) -> None:
    """`day90 check-history` over all stored histories, in a process of its own."""
    command = [sys.executable, "-P", "-c", PROGRAM, "check-history", str(FOLDER), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(original)}

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)

    assert 0 == done.returncode, done.stderr
    said = json.loads(done.stdout)
    assert (len(list(FOLDER.glob("*.json"))), []) == (said["replayed"], said["troubles"])


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.name)
def test_a_planted_break_is_caught(broken: Break, copy: Path, tmp_path: Path) -> None:
    """By the same command that operators run before a deploy. One history is enough: each is judged by itself."""
    plant(broken, copy=copy)
    histories = tmp_path / "histories"
    histories.mkdir()
    shutil.copy(FOLDER / f"{broken.shown_by}.json", histories)

    judgement = judge(copy, histories=histories, scratch=tmp_path)

    assert 6 == judgement.code, f"{broken.shown_by} shows it no more; does another history? {judgement}"
    assert [broken.shown_by] == [trouble["name"] for trouble in json.loads(judgement.stdout)["troubles"]]
