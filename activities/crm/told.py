"""What does a CRM that we do not read say of a deal? What it told us last, by its own time and not by ours."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from domain.crm import DealPage
from domain.inbox import InboxRow
from domain.refusal import Refused
from domain.trouble import NotFound

LOOKED_AT = 50
"""The newest so many deliveries of a deal: Salesforce sends again for a day what was not acknowledged."""


class Deliveries(Protocol):
    """What was delivered of one thing."""

    def of(self, source: str, subject: str, *, most: int) -> Sequence[InboxRow]:
        """The newest of them, newest first."""


class Told:
    """A CRM known by its deliveries alone. `changed` reads from a record when it was changed, as text that sorts."""

    def __init__(self, source: str, deliveries: Deliveries, *, changed: Callable[[Mapping[str, Any]], str]) -> None:
        self._source = source
        self._deliveries = deliveries
        self._changed = changed

    async def deal(self, id: str, *, properties: Collection[str]) -> Mapping[str, Any]:  # noqa: ARG002
        """The record that was changed last; of two without a time, the one that came last. Raises NotFound."""
        subject = f"{self._source}-{id}"
        rows = await asyncio.to_thread(self._deliveries.of, self._source, subject, most=LOOKED_AT)
        records = [row.body for row in rows if isinstance(row.body, Mapping)]
        if not records:
            raise NotFound(f"nothing was delivered of deal {id}")
        # They stand newest first, and of equals the first is taken.
        return max(records, key=self._changed)

    async def in_full(self, record: Mapping[str, Any], *, properties: Collection[str]) -> Mapping[str, Any]:  # noqa: ARG002
        """There is no more of it than was delivered."""
        return record

    async def closed_since(
        self,
        changed: datetime,  # noqa: ARG002
        *,
        closed: datetime,  # noqa: ARG002
        stages: Collection[str],  # noqa: ARG002
        after: str | None = None,  # noqa: ARG002
    ) -> DealPage:
        """Nobody can be asked."""
        return DealPage()

    async def write(self, id: str, properties: Mapping[str, str]) -> None:  # noqa: ARG002
        """Raises Refused: there is no way back."""
        raise Refused(f"deal {id} cannot be written to: its CRM tells us, and is not asked")


def changed_in_salesforce(record: Mapping[str, Any]) -> str:
    """When the opportunity was changed, as Salesforce has it: ISO 8601 in UTC; empty where it was not sent along."""
    told = record.get("Opportunity")
    fields = told if isinstance(told, Mapping) else {}
    return str(fields.get("SystemModstamp") or fields.get("LastModifiedDate") or "")
