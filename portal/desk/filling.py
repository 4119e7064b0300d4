"""When does the desk have what older versions have not written for it? It is filled in while the pages are up.

Customers from before the search get the texts by which they are found, and visits of the library are counted.
"""

import asyncio

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from store.opens import count_anew
from store.search_texts import fill_search_texts

AT_A_TIME = 50
LOOKS_AGAIN = 600.0
"""Seconds: a worker of the version before may go on beside this one, and begins onboardings without a text."""
log = structlog.get_logger()


async def keep_filling(engine: Engine) -> None:
    """Until it is cancelled."""
    await _count_opens(engine)
    while True:
        try:
            written = await asyncio.to_thread(fill_search_texts, engine, most=AT_A_TIME)
        except SQLAlchemyError as trouble:
            log.warning("search_texts_not_filled", kind=type(trouble).__name__)
            written = 0
        if written:
            log.info("search_texts_filled", count=written)
        await asyncio.sleep(0 if written else LOOKS_AGAIN)


async def _count_opens(engine: Engine) -> None:
    try:
        await asyncio.to_thread(count_anew, engine)
    except SQLAlchemyError as trouble:
        log.warning("opens_not_counted", kind=type(trouble).__name__)
