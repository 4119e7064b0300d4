"""How do tests come to the desk? As somebody of the sample team, over the site of tests/support/room.py.

What people do there goes through the door of that site, as the workflow would take it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from domain.roles import Role
from domain.team import Team
from portal.desk.session import cookie_name
from store.staff import SqlStaff, StaffAccount
from store.staff_sessions import SqlStaffSessions
from tests.support.room import Onboarding, RoomSite, room_on

WHO: dict[Role, str] = {
    "viewer": "arthur.mensah",
    "specialist": "ines.moreau",
    "csm": "jonas.weber",
    "manager": "nora.lindqvist",
    "administrator": "grace.lee",
}
"""Who of the sample team comes in which role."""


class DeskSite:
    """The page process over its store, as our own people see it. `room` has onboardings, door and engine."""

    def __init__(self, room: RoomSite) -> None:
        self.room = room
        self.address, self.engine, self.parts, self.door = room.address, room.engine, room.parts, room.door
        self.staff = SqlStaff(room.engine)
        self.sessions = SqlStaffSessions(room.engine)

    @property
    def team(self) -> Team:
        return self.parts.staff()

    def opened(self, **changes: Any) -> Onboarding:
        """A new onboarding."""
        return self.room.opened(**changes)

    def client(self, **options: Any) -> httpx2.AsyncClient:
        """A browser that knows nothing yet."""
        return self.room.client(**options)

    def account(self, role: Role, handle: str = "") -> StaffAccount:
        """The account of somebody of the sample team, in that role."""
        member = self.team.member(handle or WHO[role])
        assert member is not None
        known = [one for one in self.staff.all() if one.handle == member.handle]
        if not known:
            return self.staff.add(address=member.email, name=member.named("en"), handle=member.handle, role=role)
        if known[0].role != role:
            self.staff.set_role(known[0].id, role)
        return known[0].model_copy(update={"role": role})

    def token(self, role: Role, handle: str = "") -> str:
        """What the cookie of a new session holds."""
        return self.sessions.enter(self.account(role, handle).id, way="password", agent="Firefox/140.0 (X11; Linux)")

    def cookie(self, role: Role, handle: str = "") -> dict[str, str]:
        """The cookie of a new session as browsers driven by Playwright take it."""
        return {"name": cookie_name(self.parts.settings), "value": self.token(role, handle), "url": self.address}

    def signed_in(self, role: Role = "csm", handle: str = "", **options: Any) -> httpx2.AsyncClient:
        """A browser in which somebody of the sample team is signed in, in that role: `async with` closes it."""
        cookies = {cookie_name(self.parts.settings): self.token(role, handle)}
        return self.client(cookies=cookies, **options)


@asynccontextmanager
async def desk_on(data: Path, **settings: Any) -> AsyncIterator[DeskSite]:
    """The page process on a port, over a store without an onboarding."""
    async with room_on(data, **settings) as room:
        yield DeskSite(room)
