"""What follows from a deal that any sender delivered? Of a file its onboarding, of a record what its stage says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from activities.inbox.deal_stages import DealStages
from activities.inbox.renewals import RenewalDeals
from activities.ports import Crm, Onboardings, Started
from domain.inbox import InboxRow, Settled
from domain.mapping import RENEWAL_OF, Phase, custom_name
from domain.refusal import InvalidDeal


@dataclass(frozen=True)
class DealStarts:
    """Handles deliveries to `/intake/deals` whose body is a deal file: its onboarding starts, and starts once.

    One that renews an earlier deal starts none.
    """

    reads_the_present: ClassVar[bool] = False

    door: Onboardings
    renewal_deals: RenewalDeals | None = None

    async def __call__(self, row: InboxRow) -> Settled:
        custom = row.body.get("custom") if isinstance(row.body, Mapping) else None
        if self.renewal_deals is not None and isinstance(custom, Mapping) and custom.get(custom_name(RENEWAL_OF)):
            return await self.renewal_deals.follow(row.body, phase="won")
        started = await self.door.start(row.body)
        what = "its onboarding had been started before" if started.already else "its onboarding started"
        return Settled(outcome=f"{what}{_completed(started)}", onboarding=started.onboarding)


@dataclass(frozen=True)
class RecordsInStages:
    """Handles deliveries to `/intake/deals` whose body is a record that a mapping reads, by the rules of `stages`.

    `as_crm` is the record as a CRM would show it. Where the mapping names no stage as won, whatever comes has closed,
    but for what it calls lost or introduction.
    """

    reads_the_present: ClassVar[bool] = False

    stages: DealStages
    as_crm: Callable[[Mapping[str, Any]], Crm]

    async def __call__(self, row: InboxRow) -> Settled:
        record, mapping = row.body, self.stages.mapping
        if not isinstance(record, Mapping):
            raise InvalidDeal("a record is one JSON object", field="record")
        otherwise: Phase | None = None if mapping.won() else "won"
        of_it = replace(self.stages, name=mapping.source(), crm=self.as_crm(record), otherwise=otherwise)
        id = mapping.id(record)
        begun = await of_it.has_begun(id)
        settled = await of_it.follow(id, row)
        if not begun or (mapping.phase(record) or otherwise) != "won":
            return settled
        deal = mapping.deal(record, won_by=self.stages.now())
        again = await self.stages.door.start(deal.model_dump(mode="json", exclude_defaults=True))
        return settled.model_copy(update={"outcome": f"{settled.outcome}{_completed(again)}"})


def _completed(started: Started) -> str:
    return f"; the hand-off record got {', '.join(started.completed)}" if started.completed else ""
