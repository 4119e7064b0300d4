"""What does the page process stand on? The store, and the door once Temporal answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from domain.text import Language
from runtime.settings import Settings
from starter.doors.connecting import Connected
from starter.doors.onboardings import OnboardingDoor
from store.ledger import SqlLedger

if TYPE_CHECKING:
    from temporalio.client import Client


@dataclass(kw_only=True)
class PageParts:
    """Everything that the pages need; shared by all requests.

    `reach` connects to Temporal, `door_on` makes the door for what people do here. `companies` has our company's name
    as readers of each language know it.
    """

    settings: Settings
    engine: Engine
    ledger: SqlLedger
    companies: Mapping[Language, str]
    reach: "Callable[[], Awaitable[Client]]"
    door_on: "Callable[[Client], OnboardingDoor]"

    def __post_init__(self) -> None:
        self._connected = Connected(self.reach)

    async def door(self) -> OnboardingDoor:
        """Raises CannotReachTemporal, BadTemporalProfile."""
        return self.door_on(await self._connected.client())
