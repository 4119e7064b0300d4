"""Why is it so? What the plan, the journal, the outbox and the workflow know of one key."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from domain.agenda import NOTHING_AHEAD
from domain.plan import Reason
from domain.record import MilestoneRow
from domain.refusal import Refused
from domain.wording import day_in_words, reasons_in_words
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.doors.onboardings import OnboardingDoor
from starter.trouble import NotFound, NotReachable
from store.ledger import SqlLedger
from store.reads import JournalEntry, NoticeLine, OnboardingInFull, journal, notices, one

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(frozen=True, kw_only=True)
class Why:
    """`now` is the workflow's own word, `date` a sentence for each step to the date, the rest is what happened."""

    now: str | None
    date: list[str]
    entries: list[JournalEntry]
    mails: list[NoticeLine]


async def look_into(
    onboarding: str, key: str, *, engine: "Engine", ledger: SqlLedger, door: Callable[[], Awaitable[OnboardingDoor]]
) -> Why:
    """Without Temporal or a worker it tells the past alone. Raises UnknownOnboarding, NotFound."""

    def past() -> tuple[OnboardingInFull, list[JournalEntry], list[NoticeLine]]:
        found = one(engine, onboarding)
        entries = [entry for entry in journal(engine, onboarding) if key in (entry.about, entry.key)]
        mails = [notice for notice in notices(engine, onboarding) if key in (notice.about, notice.key)]
        return found, entries, mails

    found, entries, mails = await asyncio.to_thread(past)
    reasons = date_reasons(found, key)
    asked, now = await _now(onboarding, key, door)
    now = now or _stage(found, key) or (_criterion(ledger, onboarding, key) if asked else None)
    if not (entries or mails or reasons or now):
        unasked = "" if asked else ", and no worker could be asked about what lies ahead"
        raise NotFound(f"{key}: neither the plan nor the journal knows that key{unasked}")
    return Why(now=now, date=reasons, entries=entries, mails=mails)


def date_reasons(found: OnboardingInFull, key: str) -> list[str]:
    """How the date of that milestone came about, a sentence for each step."""
    milestone = next((milestone for milestone in found.milestones if milestone.key == key), None)
    return reasons_of(milestone, found) if milestone is not None else []


def reasons_of(milestone: MilestoneRow, found: OnboardingInFull) -> list[str]:
    if not milestone.reasons:
        return []
    titles = {other.key: other.title for other in found.milestones}
    return reasons_in_words(tuple(Reason.model_validate(reason) for reason in milestone.reasons), titles)


async def _now(onboarding: str, key: str, door: Callable[[], Awaitable[OnboardingDoor]]) -> tuple[bool, str | None]:
    """Whether the workflow could be asked, and what it says of the key; the past is told without it, too."""
    try:
        said = str(await (await door()).ask(onboarding, "why", key))
    except (CannotReachTemporal, BadTemporalProfile, NotReachable, NotFound, Refused):
        return False, None
    return True, None if said.startswith(NOTHING_AHEAD) else said


def _stage(found: OnboardingInFull, key: str) -> str | None:
    stage = next((stage for stage in found.stages if stage.key == key), None)
    if stage is None:
        return None
    opens, closes = (day_in_words(date.fromisoformat(day)) for day in (stage.opens_on, stage.closes_on))
    return f"{key} is a stage, {stage.status}, planned from {opens} to {closes}"


def _criterion(ledger: SqlLedger, onboarding: str, key: str) -> str | None:
    """A criterion of the hand-off that the workflow does not miss."""
    criteria = ledger.dossier(onboarding).playbook.hand_off.criteria
    return f"{key} holds" if any(criterion.key == key for criterion in criteria) else None
