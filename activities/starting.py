"""What follows from a closed deal that any sender delivered? Its onboarding starts, once."""

from dataclasses import dataclass

from activities.ports import Doorway
from domain.inbox import InboxRow, Settled


@dataclass(frozen=True)
class DealStarts:
    """Handles what came by `/intake/deals`: the body is a deal file."""

    door: Doorway

    async def __call__(self, row: InboxRow) -> Settled:
        started = await self.door.start(row.body)
        what = "had been started before" if started.already else "started"
        return Settled(outcome=f"{started.onboarding} {what}", onboarding=started.onboarding)
