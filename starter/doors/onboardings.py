"""How does an order reach Temporal? The one door through which deals start and news, questions and answers pass."""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import uuid4

from temporalio.client import (
    Client,
    RPCError,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCStatusCode

from activities.ports import Calendars, Introductions, Library, Staff, Texts
from domain import agenda
from domain.agenda import JUST_OPENING, Progress
from domain.baseline import Baseline
from domain.deal import DealClosed, Sale, onboarding_id
from domain.news import VENDOR_ONLY, CriterionAttested, PlaybookChanged, read_news, short, unknown_fields
from domain.playbook import Playbook
from domain.record import Basis, Dossier, Figure, Past, RegisterRow, Unconfirmed
from domain.refusal import InvalidDeal, Refused, refuse_far_dates
from domain.rules.accounts import KnownDeal, with_the_account
from domain.rules.admission import business_now, check_deal, chosen_playbook, read_deal
from domain.rules.hours import WorkingHours, plain_week
from domain.rules.introducing import with_learnt
from domain.text import in_language
from domain.texts import is_reference
from domain.trouble import UnknownOnboarding
from domain.wire import Wire
from starter.doors.bell import WakeSender, unless_busy
from starter.doors.contacts import FACTS, about_contacts
from starter.doors.drafts import ABOUT_DRAFTS, refuse_for_draft
from starter.doors.flags import ABOUT_FLAGS, refuse_other_category
from starter.doors.people import member, person
from starter.doors.queueing import NoTurn, Queue
from starter.doors.referring import never, referring
from starter.doors.updating import (
    BETWEEN_TRIES,
    ONE_TRY,
    OPENS_WITHIN,
    PATIENCE,
    Tries,
    answered,
    refusal_in,
    who_is_silent,
)
from starter.doors.versions import refuse_unfit, version
from starter.doors.vouching import refuse_against_figures
from starter.trouble import InvalidNews, NotFound, NotReachable
from workflows.alarm import RANG_TOO_EARLY

WORKFLOW = "Onboarding"
Query = Literal["progress", "agenda", "plan", "why", "knows", "carried"]
WRITTEN_WITHIN = 1.5
BETWEEN_LOOKS = 0.05
"""Seconds until what an onboarding has taken is in the store, and between looks at that."""
MAY_HAVE_A_TASK = ("add_task", "change_task")
"""News whose `owner` is anybody who takes part, of either side."""
OF_OURS = ("reassign", "open_correction", "change_correction")
"""News whose `owner` is one of ours."""
LOOK_AGAIN = "look_again"
"""A signal that the workflow knows no news by: it notes that, which takes a turn."""


class Deals(Protocol):
    """What the door needs of the ledger."""

    @property
    def texts(self) -> Texts: ...

    def keep_deal(self, onboarding: str, deal: DealClosed) -> None: ...

    def kept_deal(self, onboarding: str) -> DealClosed | None: ...

    def of_account(self, sale: Sale) -> Sequence[KnownDeal]: ...

    def complete_deal(self, onboarding: str, again: DealClosed) -> tuple[str, ...]: ...

    def propose_contacts(self, onboarding: str, later: DealClosed) -> str | None: ...

    def past(self, onboarding: str) -> Past | None: ...

    def dossier(self, onboarding: str) -> Dossier: ...

    def readers_of_draft(self, onboarding: str, draft: str) -> Collection[str]: ...

    def basis(self, onboarding: str, keys: Collection[str]) -> Basis: ...

    def registers(self, onboarding: str) -> Sequence[RegisterRow]: ...

    def baseline(self, onboarding: str, playbook: Playbook) -> Baseline | None: ...

    def figures(self, onboarding: str) -> Mapping[str, Figure]: ...

    def playbook(self, hashed: str) -> Playbook | None: ...

    def playbooks_like(self, beginning: str) -> tuple[str, ...]: ...

    def keep_playbook(self, playbook: Playbook) -> None: ...


class Started(Wire):
    """The answer to a start. `completed` names what a repeated one added to the hand-off record."""

    onboarding: str
    already: bool = False
    completed: tuple[str, ...] = ()


class Run(Wire):
    """How the workflow of an onboarding stands in Temporal."""

    onboarding: str
    status: str
    started_at: datetime

    @property
    def open(self) -> bool:
        return self.status == "RUNNING"


@dataclass(frozen=True, kw_only=True)
class OnboardingDoor:
    """Every way in goes through here: CLI, intake, pages. `via` names the way, `proved` says who was recognised.

    `hours` knows when people work, for whoever asks when something would be sent.
    """

    client: Client
    deals: Deals
    library: Library
    staff: Staff
    calendars: Calendars
    task_queue: str
    day_length: timedelta
    introductions: Introductions
    queue: Queue = field(default_factory=Queue)
    via: str = "cli"
    proved: bool = False
    one_try: timedelta = field(default=ONE_TRY)
    patience: timedelta = field(default=PATIENCE)
    opens_within: timedelta = field(default=OPENS_WITHIN)
    customer_in_memo: bool = False
    ending_grace: float = 0.0
    hours: WorkingHours = plain_week

    async def start(self, raw: object) -> Started:
        """Start the onboarding of a deal; a repeated start says so, and completes the hand-off record at most.

        Raises InvalidDeal naming the field, and NotReachable. The hand-off record goes into the store first: a start
        that is cut in between is made good by the next try, and Temporal's history never holds a name.
        """
        deal = read_deal(raw)
        onboarding = onboarding_id(deal.source, deal.id)
        if await self._admitted(onboarding):
            fields = await asyncio.to_thread(self.deals.complete_deal, onboarding, deal)
            if (channel := await asyncio.to_thread(self.deals.propose_contacts, onboarding, deal)) is not None:
                # What is not woken now is at the next mail of anybody.
                waking = WakeSender(self.client, self.task_queue)(channel)
                await unless_busy(waking, event="sender_not_woken")
            return Started(onboarding=onboarding, already=True, completed=fields)
        deal = await self._with_what_is_known(deal)
        now = business_now(deal, wall=datetime.now(UTC), day_length=self.day_length)
        playbook = await asyncio.to_thread(
            check_deal, deal, library=self.library, team=self.staff(), calendars=self.calendars, now=now
        )
        await asyncio.to_thread(self.deals.keep_deal, onboarding, deal)
        try:
            await self.client.start_workflow(
                WORKFLOW,
                {"kept": True},
                id=onboarding,
                task_queue=self.task_queue,
                # A run that failed opened nothing: a deal that was mended may come again. What was opened once is
                # refused above and, for good, by the store's unique deal.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                static_summary=f"{in_language(playbook.title, 'en')}, deal {deal.source}-{deal.id}",
                static_details=f"Playbook `{playbook.key}`, deal closed on {deal.closed_at:%Y-%m-%d}.\n\n"
                f"All of it: `day90 show {onboarding}`",
                memo={"customer": deal.account.name} if self.customer_in_memo else None,
                rpc_timeout=self.patience,
            )
        except WorkflowAlreadyStartedError:
            return Started(onboarding=onboarding, already=True)
        except RPCError as failure:
            raise NotReachable(f"Temporal did not take the start: {failure.message}; send it again") from failure
        return Started(onboarding=onboarding)

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Progress:
        """Bring news. Sent again under the same ids until it is answered, so that it counts once.

        The update id is this call's own: under the news id, the server would answer a sender's repetition with the
        first answer, where ours says that it was repeated.

        Raises InvalidNews, Refused, NotFound, NotReachable.
        """
        news = await self.checked(onboarding, kind, raw)
        progress = await self._send(onboarding, kind, news)
        if kind in FACTS and not progress.repeated:
            await self._until_written(onboarding, f"fact/{FACTS[kind]}/{news['person']}/{short(news['news_id'])}")
        if kind == "agree_slot" and not progress.repeated:
            # Who is invited is decided in the turn: whoever says that they come right after is known by then.
            await self._until_written(onboarding, f"fact/slot_agreed/{news['meeting']}/{short(news['news_id'])}")
        return progress

    async def _until_written(self, onboarding: str, key: str) -> None:
        """Wait for that row of the journal, no longer than a turn may take: who asks next finds the people there."""
        loop = asyncio.get_running_loop()
        until = loop.time() + WRITTEN_WITHIN
        while loop.time() < until:
            if (await asyncio.to_thread(self.deals.basis, onboarding, [key])).done_before:
                return
            await asyncio.sleep(BETWEEN_LOOKS)

    async def _send(
        self, onboarding: str, kind: str, news: Mapping[str, Any], *, stays: Callable[[str], bool] = never
    ) -> Progress:
        """Send news with references in place of what people wrote, but for a text that `stays`."""
        tries = Tries(
            one_try=self.one_try, patience=self.patience, opens_within=self.opens_within, opening=JUST_OPENING
        )
        try:
            async with (
                self.queue.turn(onboarding, within=(2 * self.patience).total_seconds()),
                referring(self.deals.texts, onboarding, read_news(kind, news), news, stays=stays) as body,
            ):
                answer = await answered(
                    self._handle(onboarding),
                    kind,
                    body,
                    tries=tries,
                    refuse_if_ended=lambda: self._refuse_if_ended(onboarding),
                )
        except NoTurn:
            raise NotReachable(
                f"too many others bring news to {onboarding}: nothing was sent; send it again in a moment"
            ) from None
        return Progress.model_validate(answer)

    async def ask(self, onboarding: str, query: Query, *words: str) -> Any:
        """What the workflow itself says about the present. Raises NotFound, NotReachable."""
        handle = self._handle(onboarding)
        try:
            return await handle.query(query, args=list(words), rpc_timeout=self.one_try)
        except WorkflowQueryFailedError as failure:
            if failure.message.startswith(RANG_TOO_EARLY):
                raise NotReachable(f"{onboarding}: its timer has just fired; ask again in a moment") from None
            raise Refused(failure.message, field=query) from None
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                raise NotFound(f"{onboarding}: no such onboarding in Temporal") from None
            silent = await who_is_silent(self._handle(onboarding), within=self.one_try, one_try=self.one_try)
            raise NotReachable(silent) from failure

    async def knows(self, onboarding: str, news_id: str) -> bool:
        """Whether its workflow has applied that news. Raises NotFound, NotReachable."""
        try:
            return bool(await self.ask(onboarding, "knows", news_id))
        except Refused:
            # A worker of the version before does not know the question; telling it again says the same.
            return False

    async def tell_again(self, onboarding: str, news: Unconfirmed) -> Progress:
        """Bring news again as it came at first: under its id, by its way. Raises like `tell`."""
        origin = {"news_id": news.news_id, "via": news.via, "proved": news.proved}
        # Without the door's own checks: what the workflow took once may have come by a client that has none.
        # What the journal holds of it refers to texts already, unless it came straight from Temporal.
        return await self._send(onboarding, news.update, {**news.body, **origin}, stays=is_reference)

    async def look_again(self, onboarding: str) -> None:
        """Have it take a turn: the signal is noted in its journal and changes nothing. Raises NotReachable."""
        try:
            await self._handle(onboarding).signal(LOOK_AGAIN, rpc_timeout=self.one_try)
        except RPCError as failure:
            if failure.status != RPCStatusCode.NOT_FOUND:
                raise NotReachable(f"Temporal does not answer: {failure.message}") from failure

    async def state(self, onboarding: str) -> Run:
        """How its workflow stands. Raises NotFound, NotReachable."""
        try:
            seen = await self._handle(onboarding).describe(rpc_timeout=self.one_try)
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                raise NotFound(f"{onboarding}: no such onboarding in Temporal") from None
            raise NotReachable(f"Temporal does not answer: {failure.message}") from failure
        status = seen.status.name if seen.status else "UNKNOWN"
        return Run(onboarding=onboarding, status=status, started_at=seen.start_time)

    async def began(self, onboarding: str) -> datetime:
        """The wall time from which a compressed clock counts: when the workflow's first task ran. Raises NotReachable.

        For onboardings whose first run is the present one.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self.patience.total_seconds()
        while loop.time() < until:
            started: dict[int, datetime] = {}
            async for event in self._handle(onboarding).fetch_history_events(page_size=10):
                if event.HasField("workflow_task_started_event_attributes"):
                    started[event.event_id] = event.event_time.ToDatetime(UTC)
                if event.HasField("workflow_task_completed_event_attributes"):
                    return started[event.workflow_task_completed_event_attributes.started_event_id]
            # The plan is written before the task that wrote it is reported complete.
            await asyncio.sleep(BETWEEN_TRIES)
        raise NotReachable(f"{onboarding}: no worker has taken it up yet")

    async def failure(self, onboarding: str) -> Refused | None:
        """Why its workflow failed, when it did: a deal that only the workflow found invalid."""
        if (await self.state(onboarding)).status != WorkflowExecutionStatus.FAILED.name:
            return None
        try:
            await self._handle(onboarding).result(rpc_timeout=self.one_try)
        except WorkflowFailureError as failed:
            return refusal_in(failed.cause, InvalidDeal) or InvalidDeal(str(failed.cause))
        return None

    async def person(self, onboarding: str, named: str, *, field: str = "by") -> str:
        """The id of somebody who takes part, named by id, staff handle or address. Raises InvalidNews, NotFound."""
        try:
            dossier = await asyncio.to_thread(self.deals.dossier, onboarding)
        except UnknownOnboarding:
            dossier = None
        return person(named, team=self.staff(), dossier=dossier, onboarding=onboarding, field=field)

    async def _with_what_is_known(self, deal: DealClosed) -> DealClosed:
        """The deal with what its introduction found out, which ends by it, and with its account's people and CSM."""
        team = self.staff()
        if learnt := await self.introductions.won(deal.source, deal.id):
            deal = with_learnt(deal, learnt, team)
        known = await asyncio.to_thread(self.deals.of_account, deal)
        return with_the_account(deal, known, team, chosen_playbook(deal, self.library).touch) if known else deal

    async def _admitted(self, onboarding: str) -> bool:
        try:
            await asyncio.to_thread(self.deals.dossier, onboarding)
        except UnknownOnboarding:
            return False
        return True

    async def checked(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The news as it is told: people by their ids, with its origin and an id. Raises InvalidNews, NotFound."""
        news = {name: value for name, value in raw.items() if value is not None}
        if unknown := unknown_fields(kind, news):
            raise InvalidNews("is no field that we know", field=unknown[0])
        if isinstance(news.get("by"), str):
            news["by"] = await self.person(onboarding, news["by"])
        if kind in MAY_HAVE_A_TASK and isinstance(news.get("owner"), str):
            news["owner"] = await self.person(onboarding, news["owner"], field="owner")
        if kind in OF_OURS and isinstance(news.get("owner"), str):
            news["owner"] = member(news["owner"], team=self.staff())
        if kind == "end_onboarding" and news.get("ending") not in VENDOR_ONLY:
            news.setdefault("grace_hours", self.ending_grace)
        if kind in ABOUT_DRAFTS:
            with contextlib.suppress(UnknownOnboarding):
                dossier = await asyncio.to_thread(self.deals.dossier, onboarding)
                readers = await asyncio.to_thread(self.deals.readers_of_draft, onboarding, str(news.get("draft")))
                refuse_for_draft(kind, news, dossier=dossier, team=self.staff(), readers=readers)
        if kind in ABOUT_FLAGS:
            with contextlib.suppress(UnknownOnboarding):
                dossier = await asyncio.to_thread(self.deals.dossier, onboarding)
                refuse_other_category(news, dossier.playbook)
        if kind in FACTS:
            with contextlib.suppress(UnknownOnboarding):
                dossier = await asyncio.to_thread(self.deals.dossier, onboarding)
                news = about_contacts(kind, news, dossier=dossier, team=self.staff())
        if kind == PlaybookChanged.update and isinstance(news.get("to"), str):
            news["to"] = await self._fitting_version(onboarding, news["to"])
        news |= {"via": self.via, "proved": self.proved, "news_id": news.get("news_id") or uuid4().hex}
        try:
            refuse_far_dates(read_news(kind, news))
        except Refused as refusal:
            raise InvalidNews(refusal.reason, field=refusal.field) from None
        if kind == CriterionAttested.update:
            told = CriterionAttested.model_validate(news)
            await asyncio.to_thread(refuse_against_figures, self.deals, onboarding, told, team=self.staff())
        return news

    async def _fitting_version(self, onboarding: str, named: str) -> str:
        """The whole hash of the version that is meant. Raises InvalidNews, Refused, NotFound, NotReachable."""
        hashed, to = await asyncio.to_thread(version, named, self.deals, self.library)
        state = agenda.carried(await self.ask(onboarding, "carried"))
        dossier = await asyncio.to_thread(self.deals.dossier, onboarding)
        refuse_unfit(state, dossier.playbook, to)
        # Its file may change any moment, and a worker's may be another one.
        await asyncio.to_thread(self.deals.keep_playbook, to)
        return hashed

    async def _refuse_if_ended(self, onboarding: str) -> None:
        """A run that just gave way to the next one is no ending."""
        if not (await self.state(onboarding)).open:
            raise Refused("this onboarding has ended")

    def _handle(self, onboarding: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(onboarding)
