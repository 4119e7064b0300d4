"""Is every edit that would break an open onboarding caught before it is deployed? The deploy gate, on planted ones."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.replay.breaks import BREAKS, Break, plant
from tests.replay.histories import FOLDER
from tests.repository.test_guards import ROOMS, ROOT

PROGRAM = "import sys; from starter.cli import main; sys.argv = ['day90', *sys.argv[1:]]; main()"


def gate(program: Path) -> tuple[int, dict[str, object]]:
    """`day90 check-history` of that copy of the program over all stored histories: its exit code and answer."""
    command = [sys.executable, "-P", "-c", PROGRAM, "check-history", str(FOLDER), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(program)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program, in a folder of its own."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("templates", "migrations"))
    return tmp_path


def test_the_gate_lets_the_program_through_as_it_is(copy: Path) -> None:
    code, said = gate(copy)

    assert 0 == code
    assert (len(list(FOLDER.glob("*.json"))), []) == (said["replayed"], said["troubles"])


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.name)
def test_a_planted_break_is_caught(broken: Break, copy: Path) -> None:
    """By the same command that operators run before a deploy."""
    plant(broken, copy=copy)

    code, said = gate(copy)

    assert 6 == code
    assert said["troubles"]
