"""How does news get from the command line to an onboarding? Through the door, and the progress is shown."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python
from rich.console import Console

from domain.wording import day_in_words
from starter.cli.answers import answer, plain, show_progress, table
from starter.cli.installation import installation_at
from starter.cli.options import Details, Origin, Where
from starter.cli.times import moment
from starter.cli.unanswered import Unanswered

if TYPE_CHECKING:
    from domain.rehearsal.moving import MovedDate


async def tell(where: Where, onboarding: str, kind: str, details: Origin, **fields: Any) -> None:
    """Send a piece of news to an onboarding, and show how that stands then."""
    from domain.titles import titles_of
    from starter.doors.dates import tell_with_dates
    from starter.doors.registered import registered

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    dossier = installation.ledger.dossier(onboarding)
    zone = dossier.calendar.time_zone
    content = {**details.fields(), **fields}
    if details.at is not None:
        at = moment(details.at, zone=zone, now=datetime.now(UTC), closed_at=dossier.deal.closed_at)
        content["at"] = at.isoformat()
    with Unanswered.beside(installation.settings.data).news_id(onboarding, kind, content) as news_id:
        # What the news opened is found under its id, also when the same order is given again because no answer came.
        news = {"news_id": news_id, **content}
        door = await installation.door()
        progress, moved = await tell_with_dates(door, installation.engine, onboarding, kind, news)
    opened = await registered(installation.engine, kind, news, progress)

    def draw(out: Console) -> None:
        show_progress(progress, titles=titles_of(dossier.playbook), zone=zone)(out)
        for register, key in opened.items():
            out.print(plain(f"  {register}: {key}"))
        draw_moved(out, moved or ())

    dates = {} if moved is None else {"moved": [one.model_dump(mode="json") for one in moved]}
    answer(where.json, {**progress.model_dump(mode="json"), **opened, **dates}, draw)


async def show_what_would_move(where: Where, onboarding: str, kind: str, details: Details, **fields: Any) -> None:
    """Show which dates that news would move, and tell nobody."""
    from starter.doors.dates import dates_if

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    dates = await dates_if(await installation.door(), onboarding, kind, {**details.fields(), **fields})

    def draw(out: Console) -> None:
        out.print(plain("Nothing was changed. It would move:" if dates.moved else "Nothing would move."))
        draw_moved(out, dates.moved)

    shown = {"dry_run": True, "onboarding": onboarding, "go_live_due": dates.go_live_due, "moved": dates.moved}
    answer(where.json, to_jsonable_python(shown), draw)


def draw_moved(out: Console, moved: "Sequence[MovedDate]") -> None:
    """The milestones that move, each with its day before and after; with the reasons where it was not simply moved."""
    rows = [(one.title, day_in_words(one.was), day_in_words(one.now), "; ".join(one.why)) for one in moved]
    if rows:
        out.print(table("Dates", ("milestone", "was", "now", "why"), rows))
