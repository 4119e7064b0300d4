"""Did a customer renew, or leave, after the hand-off? Records it, and answers what is recorded."""

import asyncio
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Body, Request
from pydantic import Field

from domain.measure.renewals import RenewalGiven, RenewalRecorded
from domain.news import NewsId
from domain.refusal import refuse_far_dates
from starter.doors.deeds import Deeds
from starter.doors.renewing import RenewalDoor, RenewalsShown
from starter.web.api.answers import OnboardingId, problems, writes
from starter.web.api.gate import api_router, needs
from starter.web.api.onboardings import known
from starter.web.api.room import VIA, Who, key_in, now_of
from starter.web.parts import WebParts

RENEWED = {"on": "2027-11-02", "outcome": "renewed", "yearly_value": 52000, "by": "grace.lee"}


class RenewalSaid(RenewalGiven):
    """A renewal, or a customer leaving, and who says so."""

    by: Who
    news_id: NewsId | None = Field(None, description="makes a repetition harmless")


def renewal_routes(parts: WebParts) -> APIRouter:
    router = api_router("renewals")
    door = RenewalDoor(engine=parts.engine, door=parts.door)
    deeds = Deeds(engine=parts.engine, ledger=parts.ledger, staff=parts.staff, via=VIA, now=now_of)

    @router.get(
        "/onboardings/{onboarding}/renewals",
        summary="Renewals after the hand-off",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found"),
    )
    async def list_renewals(onboarding: OnboardingId) -> RenewalsShown:
        """Those that count, by their days, each with what was paid a year `before`."""
        await known(parts, onboarding)
        return await asyncio.to_thread(door.of, onboarding)

    @router.post(
        "/onboardings/{onboarding}/renewals",
        summary="Record that a customer renewed, or left",
        **writes("onboardings:write"),
    )
    async def record_renewal(
        request: Request, onboarding: OnboardingId, said: Annotated[RenewalSaid, Body(examples=[RENEWED])]
    ) -> RenewalRecorded:
        """Of a day the last word counts, and what was said before stays on record. When a customer has left, the
        success programme ends.
        """
        await known(parts, onboarding)
        refuse_far_dates(said)
        given = RenewalGiven.model_validate(said.model_dump(exclude={"by", "news_id"}))
        # Without a key the last word counts, also one that was said before and otherwise since.
        key = key_in(request, said.news_id) or uuid4().hex
        deed = await asyncio.to_thread(lambda: deeds.of(onboarding, said.by, key=key))
        return await door.record(onboarding, given, deed)

    return router
