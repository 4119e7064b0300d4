"""How does a piece of news travel from the command line? Found, sent through the door, answered with the progress."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from rich.console import Console

from domain.agenda.picture import Progress
from starter.cli.answers import answer, plain, show_progress
from starter.cli.desk import Desk, desk_at
from starter.cli.options import Said, Where
from starter.cli.times import moment

WRITTEN_WITHIN = 3.0
"""Seconds that we look for what the worker wrote down about the news; it usually takes a tenth of one."""


async def tell(where: Where, onboarding: str, kind: str, said: Said, **fields: Any) -> None:
    """Send it and show how the onboarding stands then."""
    desk = desk_at(where)
    onboarding = desk.meant(onboarding)
    dossier = desk.ledger.dossier(onboarding)
    zone = dossier.calendar.time_zone
    # Named here already, so that what it opened can be found in the journal.
    news = {"news_id": uuid4().hex, **said.fields(), **fields}
    if said.at is not None:
        at = moment(said.at, zone=zone, now=datetime.now(UTC), closed_at=dossier.deal.closed_at)
        news["at"] = at.isoformat()
    door = await desk.door()
    progress = await door.tell(onboarding, kind, news)
    opened = await _opened(desk, kind, news, progress)

    def draw(out: Console) -> None:
        show_progress(progress, zone=zone)(out)
        for register, key in opened.items():
            out.print(plain(f"  {register}: {key}"))

    answer(where.json, {**progress.model_dump(mode="json"), **opened}, draw)


async def _opened(desk: Desk, kind: str, news: dict[str, Any], progress: Progress) -> dict[str, str]:
    """The id that an issue or a scope change goes by from now on, under the name of its field."""
    if kind == "raise_issue":
        # The newest is the last; what was raised before can only be named by its own key.
        newest = progress.open_issues[-1:] if not progress.repeated else ()
        key = news.get("issue") or next(iter(newest), None)
        return {"issue": key} if key else {}
    if kind == "request_scope_change":
        key = news.get("request") or await _written(desk, progress.onboarding, "scope_change_requested", news)
        return {"request": key} if key else {}
    return {}


async def _written(desk: Desk, onboarding: str, kind: str, news: dict[str, Any]) -> str | None:
    """What the journal's row about this news is about; None while no row is there."""
    from domain.news import short
    from store.reads import journal

    named = short(news["news_id"])
    loop = asyncio.get_running_loop()
    until = loop.time() + WRITTEN_WITHIN
    while True:
        rows = await asyncio.to_thread(journal, desk.engine, onboarding)
        for row in rows:
            if row.kind == kind and row.key == f"fact/{kind}/{row.about}/{named}":
                return row.about
        if loop.time() > until:
            return None
        await asyncio.sleep(0.1)
