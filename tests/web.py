"""How do tests call the web process? The app itself, on a store of its own, without Temporal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from domain.inbox import InboxRow
from runtime.settings import Settings
from starter.web.app import web_app
from starter.web.parts import WebParts, web_parts
from store.engine import migrate

PUBLIC = "https://day90.example.test"


@dataclass
class Web:
    """The web process as others see it, and what it stands on."""

    client: httpx2.AsyncClient
    parts: WebParts

    @property
    def kept(self) -> list[InboxRow]:
        """What was delivered, oldest first."""
        return list(reversed(self.parts.inbox.page(limit=1000).rows))


@asynccontextmanager
async def web_on(data: Path, **settings: Any) -> AsyncIterator[Web]:
    """The web process with those settings; Temporal is away. Its public address is PUBLIC."""
    told = Settings.model_validate({"data": data, "public_url": PUBLIC, **settings})
    migrate(told.sql_url)
    async with web_parts(told, reach=nobody) as parts:
        transport = httpx2.ASGITransport(web_app(parts), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=PUBLIC) as client:
            yield Web(client, parts)


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
