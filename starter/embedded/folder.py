"""Does a stack run on a data folder, and where does it listen? Its lock and its `stack.json` say so."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from domain.wire import Wire
from runtime.files import OUR_FOLDER
from starter.trouble import CannotStart

NAMESPACE = "default"
"""The only namespace that the dev server creates by itself."""
LOCK = "stack.lock"
ADDRESSES = "stack.json"
PROBES_LAST = 0.5
"""Seconds for which a command that looks at the lock may keep a stack from taking it."""


class RunningStack(Wire):
    """What a running stack tells other processes on the same folder."""

    temporal: str
    ui: str
    task_queue: str
    day_length: timedelta
    web: str | None = None
    pages: str | None = None
    pid: int


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the lock of a folder; the kernel releases it when we end, however we end. Raises CannotStart."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(OUR_FOLDER)
        lock = (data / LOCK).open("w")
    except OSError as trouble:
        raise CannotStart(f"--data {data}: cannot be written ({trouble.strerror})") from None
    with lock:
        if not _locked(lock.fileno()):
            raise CannotStart(f"another day90 runs on {data}: end it first, or choose another folder with --data")
        try:
            yield
        finally:
            (data / ADDRESSES).unlink(missing_ok=True)


def _locked(file: int) -> bool:
    until = time.monotonic() + PROBES_LAST
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        else:
            return True


def announce(data: Path, stack: RunningStack) -> None:
    """Write where a stack listens; in one step, since others read the file at any moment."""
    draft = data / f"{ADDRESSES}.{os.getpid()}"
    draft.write_text(stack.model_dump_json(indent=2), encoding="utf-8")
    draft.replace(data / ADDRESSES)


def running_on(data: Path) -> RunningStack | None:
    """The stack that runs on a folder now, or None. A killed stack left its file behind, but no lock."""
    try:
        with (data / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        pass
    except OSError:
        return None
    try:
        return RunningStack.model_validate(json.loads((data / ADDRESSES).read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError):
        return None
