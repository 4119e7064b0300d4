"""What follows from a delivery of the billing system? Nothing yet: it is kept for a process that handles payments."""

from typing import ClassVar

from domain.billing import in_words
from domain.inbox import InboxRow, Settled


class BillingIsKept:
    """Handles deliveries to `/intake/stripe`."""

    reads_the_present: ClassVar[bool] = False

    async def __call__(self, row: InboxRow) -> Settled:
        return Settled(state="kept", outcome=in_words(row.body))
