"""How does the web process live and end? Until SIGTERM; what it has taken is kept and answered first."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator

import structlog
import uvicorn
from starlette.types import ASGIApp

from runtime.connection import connect
from runtime.settings import Settings
from runtime.telemetry import into_our_logs
from starter.trouble import CannotStart
from starter.web.app import web_app
from starter.web.parts import web_parts
from store.engine import migrate

GRACE = 5
"""Seconds for requests in hand when it is asked to end."""
IDLE = 65
"""Seconds that an idle connection is kept: longer than proxies keep theirs (60), or they send into a closed one."""
log = structlog.get_logger()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn raises the signal again when it has ended, and nobody could clean up behind it."""
        yield


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. Raises CannotStart, CannotMigrate."""
    await asyncio.to_thread(migrate, settings.sql_url)
    async with web_parts(settings, reach=lambda: connect(runtime=into_our_logs())) as parts:
        await serve_app(web_app(parts), settings)
    log.info("web_ended")


def server_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How the app is served.

    Whoever signs what he sends is read before he is known, so a connection may hold a megabyte (starter/web/calls.py):
    the 256 of the default are as many MB, half of what docker-compose.yml gives this process, and a quarter of 1,024,
    the open files that many systems allow. A CRM opens some dozens.
    """
    return uvicorn.Config(
        app,
        host=settings.web_host,
        port=settings.web_port,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=IDLE,
        # From this number on uvicorn answers 503 and closes, those that are idle counted: the first that is too many.
        limit_concurrency=settings.web_connections + 1,
    )


async def serve_app(app: ASGIApp, settings: Settings) -> None:
    """The app on its port, until SIGTERM or SIGINT. Raises CannotStart."""
    server = _Server(server_config(app, settings))
    loop = asyncio.get_running_loop()

    def end() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    log.info("web_started", host=settings.web_host, port=settings.web_port)
    try:
        await server.serve()
    except SystemExit:
        raise CannotStart(
            f"port {settings.web_port} on {settings.web_host} cannot be listened on: choose another with"
            " --web-port or DAY90_WEB_PORT"
        ) from None
