"""Does the customer who was introduced arrive in the onboarding, with what was learnt?

On the real dev server, with the real worker, stores and playbooks.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from activities.channels.mail.files import MailFiles
from activities.channels.texts.rendering import Rendering
from activities.documents.attaching import Documents
from activities.documents.process import ProcessDocument
from runtime.connection import connect
from starter.doors.introductions import IntroductionDoor
from starter.doors.onboardings import OnboardingDoor
from starter.trouble import NotReachable
from store.engine import open_store
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from tests.support import servers
from tests.support.databases import sqlite_store
from tests.support.introductions import sample_prospect
from tests.support.onboardings import sample_deal
from tests.support.parts import LIBRARY, STAFF, parts
from tests.support.waiting import until
from wiring.doors import doors
from wiring.worker import day90_worker

temporal_address = servers.temporal_address


@pytest.fixture(scope="module")
async def client(temporal_address: str) -> Client:
    return await connect(address=temporal_address)


@pytest.fixture
def store(tmp_path: Path) -> str:
    return sqlite_store(tmp_path)


@pytest.fixture
def door(client: Client, store: str) -> OnboardingDoor:
    """A door whose worker does not run."""
    engine = open_store(store)
    queue = f"introduction-{uuid4().hex}"
    return doors(client, engine, library=LIBRARY, staff=STAFF, task_queue=queue).onboardings


@pytest.fixture
def introductions(door: OnboardingDoor) -> IntroductionDoor:
    assert isinstance(door.introductions, IntroductionDoor)
    return door.introductions


@pytest.fixture
async def worker(client: Client, store: str, door: OnboardingDoor) -> AsyncIterator[None]:
    """The real worker, whose mails go nowhere."""
    engine = open_store(store)
    real = parts(ledger=SqlLedger(engine), introductions=SqlIntroductions(engine))
    async with day90_worker(client, real, task_queue=door.task_queue):
        yield


async def test_the_onboarding_begins_with_what_the_introduction_found_out(
    door: OnboardingDoor, introductions: IntroductionDoor, worker: None, store: str
) -> None:
    """The CSM who was introduced owns it, the notes stand in the hand-off record, and a repeated start adds nothing."""
    id = uuid4().hex
    deal = sample_deal(id=id, closed_at="2026-11-02T10:00:00+01:00")
    introduction = await introductions.begin(sample_prospect(id=id, owner="grace.lee", expected_close=None))
    await introductions.tell(introduction, "introduced", {"by": "grace.lee@vendor.example"})
    await introductions.tell(introduction, "report_issue", {"title": "No interface", "severity": "high"})

    started = await door.start(deal)
    again = await door.start(deal)

    kept = SqlLedger(open_store(store)).kept_deal(started.onboarding)
    assert kept is not None
    assert (False, True) == (started.already, again.already)
    assert "grace.lee" == kept.owner
    assert "Found before the signature (high): No interface" in [note.text for note in kept.notes]
    assert "won" == (await introductions.ask(introduction)).ending


async def test_a_start_without_a_worker_does_not_wait_for_one(
    door: OnboardingDoor, introductions: IntroductionDoor
) -> None:
    """The introduction hears of it by signal; what is written is taken."""
    id = uuid4().hex
    await introductions.begin(sample_prospect(id=id))

    started = await door.start(sample_deal(id=id))

    assert not started.already


async def test_nobody_answers_and_it_says_so(introductions: IntroductionDoor) -> None:
    """Without a worker; sent again it is harmless."""
    short = timedelta(seconds=1.5)
    introduction = await introductions.begin(sample_prospect(id=uuid4().hex))
    hasty = replace(introductions, one_try=short, patience=short)

    with pytest.raises(NotReachable, match="is a worker running"):
        await hasty.tell(introduction, "introduced", {})
    with pytest.raises(NotReachable, match="is a worker running"):
        await hasty.ask(introduction)


async def test_the_mail_carries_the_document(
    introductions: IntroductionDoor, worker: None, store: str, tmp_path: Path
) -> None:
    """Beside text and HTML, under a name that people read; the file is a PDF."""
    engine = open_store(store)
    account = {"name": "株式会社あおぞら商事", "country": "JP", "time_zone": "Asia/Tokyo", "language": "ja"}
    introduction = await introductions.begin(sample_prospect(id=uuid4().hex, account=account))
    await introductions.tell(introduction, "note", {"note": "x"})
    outbox, far = SqlOutbox(engine, mail_domain="vendor.test"), datetime(2100, 1, 1, tzinfo=UTC)
    documents = Documents(
        SqlIntroductions(engine), SqlLedger(engine), STAFF, lambda: datetime.now(UTC), ProcessDocument()
    )
    files = MailFiles(folder=tmp_path, sender="CS <cs@vendor.test>", rendering=Rendering(), documents=documents)

    # The answer to news says that it was taken; what it makes is written right after.
    await until(lambda: len(outbox.ready("mail", now=far, most=9)) == 2)
    receipts = [files.deliver(taken) for id in outbox.ready("mail", now=far, most=9) if (taken := outbox.take(id))]

    assert 2 == len(receipts)
    for receipt in receipts:
        mail = message_from_bytes(Path(receipt.place).read_bytes(), policy=policy.default)
        [attached] = mail.iter_attachments()
        assert "オンボーディングのご案内.pdf" == attached.get_filename()
        assert "application/pdf" == attached.get_content_type()
        assert attached.get_content().startswith(b"%PDF-")
        assert mail.defects == []
        assert "あおぞら商事" in mail["Subject"]
