"""What do the activities need to send? What waits for a channel, the ways out, and what wakes their senders."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from typing import Protocol, runtime_checkable

from domain.mapping import WriteBack
from domain.notice import Notice, Person
from domain.record import Receipt, WaitingNotice, Went
from domain.webhooks import Outgoing, Target, Tried
from domain.write_back import Seen


class Outbox(Protocol):
    """Stores the notices that wait to be sent, and what became of each. Moments are wall time."""

    def ready(self, channel: str, *, now: datetime, most: int) -> Sequence[int]:
        """The ids of up to `most` notices that may go now, oldest first."""

    def next_ready(self, channel: str, *, after: datetime) -> datetime | None:
        """The next moment after `after` from which a waiting notice may go; None when there is none."""

    def take(
        self, id: int, *, now: datetime | None = None, held_until: datetime | None = None, after: Went | None = None
    ) -> WaitingNotice | None:
        """The notice, read right before it goes; a digest with its parts.

        With `held_until` it is in hand until then, and no other sender takes it or lets it travel in a digest. The
        receipt of what went right before it is recorded in the same transaction, as by `sent`: both or neither. What
        is in hand until that very moment is taken again: whoever took it did not hear of it.

        None when it is in another sender's hand, settled, pointless by now and so withdrawn, has to wait because
        another message is enough for today or its reader wants quiet, or travels in a digest with others that may go by
        `now`: that is ready from then on.
        """

    def hold(self, id: int, *, until: datetime) -> None:
        """Keep a notice in hand for longer; one that is settled, or rests, stays as it is."""

    def put_off(self, id: int, *, until: datetime, reason: str, maybe_arrived: int) -> None:
        """Take the notice out of hand and let it rest until then.

        Why is kept, and after how many tries it may have arrived.
        """

    def sent(self, id: int, receipt: Receipt) -> None:
        """Record that the notice was handed over; doing so again changes nothing."""

    def redirect(self, id: int, *, to: str, reason: str, at: datetime, told: Sequence[tuple[Notice, Person]]) -> None:
        """Let the notice wait for another channel, because its own takes nothing; `told` are notices of the house."""

    def refused(self, id: int, *, reason: str, at: datetime) -> str | None:
        """Record that the notice will never arrive, and write to the onboarding's owner about it.

        Returns the owner's handle, or None when there is nobody to write to: the notice itself was to the owner, or was
        sent after all.
        """


class Channel(Protocol):
    """A way to people's inboxes. Blocks, so it is called in a thread."""

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        """Hand the message over.

        Raises ChannelDown (try again), MaybeArrived (try again, sparingly), ChannelRefuses (never try again) or
        ChannelUnusable (it goes by mail).
        """


@runtime_checkable
class ChannelWithLine(Channel, Protocol):
    """A channel over which many messages go on one connection."""

    def line(self) -> AbstractContextManager[Channel]:
        """The channel over a connection of its own, for as long as the block. For one thread at a time.

        Entering it waits for nothing: the first message opens the connection.
        """


class Office(Protocol):
    """What leaves by one channel: which items wait for it, known by their numbers, and how one is delivered."""

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        """The ids of up to `most` items that may go now, oldest first."""

    def next_ready(self, *, after: datetime) -> datetime | None:
        """The next moment after `after` from which a waiting item may go; None when there is none."""

    async def deliver(self, id: int) -> str:
        """Deliver one item and return `sent`, `withdrawn`, `refused`, `redirected` to another channel, or `put_off`
        where it is to rest.

        Raises ChannelDown when trying again soon helps.
        """


class ToDeliver(Protocol):
    """The items that are to be delivered now. May be shared by threads."""

    def next(self) -> int | None:
        """The next item, which is in the caller's hand from then on; None when none is to be begun any more."""

    def ended(self, id: int, outcome: str | Exception) -> None:
        """Take an item out of hand: what `Office.deliver` would return of it or raise."""


@runtime_checkable
class OfficeWithLine(Office, Protocol):
    """An office that delivers many items over one connection."""

    def line(self) -> AbstractAsyncContextManager[Callable[[ToDeliver], Awaitable[None]]]:
        """What delivers item after item until there is none, over a connection of its own for as long as the block."""


class Post(Protocol):
    """A way to other systems' addresses."""

    async def __call__(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Tried:
        """Post the body and return how it went. Raises nothing: what went wrong is in the answer."""


class Webhooks(Protocol):
    """Stores the targets of webhooks, known by their numbers, and the deliveries that each has still to get."""

    def ready(self, target: int, *, now: datetime, most: int) -> Sequence[int]:
        """The ids of up to `most` deliveries to the target that may go now, oldest first.

        Entries that the journal got since the last call become deliveries first.
        """

    def next_ready(self, target: int, *, after: datetime) -> datetime | None:
        """The next moment after `after` from which a waiting delivery may go; None when there is none."""

    def take(self, id: int) -> Outgoing | None:
        """The delivery, read right before it goes; None when it has gone, or its target is disabled."""

    def sent(self, id: int, tried: Tried) -> None:
        """Record that the target took the delivery."""

    def failed(self, id: int, tried: Tried, *, not_before: datetime) -> datetime:
        """Record a failed try; the delivery waits until `not_before`. Returns since when its target has only failed."""

    def give_up(self, id: int) -> None:
        """Stop trying the delivery; only a person can order it sent again."""

    def waiting(self, target: int) -> int:
        """How many deliveries to the target wait."""

    def disable(self, id: int, *, reason: str, at: datetime | None = None) -> Target:
        """Disable the target: nothing more is delivered to it. Returns it as it is then; raises NotFound."""


class Wake(Protocol):
    """Wakes the sender of a channel."""

    async def __call__(self, channel: str) -> None:
        """Let the channel's sender look at what waits. Raises when it cannot be reached; a retry is harmless."""


class WriteBackNames(Protocol):
    """Reads the names of the fields that are written back to a CRM."""

    def __call__(self) -> WriteBack | None:
        """The field names by the mapping file; None when nothing is written back.

        Raises NotReachable while the mapping file cannot be read or is wrong.
        """


class WriteBacks(Protocol):
    """Stores which records of a CRM are behind their onboardings, and how writing each of them went."""

    def moved(self, source: str, *, most: int) -> Sequence[Seen]:
        """Up to `most` onboardings of the source that have changed since `judge` last looked at them."""

    def judge(self, seen: Seen, source: str, *, differs: bool, now: datetime) -> None:
        """Remember that the onboarding was looked at; where its record `differs`, a write-back waits from now on."""

    def ready(self, source: str, *, now: datetime, most: int) -> Sequence[int]:
        """The ids of up to `most` write-backs that may be written now, oldest first; refused ones once a day."""

    def next_ready(self, source: str, *, after: datetime) -> datetime | None:
        """The next moment after `after` from which a write-back may be written; None when there is none."""

    def take(self, id: int) -> Seen | None:
        """The onboarding, read right before it is written; None when there is nothing to write any more."""

    def wrote(self, id: int, written: dict[str, str], *, as_of: datetime) -> None:
        """Record that the CRM has these values, as of that business time; later changes are still to be looked at."""

    def waits(self, id: int, *, reason: str, not_before: datetime) -> None:
        """Record that it cannot be written now, and why; it waits until `not_before`."""

    def refused(self, id: int, *, reason: str, not_before: datetime, as_of: datetime) -> None:
        """Record that a person has to do something first; it is tried again at `not_before`.

        Changes after `as_of` are still to be looked at.
        """
