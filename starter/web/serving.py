"""How does the web process live and end? Until SIGTERM; what it has taken is kept and answered first."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from typing import NamedTuple

import structlog
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from domain.networks import Networks, neighbourhood
from runtime.settings import Settings
from starter.trouble import CannotStart
from starter.web.problems import AGAIN_IN, Problem

GRACE = 15
"""Seconds for requests in hand when it is asked to end: above the time for which the door tries (wiring/web.py), so
that nearly all get the answer that they would have got anyway. Who still waits in a crowd for its turn at an
onboarding, which may take twice as long, is told to come again: nothing of that news was sent."""
LAST_WORDS = 2
"""Seconds for telling the others that they should come again."""
SHARE = 4
"""One address may have a quarter of all connections: four neighbours fit beside each other, and no single one keeps the
others out. Senders open some dozens; a trusted proxy speaks for many and has no such limit."""
IDLE = 65
"""Seconds that a connection is kept without a request: longer than proxies keep theirs (60), or they send into a closed
one."""
MOST_OF_A_HEAD = 64 * 1024
"""Bytes before the body of a request, or of trailers behind it, and what came with them: as much as other servers
take, where httptools takes whatever comes."""
LONGEST_SHOWN = 200
"""Characters of a path that go into the log."""
MOST_AHEAD = 100
"""Requests that a connection may send before it has its answers; each is held until its turn."""
log = structlog.get_logger()


class Connection(HttpToolsProtocol):
    """A connection that is closed when the whole head of a request has not come within IDLE, or is too long.

    uvicorn's own clock begins with an answer and ends with the next byte. So whoever never said a word, stopped within
    a head or sent the body of what was refused already was kept for good, without a token, and a few hundred of them
    kept everybody else out. A request in hand may take its time, and its body has another clock (starter/web/calls.py);
    but whoever takes nothing of an answer within IDLE is left, too.

    One clock for a connection, which looks again: one that each request sets and stops would cost each of them more.

    An address that opens more than its share has its oldest idle connection closed for the new one. Where all of them
    have a request in hand, the new one is answered 503.
    """

    most_of_one = 64
    """Connections of one address; `server_config` makes it fit the settings."""
    proxies = Networks()
    """Addresses that may have as many as there are."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._untaken = 0
        self._waits_since = self.loop.time()
        self._clock = self.loop.call_later(IDLE, self._look)
        self._parts, self._of_head = 0, 0
        host = self.client[0] if self.client else ""
        self._caller = "" if self.proxies.has(host) else neighbourhood(host)
        if self._caller:
            self._keep_to_a_share()

    def _keep_to_a_share(self) -> None:
        connections = (other for other in self.connections if isinstance(other, Connection))
        theirs = [other for other in connections if other._caller == self._caller and not other.transport.is_closing()]
        if len(theirs) <= self.most_of_one:
            return
        idle = [other for other in theirs if other is not self and not other._answers()]
        # What is still being taken of an answer is not cut off.
        idle = [other for other in idle if not other.transport.get_write_buffer_size()]
        if idle:
            min(idle, key=lambda other: other._waits_since).transport.close()
        else:
            self._turn_away()

    def _turn_away(self) -> None:
        reason = f"one address has {self.most_of_one} connections at most, and all have a request in hand"
        problem = Problem("not-reachable", reason, headers={"Retry-After": AGAIN_IN, "Connection": "close"}).response()
        head = b"".join(b"%s: %s\r\n" % header for header in problem.raw_headers)
        self.transport.write(b"HTTP/1.1 503 Service Unavailable\r\n" + head + b"\r\n" + bytes(problem.body))
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        parts = self._parts
        super().data_received(data)
        if parts != self._parts:
            return
        self._of_head += len(data)
        if self._of_head > MOST_OF_A_HEAD and not self.transport.is_closing():
            if self._answers():
                self.transport.abort()
            else:
                self.send_400_response(f"Before its body a request has {MOST_OF_A_HEAD // 1024} KiB at most.")

    def on_headers_complete(self) -> None:
        self._part_came()
        if len(self.pipeline) >= MOST_AHEAD:
            raise ValueError("more requests than answers that were waited for")  # uvicorn then leaves the connection.
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._part_came()
        super().on_body(body)

    def _part_came(self) -> None:
        self._parts, self._of_head = self._parts + 1, 0

    def _answers(self) -> bool:
        latest: RequestResponseCycle | None = self.cycle
        return not (latest is None or latest.response_complete)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._waits_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        self._clock.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        before, self._untaken = self._untaken, self.transport.get_write_buffer_size()
        busy = self._untaken or self._answers()
        left = self._waits_since + IDLE - self.loop.time()
        if self._untaken and self._untaken == before:
            self.transport.abort()
        elif busy or left > 0:
            self._clock = self.loop.call_later(IDLE if busy else left, self._look)
        else:
            self.transport.close()


class WebServer(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn raises the signal again when it has ended, and nobody could clean up behind it."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn cancels what is in hand after GRACE, and does not wait until its callers have heard of it."""
        await super().shutdown(sockets)
        if tasks := set(self.server_state.tasks):
            await asyncio.wait(tasks, timeout=LAST_WORDS)


class Ending:
    """ASGI middleware: what is still waiting at the end is answered 503, and when to come again.

    Without it uvicorn answers such a request 500, and logs a traceback for each.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except asyncio.CancelledError:
            # Its first part: what stands behind may be somebody's token.
            road = "/".join(scope["path"].split("/")[:2])[:LONGEST_SHOWN]
            log.warning("request_not_served", path=road, reason="this process is ending")
            if begun:
                # Half an answer cannot be mended; uvicorn closes it.
                return
            headers = {"Retry-After": AGAIN_IN, "Connection": "close"}
            reason = "this process is ending, and another begins: send it again, with the same Idempotency-Key"
            await Problem("not-reachable", reason, headers=headers).response()(scope, receive, send)


class Place(NamedTuple):
    """Where a process listens: address, port, by which words both are chosen, and what its log says of it."""

    started: str
    host: str
    port: int
    chosen_by: str


def web_place(settings: Settings) -> Place:
    return Place("web_started", settings.web_host, settings.web_port, "--web-port or DAY90_WEB_PORT")


def server_config(app: ASGIApp, settings: Settings, place: Place | None = None) -> uvicorn.Config:
    """How the app is served; at the place of the web process where none is named.

    Whoever signs what he sends is read before he is known, so a connection may hold a megabyte (starter/web/calls.py):
    the 256 of the default are as many MB, half of what docker-compose.yml gives this process, and a quarter of 1,024,
    the open files that many systems allow. A CRM opens some dozens.
    """

    place = place or web_place(settings)

    class Limited(Connection):
        most_of_one = max(2, settings.web_connections // SHARE)
        proxies = settings.trusted_proxies

    return uvicorn.Config(
        Ending(app),
        host=place.host,
        port=place.port,
        http=Limited,
        # Without a list, uvicorn would believe whoever calls from this machine.
        proxy_headers=bool(settings.trusted_proxies.networks),
        forwarded_allow_ips=[str(network) for network in settings.trusted_proxies.networks],
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=IDLE,
        # From this number on uvicorn answers 503 and closes, idle and silent ones counted: the first that is too many.
        limit_concurrency=settings.web_connections + 1,
    )


async def serve_app(
    app: ASGIApp, settings: Settings, place: Place | None = None, *, ending: Callable[[], None] | None = None
) -> None:
    """The app at its place, until SIGTERM or SIGINT; `ending` is then called first. Raises CannotStart."""
    place = place or web_place(settings)
    server = WebServer(server_config(app, settings, place))
    loop = asyncio.get_running_loop()

    def end() -> None:
        if ending is not None:
            ending()
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    log.info(place.started, host=place.host, port=place.port)
    try:
        await server.serve()
    except SystemExit:
        raise CannotStart(
            f"port {place.port} on {place.host} cannot be listened on: choose another with {place.chosen_by}"
        ) from None
