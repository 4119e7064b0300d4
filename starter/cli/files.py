"""May this file be read? Only a regular one of a sensible size: `/dev/zero` has no end, and a pipe may never begin."""

import stat
from pathlib import Path

LARGEST = 5_000_000
"""Bytes: a thousand times a usual deal file. More is another file, named by mistake."""


def why_unread(path: Path) -> str | None:
    """Why we don't even open it; None when it may be read, or is not there, which reading it tells best."""
    try:
        looked_at = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(looked_at.st_mode):
        return "is no regular file"
    if looked_at.st_size > LARGEST:
        return f"is larger than {LARGEST // 1_000_000} MB, which no file of ours is"
    return None
