"""A mail server for the tests: a real one on the loopback, that can be told to misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr


@dataclass(frozen=True, kw_only=True)
class Where:
    """A server as the settings name it."""

    port: int
    host: str = "localhost"
    user: str | None = None
    password: SecretStr | None = None
    tls_from_start: bool = False


@dataclass
class PostOffice:
    """What came in, and what is answered instead of "250 OK"."""

    to_sender: str = ""
    to_receiver: str = ""
    receivers_of: str = ""
    to_content: str = ""
    drops_after_data: bool = False
    hangs_after_data: float = 0.0
    """Seconds until the content is answered."""
    most_on_a_line: int = 0
    """Mails that it takes on one connection; 0 for any number."""
    after_the_last: str = ""
    """What it answers to a mail more on that connection; it hangs up where that is empty."""
    password: str = ""
    received: list[Envelope] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    greeted: list[str] = field(default_factory=list)
    on_line: dict[Any, int] = field(default_factory=dict)
    """How many mails were begun on each connection."""
    port: int = 0

    @property
    def where(self) -> Where:
        return Where(port=self.port)

    @property
    def mails(self) -> list[EmailMessage]:
        """What came in, read."""
        contents = [envelope.content for envelope in self.received]
        return [
            message_from_bytes(content, policy=policy.default) for content in contents if isinstance(content, bytes)
        ]

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greeted.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_sender:
            return self.to_sender
        on_this_line = self.on_line[session.peer] = self.on_line.get(session.peer, 0) + 1
        if self.most_on_a_line and on_this_line > self.most_on_a_line:
            if not self.after_the_last:
                assert server.transport is not None
                server.transport.close()
            return self.after_the_last
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_receiver and address.endswith(self.receivers_of):
            return self.to_receiver
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        if self.to_content:
            return self.to_content
        self.received.append(envelope)
        if self.drops_after_data:
            assert server.transport is not None
            server.transport.close()
        await asyncio.sleep(self.hangs_after_data)
        return "250 OK: queued as 12345"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        """Whether the password fits, for aiosmtpd."""
        assert isinstance(given, LoginPassword)
        self.logins.append(given.login.decode())
        return AuthResult(success=given.password.decode() == self.password, handled=False)


@asynccontextmanager
async def opened(office: PostOffice, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[PostOffice]:
    """The office, open on a free port of the loopback."""
    loop = asyncio.get_running_loop()
    desk = partial(
        SMTP,
        office,
        hostname="office.test",
        enable_SMTPUTF8=True,
        tls_context=tls,
        authenticator=office.authenticate if office.password else None,
        auth_require_tls=tls is not None,
    )
    server = await loop.create_server(desk, "localhost", 0)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        await server.wait_closed()
