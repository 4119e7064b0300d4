"""What has happened in an onboarding, and what will happen by itself? The commands `journal` and `agenda`."""

from datetime import datetime
from typing import Annotated

from cyclopts import Parameter, validators
from rich.console import Console

from starter.cli.answers import answer, count, moment_of, plain, table
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.cli.particulars import NEWS, news_line


def journal(
    onboarding: Onboarding,
    *,
    about: Annotated[
        str | None, Parameter(help="Only what is about that key: a milestone, a stage, an issue, a task.")
    ] = None,
    limit: Annotated[int, Parameter(help="How many of the newest to show.", validator=validators.Number(gte=1))] = 50,
    where: Where = NOWHERE,
) -> None:
    """List what has happened, the oldest first."""
    from store.reads import journal as read

    installation = installation_at(where)
    meant = installation.meant(onboarding)
    zone = installation.zone(meant)
    entries = read(installation.engine, meant, about=about, newest=limit + 1)
    shown = entries[-limit:]

    def draw(out: Console) -> None:
        if not shown:
            out.print(plain(f"nothing about {about!r}" if about else "nothing has happened yet"))
            return
        rows = [news_line(entry, zone=zone) for entry in shown]
        out.print(table(f"Journal of {meant}", NEWS, rows, whole=("when",)))
        if len(entries) > limit:
            out.print(plain(f"these are the newest; there are more: --limit {10 * limit}", "dim"))

    answer(where.json, [entry.model_dump(mode="json") for entry in shown], draw)


async def agenda(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List what will happen by itself, the soonest first."""
    from workflows.words import RULES

    installation = installation_at(where)
    meant = installation.meant(onboarding)
    zone = installation.zone(meant)
    entries = await (await installation.door()).ask(meant, "agenda") or []

    def draw(out: Console) -> None:
        if not entries:
            out.print("nothing comes by itself: only news can move it on")
            return
        rows = [
            (
                moment_of(datetime.fromisoformat(entry["due"]), zone),
                RULES.get(entry["rule"], entry["rule"]),
                entry["key"],
            )
            for entry in entries
        ]
        out.print(table(f"Agenda of {meant}", ("when", "what", "key"), rows, whole=("when", "what")))
        out.print(
            plain(f"{count(len(entries), 'entry', 'entries')}; about one of them: day90 why, with its key", "dim")
        )

    answer(where.json, entries, draw)
