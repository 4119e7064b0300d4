"""How does a web process get its client of Temporal? When it is first asked for: pages are shown while that is away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from temporalio.client import Client


class Connected:
    """The client that `reach` connects; one try at a time for all who ask."""

    def __init__(self, reach: "Callable[[], Awaitable[Client]]") -> None:
        self._reach = reach
        self._client: Client | None = None
        self._connecting: asyncio.Task[Client] | None = None

    async def client(self) -> "Client":
        """Connected when it is first asked for: deliveries are taken while Temporal is away.

        Whoever asks while it is tried waits for the same try: one after the other they would wait for ten seconds each.
        Raises CannotReachTemporal, BadTemporalProfile.
        """
        if self._client is None:
            if self._connecting is None or self._connecting.done():
                self._connecting = asyncio.create_task(self._connect())
                self._connecting.add_done_callback(_looked_at)
            # One that gives up, like a look for readiness, takes the try from nobody else.
            return await asyncio.shield(self._connecting)
        return self._client

    async def _connect(self) -> "Client":
        self._client = await self._reach()
        return self._client


def _looked_at(connecting: "asyncio.Task[Client]") -> None:
    """Who asked may have given up before it failed."""
    if not connecting.cancelled():
        connecting.exception()
