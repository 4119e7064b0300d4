"""How are mails written to files where there is no server?"""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from activities.channels.mail.files import MailFiles
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import ALL, sample
from domain.notice import NoticeKind
from domain.text import Language
from domain.trouble import ChannelDown

NOW = datetime(2027, 1, 7, 8, 0, 5, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> MailFiles:
    return MailFiles(
        folder=tmp_path / "data" / "mail",
        sender="Example Customer Success <onboarding@vendor.test>",
        rendering=Rendering(),
        now=lambda: NOW,
    )


def read(place: str) -> EmailMessage:
    return message_from_bytes(Path(place).read_bytes(), policy=policy.default)


def test_the_name_of_a_file_tells_when_what_and_whom(files: MailFiles) -> None:
    """A listing of the folder is in order of time."""
    receipt = files.deliver(sample("reminder"))

    assert str(files.folder / "2027-01-07T080000Z-reminder-project_lead-ad58f981.eml") == receipt.place
    assert receipt.message_id == "<reminder.en.0f3a91c2@day90.test>"
    assert NOW == receipt.at


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_the_receipt_has_what_the_reader_reads(files: MailFiles, kind: NoticeKind, language: Language) -> None:
    """Subject and text, whatever they were encoded in on the way."""
    waiting = sample(kind, language).model_copy(update={"message_id": f"<{kind}@day90.test>"})
    waiting = waiting.model_copy(update={"notice": waiting.notice.model_copy(update={"attachment": None})})

    receipt = files.deliver(waiting)

    rendered = Rendering().render(waiting, sender="Example Customer Success")
    assert (rendered.subject, rendered.text.rstrip()) == (receipt.subject, receipt.text)


def test_a_second_try_writes_the_same_file(files: MailFiles) -> None:
    """A repetition is no second mail."""
    first = files.deliver(sample("reminder"))
    second = files.deliver(sample("reminder"))

    assert first == second
    assert [Path(first.place)] == list(files.folder.iterdir())


def test_two_notices_of_one_moment_are_two_files(files: MailFiles) -> None:
    """Their Message-IDs distinguish them."""
    waiting = sample("reminder")
    other = waiting.model_copy(update={"message_id": "<another@day90.test>"})

    assert files.deliver(waiting).place != files.deliver(other).place


def test_no_id_leads_out_of_the_folder(files: MailFiles) -> None:
    """No characters of an id make a path."""
    waiting = sample("reminder")
    person = waiting.person.model_copy(update={"id": "../../../etc/passwd\0" + "x" * 300})

    place = Path(files.deliver(waiting.model_copy(update={"person": person})).place)

    assert files.folder == place.parent


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_every_mail_reads_back_as_it_was_written(files: MailFiles, kind: NoticeKind, language: Language) -> None:
    """Subject, receiver, text and HTML are all there, in every language."""
    waiting = sample(kind, language)
    rendered = files.rendering.render(waiting, sender="Example Customer Success")

    mail = read(files.deliver(waiting).place)

    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    # Python folds a long subject right behind its colon.
    assert rendered.subject == mail["Subject"].strip()
    assert waiting.person.name == mail["To"].addresses[0].display_name
    assert waiting.person.email == mail["To"].addresses[0].addr_spec
    assert rendered.text == text.get_content().replace("\r\n", "\n")
    assert rendered.html.strip() == html.get_content().replace("\r\n", "\n").strip()
    assert "multipart/alternative" == mail.get_content_type()
    assert mail.defects == []


def test_a_folder_that_cannot_be_written_is_tried_again(files: MailFiles) -> None:
    """A full disk is a passing trouble, and no half-written file stays."""
    files.folder.parent.mkdir()
    files.folder.write_text("a file where the folder should be")

    with pytest.raises(ChannelDown, match="Not a directory"):
        files.deliver(sample("reminder"))
