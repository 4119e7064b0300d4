"""Which dates has a piece of news moved, or would it move? Before and after, with the reasons for each new date."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from domain import agenda
from domain.agenda import Occasion
from domain.news import Replanned, read_news
from domain.plan import Plan
from domain.playbook import Playbook
from domain.refusal import Refused
from domain.rules.deciding import decide
from domain.text import in_language
from domain.wire import Instant, Wire
from domain.wording import reasons_in_words
from starter.doors.onboardings import OnboardingDoor
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


class DatesAround:
    """Compares the plan before and after a piece of news that moves dates; for other kinds of news it reads nothing."""

    def __init__(self, door: OnboardingDoor, engine: "Engine", onboarding: str, kind: str, news: Mapping[str, Any]):
        self._door, self._engine, self._onboarding = door, engine, onboarding
        self._moves = kind in MOVE_DATES
        self._asked = news.get("milestone")
        self._before: Plan | None = None

    async def before(self) -> None:
        """Remember the plan as it stands; to be called before the news is told."""
        if self._moves:
            self._before = (await asyncio.to_thread(one, self._engine, self._onboarding)).plan

    async def after(self) -> Dates | None:
        """What the news has moved, once it was answered; None where its kind moves nothing."""
        if self._before is None:
            return None
        # The turn is written before its update is answered, so the store has the new plan.
        standing = await asyncio.to_thread(one, self._engine, self._onboarding)
        dossier = await asyncio.to_thread(self._door.deals.dossier, self._onboarding)
        after = standing.plan or self._before
        moved = moved_between(self._before, after, dossier.playbook, asked=self._asked)
        return Dates(moved, standing.go_live_due)


async def dates_if(door: OnboardingDoor, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Dates:
    """What that news would move now; nothing is told or written. Raises like `OnboardingDoor.tell`."""
    news = read_news(kind, await door.checked(onboarding, kind, raw))
    state = agenda.carried(await door.ask(onboarding, "carried"))
    dossier = await asyncio.to_thread(door.deals.dossier, onboarding)
    now = state.clock.business(datetime.now(UTC))
    if not state.opened:
        raise Refused("this onboarding is just being opened: ask again in a moment")
    before = decide(Occasion(state=state, now=now), dossier, door.staff()).writing.plan
    agenda.check(state, news, now)
    agenda.apply(state, news, now)
    writing = decide(Occasion(state=state, now=now), dossier, door.staff()).writing
    assert before is not None, "every decision drafts the plan"
    assert writing.plan is not None, "every decision drafts the plan"
    asked = news.milestone if isinstance(news, Replanned) else None
    moved = moved_between(before, writing.plan, dossier.playbook, asked=asked)
    return Dates(moved, writing.standing.go_live_due if writing.standing else None)
