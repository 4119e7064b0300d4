"""Is the web process alive, and can it take deliveries?"""

import asyncio
import shutil
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from runtime.connection import BadTemporalProfile, CannotReachTemporal
from runtime.fleet import TemporalFleet
from starter.web.api.gate import name_of
from starter.web.parts import WebParts
from store.engine import read_transaction

LOOKS_AT_MOST = 3.0
"""Seconds: probes ask for readiness often, and give up soon."""
HOLDS_FOR = 1.0
"""Seconds for which an answer is used again: anybody may ask, and however many do, they cost one look a second."""
ASKS_FOR_SWEEP_EVERY = 60.0
"""Seconds between two questions when the last sweep ended, which happens once a night."""
LEAST_ROOM = 16 * 2**20
"""Bytes that have to be free on the disk of a SQLite store: its log is checkpointed in pieces of 4 MB, and below a few
of them a turn may fail in the middle of a burst."""
Part = Literal["answers", "away"]


class Alive(BaseModel):
    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Whether the web process can work. It takes deliveries while the database answers; they wait for Temporal."""

    ready: bool
    database: Part
    disk: Literal["room", "full"] = Field(
        "room", description="of a SQLite store; the disk of another database is seen where that runs"
    )
    temporal: Part = Field(description="while `away`, deliveries wait to be worked through; nothing is lost")
    swept_at: datetime | None = Field(
        None, description="when the last nightly sweep ended; null while Temporal is away or has no record of one"
    )


def health_routes(parts: WebParts) -> APIRouter:
    router = APIRouter(tags=["health"], generate_unique_id_function=name_of)
    looks = Looks(parts)

    @router.get("/healthz", summary="Does the web process run?")
    async def is_alive() -> Alive:
        """The process runs."""
        return Alive()

    @router.get(
        "/readyz",
        summary="Can the web process take requests?",
        responses={503: {"model": Readiness, "description": "the database is away, or its disk is full"}},
    )
    async def is_ready(response: Response) -> Readiness:
        """200 when deliveries can be taken, else 503."""
        database, room, temporal, swept_at = await looks.newest()
        ready = database and room
        response.status_code = 200 if ready else 503
        return Readiness(
            ready=ready,
            database=_part(database),
            disk="room" if room else "full",
            temporal=_part(temporal),
            swept_at=swept_at,
        )

    return router


class Reachability(NamedTuple):
    """Whether database and Temporal answer, whether the database has room, and when the last nightly sweep ended."""

    database: bool
    room: bool
    temporal: bool
    swept_at: datetime | None


class Looks:
    """Looks at database and Temporal, one look at a time for all who ask.

    The database is asked on a thread of its own, so that a look that hangs takes no thread from requests.
    """

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._asking: asyncio.Future[None] | None = None
        self._looking: asyncio.Task[Reachability] | None = None
        self._swept_at: datetime | None = None
        self._sweep_known_until = 0.0
        self._holds_until = 0.0

    async def newest(self) -> "Reachability":
        """What the newest look saw, at most HOLDS_FOR seconds ago."""
        now = asyncio.get_running_loop().time()
        if self._looking is None or (self._looking.done() and now > self._holds_until):
            self._looking = asyncio.create_task(self._look())
        # Whoever asked first may hang up; the others go on waiting.
        return await asyncio.shield(self._looking)

    async def _look(self) -> "Reachability":
        database, temporal = await asyncio.gather(_answers(self._database()), _answers(self._temporal()))
        self._holds_until = asyncio.get_running_loop().time() + HOLDS_FOR
        room = await asyncio.to_thread(has_room, self._parts.engine)
        return Reachability(database, room, temporal, self._swept_at if temporal else None)

    def _database(self) -> "Awaitable[None]":
        """The question to the database that is still under way, else a new one."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().run_in_executor(self._thread, self._ask)
        return asyncio.shield(self._asking)

    def _ask(self) -> None:
        with read_transaction(self._parts.engine) as connection:
            connection.execute(text("SELECT 1"))

    async def _temporal(self) -> None:
        client = await self._parts.client()
        await client.service_client.check_health()
        now = asyncio.get_running_loop().time()
        if now > self._sweep_known_until:
            # An API key without the right to list workflows does not make us unready.
            with suppress(RPCError):
                self._swept_at = await TemporalFleet(client).last_ended("Sweep")
            self._sweep_known_until = now + ASKS_FOR_SWEEP_EVERY


def has_room(engine: Engine) -> bool:
    """Whether the disk of a SQLite store has at least LEAST_ROOM left; true for other databases."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return True
    try:
        return shutil.disk_usage(Path(engine.url.database).parent).free >= LEAST_ROOM
    except OSError:
        return True  # The database itself says what is wrong.


async def _answers(looking: "Awaitable[None]") -> bool:
    try:
        await asyncio.wait_for(looking, LOOKS_AT_MOST)
    except (TimeoutError, SQLAlchemyError, RPCError, CannotReachTemporal, BadTemporalProfile):
        return False
    return True


def _part(answers: bool) -> Part:
    return "answers" if answers else "away"
