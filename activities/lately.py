"""Was this deal looked at after the delivery came? Then there is no need to look again."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from domain.inbox import Settled

CLOCKS_DIFFER_BY = timedelta(seconds=5)
"""A delivery's time is the web process's, a look's the worker's."""
LASTS = timedelta(minutes=10)
"""A burst is through by then; and whoever tries a delivery again by hand wants it looked at."""
MOST = 5_000
"""Deals that are remembered: what waits of one is worked through within minutes, or is looked at again."""


class Lately:
    """The last look at each deal: when it began, and what came of it."""

    def __init__(self) -> None:
        self._looks: OrderedDict[str, tuple[datetime, Settled]] = OrderedDict()
        self._lock = Lock()

    def seen(self, deal: str, *, began: datetime, settled: Settled) -> None:
        """A look that found no onboarding does not count: it may be the mapping that is mended next."""
        if not settled.onboarding:
            return
        with self._lock:
            self._looks[deal] = (began, settled)
            self._looks.move_to_end(deal)
            if len(self._looks) > MOST:
                self._looks.popitem(last=False)

    def since(self, deal: str, *, came: datetime, now: datetime) -> Settled | None:
        """What came of a look that began after the delivery had come: it saw whatever the delivery tells of."""
        with self._lock:
            found = self._looks.get(deal)
        if found is None or not came + CLOCKS_DIFFER_BY <= found[0] >= now - LASTS:
            return None
        return found[1].model_copy(update={"outcome": f"looked at after it came: {found[1].outcome}"})
