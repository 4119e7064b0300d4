"""Which process shows pages to people? This one, started by `day90 pages` and `day90 up`."""

import asyncio
import gc

import structlog

from portal.app import pages_app
from portal.desk.filling import keep_filling
from portal.desk.first import tell_of_first_link
from portal.room.changes import changes_of
from runtime.connection import connect
from runtime.settings import Settings
from runtime.telemetry import into_our_logs
from starter.web.serving import serve_app
from store.engine import migrate
from wiring.pages import page_parts, pages_place
from wiring.service import leave, run_service

log = structlog.get_logger()


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. Raises CannotStart, CannotMigrate."""
    await asyncio.to_thread(migrate, settings.sql_url)
    async with page_parts(settings, reach=lambda: connect(runtime=into_our_logs())) as parts:
        await asyncio.to_thread(tell_of_first_link, parts.engine, settings)
        changes = changes_of(parts)
        app = pages_app(parts, changes)
        # What stands now stands until the end. Each full collection would go through it again, and every page waits for
        # that: 0.1 to 0.2 s, for one page in a hundred or two.
        gc.collect()
        gc.freeze()
        filling = asyncio.create_task(keep_filling(parts.engine))
        await serve_app(app, settings, pages_place(settings), ending=changes.end)
        filling.cancel()
    log.info("pages_ended")


def main() -> int:
    """Serve until asked to end; the exit code."""
    return run_service(serve)


if __name__ == "__main__":
    leave(main())
