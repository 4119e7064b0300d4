"""What comes of a message that its channel does not take? It is put off, given up or tried again."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from activities import letters
from activities.channels.texts.samples import sample
from activities.letters import PATIENCE, Letters
from domain.notice import Notice, Person
from domain.record import Receipt, WaitingNotice, Went
from domain.trouble import ChannelDown, ChannelUnusable, MaybeArrived
from tests.support.fakes import MemoryOutbox, RecordingChannel

NOW = datetime(2027, 1, 7, 8, 0, tzinfo=UTC)


@dataclass
class OneNotice(MemoryOutbox):
    """One notice, and what was written of it."""

    waiting: WaitingNotice = field(default_factory=lambda: sample("reminder"))
    rests: list[tuple[datetime, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    redirections: list[tuple[str, str]] = field(default_factory=list)

    def take(
        self, id: int, *, now: datetime | None = None, held_until: datetime | None = None, after: Went | None = None
    ) -> WaitingNotice | None:
        return self.waiting

    def put_off(self, id: int, *, until: datetime, reason: str, maybe_arrived: int) -> None:
        self.rests.append((until, reason))
        self.waiting = self.waiting.model_copy(update={"maybe_arrived": maybe_arrived})

    def redirect(self, id: int, *, to: str, reason: str, at: datetime, told: Sequence[tuple[Notice, Person]]) -> None:
        self.redirections.append((to, reason))

    def refused(self, id: int, *, reason: str, at: datetime) -> str | None:
        self.refusals.append(reason)
        return "mara"


def office(outbox: OneNotice, *failures: Exception, now: datetime = NOW) -> Letters:
    return Letters("mail", outbox, RecordingChannel(failures=list(failures)), lambda: now, ThreadPoolExecutor(1))


async def test_what_may_have_arrived_is_sent_three_times_at_most() -> None:
    """An hour later, six hours later, and then the owner is told that it may be there."""
    outbox = OneNotice()
    ours = office(outbox, *[MaybeArrived("no answer")] * 4)

    became = [await ours.deliver(17) for _ in range(3)]

    assert became == ["put_off", "put_off", "refused"]
    assert [until - NOW for until, _ in outbox.rests] == [timedelta(hours=1), timedelta(hours=6)]
    assert outbox.refusals == ["it may have arrived: handed over 3 times; the last answer: no answer"]


async def test_what_the_channel_wants_later_rests_without_holding_a_place() -> None:
    """However long it asks us to wait, others go meanwhile."""
    outbox = OneNotice()

    became = await office(outbox, ChannelDown("450 greylisted", again_after=timedelta(minutes=5))).deliver(17)

    assert became == "put_off"
    assert outbox.rests == [(NOW + timedelta(minutes=5), "450 greylisted")]


async def test_a_channel_that_is_away_is_tried_again_at_once() -> None:
    """Temporal does that, with growing pauses."""
    with pytest.raises(ChannelDown):
        await office(OneNotice(), ChannelDown("connection refused")).deliver(17)


async def test_five_days_are_enough_for_a_relay_too() -> None:
    """Then the owner is told, with what it said last."""
    outbox = OneNotice()
    late = outbox.waiting.notice.not_before + PATIENCE + timedelta(minutes=1)

    became = await office(outbox, ChannelDown("554 no", again_after=timedelta(minutes=10)), now=late).deliver(17)

    assert became == "refused"
    assert outbox.refusals == ["given up after 5 days of trying; the last answer: 554 no"]


@dataclass
class Locked(OneNotice):
    """A database that takes the receipt at the third try."""

    tries: int = 0

    def sent(self, id: int, receipt: Receipt) -> None:
        self.tries += 1
        if self.tries < 3:
            raise OSError("database is locked")


async def test_a_receipt_is_written_again_before_the_message_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on its way would come twice."""
    monkeypatch.setattr(letters, "RECEIPT_AGAIN", (timedelta(0),) * 3)
    outbox, channel = Locked(), RecordingChannel()
    ours = Letters("mail", outbox, channel, lambda: NOW, ThreadPoolExecutor(1))

    became = await ours.deliver(17)

    assert ("sent", 3, 1) == (became, outbox.tries, len(channel.delivered))


@dataclass
class Two(MemoryOutbox):
    """Two notices, and a database that takes the receipt of the first once that was kept in hand anew."""

    waiting: WaitingNotice = field(default_factory=lambda: sample("reminder"))
    held: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)

    def take(
        self, id: int, *, now: datetime | None = None, held_until: datetime | None = None, after: Went | None = None
    ) -> WaitingNotice | None:
        if after is not None:
            raise OSError("database is locked")
        return self.waiting

    def hold(self, id: int, *, until: datetime) -> None:
        self.held.append(id)

    def sent(self, id: int, receipt: Receipt) -> None:
        if id == 1 and id not in self.held:
            raise OSError("database is locked")
        self.kept.append(id)


@dataclass
class InOrder:
    """What there is to deliver, and what became of each."""

    waiting: list[int]
    became: dict[int, str | Exception] = field(default_factory=dict)

    def next(self) -> int | None:
        return self.waiting.pop(0) if self.waiting else None

    def ended(self, id: int, outcome: str | Exception) -> None:
        self.became[id] = outcome


async def test_what_went_stays_in_hand_until_its_receipt_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else another worker would send it once more while the database is in trouble."""
    monkeypatch.setattr(letters, "RECEIPT_AGAIN", (timedelta(seconds=0.05),) * 20)
    monkeypatch.setattr(letters, "HELD_ANEW", timedelta(seconds=0.1))
    outbox, messages = Two(), InOrder([1, 2])

    async with Letters("mail", outbox, RecordingChannel(), lambda: NOW, ThreadPoolExecutor(2)).line() as deliver_each:
        await deliver_each(messages)

    assert ([1, 2], {1: "sent", 2: "sent"}) == (outbox.kept, messages.became)


async def test_what_a_channel_cannot_take_as_it_is_set_up_goes_by_mail() -> None:
    """The operator hears why; nobody's message waits for that."""
    outbox = OneNotice()
    unusable = ChannelUnusable("Slack refused chat.postMessage: is_archived", place="C0412AB34")

    became = await office(outbox, unusable).deliver(17)

    assert became == "redirected"
    assert outbox.redirections == [("mail", "Slack refused chat.postMessage: is_archived")]
