"""`day90 up` with somebody who is told: what happens there arrives, signed and once, also after they were away."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain.events import TEST
from tests.support import servers
from tests.support.receivers import Receiver, answer, receiver
from tests.support.servers import Stack
from tests.support.simulation import EXAMPLES
from tests.support.waiting import wait_until

stack = servers.stack


@contextmanager
def listening() -> Iterator[Receiver]:
    """Somebody who listens, in a thread of their own."""
    begun, over = threading.Event(), threading.Event()
    made: list[Receiver] = []

    async def listen() -> None:
        async with receiver() as there:
            made.append(there)
            begun.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(listen(),))
    thread.start()
    assert begun.wait(10)
    yield made[0]
    over.set()
    thread.join(10)


def test_a_system_is_told_of_an_onboarding(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Added, tried, told; down for a while; removed, and its sender with it."""
    monkeypatch.setenv("DAY90_WEBHOOK_ALLOW", "127.0.0.1")
    stack.up()
    with listening() as there:
        added = stack.asked("webhook", "add", there.url)
        secret = added["secret"]
        assert added["woken"]
        assert 0o600 == (stack.data / "sealing.key").stat().st_mode & 0o777
        assert all(secret.encode() not in file.read_bytes() for file in stack.data.glob("day90.sqlite*"))
        assert stack.asked("webhook", "test", "1")["taken"]
        assert TEST == there.got.pop().verified(secret)["type"]

        there.answers = [answer(503), answer(500)]
        stack.day90("start", str(EXAMPLES / "lindenau-germany.json"))
        entries = {"opened", "stage_opened"}
        wait_until(lambda: entries <= {got.verified(secret)["data"]["kind"] for got in there.got})

        def told() -> tuple[int, list[str]] | None:
            """How many went and what arrived, once they agree: an event may come between the two looks."""
            sent = len(stack.asked("webhook", "deliveries", "1", "--state", "sent")["lines"])
            arrived = [got.id for got in there.got]
            return (sent, arrived) if sent == len(set(arrived)) else None

        sent, arrived = wait_until(told)
        assert len(arrived) == sent + 2, "two were answered with an error, and came again"
        stack.day90("webhook", "remove", "1")
        assert [] == stack.asked("webhook", "list")
