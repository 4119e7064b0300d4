"""Which SMTP server, and which mailbox, does a URL name?"""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

# 587: submission, where a server offers STARTTLS; 465: TLS from the first byte (RFC 8314).
_PORTS = {"smtp": 587, "smtps": 465}
_IMAP_PORTS = {"imap": 143, "imaps": 993}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """An SMTP server that takes our mail. `tls_from_start` is smtps; otherwise STARTTLS is used where it is offered."""

    host: str
    port: int
    user: str | None
    password: SecretStr | None
    tls_from_start: bool


def read_mail_server(url: str) -> MailServer:
    """The server that `smtp://user:password@host:port` or `smtps://…` names; user and password are percent-encoded.

    Without a port it is 587, for smtps 465. Raises ValueError without the URL in it, since that carries the password.
    """
    wrong = ValueError("should look like smtp://user:password@host:587 or smtps://user:password@host:465")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise wrong
    try:
        parts.hostname.encode("idna")
    except UnicodeError:
        raise ValueError("should name a host without an empty part, and none of its parts over 63 characters") from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise ValueError("should have user and password in ASCII: Python's SMTP sends no others")
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=user or None,
        password=SecretStr(password) if password else None,
        tls_from_start=parts.scheme == "smtps",
    )


@dataclass(frozen=True, kw_only=True)
class ImapServer:
    """A mailbox of ours. `tls` is imaps; without it the server is on this machine."""

    host: str
    port: int
    user: str
    password: SecretStr
    tls: bool
    folder: str


def read_imap_server(url: str) -> ImapServer:
    """The mailbox that `imaps://user:password@host:port/FOLDER` names; plain `imap://` on this machine alone.

    Without a port it is 993, for imap 143; without a folder INBOX. Raises ValueError without the URL in it.
    """
    wrong = ValueError("should look like imaps://user:password@host:993/INBOX")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in _IMAP_PORTS or not parts.hostname or not parts.username or not parts.password:
        raise wrong
    if parts.query or parts.fragment:
        raise wrong
    if parts.scheme == "imap" and parts.hostname not in _LOOPBACK:
        raise ValueError("should begin with imaps://: the password would go out in clear")
    return ImapServer(
        host=parts.hostname,
        port=port or _IMAP_PORTS[parts.scheme],
        user=unquote(parts.username),
        password=SecretStr(unquote(parts.password)),
        tls=parts.scheme == "imaps",
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )
