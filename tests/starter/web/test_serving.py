"""Who may deliver, and how many at once? No body is read when the token is wrong, and connections are limited."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from domain.inbox import Incoming
from starter.web import serving
from store.inbox import SqlInbox
from tests.support.onboardings import sample_deal
from tests.support.servers import free_port
from tests.support.waiting import until
from tests.support.web import Web, problem, web_on

OPEN: dict[str, Any] = {"deals_token": "open-sesame", "salesforce_token": "open-sesame", "segment_write_key": "sesame"}


@pytest.mark.parametrize(
    "path", ["/intake/deals", "/intake/salesforce", "/v1/batch", "/v1/track", "/api/v1/onboardings"]
)
async def test_nothing_is_read_of_whom_we_do_not_know(path: str, tmp_path: Path) -> None:
    """Otherwise anybody without a token could have us hold megabytes."""
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


@asynccontextmanager
async def served(web: Web) -> AsyncIterator[uvicorn.Server]:
    """The web process served on its port."""
    server = uvicorn.Server(serving.server_config(web.app, web.parts.settings))
    running = asyncio.create_task(server._serve())
    await until(lambda: server.started)
    try:
        yield server
    finally:
        server.should_exit = True
        await running


async def health(port: int) -> int:
    """The status of an answer over a connection of its own."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        return (await client.get("/healthz")).status_code


async def test_more_connections_than_there_may_be_are_turned_away_and_those_after_them_served(tmp_path: Path) -> None:
    """Idle connections, which anybody may open, count as well: each could hold a megabyte."""
    port = free_port()
    async with web_on(tmp_path, web_port=port, web_connections=8) as web, served(web) as server:
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(7)]
        with_the_last = await health(port)
        idle.append(socket.create_connection(("127.0.0.1", port)))
        with_one_too_many = await health(port)
        for connection in idle:
            connection.close()
        await until(lambda: not server.server_state.connections)
        afterwards = await health(port)

    assert (200, 503, 200) == (with_the_last, with_one_too_many, afterwards)


MUCH = 60
"""Answers of 300 kB: 18 MB, while the buffers of a connection on one machine hold ten."""
HALF = b"POST /intake/deals HTTP/1.1\r\nHost: day90\r\nAuthorization: Bearer wrong\r\nContent-Length: 1000\r\n"


@pytest.mark.parametrize("sent", [b"", HALF], ids=["nothing", "half a head"])
async def test_whoever_asks_nothing_keeps_nobody_out(
    sent: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by silence nor by half a head, for which nobody needs a token."""
    monkeypatch.setattr(serving, "IDLE", 1)
    port = free_port()
    async with web_on(tmp_path, web_port=port, web_connections=8, **OPEN) as web, served(web):
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(8)]
        for _, writer in silent:
            writer.write(sent)
        async with asyncio.timeout(30):
            for reader, _ in silent:
                await reader.read()
        afterwards = await health(port)
        for _, writer in silent:
            writer.close()

    assert 200 == afterwards


async def test_the_body_of_what_is_refused_already_keeps_no_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The body comes after the answer, and no request comes after it."""
    monkeypatch.setattr(serving, "IDLE", 1)
    port = free_port()
    async with web_on(tmp_path, web_port=port, **OPEN) as web, served(web) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HALF + b"\r\n")
        async with asyncio.timeout(30):
            answer = await reader.readuntil(b"}")
        writer.write(b" " * 1000)
        await until(lambda: not server.server_state.connections)
        writer.close()

    assert answer.startswith(b"HTTP/1.1 401 ")


LONG = b"POST /intake/deals HTTP/1.1\r\nHost: day90\r\nX-Long: "


HEALTH = b"GET /healthz HTTP/1.1\r\nHost: day90\r\n\r\n"
TRAILED = HALF.replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked") + b"\r\n"


@pytest.mark.parametrize(
    ("before", "then"),
    [(b"", LONG), (HEALTH, LONG), (TRAILED, b"0\r\nX-Long: ")],
    ids=["at first", "after an answer", "behind a body"],
)
async def test_a_head_that_does_not_end_is_left(before: bytes, then: bytes, tmp_path: Path) -> None:
    """That needs no token, and would fill the memory of the process."""
    port = free_port()
    async with web_on(tmp_path, web_port=port, **OPEN) as web, served(web) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(before)
        async with asyncio.timeout(30):
            if before:
                assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 ")
            writer.write(then)
            with contextlib.suppress(ConnectionError):
                for _ in range(100):
                    writer.write(b"x" * 10_000)
                    await writer.drain()
            await until(lambda: not server.server_state.connections)
        writer.close()


async def test_whoever_asks_and_asks_and_waits_for_nothing_is_left(tmp_path: Path) -> None:
    """Each request takes a hundred times as much memory as it has bytes."""
    port = free_port()
    async with web_on(tmp_path, web_port=port) as web, served(web) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(30):
            with contextlib.suppress(ConnectionError):
                for _ in range(100):
                    writer.write(HEALTH * 100)
                    await writer.drain()
            await until(lambda: not server.server_state.connections)
            afterwards = await health(port)
        writer.close()

    assert 200 == afterwards


async def test_a_long_head_and_long_bodies_are_no_long_head(tmp_path: Path) -> None:
    """In whatever pieces they come, one after the other on a connection."""
    port = free_port()
    body = b" " * 900_000
    rest = b"x" * 50_000 + b"\r\nAuthorization: Bearer open-sesame\r\nContent-Length: 900000\r\n\r\n"
    async with web_on(tmp_path, web_port=port, **OPEN) as web, served(web):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(60):
            for together in (True, False, True):
                writer.write(LONG + rest + body if together else LONG)
                if not together:
                    await writer.drain()
                    await asyncio.sleep(0.1)
                    writer.write(rest)
                    await asyncio.sleep(0.1)
                    writer.write(body)
                assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 400 ")
        writer.close()


def asks_much(port: int) -> socket.socket:
    """A connection that asks for more than the buffers of the machine hold, and reads nothing."""
    asking = socket.socket()
    asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 100_000)
    asking.connect(("127.0.0.1", port))
    asking.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: day90\r\n\r\n" * MUCH)
    asking.setblocking(False)
    return asking


async def test_whoever_takes_no_answer_keeps_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who asks and does not read the answers is never answered completely."""
    monkeypatch.setattr(serving, "IDLE", 1)
    port = free_port()
    async with web_on(tmp_path, web_port=port) as web, served(web) as server:
        asking = asks_much(port)
        await until(lambda: server.server_state.tasks)
        await until(lambda: not server.server_state.connections)
        asking.close()
        await until(lambda: not server.server_state.tasks)


async def test_a_body_may_take_longer_than_a_connection_is_kept_idle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so may the next one on the same connection."""
    monkeypatch.setattr(serving, "IDLE", 2)
    port = free_port()
    head = HALF.replace(b"wrong", b"open-sesame") + b"\r\n"
    answers = []
    async with web_on(tmp_path, web_port=port, **OPEN) as web, served(web):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(60):
            for _ in range(2):
                writer.write(head)
                await asyncio.sleep(4.5)
                writer.write(b" " * 1000)
                answers.append(await reader.readuntil(b"}"))
        writer.close()

    assert all(answer.startswith(b"HTTP/1.1 400 ") for answer in answers)


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
