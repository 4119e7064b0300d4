"""What becomes of a part of the stack that ends by itself? It is started again, until that has no sense any more."""

import asyncio
from collections.abc import Awaitable, Callable

from runtime.settings import ENDED_BY_SETTING
from starter.embedded.children import Child
from starter.trouble import Fell, WrongSetting

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each new start: what ends as often as this in a row has a cause that no start mends."""
WELL_AFTER = 60.0
"""Seconds: what ran for so long had come up, and its next end is the first of a row."""

Tell = Callable[[str], None]


class Restarted:
    """A process that runs, and is started again by `start` when it ends by itself."""

    def __init__(self, child: Child, *, start: Callable[[], Awaitable[Child]], tell: Tell) -> None:
        self._child = child
        self._start = start
        self._tell = tell

    async def fallen(self) -> Fell:
        """Wait until it ends for good: as often in a row as there are pauses, and once more; or by a wrong setting."""
        row = 0
        while True:
            begun = asyncio.get_running_loop().time()
            fell = await self._child.fallen()
            row = 1 if asyncio.get_running_loop().time() - begun >= WELL_AFTER else row + 1
            while True:
                if fell.code == ENDED_BY_SETTING:
                    return WrongSetting(str(fell))
                if row > len(PAUSES):
                    return Fell(f"{fell}; it has ended {row} times in a row")
                pause = PAUSES[row - 1]
                self._tell(f"{fell}; starting it again in {pause:.0f} s")
                await asyncio.sleep(pause)
                try:
                    self._child = await self._start()
                except Fell as again:
                    fell, row = again, row + 1
                else:
                    self._tell(f"{self._child.name} runs again")
                    break

    async def end(self, *, grace: float) -> None:
        """Ask what runs now to end, as a child."""
        await self._child.end(grace=grace)
