"""Can every mail be read: what waits and what went, whichever channel took it?"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from activities.channels.mail.files import MailFiles
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import ALL, sample
from domain.record import Receipt, Writing
from starter.cli.running import run
from store.engine import migrate, open_store
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from tests.support.databases import dossier, happened, standing

Day90 = Callable[..., str]
ONE = "onboarding-file-1"
NOW = datetime(2026, 9, 2, 8, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """One onboarding, whose project lead is to get a reminder in Japanese."""
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    ledger = SqlLedger(engine)
    of = dossier()
    people = [person.model_copy(update={"language": "ja"}) for person in of.people]
    ledger.admit(of.model_copy(update={"people": tuple(people)}), run="run-1")
    reminder = sample("reminder", "ja", title="受入テスト（UAT）の承認").notice
    reminder = reminder.model_copy(update={"onboarding": ONE, "to": "project_lead", "while_open": None})
    ledger.write(Writing(onboarding=ONE, standing=standing(), notices=(reminder,)))
    return engine


@pytest.fixture
def outbox(engine: Engine) -> SqlOutbox:
    return SqlOutbox(engine, mail_domain="vendor.test")


@pytest.fixture
def day90(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Day90:
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words: str, code: int = 0) -> str:
        assert code == run([*words, "--data", str(tmp_path)])
        return capsys.readouterr().out

    return call


def test_what_waits_is_read_as_it_would_go_now(day90: Day90) -> None:
    said = day90("mails", "show", "1")

    assert "project_lead" not in said.splitlines()[0]
    assert "<lee@customer.test>" in said.splitlines()[0]
    assert "受入テスト（UAT）の承認" in said
    assert "as it would be written now" in said
    assert "受入テスト（UAT）の承認" in day90("mails")


def test_what_waits_names_our_company_as_the_mail_will(day90: Day90, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its opening and its signature: by its name for that language, else by the name that the mail comes from."""
    monkeypatch.setenv("DAY90_MAIL_FROM", "Vendor Success <cs@vendor.test>")
    by_sender = day90("mails", "show", "1")
    monkeypatch.setenv("DAY90_COMPANY_NAME_JA", "株式会社ベンダー")
    by_setting = day90("mails", "show", "1")

    assert 2 == by_sender.count("Vendor Success")
    assert 2 == by_setting.count("株式会社ベンダー")
    assert "Vendor Success" not in by_setting


def test_what_went_is_read_as_it_went_whichever_channel_took_it(day90: Day90, outbox: SqlOutbox) -> None:
    """A server keeps no file, and the templates may be others by now."""
    assert outbox.take(1) is not None
    outbox.sent(1, Receipt(message_id="<1@x>", place="smtp.test accepted it", at=NOW, subject="Then", text="As it was"))

    shown = json.loads(day90("mails", "show", "1", "--json"))

    assert ("Then", "As it was", "sent") == (shown["subject"], shown["text"], shown["told"])
    assert "As it was" in day90("mails", "show", "1")
    assert ["Then"] == [mail["subject"] for mail in json.loads(day90("mails", "--json"))]


def test_what_an_older_version_wrote_to_a_file_is_read_from_it(day90: Day90, outbox: SqlOutbox, tmp_path: Path) -> None:
    """Japanese goes in base64, which keeps the line ends of mails: none of them may show as a sign of its own."""
    waiting = outbox.take(1)
    assert waiting is not None
    receipt = MailFiles(folder=tmp_path / "mail", sender="Us <us@vendor.test>", rendering=Rendering()).deliver(waiting)
    outbox.sent(1, receipt.model_copy(update={"subject": "", "text": ""}))

    shown = json.loads(day90("mails", "show", "1", "--json"))

    assert ("file", True) == (shown["told"], "期日" in shown["text"])
    assert "\r" not in shown["text"]
    assert "�" not in day90("mails", "show", "1")


def test_what_waits_as_a_draft_names_no_moment(day90: Day90, engine: Engine) -> None:
    draft = sample("introduction", "ja", draft="introduction").notice
    held = draft.model_copy(update={"onboarding": ONE, "to": "project_lead", "draft": "introduction", "key": "held"})
    SqlLedger(engine).write(Writing(onboarding=ONE, standing=standing(), held=(held,)))

    assert re.search(r"^2 +once it is sent +.* held$", day90("mails"), re.MULTILINE)
    assert "when     once it is sent" in day90("mails", "show", "2")


def test_a_mail_that_cannot_be_rendered_says_so(day90: Day90, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own" / "ja").mkdir(parents=True)
    (tmp_path / "own" / "ja" / "reminder.md").write_text("{{ nobody }}\n\nText", encoding="utf-8")
    monkeypatch.setenv("DAY90_TEMPLATES", str(tmp_path / "own"))

    assert "ja/reminder.md, line 1, cannot be rendered" in day90("mails", "show", "1")
    assert "1 mail" in day90("mails")


def test_an_unknown_mail_is_not_found(day90: Day90) -> None:
    day90("mails", "show", "99", code=4)


def test_a_note_with_line_ends_of_another_system_shows_none_of_them(day90: Day90, engine: Engine) -> None:
    """A CR alone would write over the line, and stays visible."""
    rows = (happened("told", via="cli", note="one\r\ntwo"), happened("odd", via="cli", note="three\rfour"))
    SqlLedger(engine).write(Writing(onboarding=ONE, journal=rows))

    said = day90("journal", ONE)

    assert 1 == said.count("�")
    assert "three�four" in said


def test_every_kind_of_message_is_rendered_in_both_languages(day90: Day90, tmp_path: Path) -> None:
    """One file a message, and a page that leads to each; again in its own folder, what was there is replaced."""
    out = tmp_path / "previews"
    day90("mails", "preview", "--all", "--out", str(out))
    (out / "notes.txt").write_text("mine")

    answer = json.loads(day90("mails", "preview", "--kind", "reminder", "--out", str(out), "--json"))

    assert {"reminder.en.html", "reminder.ja.html"} == {one["file"] for one in answer["messages"]}
    assert {"reminder.en.html", "reminder.ja.html", "index.html", "notes.txt", ".day90-preview"} == {
        file.name for file in out.iterdir()
    }
    index = (out / "index.html").read_text(encoding="utf-8")
    assert 'href="reminder.ja.html"' in index


def test_all_kinds_are_there(day90: Day90, tmp_path: Path) -> None:
    answer = json.loads(day90("mails", "preview", "--all", "--out", str(tmp_path / "previews"), "--json"))

    assert set(ALL) == {(one["kind"], one["language"]) for one in answer["messages"]}
    assert not [one for one in answer["messages"] if one["trouble"]]


def test_a_folder_that_no_preview_made_is_left_alone(
    day90: Day90, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("mine")

    assert 2 == run(["mails", "preview", "--all", "--out", str(tmp_path / "mine"), "--data", str(tmp_path)])
    assert 2 == run(["mails", "preview", "--out", str(tmp_path / "new"), "--data", str(tmp_path)])

    assert "is not empty, and no preview made it" in capsys.readouterr().err
    assert "mine" == (tmp_path / "mine" / "index.html").read_text()


def test_a_company_s_broken_template_is_named_and_the_rest_is_rendered(
    day90: Day90, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = tmp_path / "templates" / "en"
    templates.mkdir(parents=True)
    (templates / "reminder.md").write_text("{{ no_such_fact }}")
    monkeypatch.setenv("DAY90_TEMPLATES", str(templates.parent))

    said = day90("mails", "preview", "--kind", "reminder", "--out", str(tmp_path / "previews"), code=6)

    assert "reminder (en): the template en/reminder.md, line 1, cannot be rendered" in " ".join(said.split())
    assert (tmp_path / "previews" / "reminder.ja.html").is_file()


def test_a_company_s_templates_are_checked_by_file_and_line(
    day90: Day90, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = tmp_path / "templates" / "en"
    templates.mkdir(parents=True)
    (templates / "reminder.md").write_text("Hey\n\n{{ no_such_fact }}")
    monkeypatch.setenv("DAY90_TEMPLATES", str(templates.parent))

    said = "".join(day90("mails", "lint", code=2).split())

    assert "reminder.md:3:thereisnofact'no_such_fact'here" in said
    assert "1complaint" in said
