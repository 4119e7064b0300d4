"""How do tests run an introduction? The real workflow, door and store, on the time-skipping server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle

from activities.calendars import public_holidays
from domain.deal import DealClosed
from domain.introduction import IntroductionProgress
from domain.record import IntroductionLine
from starter.doors.introductions import IntroductionDoor
from store.engine import open_store
from store.introductions import SqlIntroductions
from store.outbox import SqlOutbox
from store.reads import NoticeLine, notices
from tests.support.databases import sqlite_store
from tests.support.onboardings import QUEUE, World, sample_deal, world
from tests.support.parts import LIBRARY, STAFF

EXPECTED = "2032-11-30"
"""A Tuesday, four weeks after the stories begin."""


def sample_prospect(name: str = "lindenau-germany", **changes: Any) -> dict[str, Any]:
    """A sample deal as it was before its close."""
    raw = sample_deal(name)
    for later in ("closed_at", "as_of", "reached", "go_live_by", "near_term", "busy_seasons"):
        raw.pop(later, None)
    return {**raw, "expected_close": EXPECTED, **changes}


@dataclass
class Deals:
    """The deals that have closed."""

    kept: dict[str, DealClosed] = field(default_factory=dict)

    def kept_deal(self, onboarding: str) -> DealClosed | None:
        return self.kept.get(onboarding)


@dataclass
class RunningIntroduction:
    """An introduction as tests speak to it."""

    world: World
    door: IntroductionDoor
    store: SqlIntroductions
    outbox: SqlOutbox
    engine: Any
    deals: Deals
    id: str = ""

    async def begin(self, **changes: Any) -> str:
        """Its door's answer; a worker has taken it up when this returns."""
        self.id = await self.door.begin(sample_prospect(**changes))
        while self.standing().as_of is None or self.standing().status == "opening":
            await self.world.env.sleep(timedelta(seconds=0.05))
        await self.settled()
        return self.id

    async def tell(self, kind: str, **news: Any) -> IntroductionProgress:
        """The answer, once it is written down."""
        progress = await self.door.tell(self.id, kind, news)
        await self.settled()
        return progress

    async def settled(self) -> None:
        await self.world.env.sleep(timedelta(seconds=2))

    async def let_pass(self, **span: float) -> None:
        await self.world.env.sleep(timedelta(**span))

    async def progress(self) -> IntroductionProgress:
        return await self.door.ask(self.id)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.world.env.client.get_workflow_handle(self.id)

    def standing(self) -> IntroductionLine:
        found = self.store.standing(self.id)
        assert found is not None
        return found

    def mails(self, kind: str | None = None) -> list[NoticeLine]:
        return [mail for mail in notices(self.engine) if kind in (None, mail.kind)]

    def told(self) -> list[tuple[str, str]]:
        """Kind and receiver of every mail that was not withdrawn, in the order of writing."""
        return [(mail.kind, mail.person) for mail in self.mails() if mail.state != "withdrawn"]

    def facts(self) -> list[str]:
        return [row.kind for row in self.store.journal(self.id)]


@asynccontextmanager
async def introductions(folder: Path, **parts: Any) -> AsyncIterator[RunningIntroduction]:
    """A server with a worker, and a store in that folder."""
    engine = open_store(sqlite_store(folder))
    store, deals = SqlIntroductions(engine), Deals()
    async with world(introductions=store, **parts) as here:
        door = IntroductionDoor(
            client=here.env.client,
            prospects=store,
            deals=deals,
            library=LIBRARY,
            staff=STAFF,
            calendars=public_holidays,
            task_queue=QUEUE,
        )
        outbox = SqlOutbox(engine, mail_domain="vendor.test")
        yield RunningIntroduction(here, door, store, outbox, engine, deals)
    engine.dispose()
