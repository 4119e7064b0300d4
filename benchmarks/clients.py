"""How does news get in while everything is killed? Some clients send it until they have an answer, others once."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from benchmarks.callers import TRY_AGAIN_AFTER, Api
from benchmarks.people import Act, Script
from domain.agenda import JUST_OPENING
from domain.deal import onboarding_id
from domain.refusal import Refused
from domain.team import Team
from starter.doors.onboardings import OnboardingDoor
from starter.trouble import InvalidNews, NotFound, NotReachable
from store import reads

TROUBLES = (
    NotReachable,
    NotFound,
    RPCError,
    SQLAlchemyError,
    psycopg.Error,
    WorkflowUpdateFailedError,
    OSError,
    TimeoutError,
)
"""What a client sees of a crash: no answer, after which it asks again."""
REFUSALS_BORNE = 60
"""Refusals after which a client gives up; after each of them it comes back half a day later."""
SIGNALS = {"reach_milestone": "milestone_reached", "raise_issue": "issue_raised"}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A piece of news and what its sender knows: `outcome` is `acknowledged`, `signalled`, `refused` or `unanswered`.

    `act` is the same for all tries of one piece of news, whatever id they had. `about` is the milestone, where it is
    about one. `took` is in seconds; `repeated` says that the news was known already.
    """

    onboarding: str
    act: str
    kind: str
    about: str = ""
    news_id: str
    outcome: str
    took: float
    repeated: bool = False


def act_of(news_id: str) -> str:
    """What all tries of one piece of news have in common: the onboarding and the number of the act."""
    return "/".join(news_id.split("/")[:2])


@dataclass(kw_only=True)
class Clients:
    """Plays everybody who brings news, and records what they were answered."""

    door: OnboardingDoor
    api: Api
    engine: Engine
    team: Team
    day_length: timedelta
    told: list[Told] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    gave_up: list[str] = field(default_factory=list)

    async def play(self, script: Script) -> None:
        """Start the deal and bring its news, each on its day of the compressed clock."""
        onboarding = onboarding_id(script.deal["source"], script.deal["id"])
        await self._until_answered(lambda: self.door.start(script.deal))
        began = time.monotonic()
        for number, act in enumerate(script.acts):
            due = began + act.day * self.day_length.total_seconds()
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self._bring(onboarding, act, news_id=f"{onboarding}/{number}")

    async def _bring(self, onboarding: str, act: Act, *, news_id: str) -> None:
        fields = dict(act.fields)
        if fields.get("by") == "manager":
            fields["by"] = await self._until_answered(lambda: asyncio.to_thread(self._manager, onboarding))
        if act.road == "signal":
            await self._signal(onboarding, act, {**fields, "news_id": news_id})
            return
        for again in range(REFUSALS_BORNE):
            answers = await self._tries(onboarding, act, fields, news_id=f"{news_id}/{again}", again=again)
            self.told += answers
            if not any(answer.outcome == "refused" for answer in answers) and answers[-1].outcome == "acknowledged":
                return
            await asyncio.sleep(self.day_length.total_seconds() / 2)
        self.gave_up.append(f"{onboarding}: {act.kind} {act.fields}")

    async def _tries(
        self, onboarding: str, act: Act, fields: dict[str, Any], *, news_id: str, again: int
    ) -> list[Told]:
        """What came of bringing the news, until there is an answer or its sender gives up."""
        if act.road == "api":
            return [await self._call(onboarding, act.kind, fields, news_id=news_id)]
        if act.road == "anew":
            tries = [await self._call_once(onboarding, act.kind, fields, news_id=f"{news_id}/0")]
            while tries[-1].outcome == "unanswered":
                await asyncio.sleep(TRY_AGAIN_AFTER)
                tries.append(await self._call_once(onboarding, act.kind, fields, news_id=f"{news_id}/{len(tries)}"))
            return tries
        if act.road == "once" and not again:
            return [await self._call_once(onboarding, act.kind, fields, news_id=news_id)]
        news = {**fields, "news_id": news_id}
        calls = [self._update(onboarding, act.kind, news) for _ in range(2 if act.road == "twice" else 1)]
        return await asyncio.gather(*calls)

    async def _call(self, onboarding: str, kind: str, fields: dict[str, Any], *, news_id: str) -> Told:
        """Over the API, again and again under the same Idempotency-Key."""
        began = time.monotonic()
        while True:
            told = await self._call_once(onboarding, kind, fields, news_id=news_id)
            if told.outcome != "unanswered":
                return replace(told, took=time.monotonic() - began)
            await asyncio.sleep(TRY_AGAIN_AFTER)

    async def _call_once(self, onboarding: str, kind: str, fields: dict[str, Any], *, news_id: str) -> Told:
        began = time.monotonic()
        reply = await self.api.tell(onboarding, kind, fields, key=news_id)
        return Told(
            onboarding=onboarding,
            act=act_of(news_id),
            kind=kind,
            about=fields.get("milestone", ""),
            news_id=news_id,
            outcome=reply.heard,
            took=time.monotonic() - began,
            repeated=reply.repeated,
        )

    async def _signal(self, onboarding: str, act: Act, news: dict[str, Any]) -> None:
        began = time.monotonic()
        handle: Any = self.door.client.get_workflow_handle(onboarding)
        await self._until_answered(lambda: handle.signal(SIGNALS[act.kind], news, rpc_timeout=timedelta(seconds=10)))
        took = time.monotonic() - began
        self.told.append(
            Told(
                onboarding=onboarding,
                act=act_of(news["news_id"]),
                kind=act.kind,
                about=news.get("milestone", ""),
                news_id=news["news_id"],
                outcome="signalled",
                took=took,
            )
        )

    async def _update(self, onboarding: str, kind: str, news: dict[str, Any]) -> Told:
        began = time.monotonic()
        try:
            answer = await self._until_answered(lambda: self._welcome(onboarding, kind, news))
            outcome, repeated = "acknowledged", answer.repeated
        except Refused as refusal:
            if isinstance(refusal, InvalidNews):
                raise
            outcome, repeated = "refused", False
            self.troubles[f"refused {kind}: {refusal.reason[:80]}"] += 1
        return Told(
            onboarding=onboarding,
            act=act_of(news["news_id"]),
            kind=kind,
            about=news.get("milestone", ""),
            news_id=news["news_id"],
            outcome=outcome,
            took=time.monotonic() - began,
            repeated=repeated,
        )

    async def _welcome(self, onboarding: str, kind: str, news: dict[str, Any]) -> Any:
        """Bring news once. Raises NotReachable while the onboarding is just opening: a reason to wait, no refusal."""
        try:
            return await self.door.tell(onboarding, kind, news)
        except Refused as refusal:
            if refusal.reason.startswith(JUST_OPENING):
                raise NotReachable(refusal.reason) from None
            raise

    async def _until_answered(self, call: Callable[[], Any]) -> Any:
        """Make the call again until it is answered or refused; troubles are counted."""
        while True:
            try:
                return await call()
            except TROUBLES as trouble:
                self.troubles[f"{type(trouble).__name__}: {str(trouble).splitlines()[0][:80]}"] += 1
                await asyncio.sleep(TRY_AGAIN_AFTER)

    def _manager(self, onboarding: str) -> str:
        owner = reads.one(self.engine, onboarding).owner
        manager = self.team.manager_of(owner)
        return manager.handle if manager else owner
