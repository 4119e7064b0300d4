"""How does a notice become an e-mail? Rendered, with headers and attachment, the same whichever way it leaves."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from email.generator import BytesGenerator
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import format_datetime
from io import BytesIO
from mimetypes import guess_type
from typing import Any, NamedTuple, Protocol

from activities.channels.mail import headers
from activities.channels.mail.entries import add_entry
from activities.channels.mail.lists import choosing, leaving, list_id
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
_MOSTLY_OTHER_LETTERS = 1.3
"""Bytes for each character of a text, from which base64 is shorter than quoted-printable: that has three characters for
each of their bytes."""
# One for all mails: only parts within parts must differ, and in no encoding of ours does "=_" occur (RFC 2045, 6.7).
_ALTERNATIVES = f'multipart/alternative;{headers.FOLD}boundary="=_alternatives"'
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
    """A notice as an e-mail, what its reader reads in it, and from which address to which it goes."""

    message: EmailMessage
    said: Said
    sender: str
    receiver: str

    @property
    def content(self) -> bytes:
        """The e-mail as it goes over the line or into a file, by lines that end in CRLF."""
        written = BytesIO()
        _Writer(written, mangle_from_=False, policy=self.message.policy).flatten(self.message)
        return written.getvalue()


class _Writer(BytesGenerator):
    """Writes a part in one piece, and not line by line: a page has hundreds of them."""

    @classmethod
    def _make_boundary(cls, text: str | None = None) -> str:  # noqa: ARG003  # the standard library passes it
        # No look into the text: in neither of the encodings that it has does "=_" occur (RFC 2045, 6.7).
        return f"=_{secrets.token_hex(16)}"

    def _write_lines(self, lines: str) -> None:
        self.write(lines.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n"))


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
    message = EmailMessage(policy=headers.POLICY)
    message["From"] = _mailbox(own.name, own.address)
    message["To"] = _mailbox(waiting.person.name, waiting.person.email)
    message["Reply-To"] = (
        _mailbox(str(facts.get("owner_name", "")), own.address) if reads_answers else _answered_by(facts)
    )
    message["Subject"] = headers.words(rendered.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(waiting)
    thread = _thread(waiting)
    message["In-Reply-To"], message["References"] = thread[-1], headers.FOLD.join(thread)
    # RFC 3834: no out-of-office note is sent back, least of all to everybody at once. Exchange heeds only its own word.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Id"] = list_id(_about(waiting), _domain(waiting))
    if waiting.unsubscribe:
        for name, value in leaving(waiting.unsubscribe, address=own.address, public_url=public_url).items():
            message[name] = value
    elif _only_informs(notice) and waiting.links.get("preferences"):
        for name, value in choosing(waiting.links["preferences"]).items():
            message[name] = value
    message["X-Day90-Onboarding"] = headers.id(one_line(notice.onboarding))
    message["X-Day90-Notice"] = headers.id(one_line(notice.key))
    message["MIME-Version"], message["Content-Type"] = "1.0", _ALTERNATIVES
    message.attach(_part("plain", rendered.text))
    message.attach(_part("html", rendered.html))
    company = rendering.company(waiting.person.language, sender=own.name)
    add_entry(message, facts, waiting.person, organiser=own, company=company, domain=_domain(waiting), now=now)
    if notice.attachment is not None:
        _attach(message, notice.attachment, documents)
    return Letter(
        message,
        Said(rendered.subject, rendered.text.rstrip()),
        sender=own.address,
        receiver=checked_address(waiting.person.email),
    )


def _part(kind: str, text: str) -> EmailMessage:
    """The text as a part of a mail: seven bits and short lines, whatever the server takes, and the same after it.

    So a signature by DKIM holds. The standard library encodes as much, in Python, for as long as all else takes.
    """
    lines = text.encode("utf-8", "replace").splitlines()
    content = b"".join(line + b"\r\n" for line in lines)
    if len(content) < _MOSTLY_OTHER_LETTERS * len(text):
        encoding, encoded = "quoted-printable", binascii.b2a_qp(content)
    else:
        encoding, encoded = "base64", base64.encodebytes(content)
    part = EmailMessage(policy=headers.POLICY)
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(encoded.decode("ascii"))
    return part


def said_by(message: EmailMessage) -> Said:
    """Subject and plain text of a mail that was read from a file, with plain line ends."""
    subject = str(make_header(decode_header(str(message["Subject"] or ""))))
    body = message.get_body(preferencelist=("plain",))
    text = str(body.get_content()) if body else ""
    # What is in base64 keeps the CRLF of the mail, what is not has lost it on the way.
    return Said(subject, text.replace("\r\n", "\n").rstrip())


def _attach(message: EmailMessage, reference: str, documents: Documents | None) -> None:
    """Attach the document, made now, so that it is as new as the mail. Raises ChannelRefuses."""
    file = documents(reference) if documents is not None else None
    if file is None:
        raise ChannelRefuses(f"there is no document {reference} to attach")
    if len(file.content) > LARGEST_ATTACHMENT:
        raise ChannelRefuses(f"the document {reference} is too large for a mail: {len(file.content):,} bytes")
    kind, _ = guess_type(file.name)
    main, _, sub = (kind or "application/octet-stream").partition("/")
    message.add_attachment(file.content, maintype=main, subtype=sub, cte="base64", disposition="attachment")
    *_, part = message.iter_attachments()
    name = one_line(file.name)
    part.replace_header("Content-Type", headers.file_kind(f"{main}/{sub}", name))
    part.replace_header("Content-Disposition", headers.file_name(name))


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


def _mailbox(name: str, address: str) -> str:
    """Name and address for a header. Raises ChannelRefuses, without repeating it, when the address is not valid."""
    try:
        return headers.mailbox(one_line(name)[:_LONGEST_NAME].strip(), checked_address(address))
    except ValueError:
        raise ChannelRefuses("the receiver's or the owner's address is none") from None
