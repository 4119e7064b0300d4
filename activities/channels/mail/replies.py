"""What does a calendar answer to an invitation? Read from a mail with an entry by the method REPLY (RFC 5546)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar, Component

from domain.answering import LONGEST_ANSWER, EntryAnswered
from domain.news import Attendance
from domain.text import folded

LARGEST_ENTRY = 100_000
"""Bytes. Outlook's answers with all rules of a zone are some 5,000; the mail itself is read up to a megabyte."""
_ANSWERS: Mapping[str, Attendance] = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


def answered_entry(mail: EmailMessage, *, sender: str) -> EntryAnswered | None:
    """The answer in a mail; None where there is none, or none that can be read.

    A time that is proposed instead (COUNTER) is a reply like any other: a person reads it and decides.
    """
    for part in mail.walk():
        if part.get_content_type() in ("text/calendar", "application/ics"):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and len(content) <= LARGEST_ENTRY:
                try:
                    answer = _read(content, sender)
                except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
                    continue
                if answer is not None:
                    return answer
    return None


def _read(content: bytes, sender: str) -> EntryAnswered | None:
    calendar = Calendar.from_ical(content)
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        return None
    for event in calendar.walk("VEVENT"):
        attendee = _attendee(event, sender)
        answer = _ANSWERS.get(str(attendee.params.get("PARTSTAT", "")).upper()) if attendee is not None else None
        if answer is None or not event.get("UID"):
            continue
        return EntryAnswered(
            uid=str(event["UID"]).partition("@")[0][:100],
            attendee=_address(attendee),
            answer=answer,
            sequence=max(0, min(int(event.get("SEQUENCE", 0)), 1_000_000)),
            stamped_at=_stamp(event),
            comment=str(event.get("COMMENT", "")).strip()[:LONGEST_ANSWER],
        )
    return None


def _attendee(event: Component, sender: str) -> Any:
    """The attendee that it answers for: there is one; where a program sends all back, the one who sent it."""
    given = event.get("ATTENDEE", [])
    attendees = given if isinstance(given, list) else [given]
    own = [one for one in attendees if _address(one) == folded(sender)]
    return (own or attendees or [None])[0]


def _address(attendee: Any) -> str:
    text = str(attendee)
    return folded(text[len("mailto:") :] if text[: len("mailto:")].lower() == "mailto:" else text)[:320]


def _stamp(event: Component) -> datetime | None:
    stamp = event.get("DTSTAMP")
    at = getattr(stamp, "dt", None)
    if not isinstance(at, date) or not isinstance(at, datetime):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
