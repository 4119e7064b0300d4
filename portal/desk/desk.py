"""Who may look at which page of the desk? Whoever of ours is signed in, and has the role that the page takes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from domain.roles import Role
from portal.desk.navigation import tabs_for
from portal.desk.passwords import Passwords
from portal.desk.session import forget, ours, provider_name, token_of
from portal.desk.view import DeskView
from portal.forms import Form, form_of
from portal.parts import PageParts
from portal.reader import LANGUAGES
from portal.rendering import Pages
from starter.web.unsubscribing import language_of
from store.preferences import zone_of
from store.staff_sessions import SqlStaffSessions, StaffVisit

A_YEAR = 365 * 86400
LANGUAGE_COOKIE = "day90-desk-language"
Page = Callable[[DeskView, Form | None, Request], Awaitable[Response]]
"""A page of the desk; the form is None for a look."""
Read = Callable[[Request], Awaitable[Form | None]]


class Desk:
    """Lets each page of the desk be seen by whoever of ours may, and by nobody else."""

    def __init__(self, parts: PageParts, pages: Pages) -> None:
        self.parts = parts
        self.pages = pages
        self.sessions = SqlStaffSessions(parts.engine)
        self.passwords = Passwords()
        self.paths: frozenset[str] = frozenset()
        """The pages that there are; the navigation shows these alone."""

    @property
    def engine(self) -> Engine:
        return self.parts.engine

    def guarded(
        self, page: Page, least: Role = "viewer", read: Read = form_of
    ) -> Callable[[Request], Awaitable[Response]]:
        """The page for whoever has at least that role; for others what to do, with what they had typed.

        `read` reads the form of a request once it is known who sends it: of somebody who may not, nothing is kept.
        """

        async def answer(request: Request) -> Response:
            token = token_of(request, self.parts.settings)
            visit = await asyncio.to_thread(self._signed_in, token) if token else None
            if visit is None:
                form = await form_of(request) if request.method == "POST" else None
                return self._outside(request, form, had_one=bool(token))
            view = self._view(visit, request)
            if not view.may(least):
                return self.forbidden(view)
            response = await page(view, await read(request) if request.method == "POST" else None, request)
            if request.query_params.get("language", "") in LANGUAGES:
                response.set_cookie(LANGUAGE_COOKIE, view.language, max_age=A_YEAR, httponly=True, samesite="lax")
            return response

        return answer

    def show(
        self, view: DeskView, template: str, *, tab: str = "", told: str = "", status: int = 200, **content: Any
    ) -> Response:
        """A page of the desk, with what stands around it; `told` names what has just been done: `told_NAME` in the
        words."""
        told_key = f"told_{told}" if f"told_{told}" in self.pages.words(view.language) else ""
        return self.pages.page(
            f"desk/{template}",
            view.language,
            status=status,
            view=view,
            tab=tab,
            tabs=tabs_for(view.staff, self.paths),
            told_key=told_key,
            **content,
        )

    def missing(self, view: DeskView) -> Response:
        return self.show(view, "missing.html", status=404)

    def forbidden(self, view: DeskView) -> Response:
        """What the reader's role does not allow, in words."""
        return self.show(view, "forbidden.html", status=403)

    def _signed_in(self, token: str) -> StaffVisit | None:
        return self.sessions.visit_of(token, self.parts.staff())

    def _view(self, visit: StaffVisit, request: Request) -> DeskView:
        staff = visit.staff
        asked = request.query_params.get("language", "") or request.cookies.get(LANGUAGE_COOKIE, "")
        return DeskView(
            staff=staff,
            language=LANGUAGES.get(asked, staff.language),
            zone=zone_of(staff.time_zone),
            now=datetime.now(UTC),
            path=request.url.path,
            newest=visit.newest,
        )

    def _outside(self, request: Request, form: Form | None, *, had_one: bool) -> Response:
        """Nobody is known by this browser. What was typed is given back, since it went nowhere."""
        typed = "\n\n".join(filter(None, form.written())) if form else ""
        response = self.pages.page(
            "desk/sign_in.html",
            language_of(request),
            status=401,
            onward=ours(request.url.path + (f"?{request.url.query}" if request.url.query else "")),
            address="",
            typed=typed,
            had_one=had_one,
            provider=provider_name(self.parts.settings),
            passwords=self.parts.settings.desk_local_accounts,
            errors={},
        )
        return forget(response, self.parts.settings) if had_one else response
