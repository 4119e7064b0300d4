"""What happens to a part of the stack that ends by itself? It is started again, until that makes no sense any more."""

import asyncio
from collections.abc import Awaitable, Callable

from runtime.settings import ENDED_BY_SETTING
from starter.embedded.children import Child
from starter.trouble import Fell, WrongSetting

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each new start. What still ends after all of them has a cause that no restart mends."""
WELL_AFTER = 60.0
"""Seconds after which a process counts as having come up: its next end is the first of a new row."""

Tell = Callable[[str], None]


class Restarted:
    """A child process that is started again by `start` when it ends by itself."""

    def __init__(self, child: Child, *, start: Callable[[], Awaitable[Child]], tell: Tell) -> None:
        self._child = child
        self._start = start
        self._tell = tell

    async def fallen(self) -> Fell:
        """Wait until it ends for good, and answer, without raising it, the error that says how.

        That is when it has ended once more in a row than there are pauses, or because of a wrong setting.
        """
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
        """Ask the present process to end; kill it after `grace` seconds."""
        await self._child.end(grace=grace)
