"""What does a mail to us say? Bounces (RFC 3464), complaints (RFC 5965), automatic answers (RFC 3834), calendars'
answers (RFC 5546), and replies."""

import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import Any

from flufl.bounce import all_failures
from mailparser_reply import EmailReplyParser  # type: ignore[import-untyped]  # the package ships no types

from activities.channels.mail.replies import answered_entry
from domain.answering import LONGEST_ANSWER, LONGEST_LINE, Answer, AnswerKind

_ID = re.compile(r"<[^<>\s@]{1,250}@[^<>\s@]{1,250}>")
_ID_LINE = re.compile(r"^\s*Message-I[dD]:\s*(<[^<>\s]{3,500}>)", re.MULTILINE)
MOST_IDS = 50
"""Message-IDs of one mail that are looked up: a long conversation refers to some twenty."""
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")
# Refused for good, although the mailbox is there: full, too large, a matter of policy, content or route (RFC 3463).
# Exchange Online says 5.4.1 of a receiver that its directory lacks.
_STILL_THERE = re.compile(r"5\.(2\.[234]|3\.|4\.(?!1\b)|5\.|6\.|7\.)")
_AUTOMATIC = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from")
_PRECEDENCE = frozenset({"auto_reply", "bulk", "junk", "list"})
LANGUAGES = ["en", "de", "ja"]


def read_answer(raw: bytes) -> Answer:
    """The mail as far as we need it, whatever its state: what cannot be read is a reply with what there is."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    head = Answer(
        kind="reply",
        sender=_sender(mail),
        mail_id=next(iter(_ID.findall(_header(mail, "message-id"))), ""),
        subject=_header(mail, "subject"),
        refers_to=_refers_to(mail),
    )
    return head.model_copy(update=_read(raw, mail))


def _read(raw: bytes, mail: EmailMessage) -> Mapping[str, Any]:
    """What tells this kind of mail from others."""
    report = _parameter(mail, "report-type") if mail.get_content_type() == "multipart/report" else ""
    if report == "feedback-report":
        return {"kind": _complaint(mail)}
    if report == "delivery-status" and (bounce := _by_status(mail)) is not None:
        return bounce
    if (bounce := _without_status(raw, mail)) is not None:
        return bounce
    if (entry := answered_entry(mail, sender=_sender(mail))) is not None:
        return {"kind": "calendar", "entry": entry}
    if _is_automatic(mail) or report:
        return {"kind": "automatic"}
    return {"text": _words(mail)}


# --- bounces


def _by_status(mail: EmailMessage) -> Mapping[str, Any] | None:
    """What the report says of the one receiver that each of our mails has; None where it says of nobody's trouble."""
    for fields in _statuses(mail):
        action = str(fields.get("action", "")).strip().lower()
        if action not in ("failed", "delayed"):
            continue
        status = next(iter(re.findall(r"[245]\.\d{1,3}\.\d{1,3}", str(fields.get("status", "")))), "")
        final = action == "failed"
        named = str(fields.get("original-recipient") or fields.get("final-recipient") or "")
        said = " ".join(str(fields.get("diagnostic-code", "")).partition(";")[2].split())
        if status in ("", "5.0.0") and (told := re.search(r"\b5\.\d{1,3}\.\d{1,3}\b", said)):
            status = told[0]
        return _bounce(
            _address(named.partition(";")[2] or named),
            _reason(f"{status} {said}"),
            final=final,
            gone=final and not _STILL_THERE.match(status) and not status.startswith("4"),
        )
    return None


def _bounce(address: str, reason: str, *, final: bool, gone: bool) -> Mapping[str, Any]:
    return {"kind": "bounce", "address": address, "reason": reason, "final": final, "gone": gone}


def _statuses(mail: EmailMessage) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            blocks = part.get_payload()
            yield from (block for block in blocks if isinstance(block, Message)) if isinstance(blocks, list) else ()


def _without_status(raw: bytes, mail: EmailMessage) -> Mapping[str, Any] | None:
    """A bounce in the manner of one of the many servers that write no report; only where a mail server sent it."""
    by_server = _sender(mail).partition("@")[0] in ("mailer-daemon", "postmaster")
    # An out-of-office note has an empty Return-Path as well, and says that it answers.
    returned = _header(mail, "return-path") == "<>" and not _header(mail, "auto-submitted").startswith("auto-replied")
    if not by_server and not returned:
        return None
    try:
        temporary, permanent = all_failures(message_from_bytes(raw))
    except (LookupError, ValueError, AttributeError, TypeError):
        # Its detectors stumble over some broken mails.
        return None
    for found, final in ((permanent, True), (temporary, False)):
        if found:
            address = sorted(found)[0].decode("utf-8", "replace")
            return _bounce(_address(address), "returned by a mail server", final=final, gone=final)
    return None


def _reason(said: str) -> str:
    """What the server said, without the addresses that it repeats."""
    return _ADDRESS.sub("address", " ".join(said.split()))[:LONGEST_LINE]


# --- complaints and automatic answers


def _complaint(mail: EmailMessage) -> AnswerKind:
    """`complaint`, or `automatic` where the report is about anything else: some say that it was no spam after all."""
    for part in mail.walk():
        if part.get_content_type() == "message/feedback-report":
            payload = part.get_payload()
            told = str(payload[0] if isinstance(payload, list) and payload else payload or "")
            if re.search(r"^feedback-type:\s*not-spam", told, re.IGNORECASE | re.MULTILINE):
                return "automatic"
    return "complaint"


def _is_automatic(mail: EmailMessage) -> bool:
    submitted = _header(mail, "auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if _header(mail, "precedence").lower() in _PRECEDENCE or any(name in mail for name in _AUTOMATIC):
        return True
    return _header(mail, "return-path") == "<>"


# --- what a person wrote


def _words(mail: EmailMessage) -> str:
    """The words of a reply without what it quotes; all of it where nothing else is left."""
    try:
        body = mail.get_body(preferencelist=("plain", "html"))
        text = str(body.get_content()) if body is not None else ""
    except (LookupError, ValueError, AttributeError):
        # A character set that there is none of, or parts that do not hang together.
        return ""
    if body is not None and body.get_content_subtype() == "html":
        text = _plain(text)
    text = text.replace("\r\n", "\n")
    reply = EmailReplyParser(languages=LANGUAGES).parse_reply(text=text) or ""
    kept = (reply.strip() or text.strip())[:LONGEST_ANSWER]
    return "".join(sign for sign in kept if sign == "\n" or sign.isprintable())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # HTMLParser calls it with both
        if tag in ("style", "script", "head", "title", "blockquote"):
            self.hidden += 1
        elif tag in ("br", "p", "div", "tr", "li"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "head", "title", "blockquote"):
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def _plain(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    return "\n".join(line.strip() for line in "".join(reader.parts).split("\n"))


# --- headers


def _refers_to(mail: EmailMessage) -> tuple[str, ...]:
    """The Message-IDs that it is about: of the mail that was returned with it, and of the conversation."""
    ids: list[str] = []
    for part in mail.walk():
        kind = part.get_content_type()
        if part is not mail and kind == "message/rfc822":
            returned = part.get_payload()
            ids += (
                [_header(one, "message-id") for one in returned if isinstance(one, Message)]
                if isinstance(returned, list)
                else []
            )
        elif (kind in ("text/rfc822-headers", "message/rfc822-headers", "text/plain") and mail.is_multipart()) or (
            part is mail and not mail.is_multipart()
        ):
            ids += _ID_LINE.findall(_decoded(part))
    # The newest of a conversation stands last.
    ids += [_header(mail, "in-reply-to"), *reversed(_ID.findall(_header(mail, "references")))]
    return tuple(dict.fromkeys(found for id in ids for found in _ID.findall(id)))[:MOST_IDS]


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _header(mail: Message, name: str) -> str:
    """The header in one line; empty where there is none, or where it cannot be read."""
    try:
        return " ".join(str(mail.get(name, "")).split())[: LONGEST_LINE if name == "subject" else 20_000]
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return ""


def _parameter(mail: EmailMessage, name: str) -> str:
    try:
        return str(mail.get_param(name, "")).lower()
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""


def _sender(mail: EmailMessage) -> str:
    return _address(_header(mail, "from"))


def _address(text: str) -> str:
    """The address in a text in lower case; empty where there is none."""
    found = parseaddr(text.strip())[1] or text.strip(" <>")
    return found.lower() if re.fullmatch(r"[^\s<>@]{1,128}@[^\s<>@]{1,255}", found) else ""
