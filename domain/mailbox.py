"""What is a mail address that mail can be sent to and from? Name and address, read from a text or checked."""

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from functools import lru_cache
from typing import NamedTuple

# Python's codec makes other letters of these: größe.test would become grösse.test, and mail would reach strangers.
_DEVIANT = re.compile("[ßς\u200c\u200d]")
# These part a header's addresses. A quoted local part (RFC 5321) may hold them; nobody's real address does.
_NOT_IN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f<>,;:\"()\\@\[\]]")
_LONGEST = 320
"""Characters of an address: 64 before the @ and 255 behind it (RFC 5321, 4.5.3.1)."""
_MOST_READ = 64
"""Our own is read for every mail."""
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*<([^<>]*)>')
_PLAIN = re.compile(r'([^"<>,;:@\\]*)<([^<>]*)>')


class Mailbox(NamedTuple):
    """A display name, maybe empty, and an address whose domain is in the ASCII form that every server knows."""

    name: str
    address: str


def checked_address(text: str) -> str:
    """The address, its domain in ASCII (`xn--…`). Raises ValueError, without repeating it, when it is none."""
    local, at, domain = text.strip().rpartition("@")
    if not (local and at and domain) or _DEVIANT.search(domain) or _NOT_IN_ADDRESS.search(local + domain):
        raise ValueError("is no address")
    try:
        host = domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        raise ValueError("is no address") from None
    # Not so before the @: Japanese carriers have given out addresses with two dots in a row, and take mail for them.
    if not all(host.split(".")) or len(local) + len(host) >= _LONGEST:
        raise ValueError("is no address")
    return f"{local}@{host}"


@lru_cache(maxsize=_MOST_READ)
def read_mailbox(text: str) -> Mailbox:
    """One mailbox like `Example CS <cs@example.com>`, `"Example, Inc." <cs@example.com>` or `cs@example.com`.

    Raises ValueError for anything else: several mailboxes, a comma without quotes, a bracket that is missing.
    """
    given = text.strip()
    if match := _QUOTED.fullmatch(given):
        return Mailbox(re.sub(r"\\(.)", r"\1", match[1]).strip(), checked_address(match[2]))
    if match := _PLAIN.fullmatch(given):
        return Mailbox(_decoded(match[1].strip()), checked_address(match[2]))
    return Mailbox("", checked_address(given))


def _decoded(name: str) -> str:
    """A name that somebody copied from a header, `=?utf-8?q?…?=`, in its own letters."""
    if "=?" not in name:
        return name
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, UnicodeError, LookupError):
        raise ValueError("holds an encoded name that cannot be read") from None
