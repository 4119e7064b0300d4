"""What does a calendar answer to an invitation? Written after the shapes of the programs that people use."""

from tests.support.returned_mail import mail

UID = "0c6f1a64d2a94b0f8f7c2c58c0a1d7e3"


def gmail(address: str, answer: str = "ACCEPTED", *, uid: str = UID, sequence: int = 0, sender: str = "") -> bytes:
    """As Google Calendar answers: the entry beside the text, and once more as a file."""
    entry = f"""BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REPLY
BEGIN:VEVENT
DTSTART:20270112T130000Z
DTEND:20270112T133000Z
DTSTAMP:20270108T101500Z
ORGANIZER;CN=Example CS:mailto:onboarding@vendor.test
UID:{uid}@vendor.test
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};CN={addr_folded(address)}
CREATED:20270107T080000Z
LAST-MODIFIED:20270108T101500Z
SEQUENCE:{sequence}
STATUS:CONFIRMED
SUMMARY:Monthly executive check-in
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR"""
    return _mail(
        sender or address,
        f"""--b2
Content-Type: text/plain; charset="UTF-8"

{address} has accepted this invitation.

--b2
Content-Type: text/calendar; charset="UTF-8"; method=REPLY
Content-Transfer-Encoding: 7bit

{entry}

--b2
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"

{entry}
--b2--
""",
    )


def outlook(address: str, answer: str = "DECLINED", *, uid: str = UID, comment: str = "") -> bytes:
    """As Outlook answers: no ORGANIZER, an address in capitals, a zone of Windows, and words of its own."""
    said = f"COMMENT;LANGUAGE=de-DE:{comment}\n" if comment else ""
    return _mail(
        address,
        f"""--b2
Content-Type: text/plain; charset="us-ascii"

--b2
Content-Type: text/calendar; charset="utf-8"; method=REPLY

BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT={answer};CN=Ada:MAILTO:{address.upper()}
{said}UID:{uid}@vendor.test
SUMMARY;LANGUAGE=de-DE:Abgelehnt: Monthly executive check-in
DTSTART;TZID=W. Europe Standard Time:20270112T140000
DTEND;TZID=W. Europe Standard Time:20270112T143000
CLASS:PUBLIC
PRIORITY:5
DTSTAMP:20270108T101500Z
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:0
X-MICROSOFT-CDO-APPT-SEQUENCE:0
END:VEVENT
END:VCALENDAR
--b2--
""",
    )


def addr_folded(address: str) -> str:
    """Name and address over two lines, as long lines of entries are folded."""
    return f"{address};X-NUM-\n GUESTS=0:mailto:{address}"


def _mail(sender: str, body: str) -> bytes:
    return mail(
        f"""From: <{sender}>
To: onboarding@vendor.test
Subject: Accepted: Monthly executive check-in
Message-ID: <calendar-1@mail.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b2\"""",
        body,
    )
