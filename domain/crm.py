"""What does a search in a CRM give? Deals that were found, in pages, and how far it has got."""

from domain.wire import Instant, Wire


class FoundDeal(Wire):
    """A deal that a search found; `changed_at` is when anything about it changed last."""

    id: str
    changed_at: Instant


class DealPage(Wire):
    """A page of found deals, the longest unchanged first; `after` is where the next one begins, None on the last."""

    deals: tuple[FoundDeal, ...] = ()
    after: str | None = None


class Recheck(Wire):
    """How far a CRM has been looked through: deals that closed since `first`, and were changed since `mark`."""

    source: str
    first: Instant
    mark: Instant
