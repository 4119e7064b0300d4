"""Do the settings reach the channels?"""

import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from activities.channels.mail.files import MailFiles
from activities.channels.mail.smtp import SmtpMail
from activities.channels.texts.samples import sample
from domain.addresses import Allowed
from playbooks.library import load_team
from runtime import authorities as reading
from runtime.outbound import Outbound
from runtime.settings import Settings
from store.engine import open_store, wall_clock
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger
from tests.support.databases import sqlite_store
from wiring.channels import channels_of


@pytest.mark.parametrize("smtp_url", [None, "smtp://localhost:2525"])
@pytest.mark.parametrize("public_url", [None, "https://day90.example.com"])
def test_a_mail_knows_where_its_reader_unsubscribes(
    tmp_path: Path, smtp_url: str | None, public_url: str | None
) -> None:
    """Whichever way it leaves; nowhere, where no public address is set: where the process listens is no such place."""
    settings = Settings.model_validate({"data": tmp_path, "smtp_url": smtp_url, "public_url": public_url})
    engine = open_store(sqlite_store(tmp_path))
    kept = SqlIntroductions(engine), SqlLedger(engine)

    mail = channels_of(settings, prospects=kept[0], onboardings=kept[1], staff=load_team, now=wall_clock)["mail"]

    assert isinstance(mail, MailFiles | SmtpMail)
    assert mail.public_url == (public_url or "")


@pytest.mark.parametrize("imap_url", [None, "imaps://cs:secret@mail.example.com"])
def test_answers_come_to_the_mailbox_that_is_read(tmp_path: Path, imap_url: str | None) -> None:
    """Else to the owner, who reads them instead of us."""
    settings = Settings.model_validate({"data": tmp_path, "imap_url": imap_url, "mail_from": "CS <cs@example.com>"})
    engine = open_store(sqlite_store(tmp_path))
    kept = SqlIntroductions(engine), SqlLedger(engine)
    mail = channels_of(settings, prospects=kept[0], onboardings=kept[1], staff=load_team, now=wall_clock)["mail"]
    waiting = sample("reminder")

    file = Path(mail.deliver(waiting).place)

    answers_to = message_from_bytes(file.read_bytes(), policy=policy.default)["Reply-To"].addresses[0].addr_spec
    assert answers_to == ("cs@example.com" if imap_url else waiting.notice.facts["owner_email"])


@pytest.fixture
def nothing_read() -> Iterator[None]:
    """As in a process that has just begun, and so again for the tests that follow."""
    reading._read.cache_clear()
    yield
    reading._read.cache_clear()


@pytest.mark.usefixtures("nothing_read")
def test_mail_and_webhooks_believe_the_same_authorities_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whichever thread asks first; to read them takes as long as writing ten mails."""
    read: list[ssl.SSLContext] = []

    def reads() -> ssl.SSLContext:
        time.sleep(0.05)
        read.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return read[-1]

    monkeypatch.setattr(ssl, "create_default_context", reads)
    settings = Settings.model_validate({"data": tmp_path, "smtp_url": "smtp://localhost:2525"})
    engine = open_store(sqlite_store(tmp_path))
    kept = SqlIntroductions(engine), SqlLedger(engine)
    mail = channels_of(settings, prospects=kept[0], onboardings=kept[1], staff=load_team, now=wall_clock)["mail"]
    assert isinstance(mail, SmtpMail)

    with ThreadPoolExecutor(2) as threads:
        trusting, posting = threads.submit(lambda: mail.trust), threads.submit(Outbound, Allowed())

    assert [trusting.result()] == read
    assert posting.exception() is None
