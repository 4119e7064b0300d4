"""How is an onboarding started at the desk, or a prospect introduced? By a form, with the plan before it begins."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from activities.calendars import public_holidays
from domain.deal import DealClosed, Sale
from domain.prospect import Prospect
from domain.refusal import InvalidDeal
from domain.rules.admission import check_prospect, read_deal, read_prospect
from playbooks.library import Library
from portal.desk.customer.choices import Choice
from portal.desk.customer.forming import in_words
from portal.desk.customer.pages import go
from portal.desk.customer.telling import VIA, outcome_of
from portal.desk.deals.deal_fields import MORE, SOURCE, sections
from portal.desk.deals.deal_reading import complaints_about, deal_file, form_of_deal, names, place_of
from portal.desk.deals.drawing import Filled, SectionShown, drawn
from portal.desk.deals.planned import planned
from portal.desk.desk import Desk
from portal.desk.refusing import reason_in
from portal.desk.route import ACT, DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from portal.preferring import ZONES
from starter.doors.onboardings import OnboardingDoor, Started
from starter.doors.waiting_for_plan import drafted

OPENS_WITHIN = 5.0
"""Seconds that a start waits for its plan; usually one is enough, and what takes longer is said to be under way."""


def routes(desk: Desk) -> Iterable[DeskRoute]:
    yield DeskRoute("/desk/start", Starting(desk, DealClosed).page, ACT, "csm", form_of_deal)
    yield DeskRoute("/desk/introductions/begin", Starting(desk, Prospect).page, ACT, "csm", form_of_deal)


class Starting:
    """The form of a closed deal, or of a prospect."""

    def __init__(self, desk: Desk, model: type[Sale]) -> None:
        self._desk = desk
        self._model = model
        self._library = Library(desk.parts.settings.playbooks)

    async def page(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """Asks for the deal, shows what would be planned, and does exactly that."""
        if form is None:
            return await self._show(view, Filled(errors={}), told=request.query_params.get("told", ""))
        if form.text(MORE):
            return await self._show(view, Filled(form=form, errors={}))
        words = self._desk.pages.words(view.language)
        if form.text("file"):
            raw, problem = _pasted(form.text("file"))
            if problem:
                return await self._show(view, Filled(form=form, errors={"file": words[problem]}, status=422))
        else:
            raw = {"source": SOURCE, **deal_file(sections(self._model), form)}
            if wrong := complaints_about(self._model, raw, form):
                errors = {name: in_words(one, words) for name, one in wrong.items()}
                return await self._show(view, Filled(form=form, errors=errors, status=422))
        try:
            return await self._begin(view, form, raw)
        except InvalidDeal as refused:
            place = "file" if form.text("file") else place_of(refused.field, form)
            reason = reason_in(view.language, refused.reason)
            said = f"{refused.field}: {reason}" if place in ("file", "form") else reason
            errors = {
                place
                if place in {*names(sections(self._model), form), "file"}
                else "form": f"{words['deal_refused']} {said}"
            }
            return await self._show(view, Filled(form=form, errors=errors, status=422))

    async def _begin(self, view: DeskView, form: Form, raw: dict[str, Any]) -> Response:
        """Raises InvalidDeal naming the field."""
        if self._model is Prospect:
            return await self._introduce(view, form, raw)
        deal = read_deal(raw)
        plan = await asyncio.to_thread(
            planned,
            deal,
            library=self._library,
            team=self._desk.parts.staff(),
            calendars=public_holidays,
            settings=self._desk.parts.settings,
            ledger=self._desk.parts.ledger,
            engine=self._desk.engine,
            language=view.language,
        )
        if form.text("confirmed") != "yes":
            return self._desk.show(
                view, "deals/plan.html", tab="start", deal=deal, plan=plan, file=json.dumps(raw, ensure_ascii=False)
            )
        started, outcome = await outcome_of(self._start(raw), what="start")
        if started is None:
            return await self._not_begun(view, form, outcome.problem, outcome.reason, outcome.status)
        return go(
            f"/desk/onboardings/{started.onboarding}?told={'deal_already' if started.already else 'deal_started'}"
        )

    async def _start(self, raw: dict[str, Any]) -> Started:
        door: OnboardingDoor = await self._desk.parts.door(VIA, proved=True)
        started = await door.start(raw)
        await drafted(door, self._desk.engine, started.onboarding, within=OPENS_WITHIN)
        return started

    async def _introduce(self, view: DeskView, form: Form, raw: dict[str, Any]) -> Response:
        prospect = read_prospect(raw)
        await asyncio.to_thread(
            check_prospect,
            prospect,
            library=self._library,
            team=self._desk.parts.staff(),
            calendars=public_holidays,
            now=view.now,
        )
        begun, outcome = await outcome_of(self._introduced(raw), what="introduction")
        if begun is None:
            return await self._not_begun(view, form, outcome.problem, outcome.reason, outcome.status)
        return go(f"/desk/introductions/{begun}?told=deal_introduced")

    async def _introduced(self, raw: dict[str, Any]) -> str:
        door = await self._desk.parts.introduction_door(VIA, proved=True)
        return await door.begin(raw)

    async def _not_begun(self, view: DeskView, form: Form, problem: str, reason: str, status: int) -> Response:
        words = self._desk.pages.words(view.language)
        said = words["deal_refused"] + f" {reason_in(view.language, reason)}" if reason else words[problem]
        return await self._show(view, Filled(form=form, errors={"form": said}, status=status))

    async def _show(self, view: DeskView, filled: Filled, *, told: str = "") -> Response:
        lists = await asyncio.to_thread(self._lists, view)
        words = self._desk.pages.words(view.language)
        filled = replace(filled, first={"account.time_zone": view.staff.time_zone})
        parts = drawn(sections(self._model), filled, lists, words)
        return self._desk.show(
            view,
            "deals/form.html",
            tab="introductions" if self._model is Prospect else "start",
            told=told,
            status=filled.status,
            sections=parts,
            beside_open=any(_is_filled(one, filled) for one in parts if one.beside),
            errors=filled.errors,
            what="prospect" if self._model is Prospect else "deal",
            file=filled.form.text("file") if filled.form else "",
        )

    def _lists(self, view: DeskView) -> Mapping[str, Sequence[Choice]]:
        return {
            "zones": [Choice(zone, zone) for zone in (*ZONES, "UTC")],
            "playbooks": [Choice(one.key, view.text(one.title)) for one in self._library.usable()],
            "staff": [Choice(one.handle, one.named(view.language)) for one in self._desk.parts.staff().members],
        }


def _is_filled(part: SectionShown, filled: Filled) -> bool:
    """Whether something of that part was typed, or more rows of it asked for."""
    asked = filled.form.text(MORE) if filled.form else ""
    fields = [*part.fields, *(one for rows in part.rows for row in rows.rows for one in row)]
    return any(rows.name == asked for rows in part.rows) or any(
        one.value not in ("", one.field.default) for one in fields
    )


def _pasted(text: str) -> tuple[dict[str, Any], str]:
    """The deal file in a text, or what is wrong with it as a key of the words."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return {}, "deal_no_json"
    return (raw, "") if isinstance(raw, dict) else ({}, "deal_no_json")
