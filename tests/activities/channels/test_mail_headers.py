"""Is a header read back as it was meant? By two parsers, whatever scripts, signs and lengths a name has."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.channels.mail import headers
from activities.channels.mail.message import compose
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import sample
from domain.outline import DocumentFile

NAMES = [
    "Whitfield, Margaret (Head of Purchasing, Logistics and Facility Services)",
    "Margaret Whitfield, Northgate Tools, Purchasing <boss@rival.test> and Staff",
    "Kidd, Tom, Eagan, MN",
    'Tom "Tommy" O\'Neill \\ Co.',
    "=?utf-8?q?Eve_=3Cevil=40evil.test=3E=2C?=",
    "Grüße, Müller & Söhne <evil@evil.test>; Kundenerfolg und Einführungsbegleitung Nord",
    "高橋 美咲（営業部）, Tanaka ＜evil@evil.test＞",
    "Ελένη Παπαδοπούλου, محمد, שלום, นภา and Владимир",
    "👩‍👩‍👧‍👦 Family, Inc. 🚀",
    "a" * 80,
    "ü" * 80,
    "日" * 80,
    "",
]
# Scripts of one to four bytes a letter, blanks, and every sign that means something in a header.
LETTERS = st.sampled_from("abZ 09.,;:<>@()[]\"\\'=?_-/äßéłİ ЖΩשع日本語ｱ한👩🚀\u0301")
WORDS = st.text(LETTERS, max_size=120).map(lambda text: " ".join(text.split()))


def mail(name: str, subject: str = "x") -> bytes:
    """A mail with that name and subject, as it goes out."""
    return (f"To: {headers.mailbox(name, 'lead@probe.test')}\r\nSubject: {headers.words(subject)}\r\n\r\n").encode()


def read(value: object) -> str:
    """A header's text by the standard library's older parser."""
    return str(make_header(decode_header(str(value).replace("\r\n", ""))))


def holds(name: str) -> None:
    """One receiver by both parsers, and the name as it was by the older one, which keeps blanks between words."""
    raw = mail(name)
    old, new = message_from_bytes(raw), message_from_bytes(raw, policy=policy.default)

    addresses = getaddresses([str(old["To"]).replace("\r\n", "")])
    assert [address for _, address in addresses] == ["lead@probe.test"]
    assert read(addresses[0][0]) == name
    assert [address.addr_spec for address in new["To"].addresses] == ["lead@probe.test"]
    assert new.keys() == ["To", "Subject"]
    assert all(len(line) <= 200 and line.isascii() for line in raw.split(b"\r\n"))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_makes_one_receiver(name: str) -> None:
    """A comma, a bracket or another script makes no second one, and nothing of the name is lost."""
    holds(name)


@settings(max_examples=400, deadline=None)
@given(name=WORDS.map(lambda text: text[:80].strip()))
def test_any_name_makes_one_receiver(name: str) -> None:
    """Scripts and signs in any order and length."""
    holds(name)


@settings(max_examples=400, deadline=None)
@given(subject=WORDS.filter(bool))
def test_any_subject_is_read_back_as_it_was(subject: str) -> None:
    """No blank between two scripts is lost, and no letter is parted."""
    raw = mail("Tom", subject)

    assert read(message_from_bytes(raw)["Subject"]) == subject
    assert message_from_bytes(raw, policy=policy.default)["Subject"].strip() == subject
    assert max(len(line) for line in raw.split(b"\r\n")) <= 100


@pytest.mark.parametrize("value", ["a\r\nBcc: evil@evil.test", "a\nBcc: evil@evil.test", "a\rb", "a\r\n\r\nbody"])
def test_no_value_begins_a_header_of_its_own(value: str) -> None:
    """Text is encoded; what is set as it stands is refused."""
    assert "\n" not in headers.words(value)
    with pytest.raises(ValueError, match="line end"):
        headers.written("Subject", value)


@pytest.mark.parametrize("name", ["process.pdf", "Einführung & Übergabe.pdf", "導入計画書.pdf", 'a"; x="b.pdf'])
def test_a_file_keeps_its_name(name: str) -> None:
    """In whatever letters it is, and whatever signs are in it."""
    raw = f"Content-Disposition: {headers.file_name(name)}\r\n\r\n".encode()

    assert raw.isascii()
    assert message_from_bytes(raw).get_filename() == message_from_bytes(raw, policy=policy.default).get_filename()
    assert message_from_bytes(raw).get_filename() == name


@pytest.mark.parametrize(
    "name", ["process.pdf", "オンボーディングのご案内.pdf", "導入計画書" * 12 + ".pdf", 'a"; x="b.pdf']
)
def test_outlook_reads_a_files_name_too(name: str) -> None:
    """It knows encoded words in Content-Type and not RFC 2231: without them an attachment is "untitled"."""
    waiting = sample("reminder")
    waiting = waiting.model_copy(update={"notice": waiting.notice.model_copy(update={"attachment": "process"})})
    file = DocumentFile(name=name, content=b"%PDF")

    content = compose(
        waiting, Rendering(), sender="cs@vendor.test", now=datetime(2027, 1, 7, tzinfo=UTC), documents=lambda _: file
    ).content

    *_, attached = message_from_bytes(content).walk()
    assert attached.get_content_type() == "application/pdf"
    assert str(make_header(decode_header(str(attached.get_param("name"))))) == name
    assert attached.get_filename() == name


def test_what_is_encoded_and_folded_by_ourselves_is_read_back() -> None:
    """By a reader that knows nothing of us; no line is longer than servers let through."""
    waiting = sample("reminder", account="Größe 🚀 日本橋")
    named = waiting.person.model_copy(update={"name": NAMES[5]})

    content = compose(
        waiting.model_copy(update={"person": named}),
        Rendering(),
        sender='"Müller, Söhne & Partner GmbH Kundenerfolg und Einführungsbegleitung" <cs@vendor.test>',
        now=waiting.notice.not_before,
    ).content

    message = message_from_bytes(content, policy=policy.default)
    assert [] == message.defects
    assert 1 == len(message["To"].addresses)
    assert all("Größe 🚀 日本橋" in part.get_content() for part in message.iter_parts())
    assert message["Date"] == "Thu, 07 Jan 2027 08:00:00 +0000"
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
