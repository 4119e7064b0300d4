"""Is what comes back to our mailbox understood? Reports of several servers, complaints, absences, people's words."""

import pytest

from activities.channels.mail.answers import read_answer
from tests.support.returned_mail import (
    ABUSE,
    EXCHANGE,
    EXIM,
    FULL,
    NOT_SPAM,
    OURS,
    POSTFIX,
    POSTFIX_DELAYED,
    SPAM,
    TO,
    VACATION,
    dsn,
    mail,
    reply,
    report,
)


@pytest.mark.parametrize("bounce", [POSTFIX, EXCHANGE, EXIM], ids=["postfix", "exchange", "exim"])
def test_an_address_that_does_not_exist_is_gone(bounce: bytes) -> None:
    """Whichever server says so, with the mail that it returns."""
    answer = read_answer(bounce)

    assert ("bounce", TO, True, True) == (answer.kind, answer.address, answer.final, answer.gone)
    assert OURS in answer.refers_to
    assert "@" not in answer.reason


@pytest.mark.parametrize("bounce", [FULL, SPAM], ids=["full", "spam"])
def test_a_message_that_came_back_says_nothing_of_the_next_one(bounce: bytes) -> None:
    """A mailbox is emptied again, and another mail is no spam."""
    answer = read_answer(bounce)

    assert (True, False) == (answer.final, answer.gone)


def test_a_delay_is_no_end() -> None:
    """The server goes on trying."""
    answer = read_answer(POSTFIX_DELAYED)

    assert ("bounce", False, False) == (answer.kind, answer.final, answer.gone)


def test_a_receiver_that_exchanges_directory_lacks_is_gone() -> None:
    """5.4.1 says so there, where 5.4 is otherwise a matter of the route."""
    assert read_answer(dsn("5.4.1", said="550 5.4.1 Recipient address rejected: Access denied")).gone
    assert not read_answer(dsn("5.4.4", said="unable to route")).gone


def test_whom_we_wrote_to_counts_where_a_mail_was_forwarded() -> None:
    """The server names both."""
    assert read_answer(dsn("5.1.1", to="new@other.test", original=TO)).address == TO


def test_a_complaint_is_known_and_its_opposite_is_none() -> None:
    """Some providers report what a reader took out of the spam folder."""
    complaint = read_answer(ABUSE)

    assert "complaint" == complaint.kind
    assert OURS in complaint.refers_to
    assert "automatic" == read_answer(NOT_SPAM).kind


def test_an_absence_is_no_answer() -> None:
    """Nor is the receipt that a mail program sends for a mail that was opened."""
    receipt = report("disposition-notification", ("text/plain", "read"), ("message/disposition-notification", "x: y"))

    assert ["automatic", "automatic"] == [read_answer(VACATION).kind, read_answer(receipt).kind]
    assert read_answer(VACATION).refers_to == (OURS,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Approved.\n\nOn Thu, 7 Jan 2027 at 09:00, Example CS <a@b.test> wrote:\n> Please confirm", "Approved."),
        ("Passt.\n\nAm 07.01.2027 um 09:00 schrieb Example CS <a@b.test>:\n\n> Bitte bestätigen", "Passt."),
        ("承知しました。\n\n2027年1月7日(木) 9:00 Example CS <a@b.test>:\n> ご確認ください", "承知しました。"),
    ],
)
def test_what_somebody_wrote_is_read_without_what_they_quote(text: str, words: str) -> None:
    """In the languages that our readers' mail programs quote in."""
    answer = read_answer(reply(text))

    assert ("reply", words, TO) == (answer.kind, answer.text, answer.sender)
    assert answer.refers_to[0] == OURS


def test_a_reply_in_html_alone_is_read() -> None:
    """Some programs on phones send nothing else."""
    html = "<html><head><style>p {}</style></head><body><p>Not me,<br>ask Ada</p><blockquote>quoted</blockquote></body>"

    assert read_answer(reply(html, kind="text/html; charset=utf-8")).text == "Not me,\nask Ada"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: \r\nContent-Type: multipart/report; report-type=delivery-status\r\n\r\n",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\nhello",
        POSTFIX[:700],
        EXCHANGE[:900],
        mail("Content-Type: multipart/report; report-type=feedback-report; boundary=x", "--x--"),
        b"From: =?utf-8?q?=\r\nSubject: =?bad?x?=\r\nReferences: <<<>>> <a@b\r\n\r\nx",
        b"A: b\r\n" * 5000 + b"\r\n" + b">" * 100000,
    ],
)
def test_what_is_broken_breaks_nothing(raw: bytes) -> None:
    """Anybody may write to a mailbox."""
    assert len(read_answer(raw).text) <= 10_000
