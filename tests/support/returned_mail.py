"""What comes back to a sender? Bounces, complaints and answers, written after the shapes that servers document."""

OURS = "<3f2a91c0d4e5b6a7988776655443322a@vendor.test>"
TO = "juergen.weiss@nordlicht.test"
RETURNED = f"""From: Example CS <onboarding@vendor.test>
To: Juergen <{TO}>
Subject: Please confirm the date
Message-ID: {OURS}
"""


def mail(head: str, body: str) -> bytes:
    return f"{head.strip()}\n\n{body.lstrip()}".replace("\n", "\r\n").encode()


def report(kind: str, *parts: tuple[str, str], head: str = "", sender: str = "MAILER-DAEMON@mx.vendor.test") -> bytes:
    """A multipart/report with those parts, each with its type."""
    lines = "".join(f"--b1\nContent-Type: {type}\n\n{content.strip()}\n\n" for type, content in parts)
    given = f"""Return-Path: <>
From: {sender}
To: onboarding@vendor.test
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Message-ID: <20270107080000.1@mx.vendor.test>
{head}Content-Type: multipart/report; report-type={kind}; boundary="b1"
"""
    return mail("\n".join(line for line in given.split("\n") if line), f"{lines}--b1--\n")


def dsn(status: str, *, action: str = "failed", said: str = "", to: str = TO, original: str = "") -> bytes:
    """A delivery status notification as Postfix writes it (RFC 3464)."""
    named = f"Original-Recipient: rfc822;{original}\n" if original else ""
    return report(
        "delivery-status",
        ("text/plain; charset=us-ascii", f"This is the mail system at host mx.vendor.test.\n\n<{to}>: {said}"),
        (
            "message/delivery-status",
            f"""Reporting-MTA: dns; mx.vendor.test
X-Postfix-Queue-ID: 4F2A91C0
X-Postfix-Sender: rfc822; onboarding@vendor.test
Arrival-Date: Thu,  7 Jan 2027 08:00:00 +0000 (UTC)

Final-Recipient: rfc822; {to}
{named}Action: {action}
Status: {status}
Remote-MTA: dns; mx.nordlicht.test
Diagnostic-Code: smtp; {said}""",
        ),
        ("text/rfc822-headers", RETURNED),
        head="Auto-Submitted: auto-replied\n",
    )


POSTFIX = dsn("5.1.1", said=f"550 5.1.1 <{TO}>: Recipient address rejected: User unknown in virtual mailbox table")
POSTFIX_DELAYED = dsn("4.4.1", action="delayed", said="connect to mx.nordlicht.test[192.0.2.9]:25: timed out")
FULL = dsn("5.2.2", said="552 5.2.2 Quota exceeded (mailbox for user is full)")
SPAM = dsn("5.7.1", said="550 5.7.1 Message rejected as spam by Content Filtering.")
EXCHANGE = report(
    "delivery-status",
    ("text/html; charset=us-ascii", "<p>Your message to juergen.weiss couldn't be delivered.</p>"),
    (
        "message/delivery-status",
        f"""Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.com
Received-From-MTA: dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.com
Arrival-Date: Thu, 7 Jan 2027 08:00:00 +0000

Final-Recipient: rfc822;{TO}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup""",
    ),
    ("message/rfc822", f"{RETURNED}MIME-Version: 1.0\nContent-Type: text/plain\n\nPlease confirm"),
    head=f"In-Reply-To: {OURS}\nReferences: {OURS}\nX-MS-Exchange-Message-Is-Ndr:\n",
    sender="postmaster@nordlicht.test",
)
EXIM = mail(
    """Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.vendor.test>
To: onboarding@vendor.test
Auto-Submitted: auto-replied
X-Failed-Recipients: juergen.weiss@nordlicht.test
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1abcde-0001Ab-Cd@mx.vendor.test>""",
    f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {TO}
    host mx.nordlicht.test [192.0.2.9]
    SMTP error from remote mail server after RCPT TO:<{TO}>:
    550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

{RETURNED}
Please confirm
""",
)
ABUSE = report(
    "feedback-report",
    ("text/plain", "This is an email abuse report for an email message received from 192.0.2.1."),
    ("message/feedback-report", "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1"),
    ("message/rfc822", f"{RETURNED}\nPlease confirm"),
    sender="abusedesk@isp.test",
)
NOT_SPAM = ABUSE.replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam")
VACATION = mail(
    f"""From: Juergen <{TO}>
To: onboarding@vendor.test
Subject: Abwesenheitsnotiz: Please confirm the date
Auto-Submitted: auto-replied (vacation)
In-Reply-To: {OURS}
References: {OURS}
Return-Path: <>""",
    "Ich bin bis zum 20.1. nicht im Haus.\n",
)


def reply(text: str, *, sender: str = TO, to: str = OURS, kind: str = "text/plain; charset=utf-8") -> bytes:
    return mail(
        f"""From: Jürgen <{sender}>
To: onboarding@vendor.test
Subject: Re: Please confirm the date
Message-ID: <abc.1@nordlicht.test>
In-Reply-To: {to}
References: <onboarding.0011223344556677@vendor.test> {to}
MIME-Version: 1.0
Content-Type: {kind}
Content-Transfer-Encoding: 8bit""",
        text,
    )
