"""How does a piece of news travel from the command line? Found, sent through the door, answered with the progress."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from rich.console import Console

from starter.cli.answers import answer, plain, show_progress
from starter.cli.installation import installation_at
from starter.cli.options import Said, Where
from starter.cli.times import moment


async def tell(where: Where, onboarding: str, kind: str, said: Said, **fields: Any) -> None:
    """Send it and show how the onboarding stands then."""
    from starter.doors.registered import registered

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    dossier = installation.ledger.dossier(onboarding)
    zone = dossier.calendar.time_zone
    # Named here already, so that what it opened can be found in the journal.
    news = {"news_id": uuid4().hex, **said.fields(), **fields}
    if said.at is not None:
        at = moment(said.at, zone=zone, now=datetime.now(UTC), closed_at=dossier.deal.closed_at)
        news["at"] = at.isoformat()
    door = await installation.door()
    progress = await door.tell(onboarding, kind, news)
    opened = await registered(installation.engine, kind, news, progress)

    def draw(out: Console) -> None:
        show_progress(progress, zone=zone)(out)
        for register, key in opened.items():
            out.print(plain(f"  {register}: {key}"))

    answer(where.json, {**progress.model_dump(mode="json"), **opened}, draw)
