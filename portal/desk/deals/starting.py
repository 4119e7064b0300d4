"""How is an onboarding started at the desk, or a prospect introduced? By a form, with the plan before it begins."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
from portal.desk.customer.fields import FormField
from portal.desk.customer.forming import FieldShown, in_words
from portal.desk.customer.pages import go
from portal.desk.customer.telling import VIA, outcome_of
from portal.desk.deals.deal_fields import SOURCE, complaints_about, deal_file, place_of, sections
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
    yield DeskRoute("/desk/start", Starting(desk, DealClosed).page, ACT, "csm")
    yield DeskRoute("/desk/introductions/begin", Starting(desk, Prospect).page, ACT, "csm")


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The form of a deal as it stands: what was typed, and what is wrong with it."""

    form: Form | None = None
    errors: Mapping[str, str]
    status: int = 200

    def value(self, field: FormField, zone: str) -> str:
        if self.form is not None:
            return self.form.text(field.name)
        return zone if field.name == "account.time_zone" else field.default


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
        words = self._desk.pages.words(view.language)
        if form.text("file"):
            raw, problem = _pasted(form.text("file"))
            if problem:
                return await self._show(view, Filled(form=form, errors={"file": words[problem]}, status=422))
        else:
            raw = {"source": SOURCE, **deal_file(self._model, form)}
            if wrong := complaints_about(self._model, raw, form):
                errors = {name: in_words(one, words) for name, one in wrong.items()}
                return await self._show(view, Filled(form=form, errors=errors, status=422))
        try:
            return await self._begin(view, form, raw)
        except InvalidDeal as refused:
            place = "file" if form.text("file") else place_of(refused.field, form)
            reason = reason_in(view.language, refused.reason)
            said = f"{refused.field}: {reason}" if place in ("file", "form") else reason
            known = {one.name for section in sections(self._model) for one in section.fields} | {"file"}
            errors = {place if place in known else "form": f"{words['deal_refused']} {said}"}
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
        drawn = [
            (section.name, [self._field(view, words, one, lists, filled) for one in section.fields])
            for section in sections(self._model)
        ]
        return self._desk.show(
            view,
            "deals/form.html",
            tab="introductions" if self._model is Prospect else "start",
            told=told,
            status=filled.status,
            sections=drawn,
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

    def _field(
        self,
        view: DeskView,
        words: Mapping[str, str],
        field: FormField,
        lists: Mapping[str, Sequence[Choice]],
        filled: Filled,
    ) -> FieldShown:
        name = ".".join(part for part in field.name.split(".") if not part.isdecimal())
        options = lists[field.of] if field.of else [Choice(one, words[f"deal_{name}.{one}"]) for one in field.options]
        value = filled.value(field, view.staff.time_zone)
        return FieldShown(
            field=field,
            label=words[f"deal_{name}"],
            hint=words.get(f"deal_{name}_hint", ""),
            values=(value,) if value else (),
            choices=options,
            none=words["none_chosen"]
            if field.required or name.endswith("role")
            else words.get(f"deal_{name}_none", ""),
            buttons=False,
            fixed="",
        )


def _pasted(text: str) -> tuple[dict[str, Any], str]:
    """The deal file in a text, or what is wrong with it as a key of the words."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return {}, "deal_no_json"
    return (raw, "") if isinstance(raw, dict) else ({}, "deal_no_json")
