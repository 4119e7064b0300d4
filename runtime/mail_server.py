"""Which SMTP server does a URL name?"""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

# 587: submission, where a server offers STARTTLS; 465: TLS from the first byte (RFC 8314).
_PORTS = {"smtp": 587, "smtps": 465}


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
