"""What the activities need of a CRM: its records, how they become deal files, how far it was looked through."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

from domain.crm import DealPage, Recheck
from domain.deal import DealClosed
from domain.mapping import Phase, WriteBack


class ForeignDeals(Protocol):
    """How records of another system become deal files, as its mapping says now; `record` is JSON.

    Every method raises NotReachable while the mapping cannot be used.
    """

    def source(self) -> str:
        """The system, as it stands in ids."""

    def properties(self) -> Collection[str]:
        """What the system has to be asked for by name."""

    def won(self) -> Collection[str]:
        """The stages in which a deal is closed, by the CRM's own ids."""

    def write_back(self) -> WriteBack | None:
        """Into which properties of the record an onboarding is written; None where nothing is."""

    def phase(self, record: Mapping[str, Any]) -> Phase | None:
        """What the stage that the record is in means to us."""

    def deal(self, record: Mapping[str, Any]) -> DealClosed:
        """The deal file that the record gives. Raises InvalidDeal naming field and expression."""

    def raw(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the record gives of a deal file, complete or not. Raises InvalidDeal for what is unreadable."""


class Crm(Protocol):
    """A CRM as it is now. Every method raises NotReachable, and Refused when a person has to do something first."""

    async def deal(self, id: str, *, properties: Collection[str]) -> Mapping[str, Any]:
        """The deal's record, JSON for the mapping, of the deal alone. Raises NotFound."""

    async def in_full(self, record: Mapping[str, Any], *, properties: Collection[str]) -> Mapping[str, Any]:
        """The record with whatever belongs to the deal: its company, contacts and owner."""

    async def closed_since(
        self, changed: datetime, *, closed: datetime, stages: Collection[str], after: str | None = None
    ) -> DealPage:
        """Deals in those stages that closed and were changed since those moments, page by page."""

    async def write(self, id: str, properties: Mapping[str, str]) -> None:
        """Set fields of the deal. Raises NotFound."""


class Rechecks(Protocol):
    """How far each CRM has been looked through."""

    def recheck(self, source: str) -> Recheck | None:
        """None before the first look."""

    def looked(self, recheck: Recheck) -> None:
        """Remember how far; `first` stays what it was at first."""
