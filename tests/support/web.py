"""How do tests call the web process? The app itself, on a store of its own, with Temporal away or on a real server."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import uvicorn
from fastapi import FastAPI

from domain.access import SCOPES, Scope
from domain.inbox import InboxRow
from runtime.connection import connect
from runtime.settings import Settings
from starter.web.app import api_app, roads_of
from starter.web.intake.roads import Roads
from starter.web.parts import WebParts
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.tokens import SqlTokens
from tests.support.databases import sqlite_store
from tests.support.parts import parts
from tests.support.servers import free_port
from wiring.web import web_parts
from wiring.worker import day90_worker

PUBLIC = "https://day90.example.test"


class Unhurried(Roads):
    """The web process as `web_app` makes it, but for its API, which is made when it is first asked for.

    That takes 0.2 s, and deliveries, which most tests send, need none.
    """

    def __init__(self, parts: WebParts) -> None:
        self.roads, self.parts = roads_of(parts.settings), parts

    def __getattr__(self, name: str) -> FastAPI:
        """Called for what is not there yet."""
        if name != "api":
            raise AttributeError(name)
        self.api = api_app(self.parts)
        return self.api


@dataclass
class Web:
    """The web process as others see it, and what it stands on."""

    client: httpx2.AsyncClient
    parts: WebParts
    app: Roads

    def token(self, *scopes: Scope, **more: Any) -> dict[str, str]:
        """Headers of a caller who may do that; everything when nothing is named."""
        made = SqlTokens(self.parts.engine).create("a test", scopes=scopes or tuple(SCOPES), **more)
        return {"authorization": f"Bearer {made.secret}"}

    @property
    def kept(self) -> list[InboxRow]:
        """What was delivered, oldest first."""
        return list(reversed(self.parts.inbox.page(limit=1000).rows))


@asynccontextmanager
async def web_on(
    data: Path, *, reach: Callable[[], Awaitable[Any]] | None = None, **settings: Any
) -> AsyncIterator[Web]:
    """The web process with those settings; Temporal is away where nothing reaches it. Its public address is PUBLIC."""
    told = Settings.model_validate({"data": data, "public_url": PUBLIC, **settings})
    sqlite_store(data)
    async with web_parts(told, reach=reach or nobody) as parts:
        app = Unhurried(parts)
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=PUBLIC) as client:
            yield Web(client, parts, app)


@asynccontextmanager
async def working_web_on(data: Path, temporal: str, **settings: Any) -> AsyncIterator[Web]:
    """The web process with a worker of its own on the same store, both on a real Temporal server."""
    client = await connect(address=temporal)
    queue = f"web-{uuid4().hex}"

    async def reach() -> Any:
        return client

    async with web_on(data, reach=reach, task_queue=queue, **settings) as web:
        real = parts(
            ledger=SqlLedger(web.parts.engine),
            outbox=SqlOutbox(web.parts.engine, mail_domain="day90.test"),
            inbox=web.parts.inbox,
        )
        async with day90_worker(client, real, task_queue=queue):
            yield web


@contextmanager
def served_web_on(data: Path, temporal: str, **settings: Any) -> Iterator[tuple[str, Web]]:
    """The same on a port, with its address, for clients that know nothing of ours; in a thread, with its own loop."""
    port = free_port()
    ready: Future[Web] = Future()
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        try:
            async with working_web_on(data, temporal, **settings) as web:
                servers.append(uvicorn.Server(uvicorn.Config(web.app, port=port, log_config=None, access_log=False)))
                serving = asyncio.create_task(servers[0]._serve())
                while not servers[0].started:
                    await asyncio.sleep(0.01)
                ready.set_result(web)
                await serving
        except BaseException as trouble:
            if ready.done():
                raise
            ready.set_exception(trouble)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}", ready.result(60)
    finally:
        for server in servers:
            server.should_exit = True
        thread.join()


async def nobody() -> Any:
    """Temporal, when it is away."""
    from runtime.connection import CannotReachTemporal

    raise CannotReachTemporal("127.0.0.1:7233", "nobody listens")


def problem(answer: httpx2.Response) -> dict[str, Any]:
    """The problem document that it is."""
    assert "application/problem+json" == answer.headers["content-type"]
    told: dict[str, Any] = answer.json()
    assert answer.status_code == told["status"]
    return told
