"""What does a worker stand on in a test? Fakes for every part that the test does not name."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from activities.reconciliation import Reconciling
from domain.playbook import Draft, Playbook
from playbooks.library import Directory, Library
from tests.support.fakes import Doors, MemoryInbox, MemoryLedger, MemoryOutbox, RecordingChannel, Wakes
from wiring.worker import Parts

LIBRARY, STAFF = Library(), Directory()
"""What is shipped, read once: each playbook takes 50 ms. As in a worker, a file that changes is read again."""


class Reading(Library):
    """The shipped playbooks, in which somebody reads what is told of an ending before it goes, for so many hours."""

    def __init__(self, *, hand_off: float = 8, ended: float = 4) -> None:
        super().__init__()
        self._drafts = (Draft(kind="hand_off", hours=hand_off), Draft(kind="ended", hours=ended))

    def get(self, key: str) -> Playbook:
        playbook = super().get(key)
        others = tuple(draft for draft in playbook.drafts if draft.kind not in ("hand_off", "ended"))
        return playbook.model_copy(update={"drafts": (*others, *self._drafts)})


class NotMeant:
    """A part that the test is not about: whoever asks it for anything hears so."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{self._part}.{name}: give the worker a real part, or a fake that knows this")


async def _nobody() -> None:
    return


def nothing_to_reconcile(wake: Callable[[], Awaitable[None]] = _nobody) -> Reconciling:
    """The reconciliation of an installation that no CRM is connected to."""
    no_part: Any = NotMeant("reconciling")
    return Reconciling(
        sources={},
        rechecks=no_part,
        same_deal=no_part,
        inbox=no_part,
        wake=wake,
        now=lambda: datetime.now(UTC),
        threads=ThreadPoolExecutor(1),
    )


def parts(**real: Any) -> Parts:
    """Those parts, and fakes for all others; mails are recorded and go nowhere."""
    fakes = {
        "ledger": MemoryLedger(),
        "outbox": MemoryOutbox(),
        "library": LIBRARY,
        "staff": STAFF,
        "channels": {"mail": RecordingChannel()},
        "wake": Wakes(),
        "fleet": NotMeant("fleet"),
        "census": NotMeant("census"),
        "inbox": MemoryInbox(),
        "usage": NotMeant("usage"),
        "usage_door": Doors(),
        "reconciling": nothing_to_reconcile(),
        "introductions": NotMeant("introductions"),
    }
    return Parts(**{**fakes, **real})
