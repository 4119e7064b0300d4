"""Which addresses does the page process answer? All of them, put together here."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from portal.brand import brand_of
from portal.desk.routes import desk_routes
from portal.envelope import Envelope
from portal.linking import Links
from portal.parts import PageParts
from portal.reader import spoken
from portal.rendering import Pages
from portal.room.changes import Changes, changes_of
from portal.room.routes import room_routes
from starter.web.problems import Problem
from starter.web.unsubscribing import unsubscribe_routes

LINK = "/link/{token}"
ROBOTS = "User-agent: *\nDisallow: /\n"
A_DAY = "public, max-age=86400"
"""For Cache-Control: a browser that keeps that there is no picture asks for one once a day, and not at each page."""
log = structlog.get_logger()


def pages_app(parts: PageParts, changes: Changes | None = None) -> ASGIApp:
    """The whole page process as one ASGI application; `changes` tells open pages what has changed."""
    changes = changes or changes_of(parts)
    pages = Pages(parts.companies, brand_of(parts.settings))
    links = Links(parts, pages)

    async def is_alive(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def robots(_: Request) -> Response:
        return PlainTextResponse(ROBOTS)

    async def no_picture(_: Request) -> Response:
        return Response(status_code=204, headers={"Cache-Control": A_DAY})

    async def asset(request: Request) -> Response:
        return pages.asset(request.url.path)

    async def nothing_there(request: Request, _: Exception) -> Response:
        return pages.message("no_page", spoken(request), status=404)

    app = Starlette(
        routes=[
            Route("/healthz", is_alive),
            Route("/robots.txt", robots),
            # Browsers ask for it by themselves, and would be taken for somebody who guesses.
            Route("/favicon.ico", no_picture),
            *(Route(path, asset) for path in pages.assets),
            Route(LINK, _told_of_trouble(links.answer, pages, LINK), methods=["GET", "POST"]),
            *(
                Route(path, _told_of_trouble(page, pages, path), methods=list(methods))
                for path, page, methods in (*desk_routes(parts, pages, changes), *room_routes(parts, pages, changes))
            ),
            *unsubscribe_routes(parts.engine),
        ],
        exception_handlers={404: nothing_there, 405: nothing_there},
    )
    app.router.redirect_slashes = False
    return Envelope(app, pages=pages, settings=parts.settings)


def _told_of_trouble(
    answer: Callable[[Request], Awaitable[Response]], pages: Pages, path: str
) -> Callable[[Request], Awaitable[Response]]:
    """The same page, which says in plain words when it cannot be shown; the log names no token."""

    async def told(request: Request) -> Response:
        try:
            return await answer(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except Problem as problem:
            status = {"too-large": 413, "too-slow": 408}.get(problem.kind, 422)
            return pages.message("unreadable", spoken(request), status=status)
        except asyncio.CancelledError:
            raise
        except Exception as trouble:
            away = isinstance(trouble, SQLAlchemyError)
            write = log.warning if away else log.error
            # Of an error of the database neither text nor trace: both may hold what somebody wrote.
            write("page_failed", page=path, kind=type(trouble).__name__, exc_info=None if away else trouble)
            return pages.message("away", spoken(request), status=503 if away else 500)

    return told
