"""What does a CRM that we cannot read say of a deal? What it delivered last, by its own time and not by ours."""

# ruff: noqa: ARG002  # a port's parameters keep their names, and whoever cannot be asked answers all of them alike

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from domain.crm import DealPage
from domain.inbox import InboxRow
from domain.refusal import Refused
from domain.trouble import NotFound

LOOKED_AT = 50
"""Deliveries of a deal that are looked at, the newest: Salesforce repeats for a day what was not acknowledged."""


class Deliveries(Protocol):
    """Reads what was delivered about one subject."""

    def of(self, source: str, subject: str, *, most: int) -> Sequence[InboxRow]:
        """The newest deliveries about the subject, up to `most`, newest first."""


class NeverAsked:
    """What all that tells us of its deals and cannot be asked has in common."""

    def absorbed(self, record: Mapping[str, Any]) -> Collection[str]:
        """Nothing: what was delivered does not say it."""
        return ()

    def closed_as(self, record: Mapping[str, Any]) -> Literal["won", "lost"] | None:
        """Nothing: the stage alone says it."""
        return None

    async def other_account(self, body: Any) -> str:
        """None: the road has looked at who delivers."""
        return ""

    async def in_full(self, record: Mapping[str, Any], *, properties: Collection[str]) -> Mapping[str, Any]:
        """The record as it is: there is no more of it than was delivered."""
        return record

    async def closed_since(
        self,
        changed: datetime,
        *,
        closed: datetime,
        stages: Collection[str],
        after: str | None = None,
    ) -> DealPage:
        """An empty page: this CRM cannot be searched."""
        return DealPage()

    async def write(self, id: str, properties: Mapping[str, str]) -> None:
        """Raises Refused: this CRM cannot be written to."""
        raise Refused(f"deal {id} cannot be written to: its CRM tells us, and is not asked")


class AsDelivered(NeverAsked):
    """A system known by one delivery: the record in it."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record

    async def deal(self, id: str, *, properties: Collection[str]) -> Mapping[str, Any]:
        """The record that was delivered."""
        return self._record


class LastDelivered(NeverAsked):
    """A CRM known by its deliveries alone.

    `changed` reads from a record when the deal was changed; it raises Refused for a moment that cannot be read.
    """

    def __init__(
        self, source: str, deliveries: Deliveries, *, changed: Callable[[Mapping[str, Any]], datetime]
    ) -> None:
        self._source = source
        self._deliveries = deliveries
        self._changed = changed

    async def deal(self, id: str, *, properties: Collection[str]) -> Mapping[str, Any]:
        """The delivered record that was changed last; of two without a time, the one that came last.

        Raises NotFound, and Refused with the field where a delivery that waits has no time that can be read.
        """
        subject = f"{self._source}-{id}"
        rows = await asyncio.to_thread(self._deliveries.of, self._source, subject, most=LOOKED_AT)
        bodies = [row for row in rows if isinstance(row.body, Mapping)]
        records: list[tuple[datetime, Mapping[str, Any]]] = [
            (at, row.body) for row in bodies if (at := self._moment(row)) is not None
        ]
        if not records:
            raise NotFound(f"nothing was delivered of deal {id}")
        # The newest delivery comes first, and of equals `max` takes the first.
        _, record = max(records, key=lambda dated: dated[0])
        return record

    def _moment(self, row: InboxRow) -> datetime | None:
        """When the delivered record was changed; None when that cannot be read and the delivery was refused before.

        Such a delivery must not keep what comes after it from being read for ever.
        """
        try:
            return self._changed(row.body)
        except Refused:
            if row.state == "waiting":
                raise
            return None


def changed_in_salesforce(record: Mapping[str, Any]) -> datetime:
    """When the opportunity was changed; the earliest moment there is, in UTC, when the record does not say.

    Raises Refused with the field for anything but a moment with its zone: compared as text it would sort anywhere.
    """
    opportunity = record.get("Opportunity")
    fields = opportunity if isinstance(opportunity, Mapping) else {}
    name = next((name for name in ("SystemModstamp", "LastModifiedDate") if fields.get(name)), None)
    if name is None:
        return datetime.min.replace(tzinfo=UTC)
    try:
        at = datetime.fromisoformat(str(fields[name]))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Refused("is no date and time with its zone, as 2026-11-02T10:00:00.000Z", field=f"Opportunity.{name}")
    return at
