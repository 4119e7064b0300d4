"""How does a notice become an e-mail? Rendered, with headers and attachment, the same whichever way it leaves."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from mimetypes import guess_type
from typing import Any, NamedTuple, Protocol

from activities.channels.mail import headers
from activities.channels.mail.entries import entry_parts
from activities.channels.mail.lists import choosing, leaving, list_id
from activities.channels.mail.parts import Part, data_part, joined, text_part
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.sealing import one_line
from domain.mailbox import checked_address, read_mailbox
from domain.notice import DIGEST, Notice
from domain.outline import DocumentFile
from domain.record import WaitingNotice
from domain.rules.hearing import INFORMING
from domain.trouble import ChannelRefuses

# Some servers refuse longer names, and nobody has one.
_LONGEST_NAME = 80
_MOST_MAILBOXES = 256
"""Who owns an onboarding stands in each of its mails, and its readers get several."""
LARGEST_ATTACHMENT = 5_000_000
"""Bytes. Encoding adds a third, and many servers refuse mails from 10 MB on."""


def utc_now() -> datetime:
    """The clock of a channel that is given no other."""
    return datetime.now(UTC)


class Documents(Protocol):
    """Makes the documents that a mail may carry."""

    def __call__(self, reference: str) -> DocumentFile | None:
        """The document as it is now; None when there is none by that reference."""


class Said(NamedTuple):
    """What the reader of a mail reads."""

    subject: str
    text: str


class Letter(NamedTuple):
    """A notice as an e-mail, what its reader reads in it, and from which address to which it goes.

    `content` is what goes over the line or into a file, in lines that end in CRLF.
    """

    content: bytes
    said: Said
    sender: str
    receiver: str


def compose(
    waiting: WaitingNotice,
    rendering: Rendering,
    *,
    sender: str,
    now: datetime,
    documents: Documents | None = None,
    public_url: str = "",
    reads_answers: bool = False,
) -> Letter:
    """The notice as an e-mail, with the Message-ID that it was given.

    `public_url` is where its reader may unsubscribe, if it is a letter for that; empty where no such address is set.
    With `reads_answers` answers come to the sender's own mailbox, where we read them; else to the owner.

    Raises ChannelRefuses when it cannot be rendered, has no valid address, or its document is missing or too large.
    """
    own, notice = read_mailbox(sender), waiting.notice
    facts = notice.facts
    rendered = rendering.render(waiting, sender=own.name)
    thread = _thread(waiting)
    fields = {
        "From": _mailbox(own.name, own.address),
        "To": _mailbox(waiting.person.name, waiting.person.email),
        "Reply-To": (_mailbox(str(facts.get("owner_name", "")), own.address) if reads_answers else _answered_by(facts)),
        "Subject": headers.words(rendered.subject),
        "Date": format_datetime(now),
        "Message-ID": message_id(waiting),
        "In-Reply-To": thread[-1],
        "References": headers.FOLD.join(thread),
        # RFC 3834: no out-of-office note is sent back, least of all to everybody at once. Exchange heeds its own word.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Id": list_id(_about(waiting), _domain(waiting)),
    }
    if waiting.unsubscribe:
        fields |= leaving(waiting.unsubscribe, address=own.address, public_url=public_url)
    elif _only_informs(notice) and waiting.links.get("preferences"):
        fields |= choosing(waiting.links["preferences"])
    fields["X-Day90-Onboarding"] = headers.id(one_line(notice.onboarding))
    fields["X-Day90-Notice"] = headers.id(one_line(notice.key))
    fields["MIME-Version"] = "1.0"
    company = rendering.company(waiting.person.language, sender=own.name)
    entries = entry_parts(facts, waiting.person, organiser=own, company=company, domain=_domain(waiting), now=now)
    body = joined("alternative", [text_part("plain", rendered.text), text_part("html", rendered.html), *entries])
    if notice.attachment is not None:
        body = joined("mixed", [body, _attached(notice.attachment, documents)])
    return Letter(
        Part({**fields, **body.headers}, body.content).written,
        Said(rendered.subject, rendered.text.rstrip()),
        sender=own.address,
        receiver=checked_address(waiting.person.email),
    )


def said_by(message: EmailMessage) -> Said:
    """Subject and plain text of a mail that was read from a file, with plain line ends."""
    subject = str(make_header(decode_header(str(message["Subject"] or ""))))
    body = message.get_body(preferencelist=("plain",))
    text = str(body.get_content()) if body else ""
    # What is in base64 keeps the CRLF of the mail, what is not has lost it on the way.
    return Said(subject, text.replace("\r\n", "\n").rstrip())


def _attached(reference: str, documents: Documents | None) -> Part:
    """The document, made now, so that it is as new as the mail. Raises ChannelRefuses."""
    file = documents(reference) if documents is not None else None
    if file is None:
        raise ChannelRefuses(f"there is no document {reference} to attach")
    if len(file.content) > LARGEST_ATTACHMENT:
        raise ChannelRefuses(f"the document {reference} is too large for a mail: {len(file.content):,} bytes")
    kind, _ = guess_type(file.name)
    name = one_line(file.name)
    of_content = {
        "Content-Type": headers.file_kind(kind or "application/octet-stream", name),
        "Content-Disposition": headers.file_name(name),
    }
    return data_part(of_content, file.content)


def message_id(waiting: WaitingNotice) -> str:
    """The notice's Message-ID, in angle brackets."""
    return f"<{waiting.message_id.strip('<> ')}>"


def _thread(waiting: WaitingNotice) -> list[str]:
    """The ids to which a mail refers, the one that it answers last.

    That of a message that was never sent comes first: all mails of an onboarding refer to it and show as one
    conversation. Those about one question refer to another one as well, and below the mail that asked it, if one did.
    """
    onboarding = hashlib.sha256(_about(waiting).encode()).hexdigest()[:16]
    ids = [f"<onboarding.{onboarding}@{_domain(waiting)}>"]
    facts = waiting.notice.facts
    if waiting.notice.kind in ("question", "question_answered") and facts.get("question"):
        question = hashlib.sha256(f"{_about(waiting)}\n{facts['question']}".encode()).hexdigest()[:16]
        ids.append(f"<question.{question}@{_domain(waiting)}>")
        if asked_by := str(facts.get("answers_to", "")):
            ids.append(headers.id(one_line(asked_by)))
    return ids


def _about(waiting: WaitingNotice) -> str:
    """The id of the onboarding or introduction that the notice is about; empty where it is about day90 itself."""
    return waiting.notice.onboarding or waiting.notice.about


def _domain(waiting: WaitingNotice) -> str:
    """The domain of our own ids."""
    return message_id(waiting).rstrip(">").rpartition("@")[2]


def _only_informs(notice: Notice) -> bool:
    return notice.kind in INFORMING or (notice.kind == DIGEST and not notice.facts.get("essential", True))


def _answered_by(facts: Mapping[str, Any]) -> str:
    """Who gets the replies: whom the message names, and while they are away who stands in as well."""
    people = [("owner_name", "owner_email")]
    if facts.get("stand_in_email"):
        people.append(("stand_in", "stand_in_email"))
    return ", ".join(_mailbox(str(facts.get(name, "")), str(facts.get(address, ""))) for name, address in people)


@lru_cache(maxsize=_MOST_MAILBOXES)
def _mailbox(name: str, address: str) -> str:
    """Name and address for a header. Raises ChannelRefuses, without repeating it, when the address is not valid."""
    try:
        return headers.mailbox(one_line(name)[:_LONGEST_NAME].strip(), checked_address(address))
    except ValueError:
        raise ChannelRefuses("the receiver's or the owner's address is none") from None
