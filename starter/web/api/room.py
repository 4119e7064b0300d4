"""What do the operations on a customer's room have in common? Who does it, its key, and who is woken by it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import structlog
from pydantic import Field
from starlette.requests import Request
from temporalio.service import RPCError

from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.web.api.gate import key_of
from starter.web.parts import WebParts

VIA = "api"
Who = Annotated[
    str,
    Field(min_length=1, max_length=254, description="a staff handle, a contact's id, or the e-mail address of either"),
]
log = structlog.get_logger()


def now_of(as_of: datetime | None) -> datetime:
    """The onboarding's own time: on a compressed clock that of its last turn."""
    now = datetime.now(UTC)
    return max(now, as_of or now)


def key_in(request: Request, news_id: str | None) -> str | None:
    """What makes the request harmless when it is sent again: its own id, else its Idempotency-Key; None for neither."""
    keyed = key_of(request)
    return f"api-{news_id}" if news_id else keyed.news_id if keyed else None


async def woken(parts: WebParts, channels: Iterable[str]) -> None:
    """Wake the receiver and those senders; while Temporal is away messages go later."""
    try:
        for channel in channels:
            await parts.wake_sender(channel)
        parts.bell.ring()
    except (CannotReachTemporal, BadTemporalProfile, RPCError) as trouble:
        log.warning("message_not_sent_yet", kind=type(trouble).__name__)
