"""How does one of ours come to the desk? By mail address and password."""

import asyncio
from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.responses import Response

from domain.networks import neighbourhood
from domain.text import folded
from portal.desk.passwords import Passwords
from portal.desk.session import forget_token, go, keep, ours, provider_name, token_of
from portal.desk.slowing import Locked, Slowing, TooMany
from portal.forms import form_of
from portal.parts import PageParts
from portal.rendering import Pages
from portal.room.session import agent_of
from starter.web.unsubscribing import language_of
from store.staff import SqlStaff
from store.staff_sessions import SqlStaffSessions, Way

log = structlog.get_logger()


class Entry:
    """The pages in front of the desk."""

    def __init__(self, parts: PageParts, pages: Pages, passwords: Passwords) -> None:
        self._parts = parts
        self._pages = pages
        self._staff = SqlStaff(parts.engine)
        self._sessions = SqlStaffSessions(parts.engine)
        self._passwords = passwords
        self._slowing = Slowing()

    async def sign_in(self, request: Request) -> Response:
        """Ask for address and password. What is answered, and in which time, is the same for an unknown address."""
        onward = ours(request.query_params.get("next", "/desk/"))
        if request.method != "POST":
            return self._show(request, onward=onward)
        form = await form_of(request)
        if not self._parts.settings.desk_local_accounts:
            return self._show(request, onward=ours(form.text("next")))
        address, password, onward = form.text("address"), form.exactly("password"), ours(form.text("next"))
        network = neighbourhood(request.client.host) if request.client else ""
        try:
            async with self._slowing.turn(folded(address), network):
                found = await asyncio.to_thread(self._staff.password_of, address)
                right = await self._passwords.is_right(password, found[1] if found else None)
        except Locked:
            return self._pages.message("desk_locked", language_of(request), status=429, headers={"Retry-After": "900"})
        except TooMany:
            return self._pages.message("too_many", language_of(request), status=429, headers={"Retry-After": "60"})
        if found is None or not right:
            self._slowing.was_wrong(folded(address), network)
            log.info("desk_sign_in_refused", next_takes_s=self._slowing.wait(folded(address), network))
            errors = {"address": "desk_sign_in_wrong"}
            return self._show(request, onward=onward, address=address, errors=errors)
        self._slowing.was_right(folded(address), network)
        return await self.enter(request, found[0], way="password", onward=onward)

    async def enter(self, request: Request, staff: int, *, way: Way, onward: str) -> Response:
        """Begin a session, always a new one; that which the browser had is over."""
        await self.end(request)
        token = await asyncio.to_thread(self._sessions.enter, staff, way=way, agent=agent_of(request))
        # Who came by the provider before, in this browser, may have been somebody else.
        return forget_token(keep(go(onward), self._parts.settings, token), self._parts.settings)

    async def end(self, request: Request) -> None:
        """End the session that the browser has."""
        token = token_of(request, self._parts.settings)
        if token:
            await asyncio.to_thread(self._sessions.end_by, token)

    def _show(
        self, request: Request, *, onward: str, address: str = "", errors: Mapping[str, str] | None = None
    ) -> Response:
        language = language_of(request)
        return self._pages.page(
            "desk/sign_in.html",
            language,
            status=422 if errors else 200,
            onward=onward,
            address=address,
            typed="",
            had_one=False,
            provider=provider_name(self._parts.settings),
            passwords=self._parts.settings.desk_local_accounts,
            errors=self._pages.said(errors or {}, language),
        )
