"""How do the logs of the embedded stack stay small? They are cut while their processes go on writing to them."""

import asyncio
import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

LARGEST = 10 * 2**20
"""Bytes of a log before it is cut: some weeks of a busy stack."""
OLD_ONES = 3
"""How many cut pieces are kept of each log, as `worker.log.1` (the newest) to `worker.log.3`."""
LOOKS_EVERY = 30.0
"""Seconds between two looks."""


def cut(log: Path, *, largest: int = LARGEST) -> bool:
    """Put the log's content aside and empty it, if it is larger than that many bytes; returns whether it was.

    The processes hold the file open for appending, so they go on at its new end. What they write between the copy and
    the emptying, a few lines at most, is lost. Raises OSError, as when the disk is full: then nothing was cut.
    """
    if not log.exists() or log.stat().st_size <= largest:
        return False
    draft = log.with_name(f"{log.name}.0")
    try:
        shutil.copyfile(log, draft)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    for number in range(OLD_ONES - 1, -1, -1):
        piece = log.with_name(f"{log.name}.{number}")
        if piece.exists():
            piece.replace(log.with_name(f"{log.name}.{number + 1}"))
    with log.open("r+b") as file:
        file.truncate(0)
    return True


async def cut_from_time_to_time(logs: Sequence[Path]) -> None:
    """Look at those logs again and again; never returns. A full disk puts it off."""
    while True:
        for log in logs:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(cut, log)
        await asyncio.sleep(LOOKS_EVERY)
