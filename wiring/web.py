"""What does the web process stand on? Its real parts, as the settings name them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache

from temporalio.client import Client

from playbooks.library import Directory, Library
from runtime.settings import Settings
from starter.doors.bell import LOOKS_AT_USAGE_AT_LEAST_EVERY, LOOKS_AT_USAGE_EVERY, QUIET, Bell
from starter.doors.onboardings import OnboardingDoor
from starter.doors.updating import WEB_ONE_TRY, WEB_PATIENCE
from starter.web.parts import WebParts
from store.engine import open_store
from store.grouping import GroupedWriter
from store.inbox import GroupedInbox, SqlInbox
from store.ledger import SqlLedger
from store.usage import MOST_IN_A_GROUP, SqlUsage
from wiring.channels import rendering_of
from wiring.doors import Doors, doors


@asynccontextmanager
async def web_parts(settings: Settings, *, reach: Callable[[], Awaitable[Client]]) -> AsyncIterator[WebParts]:
    """The parts as the settings name them; what was taken is written down before they are let go.

    `reach` connects to Temporal.
    """
    engine = open_store(settings.sql_url)
    ledger, inbox = SqlLedger(engine), SqlInbox(engine)
    library, staff = Library(settings.playbooks), Directory(settings.team)
    written = GroupedWriter(SqlUsage(engine).write, name="usage", most=MOST_IN_A_GROUP)

    async with GroupedInbox(inbox.keep) as grouped, written as usage:

        async def wake() -> None:
            await parts.wake()

        async def look() -> None:
            await parts.look_at_usage()

        @cache
        def doors_on(client: Client) -> Doors:
            return doors(
                client,
                engine,
                library=library,
                staff=staff,
                task_queue=settings.task_queue,
                ledger=ledger,
                day_length=settings.day_length,
                one_try=WEB_ONE_TRY,
                patience=WEB_PATIENCE,
                customer_in_memo=settings.customer_in_memo,
                ending_grace=settings.ending_grace,
            )

        def door_on(client: Client, via: str) -> OnboardingDoor:
            return doors_on(client).told_by(via, proved=False).onboardings

        # On a compressed clock half a minute may be a week, in which nobody hears what usage has reached.
        quiet = max(QUIET, min(LOOKS_AT_USAGE_EVERY, settings.day_length / 100))
        parts = WebParts(
            settings=settings,
            engine=engine,
            ledger=ledger,
            library=library,
            staff=staff,
            inbox=inbox,
            grouped=grouped,
            bell=Bell(wake),
            usage=usage,
            usage_bell=Bell(look, whom="usage", quiet=quiet, at_least=LOOKS_AT_USAGE_AT_LEAST_EVERY),
            reach=reach,
            door_on=door_on,
            render=rendering_of(settings).render,
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
