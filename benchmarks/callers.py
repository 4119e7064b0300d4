"""What do callers of the HTTP API hear while everything is killed? And a crowd of them that never repeats anything."""

import asyncio
import json
import time
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

import httpx2

from domain.agenda import JUST_OPENING

Heard = Literal["acknowledged", "refused", "unanswered"]
"""`unanswered` leaves open whether the news was taken: a 5xx, or a connection that was lost."""
TRY_AGAIN_AFTER = 0.5
"""Seconds until what was not taken is sent again, as after a connection that was refused."""
ANSWERED_WITHIN = 45.0
"""Seconds until a caller hangs up: above what the web process needs to say that nobody answers."""
CONNECTIONS = 48
"""Fewer than one address may have (starter/web/serving.py)."""
ALL_AT_ONCE = 25
"""Callers of a crowd."""
LEFT_OPEN = 3
"""Issues that a caller leaves open at most, as far as it knows; of 200 that an onboarding may have."""
ASKED_FOR = 2
"""Changes of scope that a caller asks for; 100 may wait for a decision."""
NOTHING_TAKEN = frozenset({"in-progress", "too-many", "not-found"})
"""Problems after which news may be sent again; an onboarding is not found until its workflow has opened it."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a caller heard; `repeated` says that the news was known already."""

    heard: Heard
    repeated: bool = False


@dataclass(kw_only=True)
class Api:
    """The API, by one token, over connections that are opened again when the web process has been killed."""

    client: httpx2.AsyncClient
    troubles: Counter[str] = field(default_factory=Counter)

    @classmethod
    def at(cls, address: str, *, secret: str, connections: int = CONNECTIONS) -> "Api":
        limits = httpx2.Limits(max_connections=connections)
        headers = {"authorization": f"Bearer {secret}"}
        return cls(client=httpx2.AsyncClient(base_url=address, headers=headers, timeout=ANSWERED_WITHIN, limits=limits))

    async def tell(self, onboarding: str, kind: str, fields: Mapping[str, Any], *, key: str) -> Reply:
        """Send news; again only where nothing of it was taken. The key is also the id by which the journal knows it."""
        path, body = f"/api/v1/onboardings/{onboarding}/news/{kind}", {**fields, "news_id": key}
        while True:
            try:
                answer = await self.client.post(path, json=body, headers={"Idempotency-Key": key})
            except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as trouble:
                reply, why = None, type(trouble).__name__
            except httpx2.TransportError as trouble:
                reply, why = Reply(heard="unanswered"), type(trouble).__name__
            else:
                reply, why = _reply(answer.status_code, answer.content)
            if why:
                self.troubles[f"API, {kind if reply and reply.heard == 'refused' else 'any news'}: {why[:80]}"] += 1
            if reply is not None:
                return reply
            await asyncio.sleep(TRY_AGAIN_AFTER)

    async def close(self) -> None:
        await self.client.aclose()


def _reply(status: int, content: bytes) -> tuple[Reply | None, str]:
    """The reply, None where nothing was taken; and the problem in a few words."""
    try:
        document = json.loads(content)
    except ValueError:
        return Reply(heard="unanswered"), f"{status} without a document"
    if status == 200:
        return Reply(heard="acknowledged", repeated=bool(document["repeated"])), ""
    problem = str(document.get("type", "")).rpartition(":")[2]
    detail = str(document.get("detail", ""))
    why = f"{status} {problem}: {detail}"
    if problem in NOTHING_TAKEN or detail.startswith(JUST_OPENING):
        return None, why
    if status >= 500:
        return Reply(heard="unanswered"), why
    if problem != "refused":
        raise ValueError(f"a request of the benchmark is wrong: {why}")
    return Reply(heard="refused"), why


@dataclass(frozen=True, kw_only=True)
class Call:
    """A piece of news that a caller of the crowd told once, and the reply."""

    kind: str
    news_id: str
    reply: Reply
    took: float


@dataclass(kw_only=True)
class Crowd:
    """Callers that all tell one onboarding something at once, again and again, and never repeat what had no answer.

    Each raises an issue of its own, and then does something else: most resolve it. Who has left some open resolves the
    oldest first and asks for no more changes of scope, or the onboarding's own people could raise and ask for no more.
    """

    onboarding: str
    api: Api
    every: float
    random: Random
    callers: int = ALL_AT_ONCE
    calls: list[Call] = field(default_factory=list)
    left_open: defaultdict[int, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    asked_for: Counter[int] = field(default_factory=Counter)

    async def run(self, *, seconds: float) -> None:
        until, burst = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            burst += 1
            began = time.monotonic()
            await asyncio.gather(*(self._caller(burst, number) for number in range(self.callers)))
            await asyncio.sleep(max(0.0, began + self.every - time.monotonic()))

    async def _caller(self, burst: int, number: int) -> None:
        name, left_open = f"{burst}-{number}", self.left_open[number]
        issue = {"issue": f"C-{name}"}
        if len(left_open) >= LEFT_OPEN:
            oldest = left_open.popleft()
            if await self._call(name, "resolve_issue", issue=oldest) == "unanswered":
                left_open.append(oldest)
            return
        await self._call(name, "raise_issue", title=f"Issue of caller {name}", severity="normal", **issue)
        others: dict[str, dict[str, Any]] = {
            "resolve_issue": issue,
            "acknowledge_issue": issue,
            "record_risk": {"risk": f"c-{name}", "title": "A crowd", "probability": 3, "impact": 1},
            "record_win": {"title": f"Everybody of {name} is here"},
            "request_scope_change": {"title": "One more seat", "effort_days": 1, "request": f"CR-{name}"},
        }
        asks = int(self.asked_for[number] < ASKED_FOR)
        kind = self.random.choices(list(others), weights=(8, 1, 1, 1, asks))[0]
        self.asked_for[number] += kind == "request_scope_change"
        heard = await self._call(name, kind, **others[kind])
        if kind != "resolve_issue" or heard == "unanswered":
            left_open.append(issue["issue"])

    async def _call(self, name: str, kind: str, **fields: Any) -> Heard:
        key, began = f"crowd-{name}-{kind}", time.monotonic()
        reply = await self.api.tell(self.onboarding, kind, fields, key=key)
        self.calls.append(Call(kind=kind, news_id=key, reply=reply, took=time.monotonic() - began))
        return reply.heard
