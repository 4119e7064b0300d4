"""Why is a date that date, why has something happened or not, and why did somebody hear of it? The command `why`."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from domain.notice import NoticeKind
from starter.cli.answers import answer, in_words, moment_of, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.cli.sheets import Wrapped
from starter.trouble import WrongOption

if TYPE_CHECKING:
    from store.reads import JournalEntry, NoticeLine

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


async def why(
    onboarding: Onboarding,
    key: str | None = None,
    *,
    person: str | None = None,
    about: str | None = None,
    kind: NoticeKind | None = None,
    where: Where = NOWHERE,
) -> None:
    """Explain why a date is that date, why something happened or has not, or why somebody heard of it.

    Parameters
    ----------
    key
        A milestone, an issue, a criterion, or an entry of the agenda or the journal.
    person
        Instead of a key: what that person got, gets soon and did not get, and why. An id, a handle or an address.
    about
        With --person: only what is about that milestone, issue, meeting or series, and their part in it.
    kind
        With --person: only messages of that kind, like reminder.
    """
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    if person is not None:
        if key is not None and about not in (None, key):
            raise WrongOption(f"{key} and --about {about}: name one of them")
        await _of_person(installation, onboarding, person, where, about=about or key, kind=kind)
        return
    if about is not None or kind is not None:
        raise WrongOption("--person is missing: --about and --kind choose among the messages to one")
    if key is None:
        raise WrongOption("name a key, as `day90 show` lists them, or say --person: why somebody heard of something")
    await _of_key(installation, onboarding, key, where)


async def _of_person(
    installation: Installation, onboarding: str, person: str, where: Where, *, about: str | None, kind: str | None
) -> None:
    from starter.doors.hearing import heard

    hearing = await heard(
        onboarding,
        person,
        about=about,
        kind=kind,
        engine=installation.engine,
        ledger=installation.ledger,
        team=installation.staff(),
        door=installation.door,
        named=True,
    )

    def draw(out: Console) -> None:
        for sentence in (*hearing.standing, *hearing.part):
            out.print(plain(sentence))
        out.print()
        if not hearing.receipts:
            of = " of that" if about or kind else ""
            out.print(plain(f"Nothing{of} was written to them, and nothing lies ahead for them."))
        for receipt in hearing.receipts:
            number = f"  mail {receipt.notice}" if receipt.notice else "  ahead"
            out.print(Wrapped(Text.assemble((f"{number:<12}", "dim"), plain(receipt.sentence)), hang=12))
            for sentence in receipt.since:
                out.print(Wrapped(Text.assemble(" " * 12, plain(sentence, "dim")), hang=12))
        out.print()
        out.print(plain(f"Times in {hearing.time_zone}, where they are. {hearing.ahead}", "dim"))

    answer(where.json, hearing.model_dump(mode="json"), draw)


async def _of_key(installation: Installation, onboarding: str, key: str, where: Where) -> None:
    from starter.doors.whys import look_into

    zone = installation.zone(onboarding)
    explained = await look_into(
        onboarding, key, engine=installation.engine, ledger=installation.ledger, door=installation.door
    )
    now = INSTANT.sub(lambda instant: _short(instant[0], zone), explained.now) if explained.now else None
    entries, mails, reasons = explained.entries, explained.mails, explained.date
    document = {
        "key": key,
        "now": now,
        "date": reasons,
        "happened": [entry.model_dump(mode="json") for entry in entries],
        "mails": [mail.model_dump(mode="json", exclude={"facts", "text"}) for mail in mails],
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

    answer(where.json, document, draw)


def _happened(entry: "JournalEntry", zone: str) -> tuple[str, str, str, str]:
    return moment_of(entry.at, zone), in_words(entry.kind), entry.by or entry.via, more_of(entry, zone=zone)


def more_of(entry: "JournalEntry", *, zone: str) -> str:
    """What an entry of the journal says besides: its note, and its facts by their names."""
    facts = [f"{in_words(name)}: {_short(value, zone)}" for name, value in entry.data.items() if value]
    return "; ".join(part for part in (entry.note or "", *facts) if part)


def _mail(mail: "NoticeLine", zone: str) -> tuple[str, str, str, str, str]:
    state = f"{mail.state}: {mail.reason}" if mail.reason else mail.state
    when = moment_of(mail.sent_at or mail.not_before, zone)
    return str(mail.id), when, in_words(mail.kind), mail.name or mail.person, state


def _short(value: Any, zone: str) -> str:
    """A fact of the journal in a few words; an instant as day and time in that zone."""
    if isinstance(value, list):
        return ", ".join(_short(part, zone) for part in value)
    try:
        return moment_of(datetime.fromisoformat(str(value)), zone) if "T" in str(value) else str(value)
    except ValueError:
        return str(value)
