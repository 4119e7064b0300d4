"""What is a person's own in the room? What they hear, and the browsers in which they are in."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from domain.preferences import HEARS
from portal.dates import weekdays
from portal.forms import Form
from portal.preferring import ZONES, as_given, read, typed
from portal.room.room import Room
from portal.room.session import forget, go
from portal.room.view import View
from store.preferences import SqlPreferences


class Own:
    """The page about oneself."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._preferences = SqlPreferences(room.engine)

    async def me(self, view: View, form: Form | None, request: Request) -> Response:
        """Preferences and sessions; what is chosen counts from the next message on."""
        if form is not None and (session := form.text("end")):
            return await self._end(view, session)
        now = await asyncio.to_thread(self._preferences.of, view.visit.onboarding, view.me.id)
        if form is None:
            given = as_given(now, view.me.language, view.me.time_zone)
            return await self._show(view, given, told=request.query_params.get("told", ""))
        given = typed(form)
        chosen, errors = read(given, view.reader)
        if chosen is None:
            return await self._show(view, given, errors=errors, status=422)
        await asyncio.to_thread(
            self._preferences.choose,
            view.visit.onboarding,
            view.me.id,
            chosen,
            language=given["language"],
            time_zone=given["time_zone"],
        )
        return go("/me?told=saved")

    async def _end(self, view: View, session: str) -> Response:
        if session.isdecimal() and len(session) < 19:
            await asyncio.to_thread(self._room.rooms.end, int(session), view.visit.onboarding, view.me.id)
        if session == str(view.visit.session) and view.visit.way == "embedded":
            response = self._room.pages.message("embed_over", view.language, status=200)
            return self._room.embedding.forget(response, view.visit.root)
        if session == str(view.visit.session):
            response = self._room.pages.message("room_left", view.language, status=200)
            return forget(response, self._room.parts.settings)
        return go("/me?told=ended_session")

    async def _show(
        self,
        view: View,
        given: object,
        *,
        told: str = "",
        errors: object = None,
        status: int = 200,
    ) -> Response:
        sessions = await asyncio.to_thread(self._room.rooms.sessions, view.visit.onboarding, view.me.id)
        return self._room.show(
            view,
            "me.html",
            tab="me",
            status=status,
            given=given,
            hears=HEARS,
            weekdays=weekdays(view.language),
            zones=[*ZONES, "UTC"],
            sessions=sessions,
            told=told,
            errors=errors or {},
        )
