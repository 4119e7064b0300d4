"""What follows from the stage of a deal in the CRM? The deal is read as it is now, whatever the delivery says.

So it does not matter in which order deliveries come, how late, or how often.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol

from activities.inbox.renewals import RenewalDeals
from activities.inbox.same_deal import SameDeal
from activities.ports import Crm, ForeignDeals, Introductions, Onboardings
from domain.census import Line
from domain.deal import DealClosed
from domain.inbox import InboxRow, Settled
from domain.mapping import Phase
from domain.news import short
from domain.prospect import as_prospect
from domain.record import RegisterRow
from domain.refusal import Refused
from domain.trouble import BecameAnother, NotFound, NotReachable

SOON = timedelta(days=1)
"""A won deal whose closing day was chosen by hand may have an hour in the future: it has closed all the same, also
where a close ahead is waited for."""
LATE = timedelta(days=7)
"""A deal found later than this is taken up as of the day it is found; found sooner, only its first steps are late."""
REOPENED = "deal-reopened"
"""The key of the risk in the register of an onboarding whose deal is open again."""
FOUND = "deal_found"
"""The kind of the deliveries that the reconciliation makes for deals that nobody delivered."""


class Registers(Protocol):
    """Reads the registers of onboardings."""

    def registers(self, onboarding: str) -> Sequence[RegisterRow]:
        """The onboarding's issues, risks, wins and scope changes as they stand."""


@dataclass(frozen=True, kw_only=True)
class DealStages:
    """Handles what a CRM reports of its deals; the subject of a delivery is the deal: `<source>-<id>`.

    `name` is the CRM as people call it. `crm` is None where the CRM cannot be read because its `setting` is not set.
    `otherwise` is what a stage means that the mapping does not name, `close_ahead` what follows for a deal that is won
    and has a day ahead for its close.
    """

    reads_the_present: ClassVar[bool] = True

    name: str
    setting: str
    crm: Crm | None
    mapping: ForeignDeals
    door: Onboardings
    same_deal: SameDeal
    registers: Registers
    now: Callable[[], datetime]
    introductions: Introductions | None = None
    renewal_deals: RenewalDeals | None = None
    otherwise: Phase | None = None
    close_ahead: Literal["now", "wait"] = "now"

    async def __call__(self, row: InboxRow) -> Settled:
        id = row.subject.partition("-")[2]
        if self.crm is not None and (other := await self.crm.other_account(row.body)):
            return Settled(outcome=f"from another account of {self.name} ({other}): nothing follows")
        if row.kind == "deal_deleted":
            return await self._gone(id)
        if row.kind == "deal_merged":
            return await self._merged(id, row)
        return await self.follow(id, row)

    async def follow(self, id: str, row: InboxRow) -> Settled:
        """Do what follows from the stage in which the deal is now. Raises as a handler does."""
        crm = self._crm()
        try:
            record = await crm.deal(id, properties=self.mapping.properties())
        except BecameAnother as other:
            return await self._became(id, other.into, row)
        except NotFound:
            return await self._gone(id)
        await self.same_deal.remember(self.mapping.source(), crm.absorbed(record), into=id)
        if self.renewal_deals is not None and self.mapping.renewal_of(record) is not None:
            phase = self.mapping.phase(record) or self.otherwise
            self._refuse_contradiction(phase, crm.closed_as(record))
            full = await crm.in_full(record, properties=self.mapping.properties())
            return await self.renewal_deals.follow(self.mapping.raw(full), phase=phase)
        line, earlier = await self._lines(id)
        if earlier is not None:
            return self._onboarded_already(id, earlier)
        phase = self.mapping.phase(record) or self.otherwise
        self._refuse_contradiction(phase, crm.closed_as(record))
        match phase:
            case "won":
                return await self._won(record, line, row)
            case "lost":
                return await self._lost(id, line)
            case "introduction" if line is None or not line.taken:
                return await self._introduced(record)
        return await self._open_again(line, row)

    def _refuse_contradiction(self, phase: Phase | None, closed_as: Phase | None) -> None:
        """Raise Refused where the mapping calls won what the CRM calls lost, or the other way round.

        Ids and names of stages stay when a pipeline is given another meaning.
        """
        if {phase, closed_as} == {"won", "lost"}:
            raise Refused(
                f"the mapping calls its stage {phase}, and in {self.name} that stage is one of deals that are"
                f" {closed_as}: set the stages of the mapping file right",
                field="stages",
            )

    async def has_begun(self, id: str) -> bool:
        """Whether the deal's own onboarding has begun."""
        line, _ = await self._lines(id)
        return line is not None and line.taken

    async def _won(self, record: Mapping[str, Any], line: Line | None, row: InboxRow) -> Settled:
        if line is None or not line.taken:
            return await self._start(record)
        if line.ending == "deal_reversed":
            raise Refused(
                f"it is won again, but {line.onboarding} has ended as a reversed deal, and a deal has one onboarding"
                " for ever: clone the deal, or start it by hand as a deal file with another id",
                field="dealstage",
            )
        if line.ending:
            return Settled(outcome=f"{line.onboarding} had ended before", onboarding=line.onboarding)
        if not await self._is_reopened(line.onboarding):
            return Settled(outcome=f"{line.onboarding} had been started before", onboarding=line.onboarding)
        won_again = {"risk": REOPENED, "closed": True, "note": f"The deal is won again in {self.name}."}
        await self._tell(line.onboarding, "record_risk", won_again, row)
        return Settled(outcome=f"{line.onboarding}: won again, the risk is closed", onboarding=line.onboarding)

    async def _start(self, record: Mapping[str, Any]) -> Settled:
        full = await self._crm().in_full(record, properties=self.mapping.properties())
        now = self.now()
        deal = self.mapping.deal(full, won_by=now)
        raw = deal.model_dump(mode="json", exclude_defaults=True)
        dated = self._dated_otherwise(full, now)
        if self.close_ahead == "wait" and dated is not None and dated > now + SOON:
            waits = f"it is won, and waits for its close on {dated.date()} (DAY90_CLOSE_AHEAD)"
            return Settled(state="waiting", outcome=waits, not_before=dated)
        late = now - deal.closed_at
        if late > LATE and deal.as_of is None:
            raw["as_of"] = now.isoformat()
        started = await self.door.start(raw)
        what = "had been started before" if started.already else "started"
        how = f", {late.days} days after its close" if late > LATE and not started.already else ""
        if deal.closed_at == now and not started.already:
            how = f", as of today: it is won, and its close lies ahead, on {dated.date()}" if dated else ""
            how = how or ", as of today: it is won, and has no close date"
        outcome = f"{started.onboarding} {what}{how}{_left_out(deal)}"
        return Settled(outcome=outcome, onboarding=started.onboarding)

    def _dated_otherwise(self, record: Mapping[str, Any], now: datetime) -> datetime | None:
        """The close that the record gives, where that lies ahead; None where it does not, or gives none."""
        given = self.mapping.raw(record).get("closed_at")
        dated = datetime.fromisoformat(given) if given else None
        return dated if dated is not None and dated > now else None

    async def _lost(self, id: str, line: Line | None) -> Settled:
        if line is not None and line.ending:
            return Settled(outcome=f"lost: {line.onboarding} had ended before", onboarding=line.onboarding)
        if line is not None:
            return await self._reverse(id, line)
        introduced = self.introductions and await self.introductions.lost(self.mapping.source(), id)
        return Settled(outcome=f"lost: {introduced} has ended" if introduced else "lost: no onboarding had begun")

    async def _reverse(self, id: str, line: Line) -> Settled:
        reversed_ = {
            "ending": "deal_reversed",
            "reason": f"The deal was moved to a lost stage in {self.name}.",
            # Of the deal and not of the delivery: it ends once, however often we hear of it.
            "news_id": f"{self.mapping.source()}-{short(id)}-reversed",
        }
        try:
            await self.door.tell(line.onboarding, "end_onboarding", reversed_)
        except NotFound:
            # Its deal was stored, and no workflow began.
            return Settled(outcome="lost: no onboarding had begun")
        except Refused:
            ended, _ = await self._lines(id)
            if ended is None or not ended.ending:
                raise
        return Settled(outcome=f"lost: {line.onboarding} ends as a reversed deal", onboarding=line.onboarding)

    async def _introduced(self, record: Mapping[str, Any]) -> Settled:
        if self.introductions is None:
            return Settled(outcome="in a late stage; nothing follows before it is won")
        full = await self._crm().in_full(record, properties=self.mapping.properties())
        return Settled(outcome=f"{await self.introductions.begin(as_prospect(self.mapping.raw(full)))}: introduced")

    async def _open_again(self, line: Line | None, row: InboxRow) -> Settled:
        """A deal that is neither won nor lost: nothing follows, unless it was won before."""
        if line is None or not line.taken:
            return Settled(outcome="in no stage that the mapping names: nothing follows")
        if line.ending:
            return Settled(outcome=f"open again, but {line.onboarding} has ended", onboarding=line.onboarding)
        if not await self._is_reopened(line.onboarding):
            risk = {
                "risk": REOPENED,
                "title": f"The deal was reopened in {self.name}",
                "probability": 3,
                "impact": 5,
                "mitigation": "Ask the seller what is open before more is promised.",
            }
            await self._tell(line.onboarding, "record_risk", risk, row)
        return Settled(outcome=f"{line.onboarding}: reopened, recorded as a risk", onboarding=line.onboarding)

    async def _merged(self, id: str, row: InboxRow) -> Settled:
        """What follows from a merge, of which each deal that is gone has a delivery."""
        body = row.body if isinstance(row.body, Mapping) else {}
        into = str(body["mergedInto"])
        # All of them at once: of two that became one, either may be looked at first.
        await self.same_deal.remember(self.mapping.source(), [str(old) for old in body.get("merged", ())], into=into)
        return await self._became(id, into, row)

    async def _became(self, id: str, into: str, row: InboxRow) -> Settled:
        """A deal that was merged into another: follow that one, unless an onboarding of this one is under way."""
        await self.same_deal.remember(self.mapping.source(), [id], into=into)
        line, _ = await self._lines(id)
        if line is not None and line.taken and not line.ending:
            raise Refused(
                f"deal {id} was merged into {into} in {self.name}, and {line.onboarding} is under way: end it as a"
                " duplicate, or go on with it",
                field="mergedInto",
            )
        # Nobody is introduced twice: where the one that lives on is in a late stage, it has an introduction of its own.
        if self.introductions is not None:
            await self.introductions.lost(self.mapping.source(), id)
        return await self.follow(into, row)

    def _onboarded_already(self, id: str, earlier: Line) -> Settled:
        """A deal that has no onboarding and absorbed one that has: whoever is onboarded is not onboarded again."""
        if earlier.ending:
            outcome = f"a deal that was merged into it was onboarded before: {earlier.onboarding} has ended"
            return Settled(outcome=outcome, onboarding=earlier.onboarding)
        raise Refused(
            f"deal {id} has absorbed another in {self.name}, whose {earlier.onboarding} is under way: go on with that"
            " one, or end it as a duplicate and try this delivery again",
            field="mergedInto",
        )

    async def _gone(self, id: str) -> Settled:
        """A deal that is no longer in the CRM. A deletion may be a mistake, and is no reversal: a person decides."""
        line, earlier = await self._lines(id)
        line = line if line is not None and line.taken else earlier
        if line is None or line.ending:
            return Settled(outcome=f"no longer in {self.name}; no onboarding is under way")
        raise Refused(
            f"the deal was deleted or merged in {self.name}, and {line.onboarding} is under way: restore it there, or"
            " end it here",
            field="objectId",
        )

    async def _tell(self, onboarding: str, kind: str, news: Mapping[str, Any], row: InboxRow) -> None:
        await self.door.tell(onboarding, kind, {**news, "news_id": f"{self.mapping.source()}-{short(row.key)}"})

    async def _lines(self, id: str) -> tuple[Line | None, Line | None]:
        return await self.same_deal.look(self.mapping.source(), id)

    async def _is_reopened(self, onboarding: str) -> bool:
        rows = await asyncio.to_thread(self.registers.registers, onboarding)
        return any((row.kind, row.key, row.status) == ("risk", REOPENED, "open") for row in rows)

    def _crm(self) -> Crm:
        if self.crm is None:
            raise NotReachable(f"{self.name} cannot be read: {self.setting} is not set")
        return self.crm


def _left_out(deal: DealClosed) -> str:
    """What of the deal was cut or left out, in words for readers of the inbox."""
    if not deal.left_out:
        return ""
    return "; not kept as it came: " + "; ".join(f"{one.field} {one.reason}" for one in deal.left_out)
