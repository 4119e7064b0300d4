"""What does the web process stand on? The store, the inbox, the bell, and the door once Temporal answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from activities.ports import Staff
from domain.usage import Usage
from playbooks.library import Library
from runtime.settings import Settings
from starter.doors.bell import Bell, look_at_usage, wake_receiver, wake_sender
from starter.doors.connecting import Connected
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

    def __post_init__(self) -> None:
        self._connected = Connected(self.reach)

    async def client(self) -> "Client":
        """The client of Temporal. Raises CannotReachTemporal, BadTemporalProfile."""
        return await self._connected.client()

    async def door(self, *, via: str = "api") -> OnboardingDoor:
        """Raises CannotReachTemporal, BadTemporalProfile."""
        return self.door_on(await self.client(), via)

    async def wake(self) -> None:
        await wake_receiver(await self.client(), task_queue=self.settings.task_queue)

    async def wake_sender(self, channel: str) -> None:
        """Raises CannotReachTemporal, BadTemporalProfile, RPCError."""
        await wake_sender(await self.client(), channel, task_queue=self.settings.task_queue)

    async def look_at_usage(self) -> None:
        await look_at_usage(await self.client(), task_queue=self.settings.task_queue)
