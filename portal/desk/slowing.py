"""How is guessing of passwords stopped? Each further wrong one takes longer, and then its network is locked out.

Nobody is locked out by what others try elsewhere: that would be a way to keep a colleague from the desk.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from cachetools import TTLCache

from store.links import hashed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

REMEMBERED = 15 * 60
"""Seconds for which wrong passwords count."""
MOST_REMEMBERED = 20_000
FREE = 4
"""Wrong passwords of one network for one address that cost nothing: people mistype."""
LONGEST_WAIT = 8.0
"""Seconds that an answer takes at most."""
LOCKED_AFTER = 12
"""Wrong passwords of one network for one address, after which none is looked at until the last is forgotten: 48 tries
an hour. Whoever has forgotten theirs has asked for a link by then."""
MANY, WAIT_OF_MANY = 25, 4.0
"""Wrong passwords for one address from everywhere, or of one network for everybody, after which each takes seconds."""
AT_A_TIME = 3
"""Tries of one network for one address that may wait beside each other; others are told to come again."""


class TooMany(Exception):
    """Too many tries wait already."""


class Locked(Exception):
    """So many were wrong that none is looked at for a quarter of an hour."""


class Slowing:
    """Counts wrong passwords of this process. `sleep` waits."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._wrong: TTLCache[str, int] = TTLCache(MOST_REMEMBERED, REMEMBERED)
        self._waiting: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, address: str, network: str) -> "AsyncIterator[None]":
        """Wait as long as that try has to. Raises TooMany, Locked."""
        pair = _keys(address, network)[0]
        if self._wrong.get(pair, 0) >= LOCKED_AFTER:
            raise Locked
        if self._waiting[pair] >= AT_A_TIME:
            raise TooMany
        self._waiting[pair] += 1
        try:
            if (seconds := self.wait(address, network)) > 0:
                await self._sleep(seconds)
            yield
        finally:
            self._waiting[pair] -= 1
            if not self._waiting[pair]:
                del self._waiting[pair]

    def wait(self, address: str, network: str) -> float:
        """Seconds that the next try takes before it is looked at."""
        pair, *wide = (self._wrong.get(key, 0) for key in _keys(address, network))
        waits = 0.0 if pair < FREE else min(0.5 * 2 ** (pair - FREE), LONGEST_WAIT)
        return max(waits, WAIT_OF_MANY if max(wide) >= MANY else 0.0)

    def was_wrong(self, address: str, network: str) -> None:
        for key in _keys(address, network):
            self._wrong[key] = self._wrong.get(key, 0) + 1

    def was_right(self, address: str, network: str) -> None:
        """Whoever knows the password was no guesser."""
        self._wrong.pop(_keys(address, network)[0], None)


def _keys(address: str, network: str) -> tuple[str, str, str]:
    """For what wrong passwords are counted: the address by that network, the address, the network."""
    whose = hashed(address)
    return f"{whose} {network}", whose, f"of {network}"
