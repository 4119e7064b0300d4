"""What goes on after the hand-off, who is in it, and how does it end? The success programme of an onboarding."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Request
from pydantic import Field

from domain.news import NewsId, ProgrammeEnding
from domain.wire import StrictWire
from starter.doors.programmes import ProgrammeProgress, change_programme, programme_of
from starter.doors.renewing import RenewalDoor
from starter.web.api.answers import OnboardingId, problems, writes
from starter.web.api.gate import api_router, key_of, needs
from starter.web.api.onboardings import known
from starter.web.api.room import VIA
from starter.web.parts import WebParts


class ProgrammeChanged(StrictWire):
    owner: str | None = Field(
        None, description="a staff handle, or that person's e-mail address", min_length=1, max_length=254
    )
    project_lead: str | None = Field(
        None, description="a stakeholder's id or e-mail address", min_length=1, max_length=254
    )
    executive_sponsor: str | None = Field(
        None, description="a stakeholder's id or e-mail address", min_length=1, max_length=254
    )
    hour: str | None = Field(
        None,
        description="when its meetings begin, by the customer's clock",
        pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$",
        examples=["14:30"],
    )
    by: str | None = Field(
        None, description="who orders it: a handle, an id, or an e-mail address", min_length=1, max_length=254
    )
    news_id: NewsId | None = Field(None, description="makes a repetition harmless")


class ProgrammeEnded(StrictWire):
    ending: ProgrammeEnding


def programme_routes(parts: WebParts) -> APIRouter:
    router = api_router("onboardings")
    renewals = RenewalDoor(engine=parts.engine, door=parts.door)

    @router.get(
        "/onboardings/{onboarding}/programme",
        summary="The success programme after the hand-off",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found"),
    )
    async def get_programme(onboarding: OnboardingId) -> ProgrammeProgress:
        """Who owns it, whom it meets, and what comes next. `not-found` before the hand-off."""
        await known(parts, onboarding)
        return await programme_of(await parts.door(), onboarding)

    @router.post(
        "/onboardings/{onboarding}/programme/change",
        summary="Give a success programme another owner, other people of the customer, or another hour",
        **writes("onboardings:write"),
    )
    async def change_the_programme(
        request: Request,
        onboarding: OnboardingId,
        change: Annotated[
            ProgrammeChanged,
            Body(examples=[{"owner": "jonas.weber", "executive_sponsor": "project_lead", "hour": "14:30"}]),
        ],
    ) -> ProgrammeProgress:
        """They are invited from the next occasion on; what is not named stays."""
        await known(parts, onboarding)
        key = key_of(request)
        news_id = change.news_id or (key.news_id if key else None)
        return await change_programme(await parts.door(), onboarding, {**change.model_dump(), "news_id": news_id})

    @router.post(
        "/onboardings/{onboarding}/programme/end",
        summary="End a success programme",
        **writes("onboardings:write"),
    )
    async def end_the_programme(
        onboarding: OnboardingId, ended: Annotated[ProgrammeEnded, Body(examples=[{"ending": "customer_left"}])]
    ) -> ProgrammeProgress:
        """Nobody is invited or written to any more. That a customer left is recorded as such, too."""
        await known(parts, onboarding)
        return await renewals.end_programme(onboarding, ended.ending, via=VIA, at=datetime.now(UTC))

    return router
