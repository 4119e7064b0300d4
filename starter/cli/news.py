"""How does news get from the command line to an onboarding? Through the door, and the progress is shown."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from rich.console import Console

from starter.cli.answers import answer, plain, show_progress
from starter.cli.installation import installation_at
from starter.cli.options import Details, Where
from starter.cli.times import moment


async def tell(where: Where, onboarding: str, kind: str, details: Details, **fields: Any) -> None:
    """Send a piece of news to an onboarding, and show how that stands then."""
    from starter.doors.registered import registered

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    dossier = installation.ledger.dossier(onboarding)
    zone = dossier.calendar.time_zone
    # The id is set here: what the news opened is found under it, also when the same news is sent again.
    news = {"news_id": uuid4().hex, **details.fields(), **fields}
    if details.at is not None:
        at = moment(details.at, zone=zone, now=datetime.now(UTC), closed_at=dossier.deal.closed_at)
        news["at"] = at.isoformat()
    door = await installation.door()
    progress = await door.tell(onboarding, kind, news)
    opened = await registered(installation.engine, kind, news, progress)

    def draw(out: Console) -> None:
        show_progress(progress, zone=zone)(out)
        for register, key in opened.items():
            out.print(plain(f"  {register}: {key}"))

    answer(where.json, {**progress.model_dump(mode="json"), **opened}, draw)
