"""Why is a date that date, why did something happen or not? What plan, journal, outbox and workflow know of one key."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from domain.agenda import NOTHING_AHEAD, to_come_at_the_end
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
    """What is known of one key of an onboarding.

    `now` is what the workflow says of it, `date` a sentence for each step by which its date came about; `entries` and
    `mails` are what has happened.
    """

    now: str | None
    date: list[str]
    entries: list[JournalEntry]
    mails: list[NoticeLine]


async def look_into(
    onboarding: str, key: str, *, engine: "Engine", ledger: SqlLedger, door: Callable[[], Awaitable[OnboardingDoor]]
) -> Why:
    """Everything known of that key. Raises UnknownOnboarding, and NotFound when nothing is known of it.

    Without Temporal or a worker, what the plan and the past say is still told.
    """

    def past() -> tuple[OnboardingInFull, list[JournalEntry], list[NoticeLine]]:
        standing = one(engine, onboarding)
        entries = [entry for entry in journal(engine, onboarding) if key in (entry.about, entry.key)]
        mails = [notice for notice in notices(engine, onboarding) if key in (notice.about, notice.key)]
        return standing, entries, mails

    standing, entries, mails = await asyncio.to_thread(past)
    reasons = date_reasons(standing, key)
    asked, now = await _now(onboarding, key, door)
    if standing.ending is not None and _was_to_come(standing, key, now or ""):
        now = to_come_at_the_end(key)
    now = now or _stage(standing, key) or (_criterion(ledger, onboarding, key) if asked else None)
    if not (entries or mails or reasons or now):
        unasked = "" if asked else ", and no worker could be asked about what lies ahead"
        raise NotFound(f"{key}: neither the plan nor the journal knows that key{unasked}")
    return Why(now=now, date=reasons, entries=entries, mails=mails)


def date_reasons(onboarding: OnboardingInFull, key: str) -> list[str]:
    """How the date of a milestone came about, a sentence for each step; empty when that key is no milestone."""
    milestone = next((milestone for milestone in onboarding.milestones if milestone.key == key), None)
    return reasons_of(milestone, onboarding) if milestone is not None else []


def reasons_of(milestone: MilestoneRow, onboarding: OnboardingInFull) -> list[str]:
    """How the date of a milestone of that onboarding came about, a sentence for each step."""
    if not milestone.reasons:
        return []
    titles = {other.key: other.title for other in onboarding.milestones}
    return reasons_in_words(tuple(Reason.model_validate(reason) for reason in milestone.reasons), titles)


async def _now(onboarding: str, key: str, door: Callable[[], Awaitable[OnboardingDoor]]) -> tuple[bool, str | None]:
    """Whether the workflow could be asked, and what it says of the key. If not, the past is told all the same."""
    try:
        answer = str(await (await door()).ask(onboarding, "why", key))
    except (CannotReachTemporal, BadTemporalProfile, NotReachable, NotFound, Refused):
        return False, None
    return True, None if answer.startswith(NOTHING_AHEAD) else answer


def _was_to_come(onboarding: OnboardingInFull, key: str, said: str) -> bool:
    """Whether an onboarding ended before that was settled: a milestone, or a criterion of the hand-off.

    It stays on the version on which it ended, and an older one says that such a thing is open still, and overdue.
    """
    if any(milestone.key == key and milestone.status == "open" for milestone in onboarding.milestones):
        return True
    return said.startswith(f"{key} does not hold yet") or f" vouches for {key} against " in said


def _stage(onboarding: OnboardingInFull, key: str) -> str | None:
    stage = next((stage for stage in onboarding.stages if stage.key == key), None)
    if stage is None:
        return None
    opens, closes = (day_in_words(date.fromisoformat(day)) for day in (stage.opens_on, stage.closes_on))
    return f"{key} is a stage, {stage.status}, planned from {opens} to {closes}"


def _criterion(ledger: SqlLedger, onboarding: str, key: str) -> str | None:
    """A sentence when the key is a criterion of the hand-off; asked only when the workflow does not miss it."""
    criteria = ledger.dossier(onboarding).playbook.hand_off.criteria
    return f"{key} holds" if any(criterion.key == key for criterion in criteria) else None
