"""Does what was decided reach people, once, whatever breaks? Real store, sender and mail server on the loopback."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from activities.channels.mail.files import MailFiles
from activities.channels.mail.smtp import SmtpMail
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import sample
from activities.lanes import MOST_AT_ONCE
from activities.ports import Channel
from domain.record import Receipt, WaitingNotice, Went
from starter.doors.bell import WakeSender
from store import reads
from store.engine import open_store
from store.ledger import SqlLedger
from store.links import LinkMaker
from store.outbox import SqlOutbox
from tests.support.databases import sqlite_store
from tests.support.mail_office import PostOffice, opened
from tests.support.onboardings import QUEUE, RunningOnboarding, World, world
from tests.support.waiting import until

SENDER = "Vendor CS <cs@vendor.example>"


@asynccontextmanager
async def office_world(
    tmp_path: Path, channel: Channel, *, engine: Engine | None = None, links: LinkMaker | None = None
) -> AsyncIterator[tuple[World, Any]]:
    """A world with the real sender, on a SQLite file or on the store that is given."""
    engine = engine or open_store(sqlite_store(tmp_path))
    waker: list[WakeSender] = []

    async def wake(name: str) -> None:
        await waker[0](name)

    outbox = SqlOutbox(engine, mail_domain="vendor.example", links=links)
    parts: dict[str, Any] = {"ledger": SqlLedger(engine), "outbox": outbox}
    async with world(**parts, channels={"mail": channel}, wake=wake) as made:
        waker.append(WakeSender(made.env.client, QUEUE))
        yield made, engine


async def _open_for_business(made: World) -> RunningOnboarding:
    deal = await made.closed_now(has_outline=True)
    await deal.tell("send_draft", draft="introduction", by="jonas.weber")
    await deal.let_pass(days=4)
    return deal


async def _all_out(made: World, engine: Any) -> None:
    """Until nothing waits whose time has come: a reminder may wait for days for another message to travel in."""
    now = await made.now()

    def is_out() -> bool:
        left = [one for one in reads.notices(engine) if one.state in ("waiting", "joined")]
        return all(one.state == "waiting" and one.not_before > now for one in left)

    await until(is_out)


def _states(engine: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for notice in reads.notices(engine):
        found[notice.state] = found.get(notice.state, 0) + 1
    return found


async def test_mails_lie_as_files_with_one_message_id_each_and_a_receipt_in_the_journal(tmp_path: Path) -> None:
    """From the deal to the file: introduction, hand-off record, kickoff agenda."""
    files = MailFiles(folder=tmp_path / "mail", sender=SENDER, rendering=Rendering())
    async with office_world(tmp_path, files) as (made, engine):
        deal = await _open_for_business(made)
        await _all_out(made, engine)

        mails = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in (tmp_path / "mail").glob("*.eml")]
        ids = [mail["Message-ID"] for mail in mails]
        kinds = {mail["X-Day90-Notice"].split("/")[-2] for mail in mails}
        receipts = [entry for entry in reads.journal(engine, deal.id) if entry.kind == "notice_sent"]
        assert {"introduction", "assigned", "kickoff_agenda"} <= kinds
        assert len(set(ids)) == len(ids)
        assert set(ids) == {entry.data["message_id"] for entry in receipts}
        assert all("@" not in str(entry.data.get("person")) for entry in receipts)


async def test_a_mail_server_that_is_down_delays_mail_and_loses_none(tmp_path: Path) -> None:
    """Temporal tries again until the server takes it; the onboarding goes on meanwhile."""
    async with opened(PostOffice()) as office:
        office.to_sender = "451 try later"
        mail = SmtpMail(server=office.where, sender=SENDER, rendering=Rendering())
        async with office_world(tmp_path, mail) as (made, engine):
            deal = await made.closed_now()
            await deal.reached("handoff_reviewed", "kickoff_held")
            await asyncio.sleep(1)
            assert office.mails == []

            office.to_sender = ""
            await deal.let_pass(days=3)
            await _all_out(made, engine)

            ids = [mail["Message-ID"] for mail in office.mails]
            assert len(ids) == len(set(ids))
            # What travels in one message has the Message-ID of that.
            assert set(ids) == {notice.message_id for notice in reads.notices(engine, state="sent")}


async def test_a_refused_address_is_recorded_and_the_owner_is_told(tmp_path: Path) -> None:
    """It will never arrive: the CSM hears of it, by a mail that does arrive."""
    async with opened(PostOffice()) as office:
        mail = SmtpMail(server=office.where, sender=SENDER, rendering=Rendering())
        async with office_world(tmp_path, mail) as (made, engine):
            office.to_receiver, office.receivers_of = "550 no such user", "lindenau-moebel.example"
            await _open_for_business(made)
            await until(lambda: _states(engine).get("refused", 0) > 0)
            await _all_out(made, engine)

            told = [mail for mail in office.mails if "undeliverable" in mail["X-Day90-Notice"]]
            assert told
            assert {mail["To"].addresses[0].addr_spec for mail in told} == {"jonas.weber@vendor.example"}


async def test_a_connection_lost_after_the_content_may_repeat_a_mail_under_the_same_id(tmp_path: Path) -> None:
    """Honest at-least-once: the server had it, we could not know, it comes again as the same message."""
    async with opened(PostOffice()) as office:
        office.drops_after_data = True
        mail = SmtpMail(server=office.where, sender=SENDER, rendering=Rendering())
        async with office_world(tmp_path, mail) as (made, engine):
            deal = await made.closed_now()
            await until(lambda: office.received)
            await until(lambda: any(notice.reason for notice in reads.notices(engine, state="waiting")))
            unsure = {notice.key for notice in reads.notices(engine, state="waiting") if notice.reason}
            office.drops_after_data = False
            await deal.let_pass(minutes=50)
            assert not unsure & {notice.key for notice in reads.notices(engine, state="sent")}
            await deal.let_pass(minutes=15)
            await until(lambda: unsure <= {notice.key for notice in reads.notices(engine, state="sent")})

            by_notice: dict[str, set[str]] = {}
            for mail_in in office.mails:
                by_notice.setdefault(mail_in["X-Day90-Notice"], set()).add(mail_in["Message-ID"])
            assert len(office.mails) > len(by_notice), "something was sent twice"
            assert all(len(ids) == 1 for ids in by_notice.values())


async def test_a_server_that_hangs_after_the_content_holds_up_no_onboarding(tmp_path: Path) -> None:
    """It had the mail and never said so: the same message comes again, and news is taken meanwhile."""
    async with opened(PostOffice(hangs_after_data=1)) as office:
        mail = SmtpMail(server=office.where, sender=SENDER, rendering=Rendering(), answers_within=0.3)
        async with office_world(tmp_path, mail) as (made, engine):
            deal = await made.closed_now()
            await until(lambda: office.received)
            await deal.reached("handoff_reviewed")
            await until(lambda: any(row.kind == "milestone_reached" for row in reads.journal(engine, deal.id)))
            assert "sent" not in _states(engine)

            await until(lambda: any(notice.reason for notice in reads.notices(engine, state="waiting")))
            office.hangs_after_data = 0
            await deal.let_pass(minutes=65)
            await until(lambda: "sent" in _states(engine))

            by_notice: dict[str, set[str]] = {}
            for mail_in in office.mails:
                by_notice.setdefault(mail_in["X-Day90-Notice"], set()).add(mail_in["Message-ID"])
            assert len(office.mails) > len(by_notice), "something was sent twice"
            assert all(len(ids) == 1 for ids in by_notice.values())


async def test_a_reminder_that_has_become_pointless_is_withdrawn_right_before_it_goes(tmp_path: Path) -> None:
    """The mail server was down; meanwhile the thing is done."""
    async with opened(PostOffice()) as office:
        mail = SmtpMail(server=office.where, sender=SENDER, rendering=Rendering())
        async with office_world(tmp_path, mail) as (made, engine):
            deal = await made.closed_now()
            await deal.let_pass(hours=1)
            ahead = await deal.handle.query("agenda")
            nudge = next(entry for entry in ahead if entry["about"] == "access_provisioned")
            await deal.until(datetime.fromisoformat(nudge["due"]) - timedelta(minutes=5))
            await until(lambda: "waiting" not in _states(engine))
            office.to_sender = "451 try later"
            await deal.let_pass(minutes=7)
            await until(lambda: any("access_provisioned" in n.key for n in reads.notices(engine, state="waiting")))
            await deal.reached("access_provisioned")

            office.to_sender = ""
            for _ in range(10):
                await deal.let_pass(minutes=5)
            await until(lambda: "waiting" not in _states(engine))

            nudges = [n for n in reads.notices(engine) if n.key.startswith("access_provisioned/")]
            reminders = [n for n in nudges if n.kind == "reminder"]
            assert {n.state for n in reminders} == {"withdrawn"}
            assert not any(mail["X-Day90-Notice"].startswith("access_provisioned/") for mail in office.mails)


@dataclass
class ManyMails:
    """An outbox with mails for a busy day; looking into it takes a moment, as in a real one."""

    waiting: set[int] = field(default_factory=lambda: set(range(3 * MOST_AT_ONCE)))

    def ready(self, channel: str, *, now: datetime, most: int) -> Sequence[int]:
        time.sleep(0.1)
        return sorted(self.waiting)[:most]

    def next_ready(self, channel: str, *, after: datetime) -> datetime | None:
        return None

    def take(
        self, id: int, *, now: datetime | None = None, held_until: datetime | None = None, after: Went | None = None
    ) -> WaitingNotice | None:
        if after is not None:
            self.sent(*after)
        return sample("reminder").model_copy(update={"id": id}) if id in self.waiting else None

    def put_off(self, id: int, *, until: datetime, reason: str, maybe_arrived: int) -> None:
        raise AssertionError("nobody puts off")

    def sent(self, id: int, receipt: Receipt) -> None:
        self.waiting.discard(id)

    def refused(self, id: int, *, reason: str, at: datetime) -> str | None:
        raise AssertionError("nobody refuses")


async def test_a_sender_that_is_woken_all_the_time_goes_on_sending() -> None:
    """A busy day: turns of many onboardings wake it again before it has looked, for longer than twenty mails take."""
    outbox = ManyMails()
    async with world(outbox=outbox) as made:
        wake = WakeSender(made.env.client, QUEUE)

        async with asyncio.timeout(15):
            while outbox.waiting:
                await wake("mail")
                await asyncio.sleep(0.02)

    assert outbox.waiting == set()
