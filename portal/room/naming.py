"""How does somebody name a colleague who should take part? Proposed to our contact, who decides."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import get_args

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from domain.colleagues import Named, TooManyNamed
from domain.deal import CustomerRole
from domain.naming import role_title
from domain.refusal import Refused
from portal.forms import LONGEST_WORDS, Form
from portal.room.conversing import deed_of, woken
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, Outcome, Sent, Telling, once_missing
from portal.room.view import View
from starter.doors.colleagues import ColleagueDoor
from starter.trouble import InvalidNews

LONGEST_LINE = 200
FIELDS = ("name", "email", "role", "title", "text")
log = structlog.get_logger()


class Naming:
    """The pages of people: who takes part, who was named, and the form to name somebody."""

    def __init__(self, room: Room) -> None:
        parts = room.parts
        self._room = room
        self._telling = Telling(room)
        domains = parts.settings.domains_of_rooms
        self._door = ColleagueDoor(engine=parts.engine, ledger=parts.ledger, staff=parts.staff, domains=domains)

    async def people(self, view: View, _: Form | None, request: Request) -> Response:
        """Who takes part, on both sides, and whom the customer has named."""
        named = await asyncio.to_thread(self._door.kept.of, view.visit.onboarding)
        told = request.query_params.get("told", "")
        waiting = [one for one in named if one.state == "proposed"]
        # A no, with its reason, is for who has asked.
        left_out = [one for one in named if one.state == "declined" and one.by in view.mine]
        return self._room.show(view, "people.html", tab="ask", told=told, named=waiting, left_out=left_out)

    async def new(self, view: View, form: Form | None, request: Request) -> Response:
        """Name a colleague."""
        if view.line.ending:
            return go("/people")
        if form is None:
            return self._form(view, role=request.query_params.get("role", ""))
        named, errors = read(form)
        if named is None:
            return self._form(view, Sent(form, errors, 422))
        outcome = await self._propose(view, form, named)
        if outcome.problem:
            return self._form(view, outcome.at("email", form))
        return go("/people?told=colleague_named")

    async def _propose(self, view: View, form: Form, named: Named) -> Outcome:
        note = form.text("text") or None
        proposing = partial(self._door.propose, view.visit.onboarding, named, deed_of(view, form), note=note)
        try:
            naming = await asyncio.to_thread(proposing)
        except InvalidNews:
            return Outcome("address_elsewhere", status=422)
        except TooManyNamed:
            return Outcome("most_colleagues", status=409)
        except Refused:
            return Outcome("takes_part_already", status=409)
        except SQLAlchemyError as trouble:
            log.warning("colleague_not_kept", kind=type(trouble).__name__)
            return Outcome("not_saved", status=503)
        await woken(*(partial(self._room.parts.wake, channel) for channel in naming.channels))
        return Outcome()

    def _form(self, view: View, sent: Sent = LOOKED, *, role: str = "") -> Response:
        roles = [(key, role_title(key, view.language)) for key in get_args(CustomerRole)]
        return self._room.show(
            view,
            "colleague.html",
            tab="ask",
            roles=roles,
            chosen=sent.text("role") if sent.form else role,
            **self._telling.around(view, sent),
        )


def read(form: Form) -> tuple[Named | None, Mapping[str, str]]:
    """Whom the form names, or what is wrong with it, by its fields."""
    typed, errors = {field: form.text(field) for field in FIELDS}, dict[str, str]()
    for field in ("name", "title"):
        if len(typed[field]) > LONGEST_LINE or "\n" in typed[field]:
            errors[field] = "title_too_long"
    if not typed["name"]:
        errors["name"] = "say_name"
    if typed["role"] not in get_args(CustomerRole):
        errors["role"] = "choose"
    if len(typed["text"]) > LONGEST_WORDS:
        errors["text"] = "too_long"
    if missing := once_missing(form):
        errors.setdefault("name", missing)
    try:
        named = Named.model_validate(
            {**{field: typed[field] for field in ("name", "email", "role")}, "title": typed["title"] or None}
        )
    except ValidationError as wrong:
        fields = {str(complaint["loc"][0]) for complaint in wrong.errors(include_input=False, include_url=False)}
        words = {"email": "say_address", "name": "say_name", "role": "choose", "title": "title_too_long"}
        errors = {**{field: words[field] for field in words if field in fields}, **errors}
        # The summary lists them in the order of the form.
        return None, {field: errors[field] for field in FIELDS if field in errors}
    return (None, errors) if errors else (named, {})
