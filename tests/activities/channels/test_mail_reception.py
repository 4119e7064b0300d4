"""What becomes of a mail whose server turns us away before it is spoken of? Each after a public report."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from pydantic import SecretStr

from activities.channels.mail.smtp import SmtpMail
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import sample
from domain.trouble import ChannelDown, ChannelRefuses
from tests.support.mail_office import Where

CLOSES = "closes"
"""Instead of an answer."""


class Reception:
    """A server that greets, offers and answers to logins as it is told, and takes every mail."""

    def __init__(self, *, greeting: str = "220 here", offers: Sequence[str] = (), logins: Sequence[str] = ()) -> None:
        self.greeting, self.offers, self.logins = greeting, offers, list(logins)
        self.heard: list[str] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One session, for asyncio."""
        writer.write(f"{self.greeting}\r\n".encode())
        while line := (await reader.readline()).decode().strip():
            self.heard.append(line)
            answer = self.answer(line.upper())
            if answer == CLOSES:
                break
            writer.write(f"{answer}\r\n".encode())
            if answer.startswith("354"):
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 queued\r\n")
        writer.close()

    def answer(self, command: str) -> str:
        """What is said to the command, in upper case."""
        if command.startswith("EHLO"):
            return "\r\n".join(["250-here", *(f"250-{offer}" for offer in self.offers), "250 HELP"])
        if command.startswith("AUTH"):
            return self.logins.pop(0)
        return {"DATA": "354 go on", "QUIT": CLOSES}.get(command, "250 OK")


@asynccontextmanager
async def opened(reception: Reception) -> AsyncIterator[int]:
    """The port of the loopback where it listens."""
    server = await asyncio.start_server(reception.talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def deliver(reception: Reception, *, password: str = "") -> None:
    """A reminder, in a thread as the activity does it; with a login where there is a password."""
    async with opened(reception) as port:
        where = Where(host="127.0.0.1", port=port, user="mailer", password=SecretStr(password) if password else None)
        mail = SmtpMail(server=where, sender="cs@vendor.test", rendering=Rendering(), timeout=2, answers_within=2)
        await asyncio.to_thread(mail.deliver, sample("reminder"))


@pytest.mark.parametrize(
    ("greeting", "minutes"), [("421 4.7.0 too many connections", 5), ("554 5.7.1 we take nothing from you", 10)]
)
async def test_a_server_that_greets_nobody_is_left_alone(greeting: str, minutes: int) -> None:
    """One that is asked again every few seconds keeps its door shut for longer."""
    with pytest.raises(ChannelDown, match=greeting) as down:
        await deliver(Reception(greeting=greeting))

    assert down.value.again_after == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("offers", "answers", "reason", "minutes"),
    [
        (["AUTH PLAIN"], ["535 5.7.8 bad credentials"], "535 5.7.8 bad credentials", 10),
        (["AUTH PLAIN LOGIN"], ["535 5.7.8 bad credentials", CLOSES], "broke off at the login", 10),
        (["AUTH PLAIN"], ["454 4.7.0 Too many login attempts"], "454 4.7.0 Too many login attempts", 5),
        (["AUTH XOAUTH2"], [], "no login by password: it offers XOAUTH2", 10),
        ([], [], "no login by password: it offers none", 10),
    ],
)
async def test_a_login_that_fails_is_not_tried_again_at_once(
    offers: list[str], answers: list[str], reason: str, minutes: int
) -> None:
    """Mail servers count wrong passwords and lock out the account or this machine's address."""
    with pytest.raises(ChannelDown, match=reason) as down:
        await deliver(Reception(offers=offers, logins=answers), password="secret")

    assert down.value.again_after == timedelta(minutes=minutes)


async def test_a_login_that_one_method_fails_at_is_tried_by_the_next() -> None:
    """Some offer PLAIN and know only LOGIN."""
    reception = Reception(offers=["AUTH PLAIN LOGIN"], logins=["553 5.3.0 Auth failure", "235 welcome"])

    await deliver(reception, password="secret")

    assert "DATA" in reception.heard


async def test_a_mail_that_is_larger_than_the_server_says_is_not_begun() -> None:
    """Some break off in the middle: it would be sent again and again, and nobody would hear why."""
    reception = Reception(offers=["SIZE 2000"])

    with pytest.raises(ChannelRefuses, match="takes mails of 2,000 bytes at most"):
        await deliver(reception)

    assert "DATA" not in reception.heard


@pytest.mark.parametrize("offer", ["SIZE", "SIZE 0", "SIZE 35882577"])
async def test_a_server_that_counts_hears_how_large_the_mail_is(offer: str) -> None:
    """So that it can refuse it before it has it (RFC 1870)."""
    reception = Reception(offers=[offer])

    await deliver(reception)

    assert any(" size=" in line.lower() for line in reception.heard)
    assert "DATA" in reception.heard
