"""Under which id does what a piece of news has opened go from now on? An issue, scope change, task or correction."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from domain.agenda import OPENING_FACTS, Progress
from domain.news import KINDS, short
from store.reads import journal

if TYPE_CHECKING:
    from sqlalchemy import Engine


async def registered(engine: "Engine", kind: str, news: Mapping[str, Any], progress: Progress) -> dict[str, str]:
    """The id under the name of its field, `issue`, `request`, `task` or `correction`; empty where nothing was opened.

    `progress` is the onboarding's answer to that news. It names what was opened until that is written down; for news
    that is sent again later the journal is read.
    """
    field = KINDS[kind].opens
    if not field:
        return {}
    key = progress.opened or news.get(field)
    key = key or await asyncio.to_thread(_written, engine, progress.onboarding, news["news_id"])
    return {field: key} if key else {}


def _written(engine: "Engine", onboarding: str, news_id: str) -> str | None:
    """What the journal says that this news has opened; None while no such row is there."""
    cause = short(news_id)
    rows = (row for row in journal(engine, onboarding) if row.kind in OPENING_FACTS)
    return next((row.about for row in rows if row.key == f"fact/{row.kind}/{row.about}/{cause}"), None)
