"""How is one form told to many? One after another or a few at a time, each with what became of it.

Nothing waits for another: what is refused keeps nothing else from being told. A browser waits for a page for some
seconds; what was not begun by then is named, and told when the same form is sent on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from portal.desk.customer.telling import DONE, Outcome

PATIENCE = 10.0
"""Seconds after which no other one is begun: a page that takes longer looks like one that hangs."""
Tell = Callable[[], Awaitable[Outcome]]


class Result(NamedTuple):
    """What became of one of them: its name, where it is looked at, and the problem in words, empty where it was taken.

    Without an outcome it was not begun.
    """

    name: str
    path: str
    outcome: Outcome | None
    problem: str = ""

    @property
    def is_done(self) -> bool:
        return self.outcome == DONE

    @property
    def is_left(self) -> bool:
        return self.outcome is None


async def told_to_each(tells: Sequence[Tell], *, at_once: int = 1) -> Sequence[Outcome | None]:
    """What became of each, in their order; None for those that were not begun in time. `at_once` are told together."""
    loop, turns = asyncio.get_running_loop(), asyncio.Semaphore(at_once)
    until = loop.time() + PATIENCE

    async def one(tell: Tell) -> Outcome | None:
        async with turns:
            return await tell() if loop.time() < until else None

    return await asyncio.gather(*(one(tell) for tell in tells))
