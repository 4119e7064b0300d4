"""How do tests wait for what happens elsewhere? They look again until it holds, and never for a fixed time."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def until(holds: Callable[[], object], *, seconds: float = 30) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.05)


async def caught_up(read: Callable[[], T], *, with_: T, seconds: float = 30) -> T:
    """What is read once that is what it should be; after so long what it is then, for whoever compares the two."""
    with suppress(TimeoutError):
        await until(lambda: read() == with_, seconds=seconds)
    return read()


def wait_until(found: Callable[[], T | None], *, seconds: float = 90) -> T:
    """The same where no loop runs; returns what was found. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not (it := found()):
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.2)
    return it
