"""How do we post to a URL that somebody gave us? Once, within seconds, and only to the address that was checked."""

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
from runtime.authorities import authorities

WITHIN = timedelta(seconds=15)
"""The time for all of it: the name, the connection, the answer's head. Standard Webhooks advise 15 to 30 s."""
MOST_ADDRESSES = 4
"""The most addresses of one name that are tried, one after the other: two of each IP version."""
RESOLVING_THREADS = 8
"""A name server that hangs holds a thread for as long as the system is patient, so these do nothing else."""
LONGEST_RETRY_AFTER = timedelta(days=1)

Resolve = Callable[[str, int], Sequence[str]]
"""A function that returns the IP addresses of a host and port, as texts. It raises OSError when there are none."""


def addresses_of(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host, as the system resolves it. Raises OSError. Blocks, so it is called in a thread."""
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as failure:
        # A label that is empty or has more than 63 characters: Python does not even ask.
        raise socket.gaierror(socket.EAI_NONAME, "no name of a host") from failure
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


class Outbound:
    """Posts to other systems: to public addresses, and to those that `allowed` names besides.

    A name is resolved once, its addresses are checked, and the connection goes to one of them: the name cannot lead
    elsewhere a moment later. No redirect is followed, no proxy of the environment is used, and only the head of the
    answer is read.
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
        self._trusted = trusted or authorities()
        self._resolve = resolve
        self._within = within
        self._threads = ThreadPoolExecutor(RESOLVING_THREADS, thread_name_prefix="resolve")

    async def check(self, url: str) -> None:
        """Check that something may be sent to the URL at all. Raises Refused with the reason when it may not."""
        host, port = read_target(url)
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                addresses = await self._addresses(host, port)
        except (OSError, TimeoutError):
            raise Refused(f"{host} cannot be found: no name server knows it now", field="url") from None
        self._permitted(url, host, addresses)

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Tried:
        """Post the body once and return how it went. Raises nothing: what went wrong is in the answer."""
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
        # A pool for one request: the next one is resolved and checked anew, wherever it goes.
        async with httpcore2.AsyncConnectionPool(
            ssl_context=self._trusted, network_backend=backend, max_keepalive_connections=0, http2=False
        ) as pool:
            sent = [(name.encode(), value.encode()) for name, value in headers.items()]
            async with pool.stream("POST", url, headers=sent, content=body) as answer:
                return answer.status, _again_after(_header(answer.headers))

    def _permitted(self, url: str, host: str, addresses: Sequence[str]) -> Sequence[str]:
        permitted = callable_among(host, addresses, self._allowed)
        if url.startswith("http:") and not plain_is_allowed(host, permitted, self._allowed):
            raise Refused("should begin with https://: plain http is for what DAY90_WEBHOOK_ALLOW names", field="url")
        return permitted

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._resolve, host, port)


class _To(httpcore2.AnyIOBackend):
    """Connects to one of these addresses, whatever host it is asked for; header and certificate still use the name."""

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


def _again_after(header: bytes | None) -> timedelta | None:
    """The wait that Retry-After asks for, in seconds or as a date; None without the header, and for nonsense."""
    if header is None:
        return None
    text = header.decode("ascii", "replace").strip()
    wait: timedelta | None = None
    if text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), LONGEST_RETRY_AFTER.total_seconds()))
    else:
        with suppress(ValueError, TypeError, OverflowError):
            wait = parsedate_to_datetime(text) - datetime.now(UTC)
    return None if wait is None else max(timedelta(0), min(wait, LONGEST_RETRY_AFTER))


def _in_words(failure: Any) -> str:
    """One line about a failure, without words that the other side may have put into it."""
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
