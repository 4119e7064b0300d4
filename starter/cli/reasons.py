"""Why is it so? Why a date is that date, why something happened, and why it has not."""

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console

from domain.agenda import NOTHING_AHEAD
from domain.plan import Reason
from domain.refusal import Refused
from domain.wording import day_in_words, reasons_in_words
from runtime.connection import CannotReachTemporal
from starter.cli.answers import answer, in_words, moment_of, plain, table
from starter.cli.desk import Desk, desk_at
from starter.cli.options import NOWHERE, Where
from starter.trouble import NotFound, NotReachable

if TYPE_CHECKING:
    from store.reads import JournalEntry, NoticeLine, OnboardingInFull

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


async def why(onboarding: str, key: str, *, where: Where = NOWHERE) -> None:
    """Why a date is that date, why something happened or has not.

    Parameters
    ----------
    onboarding
        Its id, the deal's id, or a part of the customer's name that only one has.
    key
        A milestone, an issue, a criterion, or an entry of the agenda or the journal.
    """
    from store.reads import journal, notices, one

    desk = desk_at(where)
    onboarding = desk.meant(onboarding)
    found = one(desk.engine, onboarding)
    entries = [entry for entry in journal(desk.engine, onboarding) if key in (entry.about, entry.key)]
    mails = [notice for notice in notices(desk.engine, onboarding) if key in (notice.about, notice.key)]
    reasons = date_reasons(found, key)
    zone = desk.zone(onboarding)
    asked, now = await _now(desk, onboarding, key, zone=zone)
    now = now or _stage(found, key) or (_criterion(desk, onboarding, key) if asked else None)
    if not (entries or mails or reasons or now):
        unasked = "" if asked else ", and no worker could be asked about what lies ahead"
        raise NotFound(f"{key}: neither the plan nor the journal knows that key{unasked}")
    said = {
        "key": key,
        "now": now,
        "date": reasons,
        "happened": [entry.model_dump(mode="json") for entry in entries],
        "mails": [mail.model_dump(mode="json", exclude={"facts"}) for mail in mails],
    }

    def draw(out: Console) -> None:
        if now:
            out.print(plain(now))
        if reasons:
            out.print(plain("its date", "bold"))
            for reason in reasons:
                out.print(plain(f"  {reason}"))
        if entries:
            happened = [_happened(entry, zone) for entry in entries]
            out.print(table("What happened", ("when", "what", "who", "more"), happened))
        if mails:
            written = [_mail(mail, zone) for mail in mails]
            out.print(table("What was written about it", ("mail", "when", "what", "to", "state"), written))

    answer(where.json, said, draw)


def date_reasons(found: "OnboardingInFull", key: str) -> list[str]:
    """How the date of that milestone came about, a sentence for each step."""
    milestone = next((milestone for milestone in found.milestones if milestone.key == key), None)
    if milestone is None or not milestone.reasons:
        return []
    titles = {other.key: other.title for other in found.milestones}
    return reasons_in_words(tuple(Reason.model_validate(reason) for reason in milestone.reasons), titles)


async def _now(desk: Desk, onboarding: str, key: str, *, zone: str) -> tuple[bool, str | None]:
    """Whether the workflow could be asked, and what it says of the key; the past is told without it, too."""
    try:
        door = await desk.door()
        said = str(await door.ask(onboarding, "why", key))
    except (CannotReachTemporal, NotReachable, NotFound, Refused):
        return False, None
    if said.startswith(NOTHING_AHEAD):
        return True, None
    return True, INSTANT.sub(lambda found: _short(found[0], zone), said)


def _stage(found: "OnboardingInFull", key: str) -> str | None:
    stage = next((stage for stage in found.stages if stage.key == key), None)
    if stage is None:
        return None
    opens, closes = (day_in_words(date.fromisoformat(day)) for day in (stage.opens_on, stage.closes_on))
    return f"{key} is a stage, {stage.status}, planned from {opens} to {closes}"


def _criterion(desk: Desk, onboarding: str, key: str) -> str | None:
    """A criterion of the hand-off that the workflow does not miss."""
    criteria = desk.ledger.dossier(onboarding).playbook.hand_off.criteria
    return f"{key} holds" if any(criterion.key == key for criterion in criteria) else None


def _happened(entry: "JournalEntry", zone: str) -> tuple[str, str, str, str]:
    more = [entry.note or ""] + [f"{name}: {_short(value, zone)}" for name, value in entry.data.items() if value]
    return (
        moment_of(entry.at, zone),
        in_words(entry.kind),
        entry.by or entry.via,
        "; ".join(part for part in more if part),
    )


def _mail(mail: "NoticeLine", zone: str) -> tuple[str, str, str, str, str]:
    state = f"{mail.state}: {mail.reason}" if mail.reason else mail.state
    when = moment_of(mail.sent_at or mail.not_before, zone)
    return str(mail.id), when, in_words(mail.kind), mail.name or mail.person, state


def _short(value: Any, zone: str) -> str:
    """A fact in few words; an instant as people read it."""
    if isinstance(value, list):
        return ", ".join(_short(part, zone) for part in value)
    try:
        return moment_of(datetime.fromisoformat(str(value)), zone) if "T" in str(value) else str(value)
    except ValueError:
        return str(value)
