"""How does somebody get into the room? By the link of a message, or by a code that they ask for."""

import asyncio
import secrets
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from temporalio.service import RPCError

from domain.networks import neighbourhood
from domain.notice import MAIL
from domain.rules.offering import INTO_THE_ROOM
from domain.rules.room_notices import entry_notice
from domain.text import Language, folded
from portal.forms import Form, form_of
from portal.parts import PageParts
from portal.reader import keep_spoken, reader_of, spoken
from portal.rendering import Pages
from portal.room.embedding import Embedding
from portal.room.session import ASKED_COOKIE, agent_of, forget, go, is_secure, keep, ours, token_of
from portal.room.targets import target
from portal.room.view import View, language_for
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from store.links import Link, SqlLinks, hashed
from store.rooms import CODE_FOR, Known, SqlRooms

ASKED_AN_HOUR = 20
"""Of one network: enough for an office behind one address."""
LONGEST_ADDRESS = 254
MINUTES = int(CODE_FOR.total_seconds() // 60)
log = structlog.get_logger()


class Entry:
    """The pages in front of the room."""

    def __init__(self, parts: PageParts, pages: Pages, embedding: Embedding) -> None:
        self._parts = parts
        self._pages = pages
        self._embedding = embedding
        self._links = SqlLinks(parts.engine)
        self._rooms = SqlRooms(parts.engine, domains=parts.settings.domains_of_rooms)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._asked = RateLimitItemPerHour(ASKED_AN_HOUR)
        self._sending: set[asyncio.Task[None]] = set()

    async def by_link(self, request: Request) -> Response:
        """A look at a link says whose room it opens; its button opens it. Who is in already goes straight on."""
        link = await asyncio.to_thread(self._links.of, request.path_params["token"])
        if link is None or link.purpose not in INTO_THE_ROOM:
            return self._pages.message("unknown", spoken(request), status=404)
        reader = reader_of(link, request)
        if link.state in ("revoked", "left"):
            return self._pages.message(link.state, reader.language, status=410)
        if await self._is_in(request, link):
            return go(target(link.notice))
        if link.person is not None and not await asyncio.to_thread(self._rooms.admits, link.onboarding, link.person):
            return self._pages.message("not_admitted", reader.language, status=403)
        form = await form_of(request) if request.method == "POST" else None
        if form is not None and form.text("again"):
            return await self._send_another(link, request)
        if link.state != "open":
            return self._pages.page(
                "room/spent.html", reader.language, status=410, state=link.state, address=masked_address(link)
            )
        if form is None:
            page = self._pages.page("room/enter.html", reader.language, switch=True, reader=reader)
            return keep_spoken(page, request)
        token = await asyncio.to_thread(self._rooms.enter, link, agent=agent_of(request))
        await asyncio.to_thread(self._links.use, link.id)
        if token is None:
            return self._pages.message("left", reader.language, status=410)
        return keep(go(target(link.notice)), self._parts.settings, token)

    async def lost(self, request: Request) -> Response:
        """Ask for a way in, by one's mail address. What is answered is the same whether it is known or not."""
        language, onward = spoken(request), ours(request.query_params.get("next", "/"))
        if request.method != "POST":
            return self._show_lost(request, onward=onward)
        form = await form_of(request)
        address, onward = form.text("address"), ours(form.text("next") or "/")
        if "@" not in address or len(address) > LONGEST_ADDRESS or any(map(str.isspace, address)):
            return self._show_lost(request, onward=onward, address=address, errors={"address": "address_wrong"})
        if not self._may_ask(request):
            return self._pages.message("too_many", language, status=429, headers={"Retry-After": "3600"})
        asked = secrets.token_urlsafe(32)
        self._later(self._let_in(address, asked))
        return self._ask_for_code(language, asked=asked, onward=onward)

    async def by_code(self, request: Request) -> Response:
        """The code of the message that this browser has asked for."""
        form = await form_of(request)
        asked, onward = request.cookies.get(ASKED_COOKIE, ""), ours(form.text("next") or "/")
        maker = self._parts.links
        token = None
        if asked and maker is not None:
            enter = self._rooms.enter_by_code
            token = await asyncio.to_thread(enter, asked, form.text("code"), maker, agent=agent_of(request))
        if token is None:
            return self._ask_for_code(spoken(request), onward=onward, errors={"code": "code_wrong"})
        if onward == "/":
            visit = await asyncio.to_thread(self._rooms.visit, token)
            onward = "/rooms" if visit is not None and visit.others else "/"
        return keep(go(onward), self._parts.settings, token)

    async def prove(self, view: View, form: Form | None, _: Request) -> Response:
        """A code for somebody who is in by a link, to their own address: they are proved from then on."""
        onward = ours(form.text("next")) if form else "/"
        if view.visit.by_code:
            return go(onward)
        if form is None:
            return go("/")
        if code := form.text("code"):
            return await self._prove_within(view, form.text("asked"), code, onward)
        asked = secrets.token_urlsafe(32)
        known = Known(
            onboarding=view.visit.onboarding,
            account=view.visit.account,
            person=view.me,
            owner=view.person(view.line.owner),
        )
        self._later(self._send([known], asked))
        if view.visit.way == "embedded":
            return self._ask_within(view, asked, onward)
        return self._ask_for_code(view.language, asked=asked, onward=onward)

    async def _prove_within(self, view: View, asked: str, code: str, onward: str) -> Response:
        """The code that was asked for in a frame: it proves the person in that session, and begins none."""
        maker = self._parts.links
        if view.visit.way != "embedded" or maker is None:
            return go("/")
        prove = self._embedding.rooms.prove
        if not await asyncio.to_thread(prove, view.visit.session, asked, code, maker):
            return self._ask_within(view, asked, onward, {"code": "code_wrong"})
        return go(onward)

    def _ask_within(self, view: View, asked: str, onward: str, errors: dict[str, str] | None = None) -> Response:
        """What was asked for stands in the form: a frame may have no cookie for it."""
        return self._pages.page(
            "room/code.html",
            view.language,
            status=422 if errors else 200,
            within=True,
            asked=asked,
            onward=onward,
            errors=self._pages.said(errors or {}, view.language),
        )

    async def out(self, request: Request) -> Response:
        """End this session."""
        if "embed" in request.path_params:
            return await self._out_of_frame(request)
        token = token_of(request, self._parts.settings)
        visit = await asyncio.to_thread(self._rooms.visit, token) if token else None
        if visit is not None:
            await asyncio.to_thread(self._rooms.end, visit.session, visit.onboarding, visit.person.id)
        language = language_for(request, visit.person, chosen=visit.language) if visit else spoken(request)
        return forget(self._pages.message("room_left", language, status=200), self._parts.settings)

    async def _out_of_frame(self, request: Request) -> Response:
        visit = await asyncio.to_thread(self._embedding.visit, request)
        if visit is None:
            return self._pages.message("embed_over", spoken(request), status=401)
        await asyncio.to_thread(self._rooms.end, visit.session, visit.onboarding, visit.person.id)
        left = self._pages.message("embed_over", spoken(request), status=200)
        return self._embedding.forget(left, visit.root)

    async def _is_in(self, request: Request, link: Link) -> bool:
        token = token_of(request, self._parts.settings)
        visit = await asyncio.to_thread(self._rooms.visit, token) if token else None
        if visit is None or link.person is None:
            return False
        return (visit.onboarding, visit.person.id) == (link.onboarding, link.person.id)

    async def _send_another(self, link: Link, request: Request) -> Response:
        """A new message to whom the link was for."""
        asked = secrets.token_urlsafe(32)
        if link.person is not None and self._may_ask(request):
            known = Known(onboarding=link.onboarding, account=link.account, person=link.person, owner=link.owner)
            self._later(self._send([known], asked))
        return self._ask_for_code(reader_of(link, request).language, asked=asked, onward=target(link.notice))

    def _may_ask(self, request: Request) -> bool:
        caller = neighbourhood(request.client.host) if request.client else ""
        return self._limiter.hit(self._asked, caller)

    def _later(self, sending: Coroutine[Any, Any, None]) -> None:
        """Afterwards: how long it takes would tell whether somebody is known."""
        task = asyncio.create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _let_in(self, address: str, asked: str) -> None:
        try:
            known = await asyncio.to_thread(self._rooms.known_by, address)
        except SQLAlchemyError as trouble:
            log.warning("not_let_in", kind=type(trouble).__name__)
            return
        await self._send(known, asked)

    async def _send(self, known: Sequence[Known], asked: str) -> None:
        now, went = datetime.now(UTC), False
        try:
            for one in known:
                key = f"room_entry/{one.person.id}/{hashed(asked)[:16]}"
                notice = entry_notice(
                    one.onboarding,
                    one.account,
                    one.person,
                    one.owner,
                    self._parts.staff(),
                    minutes=MINUTES,
                    key=key,
                    at=now,
                )
                went |= await asyncio.to_thread(self._rooms.let_in, one, notice, asked=asked)
            if went:
                await self._parts.wake(MAIL)
        except (SQLAlchemyError, CannotReachTemporal, BadTemporalProfile, RPCError) as trouble:
            # What is written goes with the next mail of anybody.
            log.warning("not_let_in", kind=type(trouble).__name__)

    def _show_lost(
        self, request: Request, *, onward: str, address: str = "", errors: dict[str, str] | None = None
    ) -> Response:
        language = spoken(request)
        response = self._pages.page(
            "room/lost.html",
            language,
            status=422 if errors else 200,
            switch=True,
            onward=onward,
            address=address,
            errors=self._pages.said(errors or {}, language),
        )
        return keep_spoken(response, request)

    def _ask_for_code(
        self, language: Language, *, onward: str, asked: str = "", errors: dict[str, str] | None = None
    ) -> Response:
        response = self._pages.page(
            "room/code.html",
            language,
            status=422 if errors else 200,
            within=False,
            asked="",
            onward=onward,
            errors=self._pages.said(errors or {}, language),
        )
        if asked:
            seconds = int((CODE_FOR + timedelta(minutes=1)).total_seconds())
            secure = is_secure(self._parts.settings)
            response.set_cookie(ASKED_COOKIE, asked, max_age=seconds, httponly=True, samesite="lax", secure=secure)
        return response


def masked_address(link: Link) -> str:
    """The reader's mail address as far as they need it to know which one it is."""
    name, _, domain = folded(link.person.email if link.person else "").partition("@")
    return f"{name[:1]}…@{domain}" if domain else ""
