"""Did a deal close without our hearing of it? The closed deals of the CRMs are compared with our onboardings."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.inbox.deal_stages import FOUND
from activities.inbox.same_deal import SameDeal
from activities.ports import Crm, ForeignDeals, Rechecks
from activities.threads import in_thread
from domain.crm import DealPage, FoundDeal, Recheck
from domain.inbox import Incoming
from domain.refusal import Refused
from domain.trouble import NotReachable
from domain.wire import Instant, Wire

OVERLAP = timedelta(minutes=15)
"""How far a look goes back behind the last one: a CRM's search is behind, and its clock is not ours."""
FIRST_LOOK = timedelta(days=1)
"""How far back the first look goes: over what closed while day90 was being set up. Earlier deals are brought in on
purpose (`day90 start --as-of`), not by surprise."""
MOST_REMEMBERED = 200
"""Deals named in Temporal's history; the inbox has them all."""
log = structlog.get_logger()


class CrmLook(Wire):
    """What a look at one CRM found: how many deals closed in that time, and the ids of those `missing` here.

    `renewals` are those that have brought a renewal: they are delivered as well, since their day may have been moved.
    """

    source: str
    since: Instant
    until: Instant
    closed: int = 0
    renewals: int = 0
    missing: tuple[str, ...] = ()


class Reconciled(Wire):
    """What the looks at all CRMs found; `says` is the same in words, for the Temporal UI."""

    looked: tuple[CrmLook, ...] = ()
    says: str = ""


class Keeping(Protocol):
    """Takes deliveries into the inbox."""

    def keep(self, deliveries: Sequence[Incoming]) -> None:
        """Put the deliveries into the inbox; one that is there already stays as it is."""

    def due(self) -> bool:
        """Whether a delivery that waited for a moment has come to it."""


class Source(NamedTuple):
    """A CRM and the mapping of its deals; `crm` is None when no settings open it, and then it is not searched."""

    crm: Crm | None
    mapping: ForeignDeals


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Reconciling:
    """The activity of the look. `sources` are by their names in the inbox; `wake` lets the receiver look into it.

    `has_renewed` says whether a deal, named as `source-id`, has brought a renewal of a contract.

    `threads` are for the database.
    """

    sources: Mapping[str, Source]
    rechecks: Rechecks
    same_deal: SameDeal
    inbox: Keeping
    wake: Callable[[], Awaitable[None]]
    now: Callable[[], datetime]
    threads: Executor
    has_renewed: Callable[[str], bool] = _never

    @activity.defn
    async def reconcile_crm(self) -> Reconciled:
        """Search every CRM from its mark on; missing deals go into the inbox, as if they had been delivered.

        A CRM that cannot be searched keeps no other from being searched; its error is raised at the end.
        """
        looked, troubles = list[CrmLook](), list[ApplicationError]()
        for name, source in self.sources.items():
            try:
                looked += [await self._look(name, source)] if source.crm else []
            except ApplicationError as trouble:
                troubles.append(trouble)
        for one in looked:
            log.info("reconciled", source=one.source, closed=one.closed, missing=len(one.missing))
            if one.missing:
                log.warning("deals_found", source=one.source, deals=list(one.missing[:MOST_REMEMBERED]))
        if any(one.missing or one.renewals for one in looked) or await in_thread(self.threads, self.inbox.due):
            await self.wake()
        if troubles:
            raise ApplicationError("; ".join(trouble.message for trouble in troubles), type=troubles[0].type)
        return Reconciled(looked=tuple(_shortened(one) for one in looked), says=_in_words(looked))

    async def _look(self, name: str, source: Source) -> CrmLook:
        begun = self.now()
        recheck = await in_thread(self.threads, self.rechecks.recheck, name)
        if recheck is None:
            recheck = Recheck(source=name, first=begun - FIRST_LOOK, mark=begun - FIRST_LOOK)
        closed, renewals, missing = 0, 0, list[str]()
        after: str | None = None
        while True:
            page = await self._page(name, source, recheck, after=after)
            lacking = await self._missing(page.deals, source.mapping)
            await self._keep([_delivery(name, deal) for deal in lacking])
            closed += len(page.deals)
            known = await self._renewals(lacking, source.mapping)
            renewals += len(known)
            missing += [deal.id for deal in lacking if deal.id not in known]
            activity.heartbeat()
            if page.after is None:
                break
            after = page.after
        await in_thread(self.threads, self.rechecks.looked, recheck.model_copy(update={"mark": begun}))
        return CrmLook(
            source=name,
            since=recheck.mark - OVERLAP,
            until=begun,
            closed=closed,
            renewals=renewals,
            missing=tuple(missing),
        )

    async def _page(self, name: str, source: Source, recheck: Recheck, *, after: str | None) -> DealPage:
        assert source.crm is not None, "looked into"
        since = recheck.mark - OVERLAP
        try:
            stages = sorted(source.mapping.won())
            if not stages:
                return DealPage()
            return await source.crm.closed_since(since, closed=recheck.first, stages=stages, after=after)
        except (NotReachable, Refused) as trouble:
            # The mark stays: what closes meanwhile is found by the next look that comes through.
            raise ApplicationError(f"{name}: {trouble}", type=type(trouble).__name__) from None

    async def _keep(self, deliveries: Sequence[Incoming]) -> None:
        await in_thread(self.threads, self.inbox.keep, deliveries)

    async def _missing(self, deals: Sequence[FoundDeal], mapping: ForeignDeals) -> list[FoundDeal]:
        def look() -> list[FoundDeal]:
            return [deal for deal in deals if not self._begun(mapping.source(), deal.id)]

        return await in_thread(self.threads, look)

    async def _renewals(self, deals: Sequence[FoundDeal], mapping: ForeignDeals) -> Collection[str]:
        """The ids of those of them that have brought a renewal."""

        def look() -> set[str]:
            return {deal.id for deal in deals if self.has_renewed(f"{mapping.source()}-{deal.id}")}

        return await in_thread(self.threads, look)

    def _begun(self, source: str, id: str) -> bool:
        """Whether the deal's onboarding began, or that of a deal which was merged into it."""
        line = self.same_deal.own(source, id)
        return (line is not None and line.taken) or self.same_deal.of_absorbed(source, id) is not None


def _delivery(source: str, deal: FoundDeal) -> Incoming:
    # One that a person has mended in the CRM has changed since, and comes again.
    key = f"{FOUND}/{deal.id}/{deal.changed_at.isoformat()}"
    return Incoming(source=source, kind=FOUND, key=key, subject=f"{source}-{deal.id}", body={"objectId": deal.id})


def _shortened(looked: CrmLook) -> CrmLook:
    return looked.model_copy(update={"missing": looked.missing[:MOST_REMEMBERED]})


def _in_words(looked: Sequence[CrmLook]) -> str:
    """The looks in words, for whoever reads the Temporal UI."""
    if not looked:
        return "no CRM is connected"
    return "; ".join(
        f"{one.source}: {one.closed} closed since {one.since:%Y-%m-%d %H:%M} UTC,"
        f" {len(one.missing) or 'none'} of them missing here"
        for one in looked
    )
