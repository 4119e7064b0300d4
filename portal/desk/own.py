"""What is a person's own at the desk? How they read, their password, and the browsers in which they are signed in."""

import asyncio
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from portal.desk.desk import Desk
from portal.desk.passwords import problem_with
from portal.desk.route import ACT, DeskRoute
from portal.desk.session import forget, go
from portal.desk.slowing import Locked, Slowing, TooMany
from portal.desk.view import DeskView
from portal.forms import Form
from portal.preferring import ZONES
from portal.reader import LANGUAGES
from store.staff import SqlStaff

HERE = "signed in"
"""Instead of a network: who is signed in is known, wherever they are."""
ALL_ZONES = (*ZONES, "UTC")


def routes(desk: Desk) -> Iterable[DeskRoute]:
    yield DeskRoute("/desk/me", Own(desk).me, ACT)


class Own:
    """The page about oneself."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._staff = SqlStaff(desk.engine)
        self._slowing = Slowing()

    async def me(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """Preferences, password and sessions."""
        if form is None:
            return await self._show(view, told=request.query_params.get("told", ""))
        if session := form.text("end"):
            return await self._end(view, session)
        if form.text("what") == "password":
            return await self._change_password(view, form)
        return await self._prefer(view, form)

    async def _prefer(self, view: DeskView, form: Form) -> Response:
        language, zone = LANGUAGES.get(form.text("language")), form.text("time_zone")
        errors = {}
        if language is None:
            errors["language"] = "desk_language_wrong"
        if zone and zone not in ALL_ZONES:
            errors["time_zone"] = "time_zone_wrong"
        if language is None or errors:
            return await self._show(view, form=form, errors=errors)
        shortcuts = form.text("shortcuts") == "on"
        prefer = self._staff.prefer
        await asyncio.to_thread(prefer, view.staff.id, language=language, time_zone=zone or None, shortcuts=shortcuts)
        response = go("/desk/me?told=desk_saved")
        response.delete_cookie("day90-desk-language", httponly=True, samesite="lax")
        return response

    async def _change_password(self, view: DeskView, form: Form) -> Response:
        """Takes the present one: an open browser on a train is no way to take somebody's account over."""
        account = await asyncio.to_thread(self._staff.password_of, view.staff.address)
        if account is None:
            return self._desk.forbidden(view)
        now, wanted = form.exactly("password_now"), form.exactly("password")
        errors = {}
        if problem := await self._problem_with_present(view, now, account[1]):
            errors["password_now"] = problem
        if problem := problem_with(wanted, address=view.staff.address):
            errors["password"] = problem
        if errors:
            return await self._show(view, errors=errors)
        hashed = await self._desk.passwords.hashed(wanted)
        await asyncio.to_thread(self._staff.choose_password, view.staff.id, hashed, but=view.staff.session)
        return go("/desk/me?told=desk_password")

    async def _problem_with_present(self, view: DeskView, given: str, kept: str) -> str:
        """Why that does not pass for the present password, as a key of the words; empty where it does.

        Wrong ones are slowed down here as at the sign-in: whoever finds a browser open may try as long as it is.
        """
        try:
            async with self._slowing.turn(view.staff.address, HERE):
                if await self._desk.passwords.is_right(given, kept):
                    self._slowing.was_right(view.staff.address, HERE)
                    return ""
                self._slowing.was_wrong(view.staff.address, HERE)
        except (Locked, TooMany):
            return "desk_locked"
        return "desk_password_not_this"

    async def _end(self, view: DeskView, session: str) -> Response:
        if session.isdecimal() and len(session) < 19:
            await asyncio.to_thread(self._desk.sessions.end, int(session), view.staff.id)
        if session == str(view.staff.session):
            response = self._desk.pages.message("desk_left", view.language, status=200)
            return forget(response, self._desk.parts.settings)
        return go("/desk/me?told=desk_session")

    async def _show(
        self, view: DeskView, *, told: str = "", form: Form | None = None, errors: Mapping[str, str] | None = None
    ) -> Response:
        sessions = await asyncio.to_thread(self._desk.sessions.sessions, view.staff.id)
        account = await asyncio.to_thread(self._staff.get, view.staff.id)
        given = {
            "language": form.text("language") if form else view.staff.language,
            "time_zone": form.text("time_zone") if form else account and account.time_zone,
            "shortcuts": form.text("shortcuts") == "on" if form else view.staff.shortcuts,
        }
        return self._desk.show(
            view,
            "me.html",
            tab="me",
            told=told,
            status=422 if errors else 200,
            given=given,
            zones=ALL_ZONES,
            sessions=sessions,
            has_password=account is not None and account.has_password and self._desk.parts.settings.desk_local_accounts,
            errors=self._desk.pages.said(errors or {}, view.language),
        )
