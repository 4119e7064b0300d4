"""How does Temporal know that a worker still has something long in hand? By signs of life meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio import activity

PULSE = timedelta(seconds=5)
"""Between two signs; after four that did not come (`options.PASS_LOST`) its worker is given up."""


@asynccontextmanager
async def alive(*, pulse: timedelta = PULSE) -> AsyncIterator[None]:
    """Gives signs of life for as long as it is inside, whatever it waits for: a CRM, the door's patience."""

    async def tell() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(pulse.total_seconds())

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()
