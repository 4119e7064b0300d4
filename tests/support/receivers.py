"""Who listens when we tell other systems? A small web server that keeps what it gets and answers as it is told."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from standardwebhooks import Webhook

TAKEN = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


class Got(NamedTuple):
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """What it says, verified as a receiver does. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, dict(self.headers))


def answer(status: int, **headers: str) -> bytes:
    """A whole answer without a body."""
    lines = [f"HTTP/1.1 {status} Said", "Content-Length: 0", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass
class Receiver:
    """`answers` are given one after the other, then TAKEN for ever; `hangs` are seconds before each."""

    got: list[Got] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    always: bytes = TAKEN
    hangs: float = 0.0
    port: int = 0
    names: list[str | None] = field(default_factory=list)
    """The name of the server that each connection asked for, by TLS."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.rstrip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.got.append(Got(first.split(" ")[1], headers, body))
            await asyncio.sleep(self.hangs)
            writer.write(self.answers.pop(0) if self.answers else self.always)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiver(
    *, trusted: ssl.SSLContext | None = None, serve: Callable[..., Any] | None = None, **told: Any
) -> AsyncIterator[Receiver]:
    """Listens on a free port of the loopback; `serve` is for one that does not speak as it should."""
    made = Receiver(**told)
    if trusted is not None:
        trusted.sni_callback = lambda _, name, __: made.names.append(name)
    server = await asyncio.start_server(serve or made.serve, "127.0.0.1", 0, ssl=trusted)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
