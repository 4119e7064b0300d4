"""What would follow if something were so? Asked over REST of a running onboarding; nothing is told or written."""

from typing import Annotated, Any

from fastapi import APIRouter, Body

from domain.rehearsal.supposing import Supposition, WhatIf
from starter.doors.trying import supposed
from starter.web.api.answers import OnboardingId, problems
from starter.web.api.gate import api_router, needs
from starter.web.api.news import examples
from starter.web.api.onboardings import known
from starter.web.parts import WebParts


def supposing_routes(parts: WebParts) -> APIRouter:
    router = api_router("news")
    slips: dict[str, Any] = {"milestone": examples()["replan"]["milestone"], "slips": "10d", "days": 14}
    pause: dict[str, Any] = {"update": "pause", "news": examples()["pause"]}

    @router.post(
        "/onboardings/{onboarding}/what-if",
        summary="What would follow if something were so? Nothing is told or written",
        openapi_extra=needs("onboardings:read"),
        response_description="dates that would move, and mails that would come newly, no longer, or on another day",
        responses=problems("malformed", "too-large", "too-slow", "wrong-media-type", "not-found", "refused"),
    )
    async def what_if(
        onboarding: OnboardingId, supposition: Annotated[Supposition, Body(examples=[slips, pause])]
    ) -> WhatIf:
        """A milestone slips, or any update is told. The workflow is asked how it stands, so this needs Temporal and a
        worker. Mails are those until the last of `days` days if nobody reports anything until then.
        """
        await known(parts, onboarding)
        return await supposed(await parts.door(), onboarding, supposition)

    return router
