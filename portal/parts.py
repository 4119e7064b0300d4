"""What does the page process stand on? The store, and the door once Temporal answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from activities.ports import Staff
from domain.text import Language
from runtime.settings import Settings
from starter.doors.bell import wake_receiver
from starter.doors.connecting import Connected
from starter.doors.drafts import Render
from starter.doors.introductions import IntroductionDoor
from starter.doors.onboardings import OnboardingDoor
from store.ledger import SqlLedger
from store.links import LinkMaker
from store.preferences import VIA

if TYPE_CHECKING:
    from temporalio.client import Client

    from starter.repairing import Repairing


@dataclass(kw_only=True)
class PageParts:
    """Everything that the pages need; shared by all requests.

    `reach` connects to Temporal, `door_on` makes the door for what people do here by that way, recognised or not, and
    `waking` what wakes the sender of a channel. `introduction_on` makes the door of introductions, `repairing_on` what
    looks for whoever falls through. `companies` has our company's name as readers of each language know it. Without
    `links` nobody gets into a room by a code; `render` words a message as its reader would get it.
    """

    settings: Settings
    engine: Engine
    ledger: SqlLedger
    companies: Mapping[Language, str]
    reach: "Callable[[], Awaitable[Client]]"
    door_on: "Callable[[Client, str, bool], OnboardingDoor]"
    staff: Staff
    waking: "Callable[[Client], Callable[[str], Awaitable[None]]]"
    introduction_on: "Callable[[Client, str, bool], IntroductionDoor]"
    repairing_on: "Callable[[Client], Repairing]"
    links: LinkMaker | None = None
    render: Render | None = None

    def __post_init__(self) -> None:
        self._connected = Connected(self.reach)

    async def door(self, via: str = VIA, *, proved: bool = False) -> OnboardingDoor:
        """The door for news that comes by that way. Raises CannotReachTemporal, BadTemporalProfile."""
        return self.door_on(await self._connected.client(), via, proved)

    async def wake(self, channel: str) -> None:
        """Wake the sender of that channel. Raises CannotReachTemporal, BadTemporalProfile, RPCError."""
        await self.waking(await self._connected.client())(channel)

    async def introduction_door(self, via: str, *, proved: bool) -> IntroductionDoor:
        """The door of introductions. Raises CannotReachTemporal, BadTemporalProfile."""
        return self.introduction_on(await self._connected.client(), via, proved)

    async def repairing(self) -> "Repairing":
        """What compares store and Temporal, and mends. Raises CannotReachTemporal, BadTemporalProfile."""
        return self.repairing_on(await self._connected.client())

    async def wake_receiver(self) -> None:
        """Wake what works through the inbox. Raises CannotReachTemporal, BadTemporalProfile, RPCError."""
        await wake_receiver(await self._connected.client(), task_queue=self.settings.task_queue)
