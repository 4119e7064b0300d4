"""How do many onboardings get open at once? Through the door like any deal, as many at a time as the server takes."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select
from temporalio.client import Client

from benchmarks.people import sample_deal
from benchmarks.report import say
from domain.deal import onboarding_id
from playbooks.library import Directory, Library
from starter.doors.onboardings import OnboardingDoor
from store.engine import open_store
from store.tables import IS_WAITING, notices, onboardings
from wiring.doors import doors

AT_ONCE = 24
"""Starts under way together; more only queue up in the server."""
TOLD_EVERY = 250
REST = 0.5
A_DAY_AGO = timedelta(days=1)
REAL_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Many onboardings on the real clock, of deals that were closed yesterday."""

    client: Client
    engine: Engine
    door: OnboardingDoor
    source: str

    @classmethod
    def of(cls, client: Client, url: str, *, source: str, task_queue: str = "day90") -> "Fleet":
        engine = open_store(url)
        door = doors(
            client, engine, library=Library(None), staff=Directory(), task_queue=task_queue, day_length=REAL_DAY
        ).onboardings
        return cls(client=client, engine=engine, door=door, source=source)

    async def grow(self, numbers: range) -> Sequence[str]:
        """Open them, and wait until the last one's plan is written; their ids."""
        closed_at = (datetime.now(UTC) - A_DAY_AGO).isoformat()
        deals: list[dict[str, Any]] = [
            {**sample_deal(number, source=self.source), "closed_at": closed_at} for number in numbers
        ]
        room, began, before = asyncio.Semaphore(AT_ONCE), time.monotonic(), await asyncio.to_thread(self.drafted)

        async def one(done: int, deal: dict[str, Any]) -> None:
            async with room:
                await self.door.start(deal)
            if done and done % TOLD_EVERY == 0:
                say(f"{done} of {len(deals)} started after {time.monotonic() - began:.0f} s")

        await asyncio.gather(*(one(done, deal) for done, deal in enumerate(deals)))
        while await asyncio.to_thread(self.drafted) < before + len(deals):
            await asyncio.sleep(REST)
        say(f"{len(deals)} opened in {time.monotonic() - began:.0f} s")
        return [onboarding_id(deal["source"], deal["id"]) for deal in deals]

    def due_mails(self) -> int:
        """How many may go and have not gone."""
        due = select(func.count()).select_from(notices).where(IS_WAITING, notices.c.not_before <= datetime.now(UTC))
        with self.engine.connect() as connection:
            return int(connection.scalar(due) or 0)

    def drafted(self) -> int:
        """How many have their plan."""
        count = select(func.count()).select_from(onboardings).where(onboardings.c.as_of.is_not(None))
        with self.engine.connect() as connection:
            return int(connection.scalar(count) or 0)
