"""What does a file say that a command names? Only a regular one of a sensible size, or what comes by stdin."""

import stat
import sys
from pathlib import Path

STDIN = ("-", "/dev/stdin")
"""How stdin is named. A file that stands without an option cannot be `-`: that would be taken for one."""

LARGEST = 5_000_000
"""Bytes: a thousand usual deal files. Anything larger was named by mistake."""


def text_of(path: Path) -> str:
    """What the file says, in UTF-8; of stdin what comes by it. Raises OSError, UnicodeDecodeError."""
    return sys.stdin.read(LARGEST) if str(path) in STDIN else path.read_text(encoding="utf-8-sig")


def why_unread(path: Path) -> str | None:
    """Why a file is not even opened; None when it may be read. A missing file is left to whoever reads it.

    `/dev/zero` has no end, and a pipe may never begin; stdin is named on purpose.
    """
    if str(path) in STDIN:
        return None
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return "is no regular file"
    if status.st_size > LARGEST:
        return f"is larger than {LARGEST // 1_000_000} MB, which no file of ours is"
    return None
