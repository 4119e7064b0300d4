"""May this file be read? Only a regular file of a sensible size: `/dev/zero` has no end, and a pipe may never begin."""

import stat
from pathlib import Path

LARGEST = 5_000_000
"""Bytes: a thousand usual deal files. Anything larger was named by mistake."""


def why_unread(path: Path) -> str | None:
    """Why a file is not even opened; None when it may be read. A missing file is left to whoever reads it."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return "is no regular file"
    if status.st_size > LARGEST:
        return f"is larger than {LARGEST // 1_000_000} MB, which no file of ours is"
    return None
