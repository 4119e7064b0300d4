"""What does the sweep compare? The workflows as Temporal has them, and the same fleet as the store has it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.census import Line, Mailbag, Picture, ScheduleSeen, Sighting, Undone
from domain.measure.renewals import ProgrammeThen
from domain.notice import Notice, Person
from domain.rehearsal.checking import Unlike
from domain.rehearsal.counterfactual import LeftOut


class Fleet(Protocol):
    """The workflows as Temporal has them. Searches are a second or so behind; `look` is not."""

    def running(self, kind: str) -> AsyncIterator[Sighting]:
        """Every running workflow of the type `kind`."""

    def not_ended(self, kind: str) -> AsyncIterator[Sighting]:
        """Every workflow of the type `kind` that runs or is paused in Temporal."""

    async def look(self, id: str) -> Sighting | None:
        """The newest run of the workflow with that id, as it is now; None when Temporal has none."""

    async def ask(self, id: str) -> Picture | None:
        """What the workflow of an onboarding itself answers, which costs a worker's work; None when it does not."""

    async def schedule(self, id: str) -> ScheduleSeen | None:
        """The schedule with that id; None when there is none."""


class Census(Protocol):
    """The fleet as the store has it.

    Lists come in pages of up to `most` in the order of ids; `after` is the last id of the page before, empty at first.
    `now` and `since` are wall time.
    """

    def open_lines(self, *, after: str, most: int) -> Sequence[Line]:
        """Onboardings that have not ended, including deals that no run has taken up yet."""

    def handed_over(self, *, after: str, most: int) -> Sequence[Line]:
        """Onboardings whose success programme should run: handed over, and the programme was not ended on purpose."""

    def line(self, onboarding: str) -> Line | None:
        """The onboarding as it stands now; None when the store has none by that id."""

    def picture(self, onboarding: str) -> Picture:
        """Its milestones, open issues and ending as the read model has them."""

    def is_empty(self) -> bool:
        """Whether the store has no deal at all."""

    def unconfirmed(self) -> Mailbag:
        """Rows of the journal whose news Temporal may not know: how many, and since when the oldest is there."""

    def unconfirmed_since(self, before: datetime) -> Collection[str]:
        """Onboardings with such a row that was written before that moment."""

    def said_to_leave(self, *, before: datetime) -> Sequence[str]:
        """Of the same, those of whom somebody said that they leave, or took it back, all of it before that moment."""

    def programme_ended(self, onboarding: str, *, at: datetime) -> None:
        """Remember that the success programme was ended on purpose; Temporal will forget it one day."""

    def mailbag(self, channel: str, *, now: datetime) -> Mailbag:
        """The notices that wait for the channel although they might have gone by now: how many, and since when."""

    def open_introductions(self, *, after: str, most: int) -> Sequence[Line]:
        """Introductions that have not ended, in the same shape as onboardings."""

    def introduction(self, introduction: str) -> Line | None:
        """The introduction as it stands now; None when the store has none by that id."""

    def told_by_webhook(self, *, now: datetime) -> Mapping[int, Mailbag]:
        """What waits for each webhook that is not disabled, by the number of the webhook."""

    def told_to_crm(self, source: str) -> Mailbag:
        """How many records of a CRM are behind their onboardings, and since when the oldest is, in business time."""

    def looked_through(self, sources: Collection[str]) -> Mapping[str, datetime | None]:
        """Up to which moment each CRM was searched for closed deals, or our mailbox read; None where it never was."""

    def refused_to_owners(self, *, since: datetime) -> Sequence[tuple[Line, int, datetime]]:
        """Open onboardings with refused mails to their own owner: how many, and when the first was written."""

    def delivered_waiting(self) -> Undone:
        """Deliveries of other systems that wait to be settled."""

    def delivered_refused(self, *, since: datetime) -> Undone:
        """Deliveries of other systems that were refused since then."""

    def report(self, notices: Sequence[tuple[Notice, Person]]) -> None:
        """Put notices that belong to no onboarding into the outbox; one whose key is there already changes nothing."""


class Departures(Protocol):
    """Customers who leave after the hand-off, as their success programmes know it."""

    async def is_told(self, onboarding: str) -> bool | None:
        """Whether the programme knows what was recorded last, or runs no more; None where it does not answer."""

    async def tell(self, onboarding: str, *, now: datetime) -> ProgrammeThen:
        """Tell it; what has become of it."""


class Pasts(Protocol):
    """Onboardings that have ended, as they are lived again from what was recorded of them."""

    def ended(self, *, since: datetime, until: datetime) -> Sequence[str]:
        """Ids of those that ended between those moments."""

    def unlike(self, onboarding: str) -> Sequence[Unlike] | LeftOut:
        """Where it tells something else now than it told then; why nobody can say."""
