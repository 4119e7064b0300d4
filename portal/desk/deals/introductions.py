"""How do introductions go before the close? A list, each in full, and what people tell of one."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from domain.deal import onboarding_id
from domain.introduction import NEWS, IntroductionProgress
from domain.record import IntroductionLine
from domain.trouble import UnknownOnboarding
from portal.desk.customer.forming import in_words
from portal.desk.customer.pages import go
from portal.desk.customer.reading import in_the_words
from portal.desk.customer.telling import UNLISTED, VIA, is_fresh, news_id, once_of, outcome_of
from portal.desk.desk import Desk
from portal.desk.refusing import reason_in
from portal.desk.route import ACT, DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from store import reads
from store.introductions import SqlIntroductions

MOST = 200
TOLD = ("introduced", "report_issue", "note", "end_introduction")
"""What people tell; that a close is expected on another day is the CRM's to say."""
FIELDS: Mapping[str, tuple[str, ...]] = {
    "introduced": ("note",),
    "report_issue": ("title", "severity", "note"),
    "note": ("note",),
    "end_introduction": ("ending", "note"),
}
ENDINGS = ("lost", "withdrawn")


def routes(desk: Desk) -> Iterable[DeskRoute]:
    introductions = Introductions(desk)
    yield DeskRoute("/desk/introductions", introductions.all)
    yield DeskRoute("/desk/introductions/{id}", introductions.one, ACT)


class Introductions:
    """The pages of introductions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = SqlIntroductions(desk.engine)

    async def all(self, view: DeskView, _: Form | None, __: Request) -> Response:
        """Every introduction, the next due first."""
        lines = await asyncio.to_thread(self._store.lines, open_only=False, owner=None, limit=MOST)
        zones = await asyncio.to_thread(lambda: {one.introduction: self._zone(one.introduction) for one in lines})
        return self._desk.show(
            view,
            "deals/introductions.html",
            tab="introductions",
            lines=[(one, one.due.astimezone(zones[one.introduction]).date() if one.due else None) for one in lines],
            name=lambda handle: self._name(view, handle),
        )

    async def one(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """One introduction: how it stands, what was found, and the forms of what may be told of it."""
        id = request.path_params["id"]
        line = await asyncio.to_thread(self._store.standing, id)
        if line is None:
            return self._desk.missing(view)
        if form is None:
            return await self._show(view, line, told=request.query_params.get("told", ""))
        kind = form.text("what")
        if kind not in TOLD:
            return self._desk.missing(view)
        if not view.may("csm"):
            return self._desk.forbidden(view)
        raw = {name: text for name in FIELDS[kind] if (text := form.text(name))}
        words = self._desk.pages.words(view.language)
        if not view.staff.listed:
            errors = {"form": words[UNLISTED.problem]}
            return await self._show(view, line, form=form, errors=errors, status=UNLISTED.status)
        if errors := _wrong_with(kind, raw, form, words):
            return await self._show(view, line, form=form, errors=errors, status=422)
        told = {**raw, "by": view.staff.handle, "news_id": news_id(view, form)}
        progress, outcome = await outcome_of(self._told(id, kind, told), what=kind)
        if progress is None:
            reason = reason_in(view.language, outcome.reason)
            said = words["customer_refused"] + f" {reason}" if reason else words[outcome.problem]
            return await self._show(view, line, form=form, errors={"form": said}, status=outcome.status)
        return go(f"/desk/introductions/{id}?told=introduction_told")

    async def _told(self, id: str, kind: str, news: Mapping[str, Any]) -> IntroductionProgress:
        door = await self._desk.parts.introduction_door(VIA, proved=True)
        return await door.tell(id, kind, news)

    async def _show(
        self,
        view: DeskView,
        line: IntroductionLine,
        *,
        told: str = "",
        form: Form | None = None,
        errors: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        kept = await asyncio.to_thread(self._store.kept, line.introduction)
        rows = await asyncio.to_thread(self._store.journal, line.introduction)
        return self._desk.show(
            view,
            "deals/introduction.html",
            tab="introductions",
            told=told,
            status=status,
            line=line,
            prospect=kept,
            rows=list(reversed(rows)),
            onboarding=await asyncio.to_thread(self._onboarding, line),
            name=lambda handle: self._name(view, handle),
            kinds=TOLD if line.ending is None else (),
            endings=ENDINGS,
            what=form.text("what") if form else "",
            typed=form.text if form else lambda _: "",
            once=once_of(form),
            errors=errors or {},
        )

    def _onboarding(self, line: IntroductionLine) -> str:
        """The onboarding of a deal that was won; empty while there is none."""
        id = onboarding_id(line.source, line.deal_id)
        try:
            reads.one(self._desk.engine, id)
        except UnknownOnboarding:
            return ""
        return id

    def _zone(self, id: str) -> ZoneInfo:
        kept = self._store.kept(id)
        return ZoneInfo(kept.account.time_zone if kept else "UTC")

    def _name(self, view: DeskView, handle: str) -> str:
        member = self._desk.parts.staff().member(handle)
        return member.named(view.language) if member else handle


def _wrong_with(kind: str, raw: Mapping[str, Any], form: Form, words: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what was typed, in words, by its fields; these are named after their form."""
    if not is_fresh(form):
        return {"form": words["wrong_form_old"]}
    try:
        NEWS[kind].model_validate(dict(raw))
    except ValidationError as error:
        each = error.errors(include_url=False, include_input=False)
        return {f"{kind}.{one['loc'][0]}": in_words(in_the_words(one), words) for one in reversed(each)}
    return {}
