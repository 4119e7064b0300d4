"""How does a service of ours begin and end? With its settings and logs, and an exit code that says what was wrong."""

import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
import uvloop

from runtime.connection import BadTemporalProfile, CannotReachTemporal, SearchAttributesMissing
from runtime.files import OURS_ALONE
from runtime.logs import configure_logs
from runtime.settings import ENDED_BY_SETTING, BadSetting, Settings, load_settings, unknown_settings
from starter.trouble import CannotStart
from store.engine import CannotMigrate

log = structlog.get_logger()

NOT_REACHABLE = 5
"""The exit code where the database, Temporal or the port is not there as the settings say."""
CANNOT_BEGIN = (CannotMigrate, CannotStart, CannotReachTemporal, BadTemporalProfile, SearchAttributesMissing)


def run_service(serve: Callable[[Settings], Coroutine[Any, Any, None]]) -> int:
    """The exit code: 0 when asked to end, 2 for a setting that cannot be used, 5 where something is not reachable."""
    # What we write is nobody else's: names, mails and tokens' hashes lie in it.
    os.umask(OURS_ALONE)
    try:
        settings = load_settings()
        configure_logs(style=settings.log_format, level=settings.log_level)
        for name, meant in unknown_settings(os.environ).items():
            log.warning("setting_unknown", name=name, meant=meant or None)
        # 0.75 to 0.9 times the CPU of asyncio's own loop for a worker's small tasks; half the time of a web request.
        uvloop.run(serve(settings))
    except BadSetting as trouble:
        print(trouble, file=sys.stderr)
        return ENDED_BY_SETTING
    except CANNOT_BEGIN as trouble:
        print(trouble, file=sys.stderr)
        return NOT_REACHABLE
    return 0


def leave(code: int) -> None:
    """End the process now.

    Threads of the Temporal client abort one in ten processes at exit (sdk-python#300), and those that wait for a server
    which has gone would keep a process that was asked to end.
    """
    sys.stderr.flush()
    os._exit(code)
