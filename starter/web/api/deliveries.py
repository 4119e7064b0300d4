"""What have other systems delivered, and what became of it? Lists the inbox, and tries a delivery again."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from domain.inbox import InboxRow, InboxState
from domain.wire import Instant, Wire
from starter.web.api.answers import WRITING, problems
from starter.web.api.cursors import HIGHEST, Cursor, Limit, Next, cursor_of, number_after
from starter.web.api.gate import api_router, key_parameter, needs
from starter.web.parts import WebParts
from starter.web.problems import Problem

DeliveryId = Annotated[int, Path(ge=1, le=HIGHEST)]
Named = Annotated[str | None, Query(max_length=200)]


class InboxLine(Wire):
    """A delivery without its content."""

    id: int
    source: str
    kind: str
    key: str
    subject: str
    state: InboxState
    outcome: str
    field: str
    onboarding: str
    received_at: Instant
    settled_at: Instant | None


class InboxLines(Wire):
    items: tuple[InboxLine, ...]
    next: Next


def delivery_routes(parts: WebParts) -> APIRouter:
    router = api_router("inbox")

    @router.get("/inbox", summary="List deliveries", openapi_extra=needs("inbox:read"), responses=problems())
    def list_deliveries(
        state: InboxState | None = None,
        source: Named = None,
        subject: Named = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> InboxLines:
        """Deliveries, the newest first, without their content."""
        before = number_after("inbox", cursor)
        page = parts.inbox.page(state=state, source=source, subject=subject, before=before, limit=limit)
        lines = tuple(InboxLine.model_validate(row.model_dump()) for row in page.rows)
        return InboxLines(items=lines, next=cursor_of("inbox", page.before))

    @router.get(
        "/inbox/{delivery}",
        summary="One delivery, with its content",
        openapi_extra=needs("inbox:read"),
        responses=problems("not-found"),
    )
    def get_delivery(delivery: DeliveryId) -> InboxRow:
        return _row(parts, delivery)

    @router.post(
        "/inbox/{delivery}/retry",
        summary="Try a delivery again",
        openapi_extra=needs("inbox:write"),
        response_description="the delivery, waiting; what became of it can be read here later",
        responses=problems(*WRITING, "not-found"),
        dependencies=[Depends(key_parameter)],
    )
    async def retry_delivery(delivery: DeliveryId) -> InboxLine:
        """The delivery is worked through as if it had just come. One that waits goes on waiting."""
        await asyncio.to_thread(parts.inbox.retry, delivery)
        parts.bell.ring()
        row = await asyncio.to_thread(_row, parts, delivery)
        return InboxLine.model_validate(row.model_dump())

    return router


def _row(parts: WebParts, delivery: int) -> InboxRow:
    row = parts.inbox.get(delivery)
    if row is None:
        raise Problem("not-found", f"there is no delivery {delivery}")
    return row
