"""How does a page of the vendor's product show somebody's room? By an address that opens it once, in that page alone.

The session stands in the addresses of its pages, below /embed/. Where the browser takes a cookie there, it is needed as
well; where it takes none, the addresses have to do, for a shorter time. Nothing of it opens outside of a frame.
"""

import asyncio
from collections.abc import Mapping

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.rendering import Pages
from portal.room.session import agent_of, ours
from runtime.settings import Settings
from starter.web.unsubscribing import language_of
from store.embedded_rooms import SqlEmbeddedRooms
from store.rooms import LONGEST_EMBEDDED, Visit

COOKIE = "day90-embedded"
FRAMES = ("iframe", "frame")


class Embedding:
    """Rooms in pages of the vendor's product."""

    def __init__(self, settings: Settings, engine: Engine, pages: Pages) -> None:
        self._settings = settings
        self._pages = pages
        self._origins = frozenset(settings.embed_origins)
        self.rooms = SqlEmbeddedRooms(engine, domains=settings.domains_of_rooms)

    async def exchange(self, request: Request) -> Response:
        """Begin the session of the address that the vendor's backend was given, and go to its first page."""
        language = language_of(request)
        if stands_alone(request):
            return self._pages.message("embed_alone", language, status=403)
        ticket, agent = request.path_params["ticket"], agent_of(request)
        exchange = self.rooms.exchange
        exchanged = await asyncio.to_thread(exchange, ticket, origins=self._origins, agent=agent)
        if exchanged is None:
            return self._pages.message("unknown", language, status=404)
        framed_by(request, exchanged.origin)
        if not exchanged.handle:
            return self._pages.message("embed_spent", language, status=410)
        root = f"/embed/{exchanged.handle}"
        response = RedirectResponse(f"{root}{ours(exchanged.page)}", status_code=303)
        seconds = int(LONGEST_EMBEDDED.total_seconds())
        response.headers.append("set-cookie", cookie(self._settings, exchanged.cookie, path=root, seconds=seconds))
        return response

    def visit(self, request: Request) -> Visit | None:
        """Whose embedded session the address names; None where it opens nothing, or stands in no frame."""
        if stands_alone(request):
            return None
        cookie = request.cookies.get(cookie_name(self._settings), "")
        visit = self.rooms.visit(request.path_params["embed"], cookie, origins=self._origins)
        if visit is not None:
            framed_by(request, visit.origin)
        return visit

    def over(self, request: Request) -> None:
        """Let the page that showed a session show, too, that it is over."""
        if origin := self.rooms.origin_of(request.path_params["embed"], origins=self._origins):
            framed_by(request, origin)

    def forget(self, response: Response, root: str) -> Response:
        """Take the cookie of that session away."""
        response.headers.append("set-cookie", cookie(self._settings, "", path=root, seconds=0))
        return response


def stands_alone(request: Request) -> bool:
    """Whether a browser wants to show it by itself: whoever has copied the address sees nothing."""
    headers: Mapping[str, str] = request.headers
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") not in FRAMES


def framed_by(request: Request, origin: str) -> None:
    """Let pages of that origin show the answer to this request; the envelope writes it into the policy."""
    request.state.framed_by = origin


def cookie_name(settings: Settings) -> str:
    """With a certificate a name that browsers take by https alone."""
    return f"__Secure-{COOKIE}" if (settings.pages_url or "").startswith("https://") else COOKIE


def cookie(settings: Settings, value: str, *, path: str, seconds: int) -> str:
    """A cookie for a frame in somebody else's page: kept apart for each site that shows it (CHIPS).

    Written out, since Python's own library knows `Partitioned` from 3.14 on.
    """
    name = cookie_name(settings)
    return f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; Secure; SameSite=None; Partitioned"
