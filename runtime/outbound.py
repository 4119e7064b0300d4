"""How do we call an address that somebody gave us? On the very address that was checked, once, and for seconds."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore2

from domain.addresses import Allowed, callable_among, plain_is_allowed, read_target
from domain.refusal import Refused
from domain.webhooks import Tried

WITHIN = timedelta(seconds=15)
"""All of it: the name, the connection, the answer's head. As Standard Webhooks advise (15 to 30 s)."""
MOST_ADDRESSES = 4
"""Of one name are tried, one after the other: one of each version, and a second of each."""
RESOLVING_THREADS = 8
"""A name server that hangs holds a thread for as long as the system is patient, so these are nobody else's."""
LONGEST_RETRY_AFTER = timedelta(days=1)

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host, as the system finds them. Raises OSError."""


def addresses_of(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as failure:
        # An empty part, or one of more than 63 characters: Python does not even ask.
        raise socket.gaierror(socket.EAI_NONAME, "no name of a host") from failure
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Outbound:
    """Posts to addresses of others: public ones, or what `allowed` names besides.

    A name is resolved once, its addresses are checked, and the connection goes to one of those: a name that says
    something else a moment later is not asked again. No redirect is followed, no proxy of the environment used, and
    of the answer its head alone is read.
    """

    def __init__(
        self,
        allowed: Allowed,
        *,
        trusted: ssl.SSLContext | None = None,
        resolve: Resolve = addresses_of,
        within: timedelta = WITHIN,
    ) -> None:
        self._allowed = allowed
        self._trusted = trusted or ssl.create_default_context()
        self._resolve = resolve
        self._within = within
        self._threads = ThreadPoolExecutor(RESOLVING_THREADS, thread_name_prefix="resolve")

    async def check(self, url: str) -> None:
        """Raises Refused, with the reason why nothing is ever sent there."""
        host, port = read_target(url)
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                found = await self._addresses(host, port)
        except (OSError, TimeoutError):
            raise Refused(f"{host} cannot be found: no name server knows it now", field="url") from None
        self._permitted(url, host, found)

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Tried:
        """One try. It never raises: what went wrong stands in the answer."""
        at, began = datetime.now(UTC), time.monotonic()
        status, again_after, reason = None, None, ""
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                status, again_after = await self._post(url, headers=headers, body=body)
        except TimeoutError:
            reason = f"no answer within {self._within.total_seconds():g} s"
        except Refused as refusal:
            reason = refusal.reason
        except (OSError, httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as failure:
            reason = _in_words(failure)
        took = timedelta(seconds=time.monotonic() - began)
        return Tried(at=at, took=took, status=status, reason=reason, again_after=again_after)

    async def _post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> tuple[int, timedelta | None]:
        host, port = read_target(url)
        permitted = self._permitted(url, host, await self._addresses(host, port))
        backend = _To(permitted)
        # A pool for one request: whatever the next one is for, it is resolved and checked anew.
        async with httpcore2.AsyncConnectionPool(
            ssl_context=self._trusted, network_backend=backend, max_keepalive_connections=0, http2=False
        ) as pool:
            sent = [(name.encode(), value.encode()) for name, value in headers.items()]
            async with pool.stream("POST", url, headers=sent, content=body) as answer:
                return answer.status, _again_after(_header(answer.headers))

    def _permitted(self, url: str, host: str, found: Sequence[str]) -> Sequence[str]:
        permitted = callable_among(host, found, self._allowed)
        if url.startswith("http:") and not plain_is_allowed(host, permitted, self._allowed):
            raise Refused("should begin with https://: plain http is for what DAY90_WEBHOOK_ALLOW names", field="url")
        return permitted

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._resolve, host, port)


class _To(httpcore2.AnyIOBackend):
    """Connects to one of these addresses, whatever name it is asked for; the name stays in Host and certificate."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses[:MOST_ADDRESSES]

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002  # the backend's signature
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        failure: Exception = httpcore2.ConnectError("it has no address")
        for address in self._addresses:
            try:
                return await super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as trouble:
                failure = trouble
        raise failure


def _header(headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
    return next((value for name, value in headers if name.lower() == b"retry-after"), None)


def _again_after(said: bytes | None) -> timedelta | None:
    """What Retry-After asks for, in seconds or as a date; nonsense asks for nothing."""
    if said is None:
        return None
    text = said.decode("ascii", "replace").strip()
    wait: timedelta | None = None
    if text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), LONGEST_RETRY_AFTER.total_seconds()))
    else:
        with suppress(ValueError, TypeError, OverflowError):
            wait = parsedate_to_datetime(text) - datetime.now(UTC)
    return None if wait is None else max(timedelta(0), min(wait, LONGEST_RETRY_AFTER))


def _in_words(failure: Any) -> str:
    """One line of a failure, without what the other side may have put into it."""
    cause = failure
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate does not hold: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return "TLS cannot be agreed on"
        if isinstance(cause, socket.gaierror):
            return "its name cannot be resolved"
        if isinstance(cause, ConnectionRefusedError):
            return "nobody listens there"
        cause = cause.__cause__ or cause.__context__
    kind = type(failure).__name__
    words = {
        "ConnectError": "it cannot be reached",
        "ReadError": "the connection broke off",
        "WriteError": "the connection broke off",
        "RemoteProtocolError": "what it answers is no HTTP",
    }
    return words.get(kind, f"it cannot be reached ({kind})")
