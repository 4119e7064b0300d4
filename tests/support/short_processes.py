"""Does a command end cleanly every time? Many short processes of the command line, which import everything together.

`python -m tests.support.short_processes FOLDER TIMES WORD...` runs it that often; each process is forked before its
client of Temporal exists, and ends by itself like the installed script. To import alone takes each of them a second.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from starter.cli import main

AT_ONCE = 3
IMPORTED = ("starter.cli.app", "starter.doors.waiting_for_plan", "wiring.doors")
"""What a command imports only when it runs."""


class Ended(NamedTuple):
    code: int
    stdout: str
    stderr: str


def ran(words: Sequence[str], *, times: int, folder: Path) -> list[Ended]:
    """How each of so many processes with that command ended; what they say goes through files in the folder."""
    folder.mkdir()
    command = [sys.executable, "-m", __name__, str(folder), str(times), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    codes: list[int] = json.loads(done.stdout)
    return [Ended(code, *(path.read_text() for path in _paths(folder, n))) for n, code in enumerate(codes)]


def _paths(folder: Path, number: int) -> tuple[Path, Path]:
    """Where a process writes its standard output and what went wrong."""
    return folder / f"{number}.out", folder / f"{number}.err"


def _begun(words: Sequence[str], *, out: Path, err: Path) -> int:
    """The id of a new process that runs the command line with those words."""
    child = os.fork()
    if not child:
        for path, descriptor in ((out, 1), (err, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
        main(words)
    return child


def _run(folder: Path, times: int, words: Sequence[str]) -> list[int]:
    """Their exit codes, in order."""
    codes: list[int] = []
    for first in range(0, times, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, times))
        begun = [_begun(words, out=out, err=err) for out, err in (_paths(folder, number) for number in numbers)]
        codes += [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in begun]
    return codes


if __name__ == "__main__":
    for module in IMPORTED:
        import_module(module)
    print(json.dumps(_run(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])))
