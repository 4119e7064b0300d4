"""How does a mail get to a server, and what do its refusals mean?"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from activities.channels.mail.smtp import Server, SmtpMail
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import ONBOARDING, sample
from domain.record import Receipt, WaitingNotice
from domain.trouble import ChannelDown, ChannelRefuses
from tests.support.mail_office import PostOffice, Where, opened

SENDER = "Example Customer Success <onboarding@vendor.test>"
NOW = datetime(2027, 1, 7, 8, 0, 5, tzinfo=UTC)

# Of the server in these tests and of nothing else.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUZKgQRXRD/Z/ecQy6JwaVFyLy3WkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjEyNDkwNVoYDzIxMjYxMDI5
MTI0OTA1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATKtvXP9HWjSaDScp6/LIs0OaNt7bPQjRcrpS/8BUvRc0gFOA/TQSLS
W7SRSedO7Yj/UAT9NZ6nRvobLILwdIedo2kwZzAdBgNVHQ4EFgQUvZQczr/0oPV2
0b9pzKbvM90T8d0wHwYDVR0jBBgwFoAUvZQczr/0oPV20b9pzKbvM90T8d0wDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAOwoZToqNGUQgjVPKIn+xpeSkLaY69rODDcETSjAojqGAiEAzm9QPrWQ
9VwCNj/07CwiIEeD3PWlTEGDS9JpC4o7YbI=
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgafsQJ8nXuePKXnVO
2qC4wxD9kOxFoHizVDzJ5WOqPqShRANCAATKtvXP9HWjSaDScp6/LIs0OaNt7bPQ
jRcrpS/8BUvRc0gFOA/TQSLSW7SRSedO7Yj/UAT9NZ6nRvobLILwdIed
-----END PRIVATE KEY-----
"""


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with opened(PostOffice()) as office:
        yield office


async def deliver(server: Server, waiting: WaitingNotice | None = None, timeout: float = 5) -> Receipt:
    """In a thread, as the activity does it."""
    mail = SmtpMail(server=server, sender=SENDER, rendering=Rendering(), now=lambda: NOW, timeout=timeout)
    return await asyncio.to_thread(mail.deliver, waiting or sample("reminder"))


async def test_a_mail_arrives_and_the_receipt_says_who_took_it(office: PostOffice) -> None:
    """The receipt has the server's answer, which its operators can look for."""
    receipt = await deliver(office.where)

    assert (
        Receipt(
            message_id="<reminder.en.0f3a91c2@day90.test>",
            place=f"localhost:{office.port} accepted it: 250 OK: queued as 12345",
            at=NOW,
            subject=receipt.subject,
            text=receipt.text,
        )
        == receipt
    )
    rendered = Rendering().render(sample("reminder"), sender="Example Customer Success")
    assert (rendered.subject, rendered.text.rstrip()) == (receipt.subject, receipt.text)
    assert ["juergen.weiss@nordlicht.test"] == office.received[0].rcpt_tos
    assert office.received[0].mail_from == "onboarding@vendor.test"


async def test_the_headers_say_who_what_and_which_onboarding(office: PostOffice) -> None:
    """Answers go to the owner; no robot answers; ids stand where support finds them."""
    await deliver(office.where)

    mail = office.mails[0]
    assert mail["From"] == SENDER
    assert mail["To"] == "Jürgen Weiß <juergen.weiss@nordlicht.test>"
    assert mail["Reply-To"] == "Mara Olsen <mara@vendor.test>"
    assert mail["Subject"] == "Due on Thursday, 7 January 2027: UAT signed off"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == "<reminder.en.0f3a91c2@day90.test>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All", "Exchange does not heed the line before"
    assert mail["X-Day90-Onboarding"] == ONBOARDING
    assert mail["X-Day90-Notice"] == "uat_signed_off/reminder/project_lead"


async def test_the_mails_of_one_onboarding_are_one_conversation(office: PostOffice) -> None:
    """They refer to the same first message, written so that clients read it however long the domain is."""
    await deliver(office.where, sample("reminder"))
    await deliver(office.where, sample("escalation"))
    long = sample("plan").model_copy(update={"message_id": f"<x@{'long-domain-name.' * 6}test>"})
    await deliver(office.where, long)

    reminder, escalation, plan = office.mails
    assert reminder["References"] == reminder["In-Reply-To"] == escalation["References"]
    assert reminder["Message-ID"] != escalation["Message-ID"]
    content = office.received[2].content
    assert isinstance(content, bytes)
    assert f"References: {plan['References']}".encode() in content.replace(b"\r\n", b"")


async def test_a_second_try_carries_the_same_message_id(office: PostOffice) -> None:
    """By its Message-ID an inbox, or a person, recognises a repetition."""
    await deliver(office.where)
    await deliver(office.where)

    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_body(("plain",)).get_content() == second.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # has one


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_umlauts_japanese_and_emoji_arrive_as_they_are(office: PostOffice, language: str) -> None:
    """In headers and in both parts, without a server that knows UTF-8 headers."""
    waiting = sample(
        "reminder", "ja" if language == "ja" else "en", account="Größe 🚀 日本橋", title="Übung für 営業部 👩‍🚀"
    )

    await deliver(office.where, waiting)

    mail = office.mails[0]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "Übung für 営業部 👩‍🚀" in mail["Subject"]
    assert "Übung für 営業部 👩‍🚀" in text.get_content()
    assert "Größe 🚀 日本橋" in html.get_content()
    assert waiting.person.name == mail["To"].addresses[0].display_name
    assert office.received[0].content.isascii()  # type: ignore[union-attr]  # has one


async def test_a_refused_receiver_is_refused_for_good(office: PostOffice) -> None:
    """The reason keeps the server's words but not the address: it is logged."""
    office.to_receiver = "550 5.1.1 <juergen.weiss@nordlicht.test>: Recipient address rejected"

    with pytest.raises(ChannelRefuses) as refusal:
        await deliver(office.where)

    reason = f"localhost:{office.port} refused the receiver: 550 5.1.1 <address>: Recipient address rejected"
    assert reason == str(refusal.value)
    assert office.received == []


async def test_content_that_a_server_does_not_want_is_refused_for_good(office: PostOffice) -> None:
    """The server may take it for spam: the same content would be refused again."""
    office.to_content = "554 5.7.1 rejected as spam"

    with pytest.raises(ChannelRefuses, match="refused the message: 554"):
        await deliver(office.where)


@pytest.mark.parametrize(
    ("to_sender", "to_receiver", "to_content"),
    [
        ("", "451 4.7.1 greylisted, try again later", ""),
        ("", "452 too many", ""),
        ("", "", "451 local error"),
        ("421 shutting down", "", ""),
        ("550 5.7.1 who are you", "", ""),
        ("530 authentication required", "", ""),
        ("", "530 authentication required", ""),
    ],
)
async def test_what_may_be_different_later_is_tried_again(to_sender: str, to_receiver: str, to_content: str) -> None:
    """Temporary refusals, and those of our own sender or login: nothing is the matter with the message."""
    office = PostOffice(to_sender=to_sender, to_receiver=to_receiver, to_content=to_content)

    async with opened(office):
        with pytest.raises(ChannelDown):
            await deliver(office.where)


async def test_a_server_that_is_down_is_tried_again(office: PostOffice) -> None:
    """Nothing listens on that port any more."""
    async with opened(PostOffice()) as closed:
        pass

    with pytest.raises(ChannelDown, match=f"localhost:{closed.port}: .*refused"):
        await deliver(closed.where)


async def test_a_server_that_does_not_answer_is_tried_again() -> None:
    """The wait for an answer ends."""
    with socket.create_server(("localhost", 0)) as silent, pytest.raises(ChannelDown, match="timed out"):
        await deliver(Where(port=silent.getsockname()[1]), timeout=0.2)


async def test_a_line_that_breaks_after_the_content_is_tried_again(office: PostOffice) -> None:
    """Nobody can know whether it was taken; the Message-ID shows the second one for what it is."""
    office.drops_after_data = True

    with pytest.raises(ChannelDown):
        await deliver(office.where)
    office.drops_after_data = False
    await deliver(office.where)

    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]


async def test_a_broken_address_is_refused_for_good_and_not_repeated(office: PostOffice) -> None:
    """No header can be smuggled in through it."""
    waiting = sample("reminder")
    for address in (
        "nobody",
        "a b@x.test",
        "a@x.test\r\nBcc: evil@evil.test",
        "a@x.test, b@y.test",
        "@x.test",
        "ü@",
        "a@größe.test",
    ):
        broken = waiting.model_copy(update={"person": waiting.person.model_copy(update={"email": address})})

        with pytest.raises(ChannelRefuses, match=r"^the receiver's or the owner's address is none$"):
            await deliver(office.where, broken)

    assert office.received == []


async def test_addresses_in_other_letters_arrive(office: PostOffice) -> None:
    """The domain in its ASCII form, the rest as it is where the server takes it."""
    waiting = sample("reminder")
    person = waiting.person.model_copy(update={"email": "jürgen@grün.test"})

    await deliver(office.where, waiting.model_copy(update={"person": person}))

    assert ["jürgen@xn--grn-ioa.test"] == office.received[0].rcpt_tos


@pytest.fixture
def key_pair(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_text(CERTIFICATE, encoding="ascii")
    key.write_text(KEY, encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


async def test_a_server_that_offers_encryption_gets_the_password_encrypted(
    key_pair: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS before the login; this server takes none in clear."""
    tls, certificate = key_pair
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    async with opened(PostOffice(password="correct"), tls=tls) as office:
        await deliver(replace(office.where, user="mailer", password=SecretStr("correct")))

    assert ["mailer"] == office.logins
    assert len(office.mails) == 1


async def test_a_server_that_cannot_prove_who_it_is_gets_nothing(key_pair: tuple[ssl.SSLContext, Path]) -> None:
    """The server gets neither password nor mail, and the operator sees why."""
    async with opened(PostOffice(password="correct"), tls=key_pair[0]) as office:
        with pytest.raises(ChannelDown, match="certificate verify failed"):
            await deliver(replace(office.where, user="mailer", password=SecretStr("correct")))

    assert office.logins == []
    assert office.received == []


async def test_a_server_that_breaks_off_its_encryption_gets_nothing_in_clear() -> None:
    """It offers STARTTLS and cannot do it: the mail waits rather than go unencrypted."""
    keyless = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    async with opened(PostOffice(), tls=keyless) as office:
        with pytest.raises(ChannelDown, match=f"^localhost:{office.port}: "):
            await deliver(office.where, timeout=2)

    assert office.received == []


async def test_a_wrong_password_is_the_operators_to_mend() -> None:
    """No message is lost for it, and the password stays out of the error."""
    async with opened(PostOffice(password="correct")) as office:
        with pytest.raises(ChannelDown, match="535") as down:
            await deliver(replace(office.where, user="mailer", password=SecretStr("wrong-one")))

    assert "wrong-one" not in str(down.value)


async def test_a_password_is_not_sent_in_clear_over_a_network(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a server on this very machine may do without encryption."""
    monkeypatch.setattr("activities.channels.mail.smtp._LOOPBACK", frozenset())

    with pytest.raises(ChannelDown, match="offers no encryption") as down:
        await deliver(replace(office.where, user="mailer", password=SecretStr("secret")))

    assert office.logins == []
    assert office.received == []
    assert down.value.again_after == timedelta(minutes=10)
