"""How is our mailbox read? By IMAP: what nobody has read yet is fetched, taken, and only then marked as read."""

import imaplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from imapclient import IMAPClient  # type: ignore[import-untyped]  # the package ships no types
from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]  # the package ships no types
from pydantic import SecretStr

from activities.channels.mail.answers import read_answer
from domain.answering import Answer
from domain.trouble import NotReachable

TIMEOUT = 60
"""Seconds for each answer of the server."""
AT_ONCE = 20
"""Mails that are fetched together: what is taken of them is marked before the next are fetched."""
LARGEST = 1_000_000
"""Bytes that are read of a mail: head and words come first, what was attached is not needed."""
MOST_OF_A_LOOK = 500
"""Mails of one look; a mailbox that was never looked into is worked through over some looks."""
SEEN = b"\\Seen"
BODY = f"BODY.PEEK[]<0.{LARGEST}>".encode()
Take = Callable[[Sequence[tuple[bytes, Answer]]], None]
"""Takes mails as they came, and read, for good."""


class Server(Protocol):
    """The server, and the folder of it that is read."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> SecretStr: ...
    @property
    def tls(self) -> bool: ...
    @property
    def folder(self) -> str: ...


@dataclass(frozen=True)
class ImapMailbox:
    """Our mailbox. Blocks, so it is called in a thread."""

    server: Server

    def look(self, take: Take) -> int:
        """Hand every mail that was not read before to `take`, and mark it; how many there were. Raises NotReachable.

        What was taken and not marked, because the connection broke, is handed over again.
        """
        try:
            return self._look(take)
        except (IMAPClientError, imaplib.IMAP4.error, OSError) as error:
            # Without the server's words: they may repeat the login.
            where = f"{self.server.host}:{self.server.port}"
            raise NotReachable(f"the mailbox at {where} cannot be read: {type(error).__name__}") from None

    def _look(self, take: Take) -> int:
        server = self.server
        with IMAPClient(server.host, server.port, ssl=server.tls, timeout=TIMEOUT) as session:
            session.login(server.user, server.password.get_secret_value())
            session.select_folder(server.folder)
            unread = sorted(session.search(["UNSEEN"]))[:MOST_OF_A_LOOK]
            for start in range(0, len(unread), AT_ONCE):
                some = unread[start : start + AT_ONCE]
                fetched = session.fetch(some, [BODY])
                take([(raw, read_answer(raw)) for raw in map(_content, fetched.values()) if raw])
                session.add_flags(some, [SEEN])
            return len(unread)


def _content(fetched: dict[bytes, object]) -> bytes:
    """The mail in what the server sent: named as it was asked for, with or without where it begins."""
    return next(
        (value for name, value in fetched.items() if name.startswith(b"BODY[]") and isinstance(value, bytes)), b""
    )
