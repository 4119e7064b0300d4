"""How is it spoken with mail servers as they are? Strict, slow, old and unwilling ones, each after a public report."""

import asyncio
import ssl
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import trustme

from activities.channels.mail.smtp import Server, SmtpMail
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import sample
from domain.record import Receipt, WaitingNotice
from domain.trouble import ChannelDown, ChannelRefuses, MaybeArrived
from tests.support.mail_office import PostOffice, opened


async def deliver(server: Server, waiting: WaitingNotice | None = None, answers_within: float = 5) -> Receipt:
    """In a thread, as the activity does it; every step but the last has half a second."""
    mail = SmtpMail(
        server=server,
        sender="Example CS <onboarding@vendor.test>",
        rendering=Rendering(),
        timeout=0.5,
        answers_within=answers_within,
    )
    return await asyncio.to_thread(mail.deliver, waiting or sample("reminder"))


def answering(step: str, answer: str) -> PostOffice:
    """A server with that answer at that step of the conversation."""
    office = PostOffice()
    setattr(office, step, answer)
    return office


async def test_a_relay_that_wants_no_login_is_greeted_again_after_starttls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has forgotten us by then (RFC 3207, 4.2), and Exchange answers 503 to whoever does not say so again."""
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    async with opened(PostOffice(), tls=tls) as office:
        await deliver(office.where)

    assert len(office.received) == 1


async def test_a_server_that_looks_for_viruses_first_is_waited_for() -> None:
    """It has the message while it looks: whoever gives up sends it a second time."""
    async with opened(PostOffice(hangs_after_data=1.0)) as office:
        receipt = await deliver(office.where)

    assert "250 OK" in receipt.place
    assert len(office.received) == 1


@pytest.mark.parametrize("office", [PostOffice(hangs_after_data=2.0), PostOffice(drops_after_data=True)])
async def test_what_was_handed_over_without_an_answer_may_have_arrived(office: PostOffice) -> None:
    """That is said apart from a server that is away, since each further try may be a further copy."""
    async with opened(office):
        with pytest.raises(MaybeArrived, match="did not say whether it took the message"):
            await deliver(office.where, answers_within=0.3)

    assert len(office.received) == 1


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("to_receiver", "554 5.7.1 <juergen.weiss@nordlicht.test>: Relay access denied"),
        ("to_receiver", "550 5.7.64 TenantAttribution; Relay Access Denied"),
        ("to_receiver", "550 5.7.1 Unable to relay"),
        ("to_receiver", "550 relay not permitted"),
        ("to_receiver", "553 sorry, we do not relay for you"),
        ("to_receiver", "504 5.5.2 <25aea30808b2>: Helo command rejected: need fully-qualified hostname"),
        ("to_receiver", "504 HELO command rejected"),
        ("to_sender", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
        ("to_sender", "501 5.1.7 bad sender address"),
        ("to_content", "550 5.7.26 This mail has been blocked because the sender is unauthenticated"),
        ("to_content", "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP"),
        ("to_content", "550 5.7.515 Access denied, sending domain does not meet the required level"),
        ("to_receiver", "550 5.1.8 <onboarding@vendor.test>: Sender address rejected: Domain not found"),
        ("to_receiver", "550 5.1.0 <onboarding@vendor.test>: Sender address rejected: User unknown in mailbox table"),
        ("to_receiver", "550 Sender verify failed"),
        ("to_receiver", "554 Service unavailable; Client host [192.0.2.7] blocked using a list"),
        (
            "to_content",
            "554 Message rejected: Email address is not verified. These failed the check in region EU-WEST-1",
        ),
        ("to_content", "550 The from address does not match a verified Sender Identity."),
        ("to_content", "550 5.7.1 The From address you supplied is not a Sender Signature on your account"),
        ("to_content", "550 5.7.1 Unconfigured Sending Domain <vendor.test>"),
        ("to_content", "554 5.2.252 SendAsDenied; onboarding@vendor.test not allowed to send as cs@vendor.test"),
        ("to_content", "550 5.1.8 Access denied, bad outbound sender"),
    ],
)
async def test_a_relay_that_does_not_know_us_any_more_costs_no_mail(step: str, answer: str) -> None:
    """The operator has to act, not the receiver: the mail waits, and is not tried every few seconds meanwhile."""
    async with opened(answering(step, answer)) as office:
        with pytest.raises(ChannelDown) as down:
            await deliver(office.where)

    assert down.value.again_after == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("to_receiver", "550 5.1.1 user unknown"),
        ("to_receiver", "550 5.1.1 <juergen@relay.test>: no such user on relay"),
        ("to_receiver", "552 5.2.2 mailbox full"),
        ("to_receiver", "552 5.2.2 Quota exceeded (mailbox for user is full)"),
        ("to_receiver", "550 no such user"),
        ("to_receiver", "550 5.4.1 Recipient address rejected: Access denied"),
        ("to_content", "554 5.7.1 Message rejected under suspicion of spam"),
        ("to_content", "554 5.7.1 rejected as spam"),
        ("to_content", "550 5.7.133 only for members of the group"),
        ("to_content", "552 5.3.4 too big"),
        ("to_content", "552 5.3.4 message exceeds the outgoing limit on size"),
    ],
)
async def test_what_is_about_this_receiver_or_message_is_refused_for_good(step: str, answer: str) -> None:
    """The owner hears of it the same day, and not after five days of waiting."""
    async with opened(answering(step, answer)) as office:
        with pytest.raises(ChannelRefuses):
            await deliver(office.where)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("to_content", "550 5.4.5 Daily user sending limit exceeded"),
        ("to_receiver", "550 5.4.5 Daily user sending quota exceeded"),
        ("to_sender", "550 5.1.90 Your message can't be sent because you've reached your daily limit for recipients"),
        ("to_content", "550 5.7.233 Your message can't be sent because your tenant exceeded its limit"),
        ("to_content", "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"),
        ("to_content", "554 5.7.0 The limit on the number of allowed outgoing messages was exceeded. Try again later."),
        ("to_content", "554 5.7.1 Data command rejected: only 10 messages per day"),
        ("to_receiver", "550 sender has reached the hourly limit"),
    ],
)
async def test_a_limit_on_what_we_may_send_costs_no_mail(step: str, answer: str) -> None:
    """It is said with the code of what is for good, and is over in some hours."""
    async with opened(answering(step, answer)) as office:
        with pytest.raises(ChannelDown) as down:
            await deliver(office.where)

    assert down.value.again_after == timedelta(hours=1)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("to_receiver", "450 4.7.1 greylisted, try again in 300 seconds"),
        ("to_sender", "421 4.7.0 too many connections"),
        ("to_content", "452 4.3.1 insufficient system storage"),
    ],
)
async def test_a_busy_server_is_left_alone_for_some_minutes(step: str, answer: str) -> None:
    """Greylisting lets in what comes later; what comes every few seconds it keeps out."""
    async with opened(answering(step, answer)) as office:
        with pytest.raises(ChannelDown) as down:
            await deliver(office.where)

    assert down.value.again_after == timedelta(minutes=5)


async def test_a_line_that_begins_with_a_dot_arrives() -> None:
    """Neither does it end the mail, nor is its dot lost."""
    note = ".\n.hidden\n..two\n" + "x" * 3000
    waiting = sample("assigned", notes=[{"by": "", "text": note}])

    async with opened(PostOffice()) as office:
        await deliver(office.where, waiting)

    content = office.received[0].content
    assert isinstance(content, bytes)
    text = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    assert text is not None
    assert all(line in text.get_content() for line in (".hidden", "..two", "x" * 3000))
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")


async def test_a_mail_is_seven_bits_wide_whatever_the_server_takes() -> None:
    """A relay that re-codes it would break its signature by DKIM."""
    async with opened(PostOffice()) as office:
        await deliver(office.where, sample("reminder", "ja"))
        await deliver(office.where, sample("reminder", account="Größe"))

    assert all(isinstance(mail.content, bytes) and mail.content.isascii() for mail in office.received)
    parts = [part["Content-Transfer-Encoding"] for mail in office.mails for part in mail.iter_parts()]
    assert set(parts) == {"base64", "quoted-printable"}


@pytest.mark.parametrize(
    ("machine", "greets"),
    [
        ("mailer.vendor.test", "mailer.vendor.test"),
        ("25aea30808b2", "vendor.test"),
        ("localhost.localdomain", "vendor.test"),
        ("shop_day90_1.shop_default", "vendor.test"),
        ("10.0.0.7", "vendor.test"),
        ("ip-10-0-0-7.eu-central-1.compute.internal", "vendor.test"),
    ],
)
async def test_a_strict_server_is_greeted_by_a_name_that_it_takes(
    machine: str, greets: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container the machine's own name is none of the public network."""
    monkeypatch.setattr("socket.getfqdn", lambda: machine)

    async with opened(PostOffice()) as office:
        await deliver(office.where)

    assert office.greeted == [greets]
