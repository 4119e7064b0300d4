"""Who waits is woken: at once when it is quiet, together when it is not, and in the end for certain."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from starter.doors.bell import Spaced
from tests.support.waiting import until

QUIET = timedelta(seconds=0.1)


@dataclass
class Wakes:
    """Who was woken. While `deaf` nobody hears."""

    heard: list[str] = field(default_factory=list)
    deaf: int = 0

    async def __call__(self, channel: str) -> None:
        if self.deaf:
            self.deaf -= 1
            raise ConnectionError("Temporal is away")
        self.heard.append(channel)


async def test_the_first_is_woken_for_at_once() -> None:
    """Where little happens nothing is put off, so that nothing can be lost with the process."""
    wakes = Wakes()

    await Spaced(wakes, quiet=QUIET)("mail")

    assert ["mail"] == wakes.heard


async def test_all_that_comes_shortly_after_is_one_ring() -> None:
    """A workflow that is signalled all the time could not take a new run."""
    wakes = Wakes()
    spaced = Spaced(wakes, quiet=QUIET)

    for _ in range(50):
        await spaced("mail")
    assert ["mail"] == wakes.heard
    await asyncio.sleep(0.3)

    assert ["mail", "mail"] == wakes.heard


async def test_channels_are_woken_apart() -> None:
    """Whose own turn it is need not wait for another's."""
    wakes = Wakes()
    spaced = Spaced(wakes, quiet=QUIET)

    await spaced("mail")
    await spaced("webhook-1")

    assert ["mail", "webhook-1"] == wakes.heard


async def test_who_was_not_heard_is_told_and_may_try_again_at_once() -> None:
    """The activity that wrote the notice is tried again, by Temporal."""
    wakes = Wakes(deaf=1)
    spaced = Spaced(wakes, quiet=QUIET)

    with pytest.raises(ConnectionError):
        await spaced("mail")
    await spaced("mail")

    assert ["mail"] == wakes.heard


async def test_what_was_put_off_is_tried_until_it_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else tries it again."""
    monkeypatch.setattr("starter.doors.bell.AGAIN", timedelta(seconds=0.05))
    wakes = Wakes()
    spaced = Spaced(wakes, quiet=QUIET)
    await spaced("mail")
    wakes.deaf = 3

    await spaced("mail")
    await until(lambda: len(wakes.heard) > 1)

    assert (["mail", "mail"], 0) == (wakes.heard, wakes.deaf)
