"""What did a playbook's file say in an earlier revision? Read from the git repository in which it lies."""

import subprocess
from pathlib import Path

SECONDS = 20
"""More than git takes for a file of any repository; a hook or a network drive may hang for ever."""


class NoRevision(Exception):
    """Git has no such revision of the file. Who must act: whoever named it."""


def text_at(revision: str, path: Path) -> str:
    """The text of the file at that commit, branch or tag. Raises NoRevision, which says what git said."""
    if revision.startswith("-"):
        raise NoRevision(f"{revision!r} is no revision")
    try:
        # Relative to the file's folder: the file need not lie in the repository in which the command is run.
        words = ["git", "-C", str(path.parent), "show", "--end-of-options", f"{revision}:./{path.name}"]
        done = subprocess.run(words, capture_output=True, timeout=SECONDS, check=False)
    except FileNotFoundError:
        raise NoRevision("git is not installed here") from None
    except subprocess.TimeoutExpired:
        raise NoRevision(f"git did not answer within {SECONDS} seconds") from None
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NoRevision(reason[0].removeprefix("fatal: ") if reason else "git has no such revision of it")
    try:
        return done.stdout.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoRevision("is not written in UTF-8 there") from None
