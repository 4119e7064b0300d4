"""Does a meeting come into its reader's calendar as it was agreed? Read by another library than the one that wrote."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject  # type: ignore[import-untyped]  # the package ships no types

from activities.channels.mail.message import compose
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import sample
from domain.text import Language

BERLIN, NEW_YORK, KATHMANDU = "Europe/Berlin", "America/New_York", "Asia/Kathmandu"
SENDER = "Example CS <cs@vendor.test>"
OURS = Rendering(companies={"en": "Example Vendor", "ja": "株式会社サンプル"})


def mail(kind: str = "invitation", language: Language = "en", *, name: str = "", **entry: Any) -> EmailMessage:
    """The mail of a sample, as its receiver gets it."""
    waiting = sample(kind, language)  # type: ignore[arg-type]  # kinds of the parameters above
    facts = {**waiting.notice.facts, "calendar": {**waiting.notice.facts["calendar"], **entry}}
    person = waiting.person.model_copy(update={"name": name} if name else {})
    waiting = waiting.model_copy(
        update={"notice": waiting.notice.model_copy(update={"facts": facts}), "person": person}
    )
    composed = compose(waiting, OURS, sender=SENDER, now=datetime(2027, 1, 7, 8, tzinfo=UTC))
    read = message_from_bytes(composed.content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def entry_in(mail: EmailMessage) -> tuple[EmailMessage, Any]:
    """The part of the mail that calendars look for, and what the other library reads in it."""
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return part, vobject.readOne(part.get_content())


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_invitation_is_read_as_one(language: Language) -> None:
    """Who invites whom to what, when, and that an answer is wanted; among the alternatives, where Outlook looks."""
    sent = mail(language=language)
    part, calendar = entry_in(sent)
    event = calendar.vevent

    assert "REQUEST" == part.get_param("method") == calendar.method.value
    assert ["text/plain", "text/html", "text/calendar"] == [one.get_content_type() for one in sent.iter_parts()]
    assert "multipart/alternative" == sent.get_content_type()
    assert "0c6f1a64d2a94b0f8f7c2c58c0a1d7e3@day90.test" == event.uid.value
    assert ("0", "CONFIRMED") == (event.sequence.value, event.status.value)
    assert "mailto:cs@vendor.test" == event.organizer.value
    [attendee] = event.contents["attendee"]
    assert str(sent["To"].addresses[0].addr_spec) == attendee.value.removeprefix("mailto:")
    assert (["TRUE"], ["NEEDS-ACTION"]) == (attendee.params["RSVP"], attendee.params["PARTSTAT"])
    assert timedelta(minutes=30) == event.dtend.value - event.dtstart.value


@pytest.mark.parametrize(
    ("language", "summary", "description"),
    [
        ("en", "Monthly executive check-in (Example Vendor)", "Progress and early wins\nWith: "),
        ("ja", "月次エグゼクティブ・チェックイン（株式会社サンプル）", "進捗と初期の成果\n参加者：中村 浩様、森 健二"),
    ],
)
def test_a_customer_reads_in_it_with_whom_they_meet(language: Language, summary: str, description: str) -> None:
    """Their own company's name says nothing in their calendar."""
    event = entry_in(mail(language=language))[1].vevent

    assert summary == event.summary.value
    assert event.description.value.startswith(description)


def test_what_falls_away_is_taken_back() -> None:
    part, calendar = entry_in(mail("meeting_cancelled"))

    assert "CANCEL" == part.get_param("method") == calendar.method.value
    assert ("1", "CANCELLED") == (calendar.vevent.sequence.value, calendar.vevent.status.value)


@pytest.mark.parametrize(
    ("zone", "starts_at", "there"),
    [
        (BERLIN, "2027-01-12T13:00:00+00:00", "2027-01-12 14:00"),
        (BERLIN, "2027-07-12T13:00:00+00:00", "2027-07-12 15:00"),
        (BERLIN, "2027-03-28T00:30:00+00:00", "2027-03-28 01:30"),
        (BERLIN, "2027-10-31T00:30:00+00:00", "2027-10-31 02:30"),
        (NEW_YORK, "2027-03-15T14:00:00+00:00", "2027-03-15 10:00"),
        (KATHMANDU, "2027-01-12T05:15:00+00:00", "2027-01-12 11:00"),
        ("UTC", "2027-01-12T13:00:00+00:00", "2027-01-12 13:00"),
    ],
)
def test_the_hour_is_right_by_the_rules_that_come_with_it(zone: str, starts_at: str, there: str) -> None:
    """A calendar that knows no zones reads the rules in the entry: winter, summer, and the nights between."""
    _, calendar = entry_in(mail(zone=zone, starts_at=starts_at))
    start, end = calendar.vevent.dtstart.value, calendar.vevent.dtend.value

    assert there == f"{start.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    assert datetime.fromisoformat(starts_at) == start.astimezone(UTC)
    assert timedelta(minutes=30) == end.astimezone(UTC) - start.astimezone(UTC)


def test_an_hour_over_the_night_of_the_clocks_lasts_as_long_as_it_says() -> None:
    """From 01:30 to 03:30 by the clocks of Berlin is one hour in spring."""
    _, calendar = entry_in(mail(zone=BERLIN, starts_at="2027-03-28T00:30:00+00:00", minutes=60))

    start, end = calendar.vevent.dtstart.value, calendar.vevent.dtend.value
    assert ("01:30", "03:30") == (f"{start:%H:%M}", f"{end:%H:%M}")
    assert timedelta(hours=1) == end.astimezone(ZoneInfo("UTC")) - start.astimezone(ZoneInfo("UTC"))


def test_a_name_brings_no_line_of_its_own_into_an_entry() -> None:
    """Names come from other systems, and the attendee is a line of the entry."""
    hostile = 'Ann "X"\r\nATTENDEE:mailto:evil@example.test'

    _, calendar = entry_in(mail(name=hostile))

    [attendee] = calendar.vevent.contents["attendee"]
    assert "evil@example.test" not in attendee.value


def test_a_mail_without_an_hour_brings_no_entry() -> None:
    """What is announced for a day alone stays a message."""
    waiting = sample("meeting", "en")

    composed = compose(waiting, OURS, sender=SENDER, now=datetime(2027, 1, 7, 8, tzinfo=UTC))

    parts = message_from_bytes(composed.content, policy=policy.default).walk()
    assert "text/calendar" not in [part.get_content_type() for part in parts]
