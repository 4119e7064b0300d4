"""How is a server called as fast as it answers? Requests made beforehand, over connections that stay open."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

CONNECTIONS = 32
"""Connections, as many as a CRM keeps open to one receiver; each sends a request when the last was answered."""


@dataclass
class Window:
    """The answers within a span of time. `seconds` is the span, `waits` the seconds until each answer."""

    answered: int = 0
    refused: int = 0
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


class _Connection(asyncio.Protocol):
    """One connection that sends a request, waits for its answer, and sends the next."""

    def __init__(self, requests: Iterator[bytes], window: Window, until: float) -> None:
        self.requests, self.window, self.until = requests, window, until
        self.buffer = b""
        self.sent_at = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # No check of its type: uvloop's transports are none of asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, rest = self.buffer.partition(b"\r\n\r\n")
        if not separator or len(rest) < _length(head):
            return
        self.buffer = b""
        self.window.answered += 1
        self.window.waits.append(time.perf_counter() - self.sent_at)
        if not head.startswith(b"HTTP/1.1 2"):
            self.window.refused += 1
        self._send()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def _send(self) -> None:
        request = next(self.requests, None)
        if request is None or time.perf_counter() > self.until:
            self.transport.close()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    return int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def call(port: int, requests: Iterator[bytes], *, seconds: float, connections: int = CONNECTIONS) -> Window:
    """Send the requests to a local port for that many seconds, or until none is left."""
    window = Window()
    begun = time.perf_counter()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Connection(requests, window, begun + seconds), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.ended for _, connection in made))
    window.seconds = time.perf_counter() - begun
    return window


def request_of(path: str, body: bytes, headers: dict[str, str], *, host: str = "127.0.0.1") -> bytes:
    """A whole POST request as bytes. `host` is the name by which the sender calls the server."""
    lines = [f"POST {path} HTTP/1.1", f"host: {host}", "content-type: application/json"]
    lines += [f"content-length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body
