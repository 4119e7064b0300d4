"""Why is it so? Why a date is that date, why something happened, and why it has not."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console

from domain.plan import Reason
from domain.refusal import Refused
from domain.wording import reasons_in_words
from runtime.connection import CannotReachTemporal
from starter.cli.answers import answer, in_words, moment_of, plain, table
from starter.cli.desk import Desk, desk_at
from starter.cli.options import NOWHERE, Where
from starter.trouble import NotFound, NotReachable

if TYPE_CHECKING:
    from store.reads import JournalEntry, NoticeLine, OnboardingInFull


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
    now = await _now(desk, onboarding, key)
    if not (entries or mails or reasons) and now is None:
        raise NotFound(f"{key}: nothing by that key has happened, and no worker could be asked about what lies ahead")
    zone = desk.zone(onboarding)
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


async def _now(desk: Desk, onboarding: str, key: str) -> str | None:
    """What the running workflow says; None when nobody can be asked: the past is still told."""
    try:
        door = await desk.door()
        return str(await door.ask(onboarding, "why", key))
    except (CannotReachTemporal, NotReachable, NotFound, Refused):
        return None


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
