"""How healthy is a customer? Asked over REST of an onboarding; computed from what the store has."""

import asyncio
from datetime import UTC, datetime

from fastapi import APIRouter

from starter.doors.health import Outlook, outlook_of
from starter.web.api.answers import OnboardingId, problems
from starter.web.api.gate import api_router, needs
from starter.web.parts import WebParts


def score_routes(parts: WebParts) -> APIRouter:
    router = api_router("onboardings")

    @router.get(
        "/onboardings/{onboarding}/health",
        summary="How the customer does: score, targets, red flags",
        openapi_extra=needs("onboardings:read"),
        response_description="score, share of what is due that is known, and what would lift it most",
        responses=problems("not-found", "refused"),
    )
    async def get_health(onboarding: OnboardingId) -> Outlook:
        """From 0 to 100. Figures are the latest, reported or counted from usage. What is not known is left out; where
        less is known than the playbook wants, there is no score. Refused where the playbook has none.
        """
        day_length = parts.settings.day_length
        return await asyncio.to_thread(
            outlook_of, parts.engine, onboarding, now=datetime.now(UTC), day_length=day_length
        )

    return router
