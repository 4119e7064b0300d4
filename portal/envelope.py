"""What goes around every page? Security headers, a limit for each address, and a line in the log without tokens."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.networks import neighbourhood
from portal.reader import spoken
from portal.rendering import Pages
from runtime.settings import Settings

A_MINUTE = 300
"""Requests of one address: a company behind one address, and a mail provider that unsubscribes for many. Each page and
its sheet are two."""
DESK_A_MINUTE = 3_000
"""Requests of one address to pages of the desk, which fetch themselves anew while anything changes: thirty a minute for
each of a hundred colleagues in one office. Who is not signed in gets the same short answer to each."""
DESK = "/desk/"
IN_FRONT_OF_THE_DESK = ("/desk/sign-in", "/desk/link/", "/desk/oidc")
UNKNOWN_A_MINUTE = 20
"""Addresses of pages that are none's: enough for whoever types one, and useless to whoever guesses. What is somebody's
is answered all the same: colleagues of one who guesses stand behind the same address."""
LONGEST_PATH = 500
ZERO, ZERO_WRITTEN = "\x00", b"%00"
NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src {script}; connect-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors {ancestors}"
)
DOWNLOADED = "default-src 'none'; sandbox; frame-ancestors {ancestors}"
BY_NOBODY = "'none'"
"""Only an embedded room is shown within a page of somebody else's: of the one origin that its session is for."""
HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    # Without a referrer at all, a form of ours would say that it comes from nowhere.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}
NEVER_KEPT = "no-store"
log = structlog.get_logger()


def without_zero(query: bytes) -> bytes:
    """What an address asks for without the character zero, which would else be put together from what stands around."""
    return NO_ESCAPE.sub(b"%25", query).replace(ZERO_WRITTEN, b"") if ZERO_WRITTEN in query else query


@dataclass
class Envelope:
    """ASGI middleware around the pages. Counts in this process alone."""

    app: ASGIApp
    pages: Pages
    settings: Settings
    _limiter: SlidingWindowCounterRateLimiter = field(
        default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage())
    )

    def __post_init__(self) -> None:
        self._of_address = RateLimitItemPerMinute(A_MINUTE)
        self._of_desk = RateLimitItemPerMinute(DESK_A_MINUTE)
        self._unknown = RateLimitItemPerMinute(UNKNOWN_A_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, method, status = time.perf_counter(), scope["method"], 0
        caller = neighbourhood(scope["client"][0]) if scope.get("client") else ""
        guesses = False
        # Shared with the request, in which whoever answers it says by whose pages it may be shown.
        state = scope.setdefault("state", {})

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                ancestors = state.get("framed_by") or BY_NOBODY
                for name, value in self._headers(ancestors).items():
                    headers[name] = value
                # What people gave runs nothing at all, wherever it is opened.
                if "Content-Disposition" in headers:
                    headers["Content-Security-Policy"] = DOWNLOADED.format(ancestors=ancestors)
                headers.setdefault("Cache-Control", NEVER_KEPT)
            elif method == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        async def unless_it_guesses(message: Message) -> None:
            nonlocal guesses
            if message["type"] == "http.response.start" and message["status"] == 404:
                guesses = not self._limiter.hit(self._unknown, "unknown", caller)
            if not guesses:
                await dressed(message)

        answering = self._refusal(scope, caller) or self.app
        # What an address asks for is read without the character zero, as forms are.
        asked = {**scope, "query_string": without_zero(scope["query_string"])}
        # A look without the page is a look.
        asked |= {"method": "GET"} if method == "HEAD" else {}
        await answering(asked, receive, unless_it_guesses)
        if guesses:
            await self._too_many(asked)(asked, receive, dressed)
        if scope["path"] != "/healthz":
            took = round((time.perf_counter() - began) * 1000, 1)
            log.info("page_request", method=method[:10], page=masked(scope["path"]), status=status, took_ms=took)

    def _headers(self, ancestors: str) -> Mapping[str, str]:
        policy = POLICY.format(script=self.pages.script, ancestors=ancestors)
        headers = {**HEADERS, "Content-Security-Policy": policy}
        if not (self.settings.pages_url or "").startswith("https://"):
            return headers
        return {**headers, "Strict-Transport-Security": "max-age=31536000"}

    def _refusal(self, scope: Scope, caller: str) -> ASGIApp | None:
        """The answer to a request that no page gets; None where one may have it."""
        request = Request(scope)
        language = spoken(request)
        if scope["path"] == "/healthz":
            return None
        if not self._has_turn(scope["path"], caller):
            return self._too_many(scope)
        if scope["method"] not in METHODS:
            return self.pages.message("no_page", language, status=405, headers={"Allow": ", ".join(METHODS)})
        # No name has the character zero, and PostgreSQL takes no text that has: it is asked about none.
        if len(scope["path"]) > LONGEST_PATH or ZERO in scope["path"]:
            return self.pages.message("no_page", language, status=404)
        if scope["method"] == "OPTIONS":
            return self.pages.nothing(headers={"Allow": ", ".join(METHODS)})
        if scope["method"] == "POST" and not self._is_ours(scope):
            return self.pages.message("elsewhere", language, status=403)
        return None

    def _has_turn(self, path: str, caller: str) -> bool:
        if path.startswith(DESK) and not path.startswith(IN_FRONT_OF_THE_DESK):
            return self._limiter.hit(self._of_desk, "desk", caller)
        return self._limiter.hit(self._of_address, "all", caller)

    def _too_many(self, scope: Scope) -> ASGIApp:
        return self.pages.message("too_many", spoken(Request(scope)), status=429, headers={"Retry-After": "60"})

    def _is_ours(self, scope: Scope) -> bool:
        """Whether no page of somebody else's sent the form.

        A mail program that unsubscribes by one click names no origin at all, as no browser does.
        """
        headers = Headers(scope=scope)
        if (site := headers.get("sec-fetch-site")) is not None:
            return site in ("same-origin", "none")
        if (origin := headers.get("origin")) is None:
            return True
        ours = {f"{scope['scheme']}://{headers.get('host', '')}"}
        if self.settings.pages_url:
            address = urlsplit(self.settings.pages_url)
            ours.add(f"{address.scheme}://{address.netloc}")
        return origin in ours


def masked(path: str) -> str:
    """The first part of a path: what stands behind it may be somebody's token."""
    first, _, rest = path.lstrip("/")[:LONGEST_PATH].partition("/")
    return f"/{first[:40]}/…" if rest else f"/{first[:40]}"
