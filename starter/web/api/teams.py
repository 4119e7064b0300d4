"""How do a customer's teams use the product, and who are its users? Reads figures by team, takes whole lists."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import Field

from domain.measure.teams import UseByTeam
from domain.usage import LONGEST_NAME, LONGEST_TRAIT
from domain.wire import StrictWire, Wire
from starter.doors.teams import TeamDoor, UserLine
from starter.web.api.answers import OnboardingId, problems, writes
from starter.web.api.gate import api_router, needs
from starter.web.api.onboardings import known
from starter.web.parts import WebParts

MOST_AT_ONCE = 10_000
"""Users of one call: with teams and roles they fill the largest body that is taken."""
EXAMPLE = {
    "users": [
        {"user": "u-2041", "team": "Dispatch", "role": "dispatcher"},
        {"user": "u-2042", "team": "Accounts", "role": "manager"},
    ]
}


class TeamsShown(Wire):
    """The same people by `team` and by `role`."""

    team: UseByTeam
    role: UseByTeam


class UserGiven(StrictWire):
    user: str = Field(min_length=1, max_length=LONGEST_NAME, description="the id that the product sends as userId")
    team: str | None = Field(
        None, max_length=LONGEST_TRAIT, description="their team; empty: none any more; left out: as it was"
    )
    role: str | None = Field(None, max_length=LONGEST_TRAIT, description="what they do; as with the team")


class UsersGiven(StrictWire):
    """All users of a customer: who is not among them has left the list."""

    users: tuple[UserGiven, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class UsersKept(Wire):
    users: int = Field(description="how many stand on the list now")
    new: int = Field(description="how many did not before")
    left: int = Field(description="how many no longer do")


def team_routes(parts: WebParts) -> APIRouter:
    router = api_router("adoption")
    door = TeamDoor(engine=parts.engine, ledger=parts.ledger)

    @router.get(
        "/onboardings/{onboarding}/adoption/teams",
        summary="How teams and roles use the product",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found"),
    )
    async def get_teams(onboarding: OnboardingId) -> TeamsShown:
        """As of the last Sunday; no figure is of fewer than five people."""
        await known(parts, onboarding)
        use = await asyncio.to_thread(lambda: door.of(parts.ledger.dossier(onboarding)))
        return TeamsShown(team=use["team"], role=use["role"])

    @router.put("/onboardings/{onboarding}/users", summary="Give the list of its users", **writes("onboardings:write"))
    async def put_users(onboarding: OnboardingId, given: Annotated[UsersGiven, Body(examples=[EXAMPLE])]) -> UsersKept:
        """With their teams and roles. The list is whole; of a user who stands there twice the later line holds."""
        await known(parts, onboarding)
        lines = [UserLine(f"users.{number}", *line) for number, line in enumerate(map(_cells, given.users))]
        kept = await asyncio.to_thread(door.keep_list, onboarding, lines)
        return UsersKept(**kept._asdict())

    return router


def _cells(one: UserGiven) -> tuple[str, str | None, str | None]:
    return one.user, one.team, one.role
