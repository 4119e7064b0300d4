"""How does the deploy gate judge many copies of the program? `day90 check-history`, forked from a process that is warm.

That process has imported what others wrote, which costs each of our commands a second. It imports nothing of ours: what
it forks imports that from its own copy, and is a whole process of its own in everything else.
"""

import multiprocessing
import sys
from pathlib import Path
from typing import NamedTuple

OF_OTHERS = (
    "cyclopts",
    "pydantic_settings",
    "rich.progress",
    "structlog",
    "temporalio.client",
    "temporalio.contrib.pydantic",
    "temporalio.worker.workflow_sandbox",
)
"""What the gate imports and nobody here wrote. None of it starts a thread at its import: a fork would lose that."""
PATIENCE = 120.0

_warm = multiprocessing.get_context("forkserver")
_warm.set_forkserver_preload(list(OF_OTHERS))


class Judgement(NamedTuple):
    """The gate's exit code, and what it wrote to its two streams."""

    code: int | None
    stdout: str
    stderr: str


def judge(program: Path, *, histories: Path, scratch: Path) -> Judgement:
    """Whether the histories of a folder go on under that copy of the program."""
    out, err = scratch / "stdout", scratch / "stderr"
    process = _warm.Process(target=_check, args=(str(program), str(histories), str(out), str(err)))
    process.start()
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()
    code = process.exitcode
    process.close()
    return Judgement(code, out.read_text("utf-8"), err.read_text("utf-8"))


def _check(program: str, histories: str, out: str, err: str) -> None:
    """In the forked process: the command line as the installed script runs it. Never returns."""
    with Path(out).open("w", encoding="utf-8") as stdout, Path(err).open("w", encoding="utf-8") as stderr:
        sys.stdout, sys.stderr = stdout, stderr
        sys.path.insert(0, program)
        import starter.cli

        assert starter.cli.__file__.startswith(program), f"{starter.cli.__file__} is not of {program}"
        starter.cli.main(["check-history", histories, "--json"])
