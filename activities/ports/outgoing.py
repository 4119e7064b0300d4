"""What the activities need to send: what waits for a channel, the ways out, and who wakes their senders."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.mapping import WriteBack
from domain.record import Receipt, WaitingNotice
from domain.webhooks import Outgoing, Target, Tried
from domain.write_back import Seen


class Outbox(Protocol):
    """The notices that wait to be sent."""

    def ready(self, channel: str, *, now: datetime, most: int) -> Sequence[int]:
        """Ids of the notices that may go now, oldest first."""

    def next_ready(self, channel: str, *, after: datetime) -> datetime | None:
        """When the next notice that may not go yet may; None when none waits for its hour."""

    def take(self, id: int) -> WaitingNotice | None:
        """The notice right before it goes; None when it was sent, refused or has become pointless (then withdrawn)."""

    def sent(self, id: int, receipt: Receipt) -> None: ...

    def refused(self, id: int, *, reason: str, at: datetime) -> str | None:
        """Record that it will never arrive and tell the owner; their handle, or None if it was to them."""


class Channel(Protocol):
    """A way to people's inboxes."""

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        """Hand the message over. Raises ChannelDown (try again) or ChannelRefuses (never try again)."""


class Office(Protocol):
    """What leaves the house by one channel: what waits for it, and how one of that goes. It is known by its number."""

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        """What may go now, oldest first."""

    def next_ready(self, *, after: datetime) -> datetime | None:
        """When the next that may not go yet may; None when none waits for its hour."""

    async def deliver(self, id: int) -> str:
        """`sent`, `withdrawn` or `refused`. Raises ChannelDown, after which it is tried again."""


class Post(Protocol):
    """A way to other systems' addresses. It never raises: what went wrong stands in the answer."""

    async def __call__(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Tried: ...


class Webhooks(Protocol):
    """Who is told of the journal, and what is still to be told; a target is known by its number."""

    def ready(self, target: int, *, now: datetime, most: int) -> Sequence[int]:
        """Ids of its deliveries that may go now, oldest first; what the journal got meanwhile becomes one of them."""

    def next_ready(self, target: int, *, after: datetime) -> datetime | None:
        """When the next delivery that may not go yet may; None when none waits for its hour."""

    def take(self, id: int) -> Outgoing | None:
        """The delivery right before it goes; None when it went, or its target is told nothing any more."""

    def sent(self, id: int, tried: Tried) -> None: ...

    def failed(self, id: int, tried: Tried, *, not_before: datetime) -> datetime:
        """It was not taken, and waits; since when its target has had nothing but failures."""

    def give_up(self, id: int) -> None:
        """Never try it again by itself."""

    def waiting(self, target: int) -> int:
        """How many of its deliveries wait."""

    def disable(self, id: int, *, reason: str, at: datetime | None = None) -> Target:
        """Tell the target nothing more."""


class Wake(Protocol):
    """How the sender of a channel learns that something waits. Raises when it cannot be told; a retry is harmless."""

    async def __call__(self, channel: str) -> None: ...


class WriteBackNames(Protocol):
    """Into which properties of a CRM's record an onboarding is written; None where nothing is. Raises NotReachable."""

    def __call__(self) -> WriteBack | None: ...


class WriteBacks(Protocol):
    """Which records of a CRM are behind their onboardings, and how it went with writing them."""

    def moved(self, source: str, *, most: int) -> Sequence[Seen]:
        """Onboardings of that source that have taken a turn since it was last looked what their record should say."""

    def judge(self, seen: Seen, source: str, *, differs: bool, now: datetime) -> None:
        """Remember that it was looked at; where its record is behind, it waits from now on."""

    def ready(self, source: str, *, now: datetime, most: int) -> Sequence[int]:
        """Ids of those that may be written now, oldest first."""

    def next_ready(self, source: str, *, after: datetime) -> datetime | None:
        """When the next one that may not be written yet may."""

    def take(self, id: int) -> Seen | None:
        """How the onboarding stands right before it is written; None when there is nothing to write any more."""

    def wrote(self, id: int, written: dict[str, str], *, as_of: datetime) -> None:
        """The record says how the onboarding stood then; a turn since then is still to be looked at."""

    def waits(self, id: int, *, reason: str, not_before: datetime) -> None:
        """It cannot be written now."""

    def refused(self, id: int, *, reason: str, not_before: datetime, as_of: datetime) -> None:
        """A person has to do something first; a turn since then is still to be looked at."""
