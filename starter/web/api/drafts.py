"""Which messages wait for one of ours to read them, and what do they say?"""

from fastapi import APIRouter

from domain.wire import Wire
from starter.doors.drafts import DraftShown, drafts_of
from starter.trouble import NotFound, NotReachable
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
        try:
            agenda = await (await parts.door()).ask(onboarding, "agenda")
        except (NotFound, NotReachable):
            # What they say is the store's; only when they go by themselves is not known then.
            agenda = []
        return DraftsShown(items=drafts_of(parts.engine, onboarding, parts.render, agenda=agenda))

    return router
