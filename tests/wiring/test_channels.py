"""Do the settings reach the channels?"""

from pathlib import Path

import pytest

from activities.channels.mail.files import MailFiles
from activities.channels.mail.smtp import SmtpMail
from playbooks.library import load_team
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
