"""How does an order reach an introduction? The door of the phase before the close, beside the one of onboardings."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

from temporalio.client import (
    Client,
    RPCError,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCStatusCode

from activities.ports import Calendars, Library, Staff, Texts
from domain.deal import DealClosed, onboarding_id
from domain.introduction import JUST_OPENING, NEWS, IntroductionProgress, Learnt, Said, read_said
from domain.prospect import Prospect, introduction_id
from domain.record import IntroductionLine
from domain.refusal import Refused, refuse_far_dates
from domain.rules.admission import check_prospect, read_prospect
from domain.text import in_language
from starter.doors.people import member
from starter.doors.referring import read_in_full, referring
from starter.doors.updating import ONE_TRY, PATIENCE, Tries, answered, who_is_silent
from starter.trouble import InvalidNews, NotFound, NotReachable

WORKFLOW = "Introduction"
WRITTEN_WITHIN = 3.0
"""Seconds that a won deal waits for the last word of its introduction; without a worker it takes what is written."""
GONE_FOR_GOOD = frozenset({"won", "withdrawn"})
"""Endings after which a deal in a late stage is no reason to begin again."""


class Prospects(Protocol):
    """What the door needs of the store."""

    @property
    def texts(self) -> Texts: ...

    def keep(self, introduction: str, prospect: Prospect) -> None: ...

    def kept(self, introduction: str) -> Prospect | None: ...

    def standing(self, introduction: str) -> IntroductionLine | None: ...


class Deals(Protocol):
    def kept_deal(self, onboarding: str) -> DealClosed | None: ...


@dataclass(frozen=True, kw_only=True)
class IntroductionDoor:
    """The `Introductions` of the ports, and what people tell an introduction. `via` names the way."""

    client: Client
    prospects: Prospects
    deals: Deals
    library: Library
    staff: Staff
    calendars: Calendars
    task_queue: str
    via: str = "cli"
    proved: bool = False
    one_try: timedelta = field(default=ONE_TRY)
    patience: timedelta = field(default=PATIENCE)
    customer_in_memo: bool = False

    async def begin(self, raw: Mapping[str, Any]) -> str:
        """Start the introduction of a deal in a late stage; while it runs, tell it what is new of the prospect.

        Nothing begins for a deal that has closed, or that somebody said needs none. Answers with its id.
        Raises InvalidDeal naming the field, NotReachable.
        """
        prospect = read_prospect(raw)
        introduction = introduction_id(prospect.source, prospect.id)
        now = datetime.now(UTC)
        playbook = await asyncio.to_thread(
            check_prospect, prospect, library=self.library, team=self.staff(), calendars=self.calendars, now=now
        )
        before = await asyncio.to_thread(self.prospects.standing, introduction)
        closed = await asyncio.to_thread(self.deals.kept_deal, onboarding_id(prospect.source, prospect.id))
        if closed is not None or (before is not None and before.ending in GONE_FOR_GOOD):
            return introduction
        known = await asyncio.to_thread(self.prospects.kept, introduction) if before else None
        await asyncio.to_thread(self.prospects.keep, introduction, prospect)
        try:
            await self.client.start_workflow(
                WORKFLOW,
                {"kept": True},
                id=introduction,
                task_queue=self.task_queue,
                # A sale that was given up and comes again is another round; the store knows what must not come again.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                static_summary=f"before the close of {prospect.source}-{prospect.id}",
                static_details=f"Playbook `{playbook.key}` ({in_language(playbook.title, 'en')}).\n\n"
                f"All of it: `day90 introduction show {introduction}`",
                memo={"customer": prospect.account.name} if self.customer_in_memo else None,
                rpc_timeout=self.patience,
            )
        except WorkflowAlreadyStartedError:
            if known is not None and prospect.expected_close and known.expected_close != prospect.expected_close:
                await self._state(introduction, "close_moved", on=prospect.expected_close.isoformat())
        except RPCError as failure:
            raise NotReachable(f"Temporal did not take the start: {failure.message}; send it again") from failure
        return introduction

    async def won(self, source: str, deal_id: str) -> Learnt | None:
        """The deal was won: end its introduction, and answer with what was learnt; None where it had none.

        By signal, so that no worker has to be there. Raises NotReachable.
        """
        introduction = introduction_id(source, deal_id)
        standing = await asyncio.to_thread(self.prospects.standing, introduction)
        if standing is None:
            return None
        if standing.ending is not None or not await self._state(introduction, "sale_decided", ending="won"):
            return standing.learnt
        loop = asyncio.get_running_loop()
        until = loop.time() + WRITTEN_WITHIN
        while standing is not None and standing.ending is None and loop.time() < until:
            await asyncio.sleep(0.05)
            standing = await asyncio.to_thread(self.prospects.standing, introduction)
        return standing.learnt if standing is not None else None

    async def lost(self, source: str, deal_id: str) -> str | None:
        """The deal was lost: end its introduction. Its id, also when it had ended; None where it has none.

        Raises NotReachable.
        """
        introduction = introduction_id(source, deal_id)
        standing = await asyncio.to_thread(self.prospects.standing, introduction)
        if standing is None:
            return None
        if standing.ending is None:
            await self._state(introduction, "sale_decided", ending="lost")
        return introduction

    async def tell(self, introduction: str, kind: str, raw: Mapping[str, Any]) -> IntroductionProgress:
        """What a person says. Raises InvalidNews, Refused, NotFound, NotReachable."""
        news = self._checked(kind, raw)
        tries = Tries(one_try=self.one_try, patience=self.patience, opening=JUST_OPENING)
        async with referring(self.prospects.texts, introduction, read_said(kind, news), news) as body:
            answer = await answered(
                self._handle(introduction),
                kind,
                body,
                tries=tries,
                refuse_if_ended=lambda: self._refuse_if_ended(introduction),
            )
        return await self._in_full(introduction, answer)

    async def ask(self, introduction: str) -> IntroductionProgress:
        """How it stands now, by its workflow. Raises NotFound, NotReachable."""
        try:
            answer = await self._handle(introduction).query("progress", rpc_timeout=self.one_try)
        except (WorkflowQueryFailedError, RPCError) as failure:
            if isinstance(failure, RPCError) and failure.status == RPCStatusCode.NOT_FOUND:
                raise NotFound(f"{introduction}: no such introduction in Temporal") from None
            silent = await who_is_silent(self._handle(introduction), within=self.one_try, one_try=self.one_try)
            raise NotReachable(silent) from failure
        return await self._in_full(introduction, answer)

    async def _in_full(self, introduction: str, answer: Any) -> IntroductionProgress:
        return await read_in_full(self.prospects.texts, introduction, IntroductionProgress.model_validate(answer))

    def _checked(self, kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        news = {name: value for name, value in raw.items() if value is not None}
        if unknown := sorted(set(news) - set(NEWS[kind].model_fields)):
            raise InvalidNews("is no field that we know", field=unknown[0])
        if isinstance(news.get("by"), str) and ("@" in news["by"] or self.staff().member(news["by"])):
            news["by"] = member(news["by"], team=self.staff(), field="by")
        news |= {"via": self.via, "proved": self.proved, "news_id": news.get("news_id") or uuid4().hex}
        try:
            said: Said = read_said(kind, news)
            refuse_far_dates(said)
        except Refused as refusal:
            raise InvalidNews(refusal.reason, field=refusal.field) from None
        return said.model_dump(mode="json", exclude_none=True)

    async def _state(self, introduction: str, signal: str, **fact: str) -> bool:
        """State a fact. False where no run is there to hear it. Raises NotReachable."""
        news = {**fact, "via": self.via, "proved": self.proved}
        try:
            await self._handle(introduction).signal(signal, news, rpc_timeout=self.patience)
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                return False
            raise NotReachable(f"Temporal did not take it: {failure.message}; send it again") from failure
        return True

    async def _refuse_if_ended(self, introduction: str) -> None:
        """Raises NotFound where there never was one, Refused where it has ended; a new run is neither."""
        standing = await asyncio.to_thread(self.prospects.standing, introduction)
        if standing is None:
            raise NotFound(f"{introduction}: no such introduction")
        if standing.ending is not None:
            raise Refused(f"this introduction has ended ({standing.ending})")

    def _handle(self, introduction: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(introduction)
