"""By which id does what a piece of news has opened go from now on? An issue, or a scope change."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from domain.agenda.picture import Progress
from domain.news import short
from store.reads import journal

if TYPE_CHECKING:
    from sqlalchemy import Engine

WRITTEN_WITHIN = 3.0
"""Seconds that we look for what the worker wrote down about the news; it usually takes a tenth of one."""


async def registered(engine: "Engine", kind: str, news: Mapping[str, Any], progress: Progress) -> dict[str, str]:
    """The id under the name of its field, `issue` or `request`; empty where nothing was opened."""
    if kind == "raise_issue":
        # The newest is the last; what was raised before can only be named by its own key.
        newest = progress.open_issues[-1:] if not progress.repeated else ()
        key = news.get("issue") or next(iter(newest), None)
        return {"issue": key} if key else {}
    if kind == "request_scope_change":
        key = news.get("request") or await _written(engine, progress.onboarding, "scope_change_requested", news)
        return {"request": key} if key else {}
    return {}


async def _written(engine: "Engine", onboarding: str, kind: str, news: Mapping[str, Any]) -> str | None:
    """What the journal's row about this news is about; None while no row is there."""
    named = short(news["news_id"])
    loop = asyncio.get_running_loop()
    until = loop.time() + WRITTEN_WITHIN
    while True:
        rows = await asyncio.to_thread(journal, engine, onboarding)
        for row in rows:
            if row.kind == kind and row.key == f"fact/{kind}/{row.about}/{named}":
                return row.about
        if loop.time() > until:
            return None
        await asyncio.sleep(0.1)
