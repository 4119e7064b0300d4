"""In which order do several callers reach one onboarding? One after the other, a few at a time, each in its turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_AT_ONCE = 5
"""Updates of one process that one onboarding has in hand together. They share a workflow task and the turn that it
writes, so a crowd is not slower for it; and many processes together stay far below what Temporal takes at once."""


class NoTurn(Exception):
    """So many others were before this caller that its turn did not come in time; nothing was done for it."""


class Queue:
    """Lets a few callers through to each onboarding at a time, in the order in which they came.

    For one event loop. An onboarding is remembered only while somebody is on the way to it.
    """

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._callers: dict[str, int] = {}

    @asynccontextmanager
    async def turn(self, onboarding: str, *, within: float) -> AsyncIterator[None]:
        """The caller's turn at that onboarding. Raises NoTurn when it does not come within so many seconds."""
        gate = self._gates.setdefault(onboarding, asyncio.Semaphore(self._most))
        self._callers[onboarding] = self._callers.get(onboarding, 0) + 1
        try:
            try:
                await asyncio.wait_for(gate.acquire(), within)
            except TimeoutError:
                raise NoTurn from None
            try:
                yield
            finally:
                gate.release()
        finally:
            self._callers[onboarding] -= 1
            if not self._callers[onboarding]:
                del self._callers[onboarding], self._gates[onboarding]
