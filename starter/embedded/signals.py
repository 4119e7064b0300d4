"""What happens at Ctrl-C? The work is cancelled and cleans up, and the caller learns which signal ended it."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from starter.trouble import Signalled

Answer = TypeVar("Answer")

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def until_signalled(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Do the work. A first signal cancels it, a second one cancels its clean-up. Raises Signalled after a signal."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    heard: list[int] = []

    def hear(number: int) -> None:
        heard.append(number)
        task.cancel()

    for number in ENDING_SIGNALS:
        loop.add_signal_handler(number, hear, number)
    try:
        return await task
    except BaseException:
        if heard:
            raise Signalled(heard[0]) from None
        raise
    finally:
        for number in ENDING_SIGNALS:
            loop.remove_signal_handler(number)
