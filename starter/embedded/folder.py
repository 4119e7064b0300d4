"""Does a stack run on this data folder, and where does it listen? Its lock and its `stack.json`."""

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
from starter.trouble import CannotStart

NAMESPACE = "default"
"""The one namespace that the dev server makes by itself."""
LOCK = "stack.lock"
ADDRESSES = "stack.json"
PROBES_LAST = 0.5
"""Seconds that a command's look at the lock may stand in a start's way."""


class RunningStack(Wire):
    """What a running stack tells other processes of the same folder."""

    temporal: str
    ui: str
    task_queue: str
    day_length: timedelta
    web: str | None = None
    pid: int


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the folder alone; the kernel lets it go when we end, however we end. Raises CannotStart."""
    try:
        data.mkdir(parents=True, exist_ok=True)
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
    """Say where the stack listens; whole or not at all, since others read it at any moment."""
    draft = data / f"{ADDRESSES}.{os.getpid()}"
    draft.write_text(stack.model_dump_json(indent=2), encoding="utf-8")
    draft.replace(data / ADDRESSES)


def running_on(data: Path) -> RunningStack | None:
    """The stack that runs on the folder now. One that was killed left its file, but no lock."""
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
