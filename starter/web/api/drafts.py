"""Which messages wait for one of ours to read them, and what do they say?"""

from fastapi import APIRouter

from domain.wire import Wire
from starter.doors.drafts import DraftShown, drafts_of
from starter.web.api.answers import OnboardingId, problems
from starter.web.api.gate import api_router, needs
from starter.web.api.onboardings import known
from starter.web.parts import WebParts


class DraftsShown(Wire):
    items: tuple[DraftShown, ...]


def draft_routes(parts: WebParts) -> APIRouter:
    router = api_router("onboardings")

    @router.get(
        "/onboardings/{onboarding}/drafts",
        summary="Messages that wait for one of ours",
        openapi_extra=needs("people:read"),
        responses=problems("not-found"),
    )
    async def list_drafts(onboarding: OnboardingId) -> DraftsShown:
        """As their readers would get them, names included. `edit_draft`, `send_draft` and `stop_draft` are news."""
        await known(parts, onboarding)
        return DraftsShown(items=await drafts_of(parts.engine, onboarding, parts.render, door=parts.door))

    return router
