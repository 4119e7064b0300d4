"""What would follow from a piece of news? Tried on a copy of the onboarding's state; nothing is told or written."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain import agenda
from domain.agenda import State
from domain.news import News, read_news
from domain.notice import Notice
from domain.plan import Plan
from domain.record import Dossier
from domain.refusal import Refused
from domain.rehearsal.forking import Fork, Records, Standing
from domain.rehearsal.supposing import Supposition, WhatIf, told, what_if
from domain.rules.admission import calendar_until
from domain.rules.closing import both_open
from domain.wire import Instant
from starter.doors.onboardings import OnboardingDoor


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The news as it would be told, the plan as it stands and as it would be, and whom it would be told to."""

    news: News
    dossier: Dossier
    before: Plan
    after: Plan
    go_live_due: Instant | None
    notices: tuple[Notice, ...]

    @property
    def to_customer(self) -> tuple[Notice, ...]:
        """What would go to the customer's people."""
        theirs = {person.id for person in self.dossier.people if person.side == "customer"}
        return tuple(notice for notice in self.notices if notice.to in theirs)


async def tried(door: OnboardingDoor, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Tried:
    """Try that news on the onboarding as it stands now. Raises like `OnboardingDoor.tell`."""
    news = await door.checked(onboarding, kind, raw)
    fork = await forked(door, onboarding)
    return await asyncio.to_thread(_tried, fork, kind, news)


def _tried(fork: Fork, kind: str, news: dict[str, Any]) -> Tried:
    other = fork.fork()
    other.told(kind, news)
    go_live = other.driver.state.playing("go_live")
    decided_before = {notice.key for notice in fork.notices}
    return Tried(
        news=read_news(kind, news),
        dossier=fork.driver.dossier,
        before=fork.plan,
        after=other.plan,
        go_live_due=go_live.due if go_live and not go_live.settled else None,
        notices=tuple(notice for notice in other.notices if notice.key not in decided_before),
    )


async def supposed(door: OnboardingDoor, onboarding: str, supposition: Supposition) -> WhatIf:
    """What would follow if that were so. Raises Refused naming the field, and like `OnboardingDoor.ask`."""
    fork = await forked(door, onboarding)
    kind, raw = told(supposition, fork)
    news = await door.checked(onboarding, kind, raw)
    return await asyncio.to_thread(what_if, fork, kind, news, days=supposition.days)


async def forked(door: OnboardingDoor, onboarding: str) -> Fork:
    """A copy of the onboarding as it stands now, with what was due done. Raises like `OnboardingDoor.ask`."""
    state = agenda.carried(await door.ask(onboarding, "carried"))
    if state.ending:
        raise Refused(f"this onboarding has ended ({state.ending}): nothing of it lies ahead")
    if not state.opened:
        raise Refused("this onboarding is just being opened: ask again in a moment")
    return await asyncio.to_thread(_fork, door, state, datetime.now(UTC))


def _fork(door: OnboardingDoor, state: State, wall: datetime) -> Fork:
    """All that a turn is decided by, read once: as `activities.onboarding` reads it for each."""
    now, team, onboarding = state.clock.business(wall), door.staff(), state.onboarding
    keys = [*(fact.key for fact in state.pending), *(entry.key for entry in state.entries)]
    dossier, done_before = door.deals.basis(onboarding, keys)
    dossier = _as_of(door, dossier, now)
    records = Records(
        dossier=dossier,
        rows={(row.kind, row.key): row for row in door.deals.registers(onboarding)},
        agreed=door.deals.baseline(onboarding, dossier.playbook),
        measured=door.deals.figures(onboarding),
        done_before=done_before,
    )
    fork = Fork(Standing(state, dossier, team, records, now, door.hours))
    fork.driver.settle()
    return fork


def dossier_as_of(door: OnboardingDoor, onboarding: str, now: datetime) -> Dossier:
    """As a turn has it: with the holidays of the years ahead, and the closing days of both companies."""
    return _as_of(door, door.deals.dossier(onboarding), now)


def _as_of(door: OnboardingDoor, dossier: Dossier, now: datetime) -> Dossier:
    calendar = calendar_until(dossier.calendar, dossier.deal.account, door.calendars, now=now)
    return dossier.model_copy(update={"calendar": both_open(calendar, dossier.deal, ours=door.staff().closures)})
