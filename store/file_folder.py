"""Where do the bytes of files lie? Below the folder of files, under random names, readable by us alone."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from domain.files import NotTaken

PLACE = re.compile(r"[0-9a-f]{32}")
OURS = 0o600
OUR_FOLDER = 0o700
COMING = "coming"
"""The folder of what is still on its way: what a process that was killed has left there goes after a day."""
LEFT_BEHIND = 86_400
"""Seconds: nobody uploads for a day."""


class Incoming:
    """A file on its way: counted and hashed while it is written."""

    def __init__(self, path: Path, file: BinaryIO, largest: int) -> None:
        self.path = path
        self.size = 0
        self._file = file
        self._largest = largest
        self._hash = hashlib.sha256()

    def write(self, chunk: bytes) -> None:
        """Add some bytes. Raises NotTaken where they become too many."""
        self.size += len(chunk)
        if self.size > self._largest:
            raise NotTaken("file_too_large")
        self._hash.update(chunk)
        self._file.write(chunk)

    def written(self) -> None:
        """Everything has come: nothing of it is lost with the power from here on."""
        self._file.flush()
        os.fsync(self._file.fileno())

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Folder:
    """The folder of files; made when it is first written to."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def incoming(self, *, largest: int) -> Iterator[Incoming]:
        """A new file on its way, of at most `largest` bytes; it is gone afterwards unless it was put in its place."""
        coming = self._root / COMING
        coming.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
        _tidy(coming)
        path = coming / secrets.token_hex(16)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OURS)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield Incoming(path, file, largest)
        finally:
            path.unlink(missing_ok=True)

    def put(self, incoming: Incoming) -> str:
        """Put what has come in its place, whose name is random."""
        place = secrets.token_hex(16)
        path = self.path(place)
        path.parent.mkdir(mode=OUR_FOLDER, exist_ok=True)
        incoming.path.rename(path)
        return place

    def path(self, place: str) -> Path:
        """Where those bytes lie. Raises ValueError for what is no such name."""
        if not PLACE.fullmatch(place):
            raise ValueError("no place of a file")
        return self._root / place[:2] / place

    def drop(self, place: str) -> None:
        self.path(place).unlink(missing_ok=True)


def _tidy(coming: Path) -> None:
    for path in coming.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > LEFT_BEHIND:
                path.unlink()
