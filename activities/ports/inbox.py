"""What does the receiver need? Deliveries that wait, who handles them, and where reported figures are kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.answering import Asked, EntryAnswered, InvitedBy
from domain.inbox import InboxRow, Settled
from domain.measure.renewals import RenewalGiven, RenewalRecorded
from domain.notice import Notice
from domain.reported import Measurement, SetApart
from domain.room.deeds import Deed


class Inbox(Protocol):
    """Deliveries of other systems, waiting or settled.

    The lists hold up to `most` rows, without the ids in `apart_from` and the sources in `not_of`.
    """

    def ready(self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()) -> Sequence[InboxRow]:
        """Deliveries that wait and were never tried, oldest first."""

    def tried_before(
        self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()
    ) -> Sequence[InboxRow]:
        """Deliveries that wait and have failed before, in random order, so that none is always the last."""

    def waiting_about(self, source: str, subjects: Collection[str]) -> Sequence[InboxRow]:
        """Deliveries of the source that wait and are about one of the subjects, oldest first."""

    def get(self, id: int) -> InboxRow | None:
        """The delivery with that id, whatever its state; None when there is none."""

    def settle(self, became: Mapping[int, Settled]) -> None:
        """Record what became of deliveries, by their ids; one that is settled already stays as it is.

        One that waits for a moment is in no list until then.
        """

    def waits_for(self, id: int, trouble: str) -> None:
        """Record why the delivery still waits, for people who look at the inbox. From then on it counts as tried."""

    def failed(self, id: int, kind: str) -> int:
        """Record that the delivery failed by an error of that kind which nobody foresaw; how often it has by now."""


class Measurements(Protocol):
    """Stores reported figures about onboardings."""

    def keep(self, onboarding: str, measured: Sequence[Measurement], *, key: str) -> Sequence[SetApart]:
        """Store the measurements, and return those that do not count; doing so again under one `key` changes nothing.

        Raises UnknownOnboarding, and Refused for what is no metric of that customer, or no value of it.
        """

    def present(self, onboarding: str) -> datetime:
        """Now, or on a compressed clock the onboarding's own time, which runs ahead of it. Raises UnknownOnboarding."""


class Renewals(Protocol):
    """Records what became of contracts after the hand-off."""

    async def record(self, onboarding: str, given: RenewalGiven, deed: Deed, *, deal: str = "") -> RenewalRecorded:
        """Record a renewal, or that the customer leaves. `deal` is the one that brought it.

        The success programme is told. Raises UnknownOnboarding, and Refused naming the field.
        """


class Pressed(Protocol):
    """What a person acts upon by a button within a message."""

    def notice(self, id: int) -> Notice | None:
        """The notice that the button belongs to; None when there is none by that number."""

    def is_milestone(self, onboarding: str, key: str) -> bool:
        """Whether the onboarding has a milestone of that key."""

    def again(self, id: int, *, key: str, by: str, at: datetime) -> bool:
        """Let the notice go once more from `at` on, as `by` wants it; the same under one `key` changes nothing.

        False where what it asks for is settled by now.
        """


class Answers(Protocol):
    """The messages of ours that people answer by mail."""

    def asked(self, message_ids: Sequence[str], *, sender: str) -> Asked | None:
        """The message that has the first of those ids which is one of ours; None where none is."""

    def bounced(self, id: int, *, reason: str, address: str) -> str | None:
        """Record that the message came back and tell the owner once; their handle, None where nobody is told.

        No mail goes to `address` any more, where it is not empty.
        """

    def delayed(self, id: int, *, reason: str) -> None:
        """Record that the message is not delivered yet."""

    def answered_automatically(self, id: int, *, by: str) -> None:
        """Record that a program has answered the message, for that person; empty where nobody takes part."""

    def complained(self, id: int) -> None:
        """Record that its reader called it unwanted; they get nothing any more that is not essential."""

    def answered(self, id: int, *, key: str, sender: str, by: str, subject: str, text: str) -> str | None:
        """Give the owner what was answered; their handle, None where there is nobody to give to.

        The same under one `key` changes nothing. `by` is empty for somebody who takes no part.
        """

    def is_reachable(self, address: str) -> None:
        """Record that mail reaches that address again."""


class Invitations(Protocol):
    """The meetings to which people have invitations."""

    def invited(self, uid: str, *, addresses: Sequence[str]) -> InvitedBy | None:
        """The meeting of that invitation, and who of those invited has the first of the addresses that somebody has.

        None where no invitation of ours has that name.
        """

    def attends(self, to: InvitedBy, entry: EntryAnswered, *, key: str) -> Notice | None:
        """Keep what somebody answers to a meeting of a success programme, and tell its owner unless they just come.

        The notice to the owner; None where nobody is told. The same under one `key` adds nothing.
        """

    def call_off_again(self, to: InvitedBy, *, answered_at: datetime | None) -> bool:
        """Send somebody once more that the meeting has fallen away, who answered as if it stood; whether it goes."""


class Handler(Protocol):
    """Does what follows from a delivery, and may be called for the same delivery again without harm.

    Raises Refused or NotFound when a person must look, NotReachable when trying again helps.
    """

    @property
    def reads_the_present(self) -> bool:
        """Whether it reads the present state elsewhere: then one call settles all of one kind about one subject."""

    async def __call__(self, row: InboxRow) -> Settled: ...
