"""Under which id does a command send news that it has sent before without an answer? Under the one it had then."""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from domain.refusal import Refused

FORGOTTEN_AFTER = 24 * 3600
"""Seconds. Whoever gives the same order a day later means it anew, and what was lost was told again long before."""
FILE = "unanswered.json"


class Unanswered:
    """Ids of news that got no answer, in a file of whoever gives the orders.

    It holds digests, ids and times, nothing of the news itself. Where it cannot be written, each order is a new one.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    @classmethod
    def beside(cls, data: Path) -> "Unanswered":
        """In the data folder where there is one, else in the user's own folder for states (XDG_STATE_HOME)."""
        if data.is_dir():
            return cls(data)
        states = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return cls(Path(states) / "day90")

    @contextmanager
    def news_id(self, onboarding: str, kind: str, content: Mapping[str, Any]) -> Iterator[str]:
        """The id for that news: a new one, or that of an order of the same words which was not answered.

        Within the block it is answered: by a return, or by a refusal. Any other end leaves the id for the next time.
        """
        words = json.dumps([onboarding, kind, content], sort_keys=True, default=str)
        order = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
        ids = self._read()
        news_id = ids[order][0] if order in ids else uuid4().hex
        self._write({**ids, order: (news_id, time.time())})
        try:
            yield news_id
        except Refused:
            self._forget(order)
            raise
        else:
            self._forget(order)

    def _forget(self, order: str) -> None:
        self._write({other: entry for other, entry in self._read().items() if other != order})

    def _read(self) -> dict[str, tuple[str, float]]:
        oldest = time.time() - FORGOTTEN_AFTER
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            entries = json.loads(self._file.read_text(encoding="utf-8"))
            return {order: (str(id), float(at)) for order, (id, at) in entries.items() if float(at) > oldest}
        return {}

    def _write(self, entries: Mapping[str, tuple[str, float]]) -> None:
        with contextlib.suppress(OSError):
            if not entries:
                self._file.unlink(missing_ok=True)
                return
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft = self._file.with_name(f".{FILE}.{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(entries), encoding="utf-8")
            draft.replace(self._file)
