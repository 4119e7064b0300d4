"""How do tests wait for what happens elsewhere? They look again until it holds, and never for a fixed time."""

import asyncio
import time
from collections.abc import Callable


async def until(holds: Callable[[], object], *, seconds: float = 30) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.05)


def wait_until(holds: Callable[[], object], *, seconds: float = 90) -> None:
    """The same where no loop runs; raises TimeoutError."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.2)
