"""Who may look at which page of the room? Whoever has a session, at their own onboarding alone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from domain.trouble import UnknownOnboarding
from portal.forms import Form, form_of
from portal.parts import PageParts
from portal.reader import A_YEAR, LANGUAGE_COOKIE, LANGUAGES, keep_spoken, spoken
from portal.rendering import Pages
from portal.room.embedding import Embedding
from portal.room.rooting import rooted
from portal.room.session import forget, ours, token_of
from portal.room.view import View, language_for, view_of
from portal.uploads import fields_of
from store.rooms import SqlRooms, Visit

Page = Callable[[View, Form | None, Request], Awaitable[Response]]
"""A page of the room; the form is None for a look."""


async def not_yet(_: Request) -> Form | None:
    """Nothing of the form is read: of somebody who is not in, no large file is taken."""
    return None


class Room:
    """Lets each page of the room be seen by whoever is in it, and by nobody else."""

    def __init__(self, parts: PageParts, pages: Pages, embedding: Embedding) -> None:
        self.parts = parts
        self.pages = pages
        self.embedding = embedding
        self.rooms = SqlRooms(parts.engine, domains=parts.settings.domains_of_rooms)

    @property
    def engine(self) -> Engine:
        return self.parts.engine

    def guarded(
        self, page: Page, read: Callable[[Request], Awaitable[Form | None]] = form_of
    ) -> Callable[[Request], Awaitable[Response]]:
        """The page for whoever has a session; for everybody else what to do, with what they had typed.

        `read` reads the form of a request; `not_yet` leaves it to the page, once it is known who sends it.
        """

        async def answer(request: Request) -> Response:
            form = await read(request) if request.method == "POST" else None
            embedded, token = "embed" in request.path_params, token_of(request, self.parts.settings)
            visit = await asyncio.to_thread(self._visit, request, token)
            view = await asyncio.to_thread(self._view, visit, request) if visit else None
            if view is None and form is None and request.method == "POST":
                form = await fields_of(request)
            if view is None and embedded:
                return await self._outside_of_frame(request, form)
            if view is None:
                return self._outside(request, form, had_one=bool(token))
            response = await page(view, form, request)
            if request.query_params.get("language", "") in LANGUAGES:
                await self._speak(response, view)
            return rooted(response, view.visit.root, framed=embedded)

        return answer

    def show(
        self, view: View, template: str, *, tab: str = "", told: str = "", status: int = 200, **content: Any
    ) -> Response:
        """A page of the room, with what stands around it; `told` names what has just been done."""
        told_key = f"told_{told}" if f"told_{told}" in self.pages.words(view.language) else ""
        return self.pages.page(
            f"room/{template}", view.language, status=status, view=view, tab=tab, told_key=told_key, **content
        )

    def _visit(self, request: Request, token: str) -> Visit | None:
        """Whose session it is, in the room that the address names."""
        if "embed" in request.path_params:
            return self.embedding.visit(request)
        visit = self.rooms.visit(token) if token else None
        ref = request.path_params.get("room")
        return self.rooms.elsewhere(visit, ref) if visit is not None and ref is not None else visit

    async def _speak(self, response: Response, view: View) -> None:
        """Keep the language that somebody has chosen."""
        if view.visit.way == "embedded":
            await asyncio.to_thread(self.embedding.rooms.speak, view.visit.session, view.language)
        else:
            response.set_cookie(LANGUAGE_COOKIE, view.language, max_age=A_YEAR, httponly=True, samesite="lax")

    async def anew(self, view: View, request: Request) -> View:
        """The same page's onboarding as it stands by now."""
        return await asyncio.to_thread(self._view, view.visit, request) or view

    def missing(self, view: View) -> Response:
        return self.show(view, "missing.html", status=404)

    def _view(self, visit: Visit, request: Request) -> View | None:
        language = language_for(request, visit.person, chosen=visit.language)
        try:
            day = self.parts.settings.day_length
            view = view_of(visit, self.engine, self.parts.ledger, self.parts.staff(), language, day=day)
        except UnknownOnboarding:
            return None
        return view if view.me.id in {one.id for one in view.standing.dossier.deal.contacts} else None

    def _outside(self, request: Request, form: Form | None, *, had_one: bool) -> Response:
        """Nobody is known by this browser. What was typed is given back, since it went nowhere."""
        response = self.pages.page(
            "room/outside.html",
            spoken(request),
            status=401,
            switch=True,
            onward=ours(request.url.path),
            typed=typed_in(form),
            had_one=had_one,
            framed=False,
        )
        response = keep_spoken(response, request)
        # Somebody who is in, and asks for a room that they do not reach, stays in.
        return forget(response, self.parts.settings) if had_one and "room" not in request.path_params else response

    async def _outside_of_frame(self, request: Request, form: Form | None) -> Response:
        """The session in a frame is over, or it stands in none: the page that shows it begins another."""
        await asyncio.to_thread(self.embedding.over, request)
        return self.pages.page(
            "room/outside.html",
            spoken(request),
            status=401,
            onward="/",
            typed=typed_in(form),
            had_one=True,
            framed=True,
        )


def typed_in(form: Form | None) -> str:
    """What somebody has written into a form, to be given back."""
    texts = (form.text(name) for name in ("text", "words", "reasons", "title")) if form else ()
    return "\n\n".join(filter(None, texts))
