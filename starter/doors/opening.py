"""Has it been taken up? A started onboarding, once its plan is drafted."""

import asyncio
from typing import TYPE_CHECKING

from domain.trouble import UnknownOnboarding
from starter.doors.onboardings import OnboardingDoor
from store.reads import OnboardingInFull, one

if TYPE_CHECKING:
    from sqlalchemy import Engine

LOOKS_EVERY = 0.1


async def opened(door: OnboardingDoor, engine: "Engine", onboarding: str, *, within: float) -> OnboardingInFull | None:
    """The onboarding once its plan is drafted; None when nobody has taken it up within so many seconds.

    Raises InvalidDeal, NotReachable.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while loop.time() < until:
        try:
            found = await asyncio.to_thread(one, engine, onboarding)
            if found.as_of is not None:
                return found
        except UnknownOnboarding:
            if failure := await door.failure(onboarding):
                raise failure from None
        await asyncio.sleep(LOOKS_EVERY)
    return None
