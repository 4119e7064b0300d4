"""Must this file be read again? Only when it has changed on disk: a worker needs it at every turn."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

Document = TypeVar("Document")


class CachedFile(Generic[Document]):
    """The contents of files, loaded by `load` and kept in memory until the files change."""

    def __init__(self, load: Callable[[Path], Document]) -> None:
        self._load = load
        self._kept: dict[Path, tuple[tuple[int, int], Document]] = {}

    def __call__(self, path: Path) -> Document:
        """The content of the file as it is now. Raises whatever `load` raises."""
        try:
            status = path.stat()
        except OSError:
            return self._load(path)  # which says why it cannot be read
        stamp = (status.st_mtime_ns, status.st_size)
        if path not in self._kept or self._kept[path][0] != stamp:
            self._kept[path] = (stamp, self._load(path))
        return self._kept[path][1]
