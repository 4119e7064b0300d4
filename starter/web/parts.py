"""What does the web process stand on? The store, the inbox, the bell, and the door once Temporal answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from activities.calendars import public_holidays
from activities.ports import Staff
from domain.usage import Usage
from playbooks.library import Library, load_team
from runtime.settings import Settings
from starter.doors.bell import LOOKS_AT_USAGE_AT_LEAST_EVERY, LOOKS_AT_USAGE_EVERY, Bell, look_at_usage, wake_receiver
from starter.doors.introductions import IntroductionDoor
from starter.doors.onboardings import OnboardingDoor
from store.engine import open_store
from store.grouping import GroupedWriter
from store.inbox import GroupedInbox, SqlInbox
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger
from store.usage import MOST_IN_A_GROUP, SqlUsage

if TYPE_CHECKING:
    from temporalio.client import Client

ONE_TRY, PATIENCE = timedelta(seconds=5), timedelta(seconds=10)
"""Of the door, for callers that wait on a connection: shorter than what proxies and vendors allow."""


@dataclass(kw_only=True)
class WebParts:
    """Everything that the addresses of the web process need; shared by all requests."""

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
        door = OnboardingDoor(
            client=await self.client(),
            deals=self.ledger,
            library=self.library,
            staff=self.staff,
            calendars=public_holidays,
            task_queue=self.settings.task_queue,
            day_length=self.settings.day_length,
            via=via,
            one_try=ONE_TRY,
            patience=PATIENCE,
        )
        return replace(door, introductions=IntroductionDoor.beside(door, SqlIntroductions(self.engine)))

    async def wake(self) -> None:
        await wake_receiver(await self.client(), task_queue=self.settings.task_queue)

    async def look_at_usage(self) -> None:
        await look_at_usage(await self.client(), task_queue=self.settings.task_queue)


def _looked_at(connecting: "asyncio.Task[Client]") -> None:
    """Who asked may have given up before it failed."""
    if not connecting.cancelled():
        connecting.exception()


@asynccontextmanager
async def web_parts(settings: Settings, *, reach: "Callable[[], Awaitable[Client]]") -> AsyncIterator[WebParts]:
    """The parts as the settings name them; what was taken is written down before they are let go.

    `reach` connects to Temporal.
    """
    engine = open_store(settings.sql_url)
    inbox = SqlInbox(engine)
    written = GroupedWriter(SqlUsage(engine).write, name="usage", most=MOST_IN_A_GROUP)
    async with GroupedInbox(inbox.keep) as grouped, written as usage:

        async def wake() -> None:
            await parts.wake()

        async def look() -> None:
            await parts.look_at_usage()

        parts = WebParts(
            settings=settings,
            engine=engine,
            ledger=SqlLedger(engine),
            library=Library(settings.playbooks),
            staff=lambda: load_team(settings.team),
            inbox=inbox,
            grouped=grouped,
            bell=Bell(wake),
            usage=usage,
            usage_bell=Bell(look, whom="usage", quiet=LOOKS_AT_USAGE_EVERY, at_least=LOOKS_AT_USAGE_AT_LEAST_EVERY),
            reach=reach,
        )
        ringing = [asyncio.create_task(bell.ringing()) for bell in (parts.bell, parts.usage_bell)]
        # What came before a crash, and was not told to anybody.
        parts.bell.ring()
        parts.usage_bell.ring()
        try:
            yield parts
        finally:
            for bell in ringing:
                bell.cancel()
    engine.dispose()
