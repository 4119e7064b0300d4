"""What do customers say in their room besides questions? To goals, of colleagues whom they name, of trainings."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import Field

from domain.colleagues import Colleague, Named
from domain.deal import Address, CustomerRole
from domain.measure.goals import Goal
from domain.news import NewsId
from domain.training import Rating, SessionRated, summed_up
from domain.wire import Line, PersonName, Slug, StrictWire, Wire
from starter.doors.colleagues import ColleagueDoor
from starter.doors.deeds import Deeds
from starter.doors.goals import GoalDoor, GoalShown
from starter.web.api.answers import OnboardingId, problems, writes
from starter.web.api.gate import api_router, needs
from starter.web.api.onboardings import known
from starter.web.api.room import VIA, Who, key_in, now_of, woken
from starter.web.parts import WebParts
from store.training import SqlTraining

GoalKey = Annotated[Slug, Path(description="the goal's key", examples=["cycle_time"], max_length=80)]
Number = Annotated[int, Path(ge=1, le=10**9, description="the colleague's number within the onboarding", examples=[1])]
NAMED = {"by": "project_lead", "name": "Ana Ruiz", "email": "ana.ruiz@pinecrest.example", "role": "champion"}


class GoalsShown(Wire):
    items: tuple[GoalShown, ...]


class Colleagues(Wire):
    items: tuple[Colleague, ...]


class Ratings(Wire):
    sessions: tuple[SessionRated, ...]
    items: tuple[Rating, ...]


class Agreed(StrictWire):
    by: Who
    revision: int | None = Field(None, ge=0, description="the goal's revision that was read: refused if it is another")


class ColleagueNamed(StrictWire):
    """Somebody whom a person of the customer's names."""

    by: Who
    name: PersonName
    email: Address
    role: CustomerRole = Field(description="the part they are to play, like champion")
    title: Line | None = None
    note: Line | None = Field(None, description="why they should take part")
    news_id: NewsId | None = Field(None, description="makes a repetition harmless")


class Decided(StrictWire):
    by: Who


class Declined(StrictWire):
    by: Who
    reason: Line | None = Field(None, description="why not; who has named them reads it")


def room_routes(parts: WebParts) -> APIRouter:
    router = api_router("room")
    goals = GoalDoor(engine=parts.engine, ledger=parts.ledger, staff=parts.staff)
    domains = parts.settings.domains_of_rooms
    colleagues = ColleagueDoor(engine=parts.engine, ledger=parts.ledger, staff=parts.staff, domains=domains)
    deeds = Deeds(engine=parts.engine, ledger=parts.ledger, staff=parts.staff, via=VIA, now=now_of)
    writing = writes("room:write")

    @router.get(
        "/onboardings/{onboarding}/goals",
        summary="Goals, and whose yes each waits for",
        openapi_extra=needs("room:read"),
        responses=problems("not-found"),
    )
    async def list_goals(onboarding: OnboardingId) -> GoalsShown:
        """The business metrics as they are said now. `define_metric` says one; a yes is to one revision."""
        await known(parts, onboarding)
        return GoalsShown(items=tuple(await asyncio.to_thread(goals.shown, onboarding)))

    @router.post("/onboardings/{onboarding}/goals/{goal}/agree", summary="Agree to a goal", **writing)
    async def agree_to_goal(
        onboarding: OnboardingId, goal: GoalKey, agreed: Annotated[Agreed, Body(examples=[{"by": "project_lead"}])]
    ) -> Goal:
        """In the name of either side, as at the kickoff."""

        def agree() -> Goal:
            deed = deeds.of(onboarding, agreed.by, "agree", goal)
            return goals.agree(onboarding, goal, deed, revision=agreed.revision)

        return await asyncio.to_thread(agree)

    @router.get(
        "/onboardings/{onboarding}/colleagues",
        summary="Colleagues whom the customer has named",
        openapi_extra=needs("people:read"),
        responses=problems("not-found"),
    )
    async def list_colleagues(onboarding: OnboardingId) -> Colleagues:
        """With names and addresses. `proposed` ones wait for one of ours."""
        await known(parts, onboarding)
        return Colleagues(items=tuple(await asyncio.to_thread(colleagues.kept.of, onboarding)))

    @router.post("/onboardings/{onboarding}/colleagues", summary="Name a colleague of a customer's person", **writing)
    async def name_colleague(
        request: Request, onboarding: OnboardingId, named: Annotated[ColleagueNamed, Body(examples=[NAMED])]
    ) -> Colleague:
        """The owner gets it as a message, and decides. Whoever waits already is not named twice."""

        def name() -> tuple[Colleague, Sequence[str]]:
            meant = Named.model_validate(named.model_dump(exclude={"by", "note", "news_id"}))
            deed = deeds.theirs(onboarding, named.by, meant.model_dump_json(), key=key_in(request, named.news_id))
            return colleagues.propose(onboarding, meant, deed, note=named.note)

        colleague, channels = await asyncio.to_thread(name)
        await woken(parts, channels)
        return colleague

    @router.post(
        "/onboardings/{onboarding}/colleagues/{number}/take-in", summary="Let a colleague take part", **writing
    )
    async def take_colleague_in(
        onboarding: OnboardingId, number: Number, decided: Annotated[Decided, Body(examples=[{"by": "grace.lee"}])]
    ) -> Colleague:
        """They become a contact, are welcomed, and get what their role gets."""
        deed = await asyncio.to_thread(deeds.ours, onboarding, decided.by, "take in", number)
        return await colleagues.take_in(onboarding, number, deed, door=parts.door)

    @router.post("/onboardings/{onboarding}/colleagues/{number}/decline", summary="Leave a colleague out", **writing)
    async def decline_colleague(
        onboarding: OnboardingId, number: Number, declined: Annotated[Declined, Body(examples=[{"by": "grace.lee"}])]
    ) -> Colleague:
        """Who has named them reads the reason in the room."""
        deed = await asyncio.to_thread(deeds.ours, onboarding, declined.by, "decline", number)
        return await asyncio.to_thread(partial(colleagues.decline, onboarding, number, deed, reason=declined.reason))

    @router.get(
        "/onboardings/{onboarding}/training-ratings",
        summary="How trainings were rated",
        openapi_extra=needs("room:read"),
        responses=problems("not-found"),
    )
    async def list_training_ratings(
        onboarding: OnboardingId,
        session: Annotated[Slug | None, Query(description="only that session of the playbook")] = None,
    ) -> Ratings:
        """The newest rating of each person, and what they come to by session."""
        await known(parts, onboarding)
        each = await asyncio.to_thread(SqlTraining(parts.engine).of, onboarding)
        wanted = [one for one in each if session in (None, one.session)]
        return Ratings(sessions=tuple(summed_up(wanted)), items=tuple(wanted))

    return router
