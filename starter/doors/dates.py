"""Which dates has a piece of news moved, or would it move? Before and after, with the reasons for each new date."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.agenda import Progress
from domain.news import Replanned
from domain.plan import Plan
from domain.playbook import Playbook
from domain.text import in_language
from domain.wire import Instant, Wire
from domain.wording import reasons_in_words
from starter.doors.onboardings import OnboardingDoor
from starter.doors.trying import tried
from store.reads import one

if TYPE_CHECKING:
    from sqlalchemy import Engine

MOVE_DATES = frozenset({"replan", "resume"})
"""Updates whose answer says what they have moved."""


class MovedDate(Wire):
    """A milestone whose day is another one now, or was asked to be; `why` are sentences, in English."""

    milestone: str
    title: str
    was: date
    now: date
    why: tuple[str, ...]


class Dates(NamedTuple):
    """What was moved, in the order of the plan, and the day of a go-live that lies ahead."""

    moved: tuple[MovedDate, ...]
    go_live_due: Instant | None


def moved_between(before: Plan, after: Plan, playbook: Playbook, *, asked: str | None) -> tuple[MovedDate, ...]:
    """The milestones whose days differ; that which was `asked` to move also where it could not, with the reasons."""
    titles = {milestone.key: in_language(milestone.title, "en") for milestone in playbook.milestones}
    was = {milestone.key: milestone.on for milestone in before.milestones}
    return tuple(
        MovedDate(
            milestone=planned.key,
            title=titles[planned.key],
            was=was[planned.key],
            now=planned.on,
            why=tuple(reasons_in_words(planned.reasons, titles)),
        )
        for planned in after.milestones
        if planned.key in was and (planned.on != was[planned.key] or planned.key == asked)
    )


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
    assert would.writing.plan is not None, "every decision drafts the plan"
    asked = would.news.milestone if isinstance(would.news, Replanned) else None
    moved = moved_between(would.before, would.writing.plan, would.dossier.playbook, asked=asked)
    return Dates(moved, would.writing.standing.go_live_due if would.writing.standing else None)
