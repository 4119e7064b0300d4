"""Whose sender has to be woken after notices were written?"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from activities.ports import Wake
from domain.notice import Notice


def channels_of(notices: Iterable[Notice]) -> Collection[str]:
    """The channels by which those notices go, each once, in the order in which they come first."""
    return tuple(dict.fromkeys(notice.channel for notice in notices))


async def wake_each(wake: Wake, channels: Iterable[str]) -> None:
    """Wake the sender of each of the channels. Raises what `wake` raises; a repetition is harmless."""
    for channel in channels:
        await wake(channel)


class Passes:
    """Which senders are at work in this process: to them a wake costs no signal. For one event loop."""

    def __init__(self) -> None:
        self._open: dict[str, list[asyncio.Event]] = defaultdict(list)

    @contextmanager
    def open(self, channel: str) -> Iterator[asyncio.Event]:
        """A pass of the channel's sender, as long as the block. Whenever the event is set it must look again."""
        woken = asyncio.Event()
        self._open[channel].append(woken)
        try:
            yield woken
        finally:
            self._open[channel].remove(woken)

    def look_again(self, channel: str) -> bool:
        """Let the passes of the channel look again; False where there is none."""
        for woken in self._open[channel]:
            woken.set()
        return bool(self._open[channel])


@dataclass(frozen=True)
class WakeNearby:
    """Wakes a sender within this process where it is at work here, else by `wake`."""

    passes: Passes
    wake: Wake

    async def __call__(self, channel: str) -> None:
        """Wake the sender of that channel. Raises what `wake` raises."""
        if not self.passes.look_again(channel):
            await self.wake(channel)
