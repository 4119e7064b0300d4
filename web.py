"""Which process serves the web? This one; `day90 web` and `day90 up` start it."""

import os
import sys

import uvloop

from runtime.connection import BadTemporalProfile, CannotReachTemporal
from runtime.logs import configure_logs
from runtime.settings import ENDED_BY_SETTING, BadSetting, load_settings
from starter.trouble import CannotStart
from store.engine import CannotMigrate


def main() -> int:
    try:
        settings = load_settings()
        configure_logs(style=settings.log_format, level=settings.log_level)
        from starter.web.serving import serve

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
