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

from domain.inbox import Incoming
from domain.trouble import NotReachable
from starter.doors.updating import WEB_PATIENCE
from starter.embedded.stack import WEB_GRACE
from starter.web import serving
from starter.web.api import rates
from store.inbox import SqlInbox
from tests.support.onboardings import sample_deal
from tests.support.servers import free_port
from tests.support.waiting import until
from tests.support.web import Web, problem, web_on

PROXY: dict[str, Any] = {"web_proxies": "127.0.0.1"}
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
async def served(web: Web) -> AsyncIterator[serving.WebServer]:
    """The web process served on its port."""
    server = serving.WebServer(serving.server_config(web.app, web.parts.settings))
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
    async with (
        web_on(tmp_path, web_port=port, web_connections=8, web_proxies="127.0.0.1") as web,
        served(web) as server,
    ):
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(7)]
        with_the_last = await health(port)
        idle.append(socket.create_connection(("127.0.0.1", port)))
        with_one_too_many = await health(port)
        for connection in idle:
            connection.close()
        await until(lambda: not server.server_state.connections)
        afterwards = await health(port)

    assert (200, 503, 200) == (with_the_last, with_one_too_many, afterwards)


async def test_the_idle_connections_of_one_address_keep_nobody_out(tmp_path: Path) -> None:
    """Each that is too many has the oldest idle one of its address closed."""
    port = free_port()
    async with web_on(tmp_path, web_port=port, web_connections=8) as web, served(web) as server:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(12)]
        async with asyncio.timeout(30):
            for reader, _ in idle[:10]:
                assert b"" == await reader.read()
        left = len(server.server_state.connections)
        served_meanwhile = await health(port)
        for _, writer in idle:
            writer.close()

    assert (2, 200) == (left, served_meanwhile)


async def test_a_connection_with_a_request_in_hand_is_not_closed_for_another(tmp_path: Path) -> None:
    """Where an address has no idle one, its newest is refused."""
    port = free_port()
    head = HALF.replace(b"wrong", b"open-sesame") + b"\r\n"
    async with web_on(tmp_path, web_port=port, web_connections=8, **OPEN) as web, served(web) as server:
        asking = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for _, writer in asking:
            writer.write(head)
        await until(lambda: 2 == len(server.server_state.tasks))
        turned_away = await health(port)
        for _, writer in asking:
            writer.write(b" " * 1000)
        async with asyncio.timeout(30):
            answers = [await reader.readuntil(b"}") for reader, _ in asking]
        for _, writer in asking:
            writer.close()

    assert 503 == turned_away
    assert all(answer.startswith(b"HTTP/1.1 400 ") for answer in answers)


async def test_what_waits_at_the_end_is_told_to_come_again_and_its_key_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deploy is no outage."""
    monkeypatch.setattr(serving, "GRACE", 1)
    port = free_port()
    waits, away = asyncio.Event(), asyncio.Event()

    async def reach() -> Any:
        waits.set()
        await away.wait()
        raise NotReachable("it is away")

    async with web_on(tmp_path, web_port=port, reach=reach, **OPEN) as web:
        headers = {**web.token(), "idempotency-key": "one"}
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            async with served(web):
                asking = asyncio.create_task(client.post("/api/v1/onboardings", json=sample_deal(), headers=headers))
                await waits.wait()
            answer = await asking
        away.set()
        again = await web.client.post("/api/v1/onboardings", json=sample_deal(), headers=headers)

    assert (503, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert answer.headers["retry-after"]
    assert "urn:day90:problem:not-reachable" == problem(again)["type"]


def test_whoever_waits_for_the_door_is_answered_before_the_process_ends() -> None:
    """Each of them waits longer than what is inside it."""
    ends_within = serving.GRACE + serving.LAST_WORDS

    assert serving.GRACE > WEB_PATIENCE.total_seconds()
    assert ends_within < WEB_GRACE


@pytest.mark.parametrize(
    ("trusted", "forwarded", "statuses"),
    [
        ("", "203.0.113.{number}", [401, 429]),
        ("10.1.1.1", "203.0.113.{number}", [401, 429]),
        ("127.0.0.0/8", "203.0.113.{number}", [401, 401]),
        ("127.0.0.0/8", "203.0.113.{number}, 198.51.100.7", [401, 429]),
        ("127.0.0.0/8, 10.0.0.0/8", "198.51.100.7, 203.0.113.{number}, 10.1.1.1", [401, 401]),
        ("127.0.0.1", "2001:db8::{number}", [401, 429]),
    ],
    ids=["nobody is trusted", "another is", "of a proxy", "what a guesser wrote", "of two proxies", "one customer"],
)
async def test_who_guesses_is_told_by_a_trusted_proxy_alone(
    trusted: str, forwarded: str, statuses: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rightmost address that is no proxy of ours counts: those before it anybody could have written."""
    monkeypatch.setattr(rates, "WRONG_A_MINUTE", 1)
    port = free_port()
    wrong = {"authorization": "Bearer d90_" + "a" * 43}
    answers = []
    client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30)
    async with web_on(tmp_path, web_port=port, web_proxies=trusted) as web, served(web), client:
        for number in (1, 2):
            headers = {**wrong, "x-forwarded-for": forwarded.format(number=number)}
            answers.append(await client.get("/api/v1/onboardings", headers=headers))

    assert statuses == [answer.status_code for answer in answers]


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
    async with web_on(tmp_path, web_port=port, web_connections=8, **OPEN, **PROXY) as web, served(web):
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
    monkeypatch.setattr(serving, "IDLE", 1)
    port = free_port()
    head = HALF.replace(b"wrong", b"open-sesame") + b"\r\n"
    answers = []
    async with web_on(tmp_path, web_port=port, **OPEN) as web, served(web):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(60):
            for _ in range(2):
                writer.write(head)
                await asyncio.sleep(2.5)
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
