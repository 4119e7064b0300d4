"""Where does the Temporal SDK's core log? In our logs or nowhere, and never on stdout, which is for answers."""

import logging
from functools import cache

from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

LOUD_ENOUGH = TelemetryFilter(core_level="WARN", other_level="ERROR")
"""The least that the core logs: below it, there would be a line for every poll."""


@cache
def into_our_logs() -> Runtime:
    """The runtime for a worker. Its process must leave through `os._exit`: the core's threads log until the end."""
    logger = logging.getLogger("temporalio.core")
    forwarding = LogForwardingConfig(logger=logger, append_target_to_name=False, append_log_fields_to_message=False)
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(LOUD_ENOUGH, forwarding=forwarding)))


@cache
def silent() -> Runtime:
    """The runtime for a command: whatever concerns it comes back as an error."""
    return Runtime(telemetry=TelemetryConfig(logging=None))
