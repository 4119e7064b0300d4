"""Which process serves the web? This one, started by `day90 web` and `day90 up`."""

import asyncio

import structlog

from runtime.connection import connect
from runtime.settings import Settings
from runtime.telemetry import into_our_logs
from starter.web.app import web_app
from starter.web.serving import serve_app
from store.engine import migrate
from wiring.service import leave, run_service
from wiring.web import web_parts

log = structlog.get_logger()


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; what was taken is written down first. Raises CannotStart, CannotMigrate."""
    await asyncio.to_thread(migrate, settings.sql_url)
    async with web_parts(settings, reach=lambda: connect(runtime=into_our_logs())) as parts:
        await serve_app(web_app(parts), settings)
    log.info("web_ended")


def main() -> int:
    """Serve until asked to end; the exit code."""
    return run_service(serve)


if __name__ == "__main__":
    leave(main())
