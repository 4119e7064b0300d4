"""What follows from a closed deal that any sender delivered? Its onboarding starts, and starts once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from activities.ports import ForeignDeals, Onboardings
from domain.inbox import InboxRow, Settled
from domain.refusal import InvalidDeal


@dataclass(frozen=True)
class DealStarts:
    """Handles deliveries to `/intake/deals`. The body is a deal file or, with a mapping, a record mapped to one."""

    reads_the_present: ClassVar[bool] = False

    door: Onboardings
    mapping: ForeignDeals | None = None

    async def __call__(self, row: InboxRow) -> Settled:
        if self.mapping is None:
            return await self._started(row.body)
        if not isinstance(row.body, Mapping):
            raise InvalidDeal("a record is one JSON object", field="record")
        if self.mapping.won() and self.mapping.phase(row.body) != "won":
            return Settled(outcome="not in a stage that the mapping calls won: nothing follows")
        return await self._started(self.mapping.deal(row.body).model_dump(mode="json", exclude_defaults=True))

    async def _started(self, raw: object) -> Settled:
        started = await self.door.start(raw)
        what = "its onboarding had been started before" if started.already else "its onboarding started"
        if started.completed:
            what += f"; the hand-off record got {', '.join(started.completed)}"
        return Settled(outcome=what, onboarding=started.onboarding)
