"""How is a delivery received? It is read within limits, verified, kept, and only then answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.inbox import Incoming
from starter.web.calls import LARGEST, Admit, Call, call_of
from starter.web.parts import WebParts
from starter.web.problems import Problem, answer_to

LONGEST_NAME = 600
"""Characters of a delivery's key, subject and kind: PostgreSQL's indexes hold 2,704 bytes. A longer one could never be
kept, and the deliveries in the same transaction would fail with it."""
Taker = Callable[[Call], Sequence[Incoming]]
"""Verifies a call and reads it. Raises Problem."""
Answerer = Callable[[Call], Response]


@dataclass(frozen=True, kw_only=True)
class Road:
    """One address at which deliveries come in. `take` is None where no secret is set: then the road is closed.

    `admit` is for roads whose secret stands in a header or the address: without it the body is not read. A signature
    can only be verified with the body.
    """

    path: str
    take: Taker | None
    answer: Answerer
    admit: Admit | None = None
    largest: int = LARGEST


@dataclass
class Roads:
    """The whole web process as an ASGI application: the roads, and the API for everything else.

    Deliveries do not pass through FastAPI: they need nothing of it, and it would be half of what a delivery costs.
    """

    api: FastAPI
    roads: Mapping[str, Road]
    parts: WebParts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        road = self.roads.get(scope["path"]) if scope["type"] == "http" else None
        if road is None:
            await self.api(scope, receive, send)
            return
        answer = await self._answer(road, scope, receive)
        await answer(scope, receive, send)

    async def _answer(self, road: Road, scope: Scope, receive: Receive) -> Response:
        try:
            return await self._taken(road, scope, receive)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as trouble:
            return answer_to(trouble, path=road.path)

    async def _taken(self, road: Road, scope: Scope, receive: Receive) -> Response:
        if scope["method"] != "POST":
            raise Problem("method-not-allowed", "deliveries are posted", headers={"Allow": "POST"})
        if road.take is None:
            raise Problem("not-found", "this road is closed: no secret is set for it")
        call = await call_of(scope, receive, settings=self.parts.settings, largest=road.largest, admit=road.admit)
        if deliveries := road.take(call):
            _refuse_endless(deliveries)
            await self.parts.grouped.keep(deliveries, size=len(call.body))
            self.parts.bell.ring()
        return road.answer(call)


def _refuse_endless(deliveries: Sequence[Incoming]) -> None:
    for delivery in deliveries:
        if max(len(delivery.key), len(delivery.subject), len(delivery.kind)) > LONGEST_NAME:
            raise Problem("invalid", f"has more than {LONGEST_NAME} characters", field="id")
