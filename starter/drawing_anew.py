"""How does the desk show all of every onboarding after an upgrade? What an older version wrote last is drawn anew.

Each would be with its next turn, mostly within a day. This has them take one now, a few at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from store.census import SqlCensus

AT_ONCE = 8
"""Onboardings that are asked at the same time: a turn of each is about 20 ms of a worker, who has other work too."""
PAGE = 500


class LooksAgain(Protocol):
    """The door, as far as it is needed here."""

    async def look_again(self, onboarding: str) -> None:
        """Have it take a turn. Raises NotReachable."""


@dataclass(frozen=True, kw_only=True)
class DrawingAnew:
    """Has them take a turn. May be ordered twice: what is drawn by then is left alone."""

    door: LooksAgain
    census: SqlCensus

    def waiting(self) -> int:
        """How many there are."""
        return self.census.undrawn_count()

    async def all(self, *, tell: Callable[[int], None] = lambda _: None) -> int:
        """Ask each; says after each page how many were asked. Raises NotReachable, and goes on the next time."""
        asked = 0
        async for page in self._pages():
            for first in range(0, len(page), AT_ONCE):
                each = await asyncio.gather(
                    *(self._draw(id) for id in page[first : first + AT_ONCE]), return_exceptions=True
                )
                if away := next((one for one in each if isinstance(one, BaseException)), None):
                    raise away
            asked += len(page)
            tell(asked)
        return asked

    async def _draw(self, onboarding: str) -> None:
        await asyncio.to_thread(self.census.break_seals, onboarding)
        await self.door.look_again(onboarding)

    async def _pages(self) -> AsyncIterator[list[str]]:
        """The ids in their order: whoever was asked and has not taken the turn yet is not asked again."""
        after = ""
        while page := await asyncio.to_thread(self.census.undrawn, after, PAGE):
            yield page
            after = page[-1]
