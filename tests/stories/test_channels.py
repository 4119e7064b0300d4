"""Is a channel one folder and one line of wiring? A third one, beside mail over SMTP and mail as files."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from activities.channels.mail.files import MailFiles
from activities.channels.texts.rendering import Rendering
from domain.record import Receipt, WaitingNotice
from domain.team import Team
from domain.trouble import ChannelRefuses
from playbooks.library import load_team
from starter.doors.bell import WakeSender
from store import reads
from store.engine import open_store
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from tests.support.databases import sqlite_store
from tests.support.onboardings import QUEUE, world
from tests.support.waiting import until
from wiring.channels import reachable

OWNER = "jonas.weber"


@dataclass
class Pigeons:
    """Takes what a bird can carry: short news to staff."""

    refuses: bool = False
    carried: list[WaitingNotice] = field(default_factory=list)

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        if self.refuses:
            raise ChannelRefuses("the loft is closed")
        self.carried.append(waiting)
        return Receipt(message_id=waiting.message_id, place="the loft", at=datetime.now(UTC))


def team(*, by_pigeon: str = OWNER) -> Team:
    """The sample staff, one of whom is written to by pigeon."""
    sample = load_team()
    members = [
        member.model_copy(update={"channel": "pigeon"}) if member.handle == by_pigeon else member
        for member in sample.members
    ]
    return sample.model_copy(update={"members": tuple(members)})


async def test_a_third_channel_reaches_who_chose_it_and_nobody_else(tmp_path: Path) -> None:
    """Nothing but the wiring knows of it: notices, senders, receipts and the journal are the same."""
    engine, folder, pigeons = open_store(sqlite_store(tmp_path)), tmp_path / "mail", Pigeons()
    files = MailFiles(folder=folder, sender="Vendor CS <cs@vendor.example>", rendering=Rendering())
    waker: list[WakeSender] = []

    async def wake(channel: str) -> None:
        await waker[0](channel)

    async with world(
        ledger=SqlLedger(engine),
        outbox=SqlOutbox(engine, mail_domain="vendor.example"),
        staff=team,
        channels={"mail": files, "pigeon": pigeons},
        wake=wake,
    ) as made:
        waker.append(WakeSender(made.env.client, QUEUE))
        deal = await made.closed_now(owner=OWNER)
        await deal.let_pass(days=4)
        await until(lambda: all(notice.state != "waiting" for notice in reads.notices(engine)))

        receipts = [row for row in reads.journal(engine, deal.id) if row.kind == "notice_sent"]
        by_channel = {(row.data["channel"], row.data["person"]) for row in receipts}
        assert {OWNER} == {waiting.person.id for waiting in pigeons.carried}
        assert {OWNER} == {person for channel, person in by_channel if channel == "pigeon"}
        assert OWNER not in {person for channel, person in by_channel if channel == "mail"}
        assert len(list(folder.glob("*.eml"))) == len([row for row in receipts if row.data["channel"] == "mail"])


async def test_what_one_channel_cannot_deliver_is_told_over_the_owners_own(tmp_path: Path) -> None:
    """A mail to the customer is refused: its owner hears of it by pigeon, whose sender is woken for it."""
    engine, pigeons = open_store(sqlite_store(tmp_path)), Pigeons()
    waker: list[WakeSender] = []

    async def wake(channel: str) -> None:
        await waker[0](channel)

    async with world(
        ledger=SqlLedger(engine),
        outbox=SqlOutbox(engine, mail_domain="vendor.example"),
        staff=team,
        channels={"mail": Pigeons(refuses=True), "pigeon": pigeons},
        wake=wake,
    ) as made:
        waker.append(WakeSender(made.env.client, QUEUE))
        deal = await made.closed_now(owner=OWNER)
        await deal.let_pass(days=4)

        await until(lambda: any(waiting.notice.kind == "undeliverable" for waiting in pigeons.carried))


def test_a_channel_that_is_not_wired_loses_nobody() -> None:
    """Mail reaches everybody: who names a channel that this installation does not have is written to by mail."""
    assert {"mail", "pigeon"} == {member.channel for member in team().members}
    assert {"mail"} == {member.channel for member in reachable(team)().members}
