"""Where does the Temporal SDK's core say what it has to say? In our logs or nowhere; never on stdout, among answers."""

import logging
from functools import cache

from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

LOUD_ENOUGH = TelemetryFilter(core_level="WARN", other_level="ERROR")
"""Below that the core tells of every poll."""


@cache
def into_our_logs() -> Runtime:
    """For a worker. Its process leaves through `os._exit`: the core's threads log until the very end."""
    logger = logging.getLogger("temporalio.core")
    forwarding = LogForwardingConfig(logger=logger, append_target_to_name=False, append_log_fields_to_message=False)
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(LOUD_ENOUGH, forwarding=forwarding)))


@cache
def silent() -> Runtime:
    """For a command: what matters to it comes back as an error."""
    return Runtime(telemetry=TelemetryConfig(logging=None))
