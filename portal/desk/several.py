"""How is one form told to many? One after another or a few at a time, each with what became of it.

Nothing waits for another: what is refused keeps nothing else from being told. A browser waits for a page for some
seconds; what was not begun by then is named, and told when the same form is sent on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import structlog

from portal.desk.customer.telling import DONE, Outcome

PATIENCE = 10.0
"""Seconds after which no other one is begun: a page that takes longer looks like one that hangs."""
Tell = Callable[[], Awaitable[Outcome]]
AWAY = Outcome("not_saved", status=503)
log = structlog.get_logger()


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

    @property
    def is_to_be_told(self) -> bool:
        """Whether the same form sent on would tell it: it was not begun, or something was away."""
        return is_to_be_told(self.outcome)


def is_to_be_told(outcome: Outcome | None) -> bool:
    """Whether what has that outcome was not told, and may be by the same form."""
    return outcome is None or outcome.problem == AWAY.problem


async def told_to_each(tells: Sequence[Tell], *, at_once: int = 1) -> Sequence[Outcome | None]:
    """What became of each, in their order; None for those that were not begun in time. `at_once` are told together."""
    loop, turns = asyncio.get_running_loop(), asyncio.Semaphore(at_once)
    until = loop.time() + PATIENCE

    async def one(tell: Tell) -> Outcome | None:
        async with turns:
            if loop.time() >= until:
                return None
            try:
                return await tell()
            except Exception as trouble:
                # The others may be told by now: a page that says nothing of them would be a lie.
                log.warning("not_told_from_the_desk", kind=type(trouble).__name__)
                return AWAY

    return await asyncio.gather(*(one(tell) for tell in tells))
