"""Which dates has a piece of news moved, or would it move? Before and after, with the reasons for each new date."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from domain import agenda
from domain.agenda import Occasion, Progress
from domain.news import Replanned, read_news
from domain.plan import Plan
from domain.playbook import Playbook
from domain.record import Dossier
from domain.refusal import Refused
from domain.rules.admission import calendar_until
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
    news = read_news(kind, await door.checked(onboarding, kind, raw))
    state = agenda.carried(await door.ask(onboarding, "carried"))
    if not state.opened:
        raise Refused("this onboarding is just being opened: ask again in a moment")
    now = state.clock.business(datetime.now(UTC))
    dossier = await asyncio.to_thread(_dossier_as_of, door, onboarding, now)
    before = decide(Occasion(state=state, now=now), dossier, door.staff()).writing.plan
    agenda.check(state, news, now)
    agenda.apply(state, news, now)
    writing = decide(Occasion(state=state, now=now), dossier, door.staff()).writing
    assert before is not None, "every decision drafts the plan"
    assert writing.plan is not None, "every decision drafts the plan"
    asked = news.milestone if isinstance(news, Replanned) else None
    moved = moved_between(before, writing.plan, dossier.playbook, asked=asked)
    return Dates(moved, writing.standing.go_live_due if writing.standing else None)


def _dossier_as_of(door: OnboardingDoor, onboarding: str, now: datetime) -> Dossier:
    """As a turn has it: with the holidays of the years ahead."""
    dossier = door.deals.dossier(onboarding)
    calendar = calendar_until(dossier.calendar, dossier.deal.account, door.calendars, now=now)
    return dossier.model_copy(update={"calendar": calendar})
