"""How does a notice become an e-mail? Rendered, with headers and attachment, the same whichever way it leaves."""

import hashlib
import re
from datetime import UTC, datetime
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from mimetypes import guess_type
from typing import Protocol

from activities.channels.texts.rendering import Rendering
from activities.channels.texts.sealing import one_line
from domain.outline import DocumentFile
from domain.record import WaitingNotice
from domain.trouble import ChannelRefuses

_HEADERS = HeaderRegistry()
# Python 3.11 writes the ids in these as encoded words when they are long, and then no client threads by them.
for _name in ("references", "in-reply-to"):
    _HEADERS.map_to_type(_name, MessageIDHeader)  # type: ignore[arg-type]  # typeshed: no BaseHeader, but mixed into one
_POLICY = SMTP.clone(header_factory=_HEADERS)
# Some servers refuse longer names, and nobody has one.
_LONGEST_NAME = 80
LARGEST_ATTACHMENT = 5_000_000
"""Bytes. Encoding adds a third, and many servers refuse mails from 10 MB on."""
_DEVIANT = re.compile("[ßς\u200c\u200d]")


def utc_now() -> datetime:
    """The clock of a channel that is given no other."""
    return datetime.now(UTC)


class Documents(Protocol):
    """Makes the documents that a mail may carry."""

    def __call__(self, reference: str) -> DocumentFile | None:
        """The document as it is now; None when there is none by that reference."""


def compose(
    waiting: WaitingNotice, rendering: Rendering, *, sender: str, now: datetime, documents: Documents | None = None
) -> EmailMessage:
    """The notice as an e-mail, with the Message-ID that it was given.

    Raises ChannelRefuses when it cannot be rendered, has no valid address, or its document is missing or too large.
    """
    name, _ = parseaddr(sender)
    facts, notice = waiting.notice.facts, waiting.notice
    rendered = rendering.render(waiting, sender=name)
    to = _address(waiting.person.name, waiting.person.email)
    message = EmailMessage(policy=_POLICY if to.addr_spec.isascii() else _POLICY.clone(utf8=True))
    message["From"] = sender
    message["To"] = to
    message["Reply-To"] = _address(str(facts.get("owner_name", "")), str(facts.get("owner_email", "")))
    message["Subject"] = rendered.subject
    message["Date"] = now
    message["Message-ID"] = message_id(waiting)
    message["In-Reply-To"] = message["References"] = _thread(waiting)
    # RFC 3834: no out-of-office note is sent back, least of all to everybody at once.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Day90-Onboarding"] = one_line(notice.onboarding)
    message["X-Day90-Notice"] = one_line(notice.key)
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    if notice.attachment is not None:
        _attach(message, notice.attachment, documents)
    return message


def _attach(message: EmailMessage, reference: str, documents: Documents | None) -> None:
    """Attach the document, made now, so that it is as new as the mail. Raises ChannelRefuses."""
    file = documents(reference) if documents is not None else None
    if file is None:
        raise ChannelRefuses(f"there is no document {reference} to attach")
    if len(file.content) > LARGEST_ATTACHMENT:
        raise ChannelRefuses(f"the document {reference} is too large for a mail: {len(file.content):,} bytes")
    kind, _ = guess_type(file.name)
    main, _, sub = (kind or "application/octet-stream").partition("/")
    message.add_attachment(file.content, maintype=main, subtype=sub, filename=one_line(file.name))


def message_id(waiting: WaitingNotice) -> str:
    """The notice's Message-ID, in angle brackets."""
    return f"<{waiting.message_id.strip('<> ')}>"


def _thread(waiting: WaitingNotice) -> str:
    """The id of a message that was never sent; all mails of an onboarding refer to it and show as one conversation."""
    domain = message_id(waiting).rstrip(">").rpartition("@")[2]
    about = waiting.notice.onboarding or waiting.notice.about
    onboarding = hashlib.sha256(about.encode()).hexdigest()[:16]
    return f"<onboarding.{onboarding}@{domain}>"


def _address(name: str, address: str) -> Address:
    """Name and address for a header. Raises ChannelRefuses, without repeating it, when the address is not valid."""
    local, at, domain = address.strip().rpartition("@")
    try:
        # A domain of other letters travels in the ASCII form that every server knows. Of four letters Python's codec
        # still makes another domain (größe.test becomes grösse.test), and the mail would reach strangers.
        if _DEVIANT.search(domain):
            raise ValueError
        host = domain if domain.isascii() else domain.encode("idna").decode()
        if not (local and at and host) or re.search(r"[\s\x00-\x1f\x7f<>,;:\"()\\]", local + host):
            raise ValueError
        return Address(one_line(name)[:_LONGEST_NAME], username=local, domain=host)
    except ValueError:
        raise ChannelRefuses("the receiver's or the owner's address is none") from None
