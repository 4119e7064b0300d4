"""Who may deliver, and how many at once? Nobody's body is read whose token is wrong, and connections have a number."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from domain.inbox import Incoming
from starter.web.serving import server_config
from store.inbox import SqlInbox
from tests.onboardings import sample_deal
from tests.servers import free_port
from tests.web import problem, web_on

OPEN: dict[str, Any] = {"deals_token": "open-sesame", "salesforce_token": "open-sesame", "segment_write_key": "sesame"}


@pytest.mark.parametrize(
    "path", ["/intake/deals", "/intake/salesforce", "/v1/batch", "/v1/track", "/api/v1/onboardings"]
)
async def test_nothing_is_read_of_whom_we_do_not_know(path: str, tmp_path: Path) -> None:
    """Else anybody could have us hold megabytes, without a token."""
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b"{}")
        yield b"{}"

    async with web_on(tmp_path, **OPEN) as web:
        headers = {"authorization": "Bearer wrong", "content-type": "application/json"}
        answer = await web.client.post(path, content=body(), headers=headers)

        assert 401 == problem(answer)["status"]
        assert answer.headers["www-authenticate"]
        assert [] == read


async def test_more_connections_than_there_may_be_are_turned_away_and_those_after_them_served(tmp_path: Path) -> None:
    """Idle ones, which anybody may open, count: each of them could hold a megabyte."""
    port = free_port()
    async with web_on(tmp_path, web_port=port, web_connections=8) as web:
        server = uvicorn.Server(server_config(web.app, web.parts.settings))
        serving = asyncio.create_task(server._serve())
        while not server.started:
            await asyncio.sleep(0.01)

        async def answer() -> int:
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                return (await client.get("/healthz")).status_code

        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(7)]
        with_the_last = await answer()
        idle.append(socket.create_connection(("127.0.0.1", port)))
        with_one_too_many = await answer()
        for connection in idle:
            connection.close()
        await asyncio.sleep(0.1)
        afterwards = await answer()
        server.should_exit = True
        await serving

    assert (200, 503, 200) == (with_the_last, with_one_too_many, afterwards)


async def test_how_large_a_delivery_is_counts_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that fill a group each are written one after the other."""
    monkeypatch.setattr("store.inbox.LARGEST_GROUP", 1)
    groups: list[int] = []
    keep = SqlInbox.keep

    def counted(inbox: SqlInbox, group: Sequence[Incoming]) -> None:
        groups.append(len(group))
        keep(inbox, group)

    monkeypatch.setattr(SqlInbox, "keep", counted)

    async with web_on(tmp_path, **OPEN) as web:
        headers = {"authorization": "Bearer open-sesame"}
        deals = [{**sample_deal(), "id": f"{number}"} for number in range(2)]
        posts = (web.client.post("/intake/deals", json=deal, headers=headers) for deal in deals)
        answers = await asyncio.gather(*posts)

    assert ([202, 202], [1, 1]) == ([answer.status_code for answer in answers], groups)
