"""Has a worker taken up a started onboarding? Waits until its plan is drafted."""

import asyncio
from typing import TYPE_CHECKING

from domain.trouble import UnknownOnboarding
from starter.doors.onboardings import OnboardingDoor
from store.reads import OnboardingInFull, one

if TYPE_CHECKING:
    from sqlalchemy import Engine

LOOKS_EVERY = 0.1
"""Seconds between two looks at the store."""


async def drafted(door: OnboardingDoor, engine: "Engine", onboarding: str, *, within: float) -> OnboardingInFull | None:
    """The onboarding once its plan is drafted; None when no worker has taken it up within `within` seconds.

    Raises InvalidDeal when its workflow failed for a reason in the deal, and NotReachable.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while loop.time() < until:
        try:
            standing = await asyncio.to_thread(one, engine, onboarding)
            if standing.as_of is not None:
                return standing
        except UnknownOnboarding:
            if failure := await door.failure(onboarding):
                raise failure from None
        await asyncio.sleep(LOOKS_EVERY)
    return None
