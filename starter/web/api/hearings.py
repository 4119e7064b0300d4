"""Why did somebody hear of an onboarding, or of something in it, and why not?"""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from domain.notice import NoticeKind
from starter.doors.hearing import Hearing, heard
from starter.web.api.answers import OnboardingId, problems
from starter.web.api.gate import api_router, needs
from starter.web.parts import WebParts


def hearing_routes(parts: WebParts) -> APIRouter:
    router = api_router("onboardings")

    @router.get(
        "/onboardings/{onboarding}/why",
        summary="What somebody heard of it, hears soon and does not hear, and why",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found"),
    )
    async def get_why_of_person(
        onboarding: OnboardingId,
        person: Annotated[
            str, Query(description="a stakeholder's id, a staff handle, or an address", min_length=1, max_length=320)
        ],
        about: Annotated[
            str | None, Query(description="only what is about that milestone, issue or cadence", max_length=500)
        ] = None,
        kind: Annotated[NoticeKind | None, Query(description="only messages of that kind")] = None,
    ) -> Hearing:
        """One receipt for each message, in order of time; people stand there by their ids. The past comes from the
        store, what lies ahead from the workflow if it can be asked.
        """
        return await heard(
            onboarding,
            person,
            about=about,
            kind=kind,
            engine=parts.engine,
            ledger=parts.ledger,
            team=await asyncio.to_thread(parts.staff),
            door=parts.door,
        )

    return router
