"""What do calendars answer? In the shapes of the programs that people use, and in none."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
import vobject  # type: ignore[import-untyped]  # the package ships no types

from activities.channels.mail.answers import read_answer
from activities.channels.mail.message import compose
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import sample
from domain.answering import EntryAnswered
from tests.support.calendar_answers import UID, gmail, outlook
from tests.support.returned_mail import mail, reply

ADA = "ada.young@acme.test"
STAMPED = datetime(2027, 1, 8, 10, 15, tzinfo=UTC)


def read(raw: bytes) -> EntryAnswered:
    answer = read_answer(raw)
    assert "calendar" == answer.kind
    assert answer.entry is not None
    return answer.entry


def test_an_answer_by_gmail_is_read() -> None:
    """Its lines are folded within a parameter, and the entry comes twice."""
    entry = read(gmail(ADA, "TENTATIVE", sequence=3))

    assert (UID, ADA, "tentative", 3, STAMPED) == (
        entry.uid,
        entry.attendee,
        entry.answer,
        entry.sequence,
        entry.stamped_at,
    )


def test_an_answer_by_outlook_is_read() -> None:
    """It names no organiser, and writes the address in capitals; what is said beside it is kept."""
    entry = read(outlook(ADA, comment="Bin im Urlaub\\, gerne danach"))

    assert (ADA, "declined", "Bin im Urlaub, gerne danach") == (entry.attendee, entry.answer, entry.comment)


def test_our_own_invitation_is_answered_by_another_library() -> None:
    """From the entry that we send to the answer that we read, with nothing of ours in between."""
    waiting = sample("invitation", "en")
    sent = compose(waiting, Rendering(), sender="CS <cs@vendor.test>", now=STAMPED).content
    read_back = message_from_bytes(sent, policy=policy.default)
    [part] = [part for part in read_back.walk() if part.get_content_type() == "text/calendar"]
    invitation = vobject.readOne(part.get_content())
    invitation.method.value = "REPLY"
    [attendee] = invitation.vevent.contents["attendee"]
    attendee.params["PARTSTAT"] = ["ACCEPTED"]

    head = f"From: {waiting.person.email}\nContent-Type: text/calendar; method=REPLY; charset=utf-8"
    entry = read(mail(head, invitation.serialize().replace("\r\n", "\n")))

    assert (waiting.notice.facts["calendar"]["uid"], waiting.person.email, "accepted") == (
        entry.uid,
        entry.attendee,
        entry.answer,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("METHOD:REPLY", "METHOD:COUNTER"),
        ("METHOD:REPLY", "METHOD:REQUEST"),
        ("PARTSTAT=ACCEPTED", "PARTSTAT=NEEDS-ACTION"),
        ("PARTSTAT=ACCEPTED", "PARTSTAT=DELEGATED"),
        ("UID:", "X-UID:"),
        ("BEGIN:VEVENT", "BEGIN:VTODO"),
        ("SEQUENCE:0", "SEQUENCE:many"),
        ("VERSION:2.0", "VERSION:2.0\r\nBEGIN"),
    ],
)
def test_what_answers_nothing_is_read_by_a_person(before: str, after: str) -> None:
    """Another time that is proposed, a question back, nonsense: a reply like any other."""
    answer = read_answer(gmail(ADA).replace(before.encode(), after.encode()))

    assert ("reply", None) == (answer.kind, answer.entry)


def test_a_reply_without_an_entry_stays_a_reply() -> None:
    assert "reply" == read_answer(reply("Gern am Freitag.")).kind
