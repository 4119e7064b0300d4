"""Is the web process alive, and can it take deliveries?"""

import asyncio
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.web.parts import WebParts
from store.engine import read_transaction

LOOKS_AT_MOST = 3.0
"""Seconds: who asks for readiness asks often, and gives up soon."""
Part = Literal["answers", "away"]


class Alive(BaseModel):
    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Deliveries are taken while the database answers; what follows from them waits while Temporal does not."""

    ready: bool
    database: Part
    temporal: Part = Field(description="`away` delays what follows from deliveries and loses nothing")


def health_routes(parts: WebParts) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Does it run?")
    async def is_alive() -> Alive:
        """The process runs."""
        return Alive()

    @router.get(
        "/readyz",
        summary="Can it take requests?",
        responses={503: {"model": Readiness, "description": "the database is away"}},
    )
    async def is_ready(response: Response) -> Readiness:
        """Deliveries can be taken."""
        database, temporal = await asyncio.gather(_answers(_database(parts)), _answers(_temporal(parts)))
        response.status_code = 200 if database else 503
        return Readiness(ready=database, database=_part(database), temporal=_part(temporal))

    return router


async def _answers(looking: "asyncio.Future[None]") -> bool:
    try:
        await asyncio.wait_for(looking, LOOKS_AT_MOST)
    except (TimeoutError, SQLAlchemyError, RPCError, CannotReachTemporal, BadTemporalProfile):
        return False
    return True


def _database(parts: WebParts) -> "asyncio.Future[None]":
    def look() -> None:
        with read_transaction(parts.engine) as connection:
            connection.execute(text("SELECT 1"))

    return asyncio.ensure_future(asyncio.to_thread(look))


def _temporal(parts: WebParts) -> "asyncio.Future[None]":
    async def look() -> None:
        client = await parts.client()
        await client.service_client.check_health()

    return asyncio.ensure_future(look())


def _part(answers: bool) -> Part:
    return "answers" if answers else "away"
