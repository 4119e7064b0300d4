"""When are customers found that were there before the search was? Their texts are filled in while the pages are up."""

import asyncio

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from store.search_texts import fill_search_texts

AT_A_TIME = 50
LOOKS_AGAIN = 600.0
"""Seconds: a worker of the version before may go on beside this one, and begins onboardings without a text."""
log = structlog.get_logger()


async def keep_filling(engine: Engine) -> None:
    """Until it is cancelled."""
    while True:
        try:
            written = await asyncio.to_thread(fill_search_texts, engine, most=AT_A_TIME)
        except SQLAlchemyError as trouble:
            log.warning("search_texts_not_filled", kind=type(trouble).__name__)
            written = 0
        if written:
            log.info("search_texts_filled", count=written)
        await asyncio.sleep(0 if written else LOOKS_AGAIN)
