"""How do tests serve an app on a port? By uvicorn, which begins and ends at once here.

By itself it looks ten times a second whether it should end, and sleeps a tenth more when it does. A suite with hundreds
of servers would rest for minutes.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

PATIENCE = 30
"""Seconds for requests in hand at the end; one that takes longer hangs, and the test hears of it."""


@asynccontextmanager
async def served(server: uvicorn.Server) -> AsyncIterator[None]:
    """The server on its port, as its own `serve` has it, but that nobody counts its seconds.

    Raises TimeoutError when a request has no answer at the end.
    """
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    # The header Date of all answers.
    await server.on_tick(0)
    try:
        yield
    finally:
        await _end(server)


async def _end(server: uvicorn.Server) -> None:
    """Take no connection more, answer what is in hand, and close."""
    state = server.server_state
    for listening in server.servers:
        listening.close()
    for connection in list(state.connections):
        connection.shutdown()
    async with asyncio.timeout(PATIENCE):
        while state.connections or state.tasks:
            await asyncio.sleep(0.005)
    await server.lifespan.shutdown()
