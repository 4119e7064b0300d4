"""What do the activities need of a CRM? Its records, how they become deal files, and how far it was searched."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from domain.crm import DealPage, Recheck
from domain.deal import DealClosed
from domain.mapping import Phase, WriteBack


class ForeignDeals(Protocol):
    """Turns the records of another system into deal files, by its mapping file as it is now.

    `record` is the JSON that the system gave. Every method raises NotReachable while the mapping file cannot be read
    or is wrong.
    """

    def source(self) -> str:
        """The system's name as it stands in ids: `hubspot` in `onboarding-hubspot-4711`."""

    def properties(self) -> Collection[str]:
        """The names of the fields that the mapping reads; the system sends only what it is asked for by name."""

    def won(self) -> Collection[str]:
        """The stages in which a deal is won, by the CRM's own ids; empty where the mapping names none."""

    def write_back(self) -> WriteBack | None:
        """The fields of the record into which an onboarding is written; None where nothing is written back."""

    def phase(self, record: Mapping[str, Any]) -> Phase | None:
        """What the deal's stage means to us; None for a stage that the mapping does not name."""

    def id(self, record: Mapping[str, Any]) -> str:
        """The deal's id, whatever else of the record cannot be read. Raises InvalidDeal."""

    def renewal_of(self, record: Mapping[str, Any]) -> str | None:
        """The id of the deal whose contract this one renews; None where it renews none. Raises InvalidDeal."""

    def deal(self, record: Mapping[str, Any], *, won_by: datetime | None = None) -> DealClosed:
        """The deal file made from the record. Raises InvalidDeal naming the field and its expression.

        Of a deal that is won by that moment, a close after it, or none, is that moment.
        """

    def raw(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields of a deal file that the record gives, unchecked and perhaps incomplete.

        Raises InvalidDeal for a value that cannot be read.
        """


class Crm(Protocol):
    """Reads and writes deals in a CRM.

    Every method raises NotReachable when trying again helps, and Refused when a person has to do something first.
    """

    async def deal(self, id: str, *, properties: Collection[str]) -> Mapping[str, Any]:
        """The record of the deal alone, as JSON for the mapping.

        Raises NotFound when the CRM has no such deal, BecameAnother when it was merged into another.
        """

    def absorbed(self, record: Mapping[str, Any]) -> Collection[str]:
        """Ids of the deals that were merged into the one of that record, as far as the record says."""

    def closed_as(self, record: Mapping[str, Any]) -> Literal["won", "lost"] | None:
        """How the deal has closed by the CRM's own word; None while it is open, or where the CRM does not say."""

    async def other_account(self, body: Any) -> str:
        """The account of that CRM, other than ours, from which a delivery is; empty where it is ours or unknown."""

    async def in_full(self, record: Mapping[str, Any], *, properties: Collection[str]) -> Mapping[str, Any]:
        """The record together with the deal's company, contacts and owner."""

    async def closed_since(
        self, changed: datetime, *, closed: datetime, stages: Collection[str], after: str | None = None
    ) -> DealPage:
        """A page of deals in `stages`, closed since `closed` and changed since `changed`, the longest unchanged first.

        `after` is the cursor that the page before gave; None asks for the first page.
        """

    async def write(self, id: str, properties: Mapping[str, str]) -> None:
        """Set fields of the deal; the others stay as they are. Raises NotFound when the CRM has no such deal."""


class Merges(Protocol):
    """Remembers which deals of a CRM were merged into which."""

    def became(self, source: str, ids: Collection[str], into: str) -> None:
        """Remember that the deals by those ids are the deal `into` from now on."""

    def absorbed(self, source: str, id: str) -> Sequence[str]:
        """Ids of all deals that have become that one, also by way of others."""


class Rechecks(Protocol):
    """Remembers how far each CRM has been searched for closed deals."""

    def recheck(self, source: str) -> Recheck | None:
        """How far the CRM has been searched; None before the first search."""

    def looked(self, recheck: Recheck) -> None:
        """Remember how far the CRM has been searched; the `first` that was stored first is never changed."""
