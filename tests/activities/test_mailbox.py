"""Does what came to our mailbox reach the inbox? Under one key however often it is found, and the receiver is woken."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.channels.mail.answers import read_answer
from activities.mailbox import Collected, Collecting
from domain.answering import Answer
from domain.inbox import Incoming
from domain.trouble import NotReachable
from tests.support.returned_mail import OURS, POSTFIX, reply


@dataclass
class Box:
    """A mailbox with those mails, or one that cannot be read."""

    mails: Sequence[bytes] = ()
    away: bool = False

    def look(self, take: Callable[[Sequence[tuple[bytes, Answer]]], None]) -> int:
        if self.away:
            raise NotReachable("the mailbox cannot be read: TimeoutError")
        take([(raw, read_answer(raw)) for raw in self.mails])
        return len(self.mails)


@dataclass
class Kept:
    rows: dict[str, Incoming] = field(default_factory=dict)
    woken: int = 0
    looks: int = 0

    def looked(self) -> None:
        self.looks += 1

    def keep(self, deliveries: Sequence[Incoming]) -> None:
        self.rows |= {one.key: one for one in deliveries}

    async def wake(self) -> None:
        self.woken += 1


async def look(box: Box | None, kept: Kept) -> Collected:
    with ThreadPoolExecutor(1) as threads:
        collecting = Collecting(mailbox=box, inbox=kept, wake=kept.wake, looked=kept.looked, threads=threads)
        collected: Collected = await ActivityEnvironment().run(collecting.collect_mail)
        return collected


async def test_what_is_found_twice_is_one_delivery() -> None:
    """The connection broke before it was marked."""
    kept = Kept()

    for _ in range(2):
        assert Collected(mails=2) == await look(Box([POSTFIX, reply("Approved.")]), kept)

    bounce, answer = kept.rows.values()
    assert ("mail", "bounce", OURS) == (bounce.source, bounce.kind, bounce.subject)
    assert Answer.model_validate(answer.body).text == "Approved."
    assert kept.woken == 2


@pytest.mark.parametrize("box", [None, Box()])
async def test_nothing_new_wakes_nobody(box: Box | None) -> None:
    """Nor does an installation without a mailbox."""
    kept = Kept()

    assert Collected() == await look(box, kept)
    assert kept.woken == 0


async def test_a_mailbox_that_cannot_be_read_is_tried_again_by_temporal() -> None:
    """With its reason, which holds no login; it does not count as a look that came through."""
    kept = Kept()

    with pytest.raises(ApplicationError, match=r"^NotReachable: the mailbox cannot be read"):
        await look(Box(away=True), kept)
    assert 0 == kept.looks
    await look(Box(), kept)
    assert 1 == kept.looks
