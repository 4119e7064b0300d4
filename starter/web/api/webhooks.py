"""Which outbound webhooks are there, and were their deliveries accepted?

Targets are added and given another secret at the command line alone: both show a secret once, and an answer of the API
may be stored on its way.
"""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path
from pydantic import Field
from temporalio.service import RPCError

from activities.webhooks import channel_of
from domain.webhooks import DeliveryLine, DeliveryState, Target
from domain.wire import Line, StrictWire, Wire
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.doors.bell import wake_sender
from starter.web.api.answers import WRITING, problems
from starter.web.api.cursors import HIGHEST, Cursor, Limit, Next, cursor_of, number_after
from starter.web.api.gate import api_router, key_parameter, needs
from starter.web.parts import WebParts
from store.webhooks import SqlWebhooks

Id = Annotated[int, Path(ge=1, le=HIGHEST)]


class WebhookShown(Target):
    told: bool = Field(description="false while it is disabled")
    waiting: int = Field(description="number of deliveries that wait for it")


class WebhookList(Wire):
    items: tuple[WebhookShown, ...]


class WebhookDeliveries(Wire):
    items: tuple[DeliveryLine, ...]
    next: Next


class Disabling(StrictWire):
    reason: Line = "over the API"


def webhook_routes(parts: WebParts) -> APIRouter:
    router = api_router("webhooks")
    webhooks = SqlWebhooks(parts.engine)

    @router.get("/webhooks", summary="List webhooks", openapi_extra=needs("webhooks:read"), responses=problems())
    def list_webhooks() -> WebhookList:
        """Every webhook, without its secret."""
        return WebhookList(items=tuple(_shown(webhooks, target) for target in webhooks.all()))

    @router.get(
        "/webhooks/{webhook}",
        summary="One webhook",
        openapi_extra=needs("webhooks:read"),
        responses=problems("not-found"),
    )
    def get_webhook(webhook: Id) -> WebhookShown:
        return _shown(webhooks, webhooks.get(webhook))

    @router.get(
        "/webhooks/{webhook}/deliveries",
        summary="What was sent to it, and how it went",
        openapi_extra=needs("webhooks:read"),
        responses=problems("not-found"),
    )
    def list_webhook_deliveries(
        webhook: Id, state: DeliveryState | None = None, limit: Limit = 50, cursor: Cursor = None
    ) -> WebhookDeliveries:
        """Deliveries of the last 30 days, the newest first."""
        page = webhooks.page(webhook, state=state, before=number_after("webhook", cursor), limit=limit)
        return WebhookDeliveries(items=page.lines, next=cursor_of("webhook", page.before))

    @router.post(
        "/webhook-deliveries/{delivery}/resend",
        summary="Send a delivery again",
        openapi_extra=needs("webhooks:write"),
        responses=problems(*WRITING, "not-found"),
        dependencies=[Depends(key_parameter)],
    )
    async def resend_webhook_delivery(delivery: Id) -> DeliveryLine:
        """The event keeps its id, so that its receiver can see that it is the same."""
        line = await asyncio.to_thread(webhooks.resend, delivery)
        await _wake(parts, line.target)
        return line

    @router.post(
        "/webhooks/{webhook}/disable",
        summary="Disable a webhook until it is enabled again",
        openapi_extra=needs("webhooks:write"),
        responses=problems(*WRITING, "wrong-media-type", "not-found"),
        dependencies=[Depends(key_parameter)],
    )
    def disable_webhook(
        webhook: Id, why: Annotated[Disabling, Body(examples=[{"reason": "Their new endpoint comes on Monday"}])]
    ) -> WebhookShown:
        """Nothing is lost: what happens meanwhile is sent once it is enabled. One disabled already keeps its reason."""
        return _shown(webhooks, webhooks.disable(webhook, reason=why.reason))

    @router.post(
        "/webhooks/{webhook}/enable",
        summary="Enable a webhook, and send what waits and what has happened meanwhile",
        openapi_extra=needs("webhooks:write"),
        responses=problems(*WRITING, "not-found"),
        dependencies=[Depends(key_parameter)],
    )
    async def enable_webhook(webhook: Id) -> WebhookShown:
        target = await asyncio.to_thread(webhooks.enable, webhook)
        await _wake(parts, webhook)
        return await asyncio.to_thread(_shown, webhooks, target)

    return router


def _shown(webhooks: SqlWebhooks, target: Target) -> WebhookShown:
    return WebhookShown(**dict(target), told=target.active, waiting=webhooks.waiting(target.id))


async def _wake(parts: WebParts, webhook: int) -> None:
    """Wake the sender of a webhook. While Temporal is away, what waits goes out with any onboarding's next turn."""
    try:
        await wake_sender(await parts.client(), channel_of(webhook), task_queue=parts.settings.task_queue)
    except (RPCError, CannotReachTemporal, BadTemporalProfile):
        return
