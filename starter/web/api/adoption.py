"""Who uses the product so much that others could learn from them, and who little? Shows them, thanks, asks."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Body, Request
from pydantic import Field

from domain.access import Scope
from domain.measure.adoption import AdoptionCounted, Habit
from domain.wire import StrictWire, Wire
from starter.doors.adopting import AdoptionDoor, Word
from starter.doors.deeds import Deeds
from starter.web.api.answers import OnboardingId, problems, writes
from starter.web.api.gate import api_router, needs, token_of
from starter.web.api.onboardings import known
from starter.web.api.room import VIA, now_of, woken
from starter.web.parts import WebParts
from starter.web.problems import Problem

NAMES: Scope = "people:read"


class HabitOfPerson(Wire):
    """How somebody of the customer's uses the product. How much is not said: nobody is to be compared by it."""

    person: str
    habit: Habit = Field(description="`often` could show others, `little` may need a hand")


class AdoptionShown(AdoptionCounted):
    """How many use the product; `people` where the customer has agreed, for tokens with `people:read` alone."""

    people: tuple[HabitOfPerson, ...] = ()


class Written(Wire):
    person: str
    written: bool = Field(description="false where it was said before about one of these weeks: then nothing goes out")


class WrittenTo(StrictWire):
    person: str = Field(min_length=1, max_length=254, description="a contact's id or e-mail address")
    by: str = Field(
        min_length=1, max_length=254, description="who of ours: a staff handle, or that person's e-mail address"
    )


def adoption_routes(parts: WebParts) -> APIRouter:
    router = api_router("adoption")
    door = AdoptionDoor(engine=parts.engine, ledger=parts.ledger, staff=parts.staff)
    deeds = Deeds(engine=parts.engine, ledger=parts.ledger, staff=parts.staff, via=VIA, now=now_of)
    writing = writes("onboardings:write")

    async def write(request: Request, onboarding: str, to: WrittenTo, word: Word) -> Written:
        # Whoever writes to a person for their use learns of it, by what is refused as well.
        if NAMES not in token_of(request).scopes:
            raise Problem("not-allowed", f"this token does not have the scope {NAMES}")
        await known(parts, onboarding)

        def told() -> list[str]:
            return list(door.write_to(onboarding, to.person, word, deeds.ours(onboarding, to.by, word, to.person)))

        channels = await asyncio.to_thread(told)
        await woken(parts, channels)
        return Written(person=to.person, written=bool(channels))

    @router.get(
        "/onboardings/{onboarding}/adoption",
        summary="Who uses the product, and whom to thank or to help",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found", "refused"),
    )
    async def get_adoption(request: Request, onboarding: OnboardingId) -> AdoptionShown:
        """The last four whole weeks. Refused where the playbook looks for nobody, or nobody has used it."""
        await known(parts, onboarding)
        seen = await asyncio.to_thread(door.of, onboarding)
        shown = AdoptionShown.model_validate(seen.model_dump(exclude={"people"}))
        if NAMES not in token_of(request).scopes:
            return shown
        people = tuple(HabitOfPerson(person=one.person, habit=one.habit) for one in seen.people)
        return shown.model_copy(update={"people": people})

    @router.post("/onboardings/{onboarding}/adoption/thank", summary="Thank somebody who uses it often", **writing)
    async def thank_user(
        request: Request,
        onboarding: OnboardingId,
        to: Annotated[WrittenTo, Body(examples=[{"person": "end_user", "by": "grace.lee"}])],
    ) -> Written:
        """With their own days and features, once for the same four weeks. It takes the scope `people:read`, too."""
        return await write(request, onboarding, to, "thank")

    @router.post(
        "/onboardings/{onboarding}/adoption/ask", summary="Ask somebody who uses it little what keeps them", **writing
    )
    async def ask_user(
        request: Request,
        onboarding: OnboardingId,
        to: Annotated[WrittenTo, Body(examples=[{"person": "power_user", "by": "grace.lee"}])],
    ) -> Written:
        """Kindly, without saying how little, once for the same four weeks. It takes the scope `people:read`, too."""
        return await write(request, onboarding, to, "ask")

    return router
