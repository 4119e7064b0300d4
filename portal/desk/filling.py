"""When does the desk have what older versions have not written for it? It is filled in while the pages are up.

Customers from before the search get the texts by which they are found, looks at health their place in the portfolio,
and visits of the library are counted.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from store.evaluations import fill_places
from store.opens import count_anew
from store.search_texts import fill_search_texts

AT_A_TIME = 50
LOOKS_AGAIN = 600.0
"""Seconds: a worker of the version before may go on beside this one, and leaves out what it does not know."""
log = structlog.get_logger()


class Fill(Protocol):
    """Fills in up to `most` of what is missing, and returns how many it were."""

    def __call__(self, engine: Engine, *, most: int) -> int: ...


FILLED: Mapping[str, Fill] = {"search_texts": fill_search_texts, "health_places": fill_places}


async def keep_filling(engine: Engine) -> None:
    """Until it is cancelled."""
    await _count_opens(engine)
    while True:
        written = [await _fill(what, fill, engine) for what, fill in FILLED.items()]
        await asyncio.sleep(0 if any(written) else LOOKS_AGAIN)


async def _fill(what: str, fill: Fill, engine: Engine) -> int:
    try:
        written = await asyncio.to_thread(fill, engine, most=AT_A_TIME)
    except SQLAlchemyError as trouble:
        log.warning(f"{what}_not_filled", kind=type(trouble).__name__)
        return 0
    if written:
        log.info(f"{what}_filled", count=written)
    return written


async def _count_opens(engine: Engine) -> None:
    try:
        await asyncio.to_thread(count_anew, engine)
    except SQLAlchemyError as trouble:
        log.warning("opens_not_counted", kind=type(trouble).__name__)
