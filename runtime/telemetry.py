"""Where does the Temporal SDK's core log, and where are figures told? In our logs, and at an address for Prometheus."""

import logging
from functools import cache

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from runtime.settings import BadSetting

LOUD_ENOUGH = TelemetryFilter(core_level="WARN", other_level="ERROR")
"""The least that the core logs: below it, there would be a line for every poll."""


@cache
def into_our_logs(*, metrics: str | None = None) -> Runtime:
    """The runtime for a worker. Its process must leave through `os._exit`: the core's threads log until the end.

    With `metrics`, which is `host:port`, Prometheus reads there what the core and we measure. Raises BadSetting where
    somebody else listens.
    """
    logger = logging.getLogger("temporalio.core")
    forwarding = LogForwardingConfig(logger=logger, append_target_to_name=False, append_log_fields_to_message=False)
    logs = LoggingConfig(LOUD_ENOUGH, forwarding=forwarding)
    told_at = PrometheusConfig(bind_address=metrics) if metrics else None
    try:
        return Runtime(telemetry=TelemetryConfig(logging=logs, metrics=told_at))
    except ValueError as trouble:
        raise BadSetting(f"DAY90_METRICS: no metrics can be told at {metrics}: {trouble}") from None


@cache
def silent() -> Runtime:
    """The runtime for a command: whatever concerns it comes back as an error."""
    return Runtime(telemetry=TelemetryConfig(logging=None))
