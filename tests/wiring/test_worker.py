"""Does one part of a worker leave the others their threads?"""

import asyncio
from threading import Event

from activities.channels.texts.samples import sample
from activities.lanes import MOST_AT_ONCE
from domain.record import Receipt, WaitingNotice, Went
from tests.support.fakes import MemoryOutbox, RecordingChannel
from tests.support.parts import parts
from wiring.worker import sending_on


class Hanging(RecordingChannel):
    """A channel whose server takes a message and does not answer until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = Event()

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        self.let_go.wait(30)
        return super().deliver(waiting)


class AlwaysOne(MemoryOutbox):
    """An outbox that has a message under every number."""

    def take(
        self, id: int, *, now: object = None, held_until: object = None, after: Went | None = None
    ) -> WaitingNotice | None:
        return sample("reminder")

    def sent(self, id: int, receipt: Receipt) -> None:
        pass


async def test_a_mail_server_that_hangs_holds_up_mails_alone() -> None:
    """As many mails as may go at once hang in it; a message in chat goes all the same."""
    mail = Hanging()
    offices = sending_on(parts(outbox=AlwaysOne(), channels={"mail": mail, "slack": RecordingChannel()})).offices
    by_mail, by_slack = offices("mail"), offices("slack")
    assert by_mail is not None
    assert by_slack is not None

    hanging = [asyncio.create_task(by_mail.deliver(id)) for id in range(MOST_AT_ONCE)]
    await asyncio.sleep(0)
    try:
        outcome = await asyncio.wait_for(by_slack.deliver(MOST_AT_ONCE), timeout=10)
    finally:
        mail.let_go.set()

    assert ("sent", {"sent"}) == (outcome, set(await asyncio.gather(*hanging)))
