"""Which mails arrive? Those at a mail server on the loopback, which records them and can be told to misbehave."""

import asyncio
import time
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from functools import partial
from typing import Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

from starter.embedded.tcp_ports import LOOPBACK

Mood = Literal["well", "busy", "drops", "gone"]
"""`busy` answers 421, `drops` hangs up after it has taken the message, `gone` does not listen."""


@dataclass(frozen=True)
class Arrival:
    """A mail that arrived: `at` in seconds since 1970, `answered` unless the server hung up."""

    at: float
    message_id: str
    answered: bool


@dataclass
class PostOffice:
    """The mail server, on a port of the loopback."""

    port: int
    mood: Mood = "well"
    arrivals: list[Arrival] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        desk = partial(SMTP, self, hostname="office.test", enable_SMTPUTF8=True)
        self._server = await loop.create_server(desk, LOOPBACK, self.port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def be(self, mood: Mood) -> None:
        """Change the mood; a server that was `gone` listens again."""
        if mood == "gone":
            await self.close()
        elif self._server is None:
            await self.open()
        self.mood = mood

    async def handle_RCPT(  # noqa: N802  # aiosmtpd finds the hook by this name
        self,
        server: SMTP,  # noqa: ARG002  # aiosmtpd passes it to every hook
        session: Session,  # noqa: ARG002  # aiosmtpd passes it to every hook
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002  # aiosmtpd passes it to every hook
    ) -> str:
        if self.mood == "busy":
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802  # as above
        assert isinstance(envelope.content, bytes), "decode_data is off"
        message_id = str(BytesHeaderParser().parsebytes(envelope.content)["Message-ID"]).strip()
        answered = self.mood != "drops"
        self.arrivals.append(Arrival(at=time.time(), message_id=message_id, answered=answered))
        if not answered and server.transport is not None:
            server.transport.close()
        return "250 OK"
