"""How does news get from the command line to an onboarding? Through the door, and the progress is shown."""

from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from starter.cli.answers import answer, plain, show_progress
from starter.cli.installation import installation_at
from starter.cli.options import Details, Where
from starter.cli.times import moment
from starter.cli.unanswered import Unanswered


async def tell(where: Where, onboarding: str, kind: str, details: Details, **fields: Any) -> None:
    """Send a piece of news to an onboarding, and show how that stands then."""
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
        progress = await door.tell(onboarding, kind, news)
    opened = await registered(installation.engine, kind, news, progress)

    def draw(out: Console) -> None:
        show_progress(progress, zone=zone)(out)
        for register, key in opened.items():
            out.print(plain(f"  {register}: {key}"))

    answer(where.json, {**progress.model_dump(mode="json"), **opened}, draw)
