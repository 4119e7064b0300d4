"""Do many mails go over one connection, and does none of them suffer for how that connection ends?"""

import asyncio
from email.message import Message
from socket import IPPROTO_TCP, TCP_NODELAY, socket

import pytest

from activities.channels.mail.smtp import Server, SmtpMail
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import sample
from domain.record import Receipt
from domain.trouble import ChannelDown, ChannelRefuses, MaybeArrived
from tests.support.mail_office import PostOffice, opened

REFUSED = "550 5.1.1 no such mailbox"


def mail_over(server: Server) -> SmtpMail:
    return SmtpMail(
        server=server,
        sender="Example CS <onboarding@vendor.test>",
        rendering=Rendering(),
        timeout=2,
        answers_within=2,
    )


async def deliver_all(office: PostOffice, mails: int) -> list[Receipt | Exception]:
    """That many mails over one line; what came of each."""

    def work() -> list[Receipt | Exception]:
        came: list[Receipt | Exception] = []
        with mail_over(office.where).line() as line:
            for _ in range(mails):
                try:
                    came.append(line.deliver(sample("reminder")))
                except (ChannelDown, ChannelRefuses) as trouble:
                    came.append(trouble)
        return came

    return await asyncio.to_thread(work)


async def test_mails_one_after_the_other_go_over_one_connection() -> None:
    """Greeting, encryption and login cost more than a mail."""
    async with opened(PostOffice()) as office:
        came = await deliver_all(office, 4)

    assert [Receipt] * 4 == [type(one) for one in came]
    assert (4, 1) == (len(office.received), len(office.greeted))


@pytest.mark.parametrize("last_word", ["", "421 4.7.0 too many messages on this connection", "503 5.5.1 try again"])
async def test_a_connection_that_takes_no_more_is_replaced_and_each_mail_goes_once(last_word: str) -> None:
    """Idle for too long, or good for so many mails only: nobody has anything of the mail that was about to begin."""
    async with opened(PostOffice(most_on_a_line=2, after_the_last=last_word)) as office:
        came = await deliver_all(office, 5)

    assert [Receipt] * 5 == [type(one) for one in came]
    assert (5, 3) == (len(office.received), len(office.greeted))


async def test_a_refused_receiver_costs_the_next_mail_nothing() -> None:
    """What is left of the conversation about the one is not taken for an answer to the other."""
    office = PostOffice(to_receiver=REFUSED)

    def work() -> list[Message]:
        with mail_over(office.where).line() as line:
            with pytest.raises(ChannelRefuses):
                line.deliver(sample("reminder"))
            office.to_receiver = ""
            line.deliver(sample("digest"))
        return list(office.mails)

    async with opened(office):
        [came] = await asyncio.to_thread(work)

    assert "digest" in came["X-Day90-Notice"]


async def test_what_may_have_arrived_is_never_repeated_by_the_line() -> None:
    """From the last dot on only the server knows who has the mail: a further copy is for the sender to decide."""
    async with opened(PostOffice(drops_after_data=True)) as office:
        came = await deliver_all(office, 2)

    assert [MaybeArrived] * 2 == [type(one) for one in came]
    assert 2 == len(office.received)


async def test_a_new_connection_that_breaks_is_not_tried_again_by_the_line() -> None:
    """Temporal does that, with growing pauses."""
    async with opened(PostOffice(to_sender="451 4.3.0 not now")) as office:
        came = await deliver_all(office, 2)

    assert [ChannelDown] * 2 == [type(one) for one in came]
    assert 2 == len(office.greeted)


async def test_the_dot_that_ends_a_mail_waits_for_no_acknowledgement() -> None:
    """It goes apart from the content, and would lie for 40 ms while the server has not acknowledged that."""
    async with opened(PostOffice()) as office:

        def at_once() -> int:
            with mail_over(office.where).line() as line:
                line.deliver(sample("reminder"))
                session = line._session
                assert session is not None
                assert isinstance(session.sock, socket)
                return session.sock.getsockopt(IPPROTO_TCP, TCP_NODELAY)

        assert await asyncio.to_thread(at_once)
