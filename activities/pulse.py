"""How does Temporal know that a worker is still busy with a long activity? By regular heartbeats."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio import activity

PULSE = timedelta(seconds=5)
"""Between two heartbeats; after four that did not come (`options.PASS_LOST`) the worker is given up."""


@asynccontextmanager
async def alive(*, pulse: timedelta = PULSE) -> AsyncIterator[None]:
    """Send heartbeats for as long as the block runs, whatever it waits for: a CRM, an onboarding that is silent."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(pulse.total_seconds())

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
