"""Which process serves the web? This one, started by `day90 web` and `day90 up`."""

import asyncio
import os
import sys

import structlog
import uvloop

from runtime.connection import BadTemporalProfile, CannotReachTemporal, connect
from runtime.files import OURS_ALONE
from runtime.logs import configure_logs
from runtime.settings import ENDED_BY_SETTING, BadSetting, Settings, load_settings
from runtime.telemetry import into_our_logs
from starter.trouble import CannotStart
from starter.web.app import web_app
from starter.web.serving import serve_app
from store.engine import CannotMigrate, migrate
from wiring.web import web_parts

log = structlog.get_logger()


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; what was taken is written down first. Raises CannotStart, CannotMigrate."""
    await asyncio.to_thread(migrate, settings.sql_url)
    async with web_parts(settings, reach=lambda: connect(runtime=into_our_logs())) as parts:
        await serve_app(web_app(parts), settings)
    log.info("web_ended")


def main() -> int:
    """The exit code: 0 when asked to end, 2 for a setting that cannot be used, 5 where something is not reachable."""
    # What we write is nobody else's: names, mails and tokens' hashes lie in it.
    os.umask(OURS_ALONE)
    try:
        settings = load_settings()
        configure_logs(style=settings.log_format, level=settings.log_level)
        # Half the time of a request is the event loop's.
        uvloop.run(serve(settings))
    except BadSetting as trouble:
        print(trouble, file=sys.stderr)
        return ENDED_BY_SETTING
    except (CannotMigrate, CannotStart, CannotReachTemporal, BadTemporalProfile) as trouble:
        print(trouble, file=sys.stderr)
        return 5
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Threads of the Temporal client abort one in ten processes at exit (sdk-python#300).
    os._exit(code)
