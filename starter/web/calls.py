"""How is the body of a request read that anybody may have sent? Whole, within limits of size and time.

Without Starlette's Request: building one costs more than verifying the signature of what is read.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Mapping
from datetime import UTC, datetime
from types import coroutine
from typing import Any, NamedTuple, cast

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from domain.rules.admission import LARGEST_DEAL
from runtime.settings import Settings
from starter.web.problems import Problem

LARGEST = LARGEST_DEAL
"""Bytes of a body: as many as a deal file may have."""
READ_WITHIN = 30.0
"""Seconds for a body: a megabyte over a bad line. A sender who stops half-way holds memory, and needs no token."""


class Call(NamedTuple):
    """A request as a road sees it. `url` is the address that the sender called and may have signed.

    `headers` have names in lower case; of a header that came more than once, the first counts.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    now: datetime


Admit = Callable[[Call], None]
"""Raises Problem for a call whose body is not to be read; the call that it gets has no body yet."""


async def call_of(
    scope: Scope, receive: Receive, *, settings: Settings, largest: int, admit: Admit | None = None
) -> Call:
    """The request, read whole.

    Raises Problem when its body has more than `largest` bytes or comes too slowly, what `admit` raises, and
    ClientDisconnect when its sender has gone.
    """
    path = scope.get("raw_path", scope["path"].encode()).decode("ascii", "replace")
    query = scope["query_string"].decode("ascii", "replace")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}
    # Without a public address no proxy stands before us, and the address is the one that the sender called.
    address = settings.public_url or f"{scope['scheme']}://{headers.get('host', '')}"
    method, url = scope["method"], f"{address}{path}{f'?{query}' if query else ''}"
    if admit is not None:
        admit(Call(method, url, headers, b"", datetime.now(UTC)))
    body = await read_body(headers, receive, largest=largest)
    return Call(method, url, headers, body, datetime.now(UTC))


async def read_body(headers: Mapping[str, str], receive: Receive, *, largest: int) -> bytes:
    """The body, of at most `largest` bytes. Raises Problem when it is larger or too slow, and ClientDisconnect."""
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > largest:
        raise _too_large(largest)
    reading = _read(receive, largest)
    try:
        waits_for = reading.send(None)
    except StopIteration as read:
        # The body came along with the head, as nearly all do: a timeout would cost more than all the rest of reading.
        return cast("bytes", read.value)
    try:
        async with asyncio.timeout(READ_WITHIN):
            return await _resumed(reading, waits_for)
    except TimeoutError:
        reason = f"the body did not come within {READ_WITHIN:g} s"
        raise Problem("too-slow", reason, headers={"Connection": "close"}) from None


@coroutine
def _resumed(reading: Coroutine[Any, Any, bytes], waits_for: Any) -> Generator[Any, Any, bytes]:
    """Go on with a reading that has begun, handing what it waits for on to the event loop."""
    try:
        yield waits_for
        body: bytes = yield from reading
        return body
    finally:
        reading.close()


async def _read(receive: Receive, largest: int) -> bytes:
    more = True
    chunks: list[bytes] = []
    length = 0
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        length += len(chunks[-1])
        if length > largest:
            raise _too_large(largest)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _too_large(largest: int) -> Problem:
    return Problem("too-large", f"at most {largest} bytes are taken here", headers={"Connection": "close"})
