"""How does a delivery come in? Read within its limit, verified, kept, and only then answered."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.inbox import Incoming
from runtime.settings import Settings
from starter.web.parts import WebParts
from starter.web.problems import Problem, answer_to

LARGEST = 1_048_576
"""Bytes: a deal file with 200 stakeholders and 50 notes of full length is half of it."""
READ_WITHIN = 30.0
"""Seconds for a body: a megabyte over a bad line. Who sends half and then nothing holds memory, and needs no token."""
LONGEST_NAME = 600
"""Characters of what tells a delivery from others, and of what it is about: PostgreSQL's indexes hold 2,704 bytes. One
that is longer would never be kept, and those that share its transaction would fail with it."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request as a road sees it. `url` is the address that the sender called and may have signed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    now: datetime


Taker = Callable[[Call], Sequence[Incoming]]
"""Verifies a call and reads it. Raises Problem."""
Answerer = Callable[[Call], Response]


@dataclass(frozen=True, kw_only=True)
class Road:
    """One address at which deliveries come in. `take` is None where no secret is set: then the road is closed."""

    path: str
    take: Taker | None
    answer: Answerer
    largest: int = LARGEST


@dataclass
class Roads:
    """ASGI before the app: whoever delivers is not led through everything that the API's callers are."""

    app: ASGIApp
    roads: Mapping[str, Road]
    parts: WebParts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        road = self.roads.get(scope["path"]) if scope["type"] == "http" else None
        if road is None:
            await self.app(scope, receive, send)
            return
        answer = await self._answer(road, Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, road: Road, request: Request) -> Response:
        try:
            return await self._taken(road, request)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as trouble:
            return answer_to(trouble, path=road.path)

    async def _taken(self, road: Road, request: Request) -> Response:
        if request.method != "POST":
            raise Problem("method-not-allowed", "deliveries are posted", headers={"Allow": "POST"})
        if road.take is None:
            raise Problem("not-found", "this road is closed: no secret is set for it")
        call = await call_of(request, settings=self.parts.settings, largest=road.largest)
        if deliveries := road.take(call):
            _refuse_endless(deliveries)
            await self.parts.grouped.keep(deliveries)
            self.parts.bell.ring()
        return road.answer(call)


def _refuse_endless(deliveries: Sequence[Incoming]) -> None:
    for delivery in deliveries:
        if max(len(delivery.key), len(delivery.subject), len(delivery.kind)) > LONGEST_NAME:
            raise Problem("invalid", f"has more than {LONGEST_NAME} characters", field="id")


async def call_of(request: Request, *, settings: Settings, largest: int) -> Call:
    """The request, read whole. Raises Problem when it is larger than that."""
    path = request.scope.get("raw_path", request.scope["path"].encode()).decode("ascii", "replace")
    query = request.scope["query_string"].decode("ascii", "replace")
    return Call(
        method=request.method,
        # Without a public address nobody stands before us: then it is the one that the sender called.
        url=f"{settings.public_url or called(request)}{path}{f'?{query}' if query else ''}",
        headers=request.headers,
        body=await read_body(request, largest=largest),
        now=datetime.now(UTC),
    )


def called(request: Request) -> str:
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}"


async def read_body(request: Request, *, largest: int) -> bytes:
    """The body, never more of it than that. Raises Problem."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > largest:
        raise _too_large(largest)
    chunks: list[bytes] = []
    length = 0
    try:
        async with asyncio.timeout(READ_WITHIN):
            async for chunk in request.stream():
                length += len(chunk)
                if length > largest:
                    raise _too_large(largest)
                chunks.append(chunk)
    except TimeoutError:
        told = f"the body did not come within {READ_WITHIN:g} s"
        raise Problem("too-slow", told, headers={"Connection": "close"}) from None
    return b"".join(chunks)


def _too_large(largest: int) -> Problem:
    return Problem("too-large", f"at most {largest} bytes are taken here", headers={"Connection": "close"})
