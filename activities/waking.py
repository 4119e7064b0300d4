"""Whose sender has to be woken after notices were written?"""

from collections.abc import Collection, Iterable

from activities.ports import Wake
from domain.notice import Notice


def channels_of(notices: Iterable[Notice]) -> Collection[str]:
    """The channels by which those notices go, each once, in the order in which they come first."""
    return tuple(dict.fromkeys(notice.channel for notice in notices))


async def wake_each(wake: Wake, channels: Iterable[str]) -> None:
    """Wake the sender of each of the channels. Raises what `wake` raises; a repetition is harmless."""
    for channel in channels:
        await wake(channel)
