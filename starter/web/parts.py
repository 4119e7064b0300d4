"""What does the web process stand on? The store, the inbox, the bell, and the door once Temporal answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from activities.ports import Staff
from domain.usage import Usage
from playbooks.library import Library
from runtime.settings import Settings
from starter.doors.bell import Bell, look_at_usage, wake_receiver
from starter.doors.drafts import Render
from starter.doors.onboardings import OnboardingDoor
from store.grouping import GroupedWriter
from store.inbox import GroupedInbox, SqlInbox
from store.ledger import SqlLedger

if TYPE_CHECKING:
    from temporalio.client import Client


@dataclass(kw_only=True)
class WebParts:
    """Everything that the addresses of the web process need; shared by all requests.

    `reach` connects to Temporal; `door_on` makes the door for news that comes by a named way, `render`
    the text of a message.
    """

    settings: Settings
    engine: Engine
    ledger: SqlLedger
    library: Library
    staff: Staff
    inbox: SqlInbox
    grouped: GroupedInbox
    bell: Bell
    usage: "GroupedWriter[Usage]"
    usage_bell: Bell
    reach: "Callable[[], Awaitable[Client]]"
    door_on: "Callable[[Client, str], OnboardingDoor]"
    render: Render
    _client: "Client | None" = None
    _connecting: "asyncio.Task[Client] | None" = None

    async def client(self) -> "Client":
        """Connected when it is first asked for: deliveries are taken while Temporal is away.

        Whoever asks while it is tried waits for the same try: one after the other they would wait for ten seconds each.
        Raises CannotReachTemporal, BadTemporalProfile.
        """
        if self._client is None:
            if self._connecting is None or self._connecting.done():
                self._connecting = asyncio.create_task(self._connected())
                self._connecting.add_done_callback(_looked_at)
            # One that gives up, like a look for readiness, takes the try from nobody else.
            return await asyncio.shield(self._connecting)
        return self._client

    async def _connected(self) -> "Client":
        self._client = await self.reach()
        return self._client

    async def door(self, *, via: str = "api") -> OnboardingDoor:
        """Raises CannotReachTemporal, BadTemporalProfile."""
        return self.door_on(await self.client(), via)

    async def wake(self) -> None:
        await wake_receiver(await self.client(), task_queue=self.settings.task_queue)

    async def look_at_usage(self) -> None:
        await look_at_usage(await self.client(), task_queue=self.settings.task_queue)


def _looked_at(connecting: "asyncio.Task[Client]") -> None:
    """Who asked may have given up before it failed."""
    if not connecting.cancelled():
        connecting.exception()
