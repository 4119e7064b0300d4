"""How does a piece of news travel from the command line? Found, sent through the door, answered with the progress."""

from datetime import UTC, datetime
from typing import Any

from starter.cli.answers import answer, show_progress
from starter.cli.desk import desk_at
from starter.cli.options import Said, Where
from starter.cli.times import moment


async def tell(where: Where, onboarding: str, kind: str, said: Said, **fields: Any) -> None:
    """Send it and show how the onboarding stands then."""
    desk = desk_at(where)
    onboarding = desk.meant(onboarding)
    zone = desk.zone(onboarding)
    news = {**said.fields(), **fields}
    if said.at is not None:
        news["at"] = moment(said.at, zone=zone, now=datetime.now(UTC)).isoformat()
    door = await desk.door()
    progress = await door.tell(onboarding, kind, news)
    answer(where.json, progress.model_dump(mode="json"), show_progress(progress, zone=zone))
