"""Which dates has a piece of news moved, or would it move? Before and after, with the reasons for each new date."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.agenda import Progress
from domain.news import Replanned
from domain.rehearsal.moving import MovedDate, moved_between
from domain.wire import Instant
from starter.doors.onboardings import OnboardingDoor
from starter.doors.trying import tried
from store.reads import one

if TYPE_CHECKING:
    from sqlalchemy import Engine

MOVE_DATES = frozenset({"replan", "resume"})
"""Updates whose answer says what they have moved."""


class Dates(NamedTuple):
    """What was moved, in the order of the plan, and the day of a go-live that lies ahead."""

    moved: tuple[MovedDate, ...]
    go_live_due: Instant | None


async def tell_with_dates(
    door: OnboardingDoor, engine: "Engine", onboarding: str, kind: str, news: Mapping[str, Any]
) -> tuple[Progress, tuple[MovedDate, ...] | None]:
    """Bring news, and say what it has moved; None where its kind moves nothing. Raises like `OnboardingDoor.tell`."""
    if kind not in MOVE_DATES:
        return await door.tell(onboarding, kind, news), None
    before = (await asyncio.to_thread(one, engine, onboarding)).plan
    progress = await door.tell(onboarding, kind, news)
    # The turn is written before its update is answered, so the store has the new plan; the answer had the dates before.
    standing = await asyncio.to_thread(one, engine, onboarding)
    dossier = await asyncio.to_thread(door.deals.dossier, onboarding)
    progress = progress.model_copy(update={"go_live_due": standing.go_live_due})
    if before is None or standing.plan is None:
        return progress, ()
    return progress, moved_between(before, standing.plan, dossier.playbook, asked=news.get("milestone"))


async def dates_if(door: OnboardingDoor, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Dates:
    """What that news would move now; nothing is told or written. Raises like `OnboardingDoor.tell`."""
    would = await tried(door, onboarding, kind, raw)
    asked = would.news.milestone if isinstance(would.news, Replanned) else None
    moved = moved_between(would.before, would.after, would.dossier.playbook, asked=asked)
    return Dates(moved, would.go_live_due)
