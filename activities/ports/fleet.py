"""What the sweep compares: the workflows as Temporal knows them, and what the store knows of the fleet."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.census import Line, Mailbag, ScheduleSeen, Sighting, Undone
from domain.notice import Notice, Person


class Fleet(Protocol):
    """The workflows as Temporal knows them."""

    def running(self, kind: str) -> AsyncIterator[Sighting]:
        """Every running workflow of that type; a second or so behind."""

    def not_ended(self, kind: str) -> AsyncIterator[Sighting]:
        """Those that are paused in Temporal too."""

    async def look(self, id: str) -> Sighting | None:
        """How it stands now, by its newest run; None when Temporal knows none."""

    async def schedule(self, id: str) -> ScheduleSeen | None:
        """None when there is none by that id."""


class Census(Protocol):
    """What the store knows of the fleet, page by page in the order of ids."""

    def open_lines(self, *, after: str, most: int) -> Sequence[Line]:
        """Those that have not ended, deals that no run has taken up among them."""

    def handed_over(self, *, after: str, most: int) -> Sequence[Line]:
        """Those whose success programme should run: handed over, and not known to have been ended on purpose."""

    def line(self, onboarding: str) -> Line | None:
        """How one stands now."""

    def programme_ended(self, onboarding: str, *, at: datetime) -> None:
        """Remember that its programme was ended on purpose; Temporal forgets it some day."""

    def mailbag(self, channel: str, *, now: datetime) -> Mailbag:
        """What waits for the channel and might have gone by now."""

    def open_introductions(self, *, after: str, most: int) -> Sequence[Line]:
        """Introductions that have not ended, in the shape of onboardings."""

    def introduction(self, introduction: str) -> Line | None:
        """How one stands now."""

    def told_by_webhook(self, *, now: datetime) -> Mapping[int, Mailbag]:
        """What waits for each webhook that is told, by its number."""

    def told_to_crm(self, source: str) -> Mailbag:
        """Which records of a CRM are behind, and since when the oldest is, in business time."""

    def looked_through(self, sources: Collection[str]) -> Mapping[str, datetime | None]:
        """Until when each CRM was looked through for closed deals; None where it never was."""

    def refused_to_owners(self, *, since: datetime) -> Sequence[tuple[Line, int, datetime]]:
        """Onboardings whose own owner could not be written to: how many such mails, and the first of them."""

    def delivered_waiting(self) -> Undone:
        """What other systems delivered and nobody has settled."""

    def delivered_refused(self, *, since: datetime) -> Undone:
        """What other systems delivered and was refused since then."""

    def report(self, notices: Sequence[tuple[Notice, Person]]) -> None:
        """Put notices of the house itself into the outbox; one whose key is there already changes nothing."""
