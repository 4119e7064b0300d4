"""How does an activity refuse a deal for good? With a failure that is tried once and alarms nobody."""

from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.refusal import InvalidDeal

log = structlog.get_logger()


def refused_for_good(error: InvalidDeal) -> ApplicationError:
    """The failure of type InvalidDeal with which the activity ends: not retried, its details the field and the reason.

    Whoever keeps the deal in the CRM must act, and no operator: it is one line in the log, without a traceback.
    """
    log.info("deal_refused", workflow=activity.info().workflow_id, field=error.field)
    details: dict[str, Any] = {"field": error.field, "reason": error.reason}
    benign = ApplicationErrorCategory.BENIGN
    return ApplicationError(str(error), details, type="InvalidDeal", non_retryable=True, category=benign)
