"""What follows from what the billing system says? Nothing yet: it is kept for the process that looks after payments."""

from typing import ClassVar

from domain.billing import in_words
from domain.inbox import InboxRow, Settled


class BillingIsKept:
    """Handles what came by `/intake/stripe`."""

    reads_the_present: ClassVar[bool] = False

    async def __call__(self, row: InboxRow) -> Settled:
        return Settled(state="kept", outcome=in_words(row.body))
