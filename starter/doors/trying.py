"""What would follow from a piece of news? Tried on a copy of the onboarding's state; nothing is told or written."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain import agenda
from domain.agenda import Occasion
from domain.news import News, read_news
from domain.notice import Notice
from domain.plan import Plan
from domain.record import Dossier, Writing
from domain.refusal import Refused
from domain.rules.admission import calendar_until
from domain.rules.closing import both_open
from domain.rules.deciding import decide
from starter.doors.onboardings import OnboardingDoor


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The news as it would be told, the plan as it stands, and all that the turn after the news would write."""

    news: News
    dossier: Dossier
    before: Plan
    writing: Writing

    @property
    def to_customer(self) -> tuple[Notice, ...]:
        """What would go to the customer's people."""
        theirs = {person.id for person in self.dossier.people if person.side == "customer"}
        return tuple(notice for notice in self.writing.notices if notice.to in theirs)


async def tried(door: OnboardingDoor, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Tried:
    """Try that news on the onboarding as it stands now. Raises like `OnboardingDoor.tell`."""
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
    return Tried(news=news, dossier=dossier, before=before, writing=writing)


def _dossier_as_of(door: OnboardingDoor, onboarding: str, now: datetime) -> Dossier:
    """As a turn has it: with the holidays of the years ahead, and the closing days of both companies."""
    dossier = door.deals.dossier(onboarding)
    calendar = calendar_until(dossier.calendar, dossier.deal.account, door.calendars, now=now)
    return dossier.model_copy(update={"calendar": both_open(calendar, dossier.deal, ours=door.staff().closures)})
