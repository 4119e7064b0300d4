"""What stands between a worker and Temporal in production? TLS that asks for a certificate, a door that asks for a key.

The dev server knows neither, so both stand in front of it here, on loopback, with certificates made for the test.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
UNAUTHENTICATED = "16"
PERMISSION_DENIED = "7"
NO_MESSAGE = b"\x00\x00\x00\x00\x00"
"""An empty protobuf message in a frame of gRPC's: not compressed, of length 0."""


@dataclass(frozen=True)
class Papers:
    """Files of PEM: who vouches for the server, and what a client shows. `strange` is from another authority."""

    folder: Path
    authority: trustme.CA = field(default_factory=trustme.CA)

    @property
    def server_authority(self) -> str:
        file = self.folder / "authority.pem"
        self.authority.cert_pem.write_to_path(file)
        return str(file)

    def client(self, name: str = "worker", *, of: trustme.CA | None = None) -> tuple[str, str]:
        """The paths of a client's certificate and key."""
        issued = (of or self.authority).issue_cert(f"{name}@example.test")
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(key)
        return str(certificate), str(key)


@asynccontextmanager
async def behind_tls(papers: Papers, serve: Serve, *, asks_for_certificate: bool) -> AsyncIterator[str]:
    """The address of a TLS server, HTTP/2 like any gRPC one, that hands what it decrypts to `serve`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    papers.authority.issue_cert("127.0.0.1").configure_cert(context)
    context.set_alpn_protocols(["h2"])
    if asks_for_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        papers.authority.configure_trust(context)
    open_now: dict[asyncio.Task[None] | None, asyncio.StreamWriter] = {}

    async def keep_count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now[asyncio.current_task()] = writer
        await serve(reader, writer)

    server = await asyncio.start_server(keep_count, "127.0.0.1", 0, ssl=context)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"{host}:{port}"
    # A client keeps its connection for as long as it lives, and it cannot be closed.
    for writer in open_now.values():
        # Python 3.11.2 falls over a TLS connection that has gone by itself.
        with contextlib.suppress(AttributeError):
            writer.transport.abort()
    await asyncio.gather(*(task for task in open_now if task), return_exceptions=True)


def passing_on_to(address: str) -> Serve:
    """Bytes go to that address and back."""
    host, _, port = address.rpartition(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(_pour(reader, there_writer), _pour(there_reader, writer))

    return serve


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while chunk := await source.read(65536):
            target.write(chunk)
            await target.drain()
    target.close()
    with suppress(ConnectionError, ssl.SSLError):
        await target.wait_closed()


@dataclass
class KeyDoor:
    """Answers every call with an empty message where the key is right, with "unauthenticated" where it is not.

    `refuses` are methods of the service that it answers with that status of gRPC whatever the key.
    """

    key: str
    refuses: Mapping[str, str] = field(default_factory=dict)
    shown: list[str | None] = field(default_factory=list)
    """What stood in `authorization`, call by call."""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        talk.initiate_connection()
        refused: dict[int, str | None] = {}
        with suppress(ConnectionError, ssl.SSLError):
            writer.write(talk.data_to_send())
            while chunk := await reader.read(65536):
                for event in talk.receive_data(chunk):
                    if isinstance(event, RequestReceived):
                        refused[event.stream_id] = self._refusal({str(n): str(v) for n, v in event.headers})
                    elif isinstance(event, DataReceived):
                        talk.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    elif isinstance(event, StreamEnded):
                        _answer(talk, event.stream_id, refused=refused.pop(event.stream_id))
                writer.write(talk.data_to_send())
                await writer.drain()
        writer.close()

    def _refusal(self, headers: Mapping[str, str]) -> str | None:
        shown = headers.get("authorization")
        self.shown.append(shown)
        if shown != f"Bearer {self.key}":
            return UNAUTHENTICATED
        return self.refuses.get(headers[":path"].rpartition("/")[2])


def _answer(talk: H2Connection, stream: int, *, refused: str | None) -> None:
    head = [(":status", "200"), ("content-type", "application/grpc")]
    if refused is not None:
        trouble = [("grpc-status", refused), ("grpc-message", "Request unauthorized.")]
        talk.send_headers(stream, head + trouble, end_stream=True)
        return
    talk.send_headers(stream, head)
    talk.send_data(stream, NO_MESSAGE)
    talk.send_headers(stream, [("grpc-status", "0")], end_stream=True)
