"""How is the hand-off record of a running onboarding filled in? By a form with what it lacks; what is there stays."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.deal import DealClosed
from domain.rules.completing import COMPLETABLE
from portal.desk.customer.choices import Choice
from portal.desk.customer.customer import Customer
from portal.desk.customer.fields import FormField
from portal.desk.customer.forming import in_words
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.reading import Complaint
from portal.desk.customer.telling import DONE, UNLISTED, VIA, is_fresh, once_of, outcome_of
from portal.desk.deals.deal_fields import CHAMPION, CUSTOM, MORE, NOTES, Section, sections
from portal.desk.deals.deal_reading import complaints_about, deal_file
from portal.desk.deals.drawing import Filled, drawn
from portal.desk.view import DeskView
from portal.forms import Form

GROWS = (CUSTOM, NOTES.name)
"""What may be added to, however much of it there is."""


class Meanwhile(NamedTuple):
    """A part of the record that somebody else has filled in: what it is called, and what was typed for it here."""

    label: str
    typed: str


class Completing:
    """The form that fills in what the hand-off record lacks."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages

    async def page(self, view: DeskView, customer: Customer, form: Form | None, _: Request) -> Response:
        """What is missing, as fields of the deal; once it is filled in, the record."""
        if customer.line.ending:
            return go(f"{customer.path}/record")
        if form is None or form.text(MORE):
            return self._show(view, customer, Filled(form=form, errors={}))
        deal, words = customer.standing.dossier.deal, self._pages.desk.pages.words(view.language)
        raw = deal_file(sections(DealClosed), form) | _champion(form)
        raw = {name: value for name, value in raw.items() if name in (*COMPLETABLE, CHAMPION, *GROWS)}
        if errors := self._wrong_with(view, deal, raw, form):
            return self._show(view, customer, Filled(form=form, errors=errors, status=422))
        later = DealClosed.model_validate(_with(deal, raw, by=view.staff.name, at=customer.now.isoformat()))
        # What is there in the same words came by the same form, sent twice.
        new = [name for name in raw if name in GROWS or getattr(later, name) != getattr(deal, name)]
        if there := [name for name in new if name not in GROWS and getattr(deal, name)]:
            since = [Meanwhile(words[f"deal_{name}"], _in_lines(raw[name])) for name in there]
            return self._show(view, customer, Filled(form=form, errors={}, status=409), since)
        filling = asyncio.to_thread(
            self._pages.desk.parts.ledger.complete_deal,
            customer.id,
            later,
            by=view.staff.handle,
            via=VIA,
            proved=True,
        )
        fields, outcome = await outcome_of(filling, what="record filled in") if view.staff.listed else ((), UNLISTED)
        if outcome != DONE:
            errors = {"form": words[outcome.problem]}
            return self._show(view, customer, Filled(form=form, errors=errors, status=outcome.status))
        overtaken = set(new) - set(GROWS) - set(fields or ())
        return go(f"{customer.path}/record?told={'record_part' if overtaken else 'record_filled'}")

    def _wrong_with(self, view: DeskView, deal: DealClosed, raw: Mapping[str, Any], form: Form) -> dict[str, str]:
        """What is wrong with what was typed, in words, by its fields."""
        words = self._pages.desk.pages.words(view.language)
        if not is_fresh(form):
            return {"form": words["wrong_form_old"]}
        if not raw:
            return {"form": words["wrong_nothing_changed"]}
        wrong = complaints_about(DealClosed, _with(deal, raw), form)
        if raw.get(CHAMPION) and raw[CHAMPION] not in {one.id for one in deal.contacts}:
            wrong[CHAMPION] = Complaint("wrong_choose")
        if any(name in deal.custom and deal.custom[name] != value for name, value in raw.get(CUSTOM, {}).items()):
            wrong.setdefault(CUSTOM, Complaint("deal_custom_there"))
        return {name: in_words(one, words) for name, one in wrong.items()}

    def _show(self, view: DeskView, customer: Customer, filled: Filled, since: Sequence[Meanwhile] = ()) -> Response:
        deal, words = customer.standing.dossier.deal, self._pages.desk.pages.words(view.language)
        contacts = [Choice(one.id, customer.name(one.id)) for one in customer.contacts]
        return self._pages.show(
            view,
            customer,
            "fill.html",
            part="record",
            status=filled.status,
            sections=drawn(sections_to_fill(deal), filled, {"contacts": contacts}, words),
            errors=filled.errors,
            since=since,
            once=once_of(filled.form),
        )


def sections_to_fill(deal: DealClosed) -> Sequence[Section]:
    """The parts of the form of a deal that this one lacks, and those that may be added to."""

    def lacks(name: str) -> bool:
        return name in GROWS or (name in COMPLETABLE and not getattr(deal, name))

    champion = FormField(CHAMPION, "pick", of="contacts")
    parts = [
        Section(
            one.name,
            [each for each in one.fields if lacks(each.name)],
            [each for each in one.rows if lacks(each.name)],
        )
        for one in sections(DealClosed)
    ]
    people = Section("people", (champion,)) if not deal.champion else Section("people")
    return [one for one in (people if part.name == "people" else part for part in parts) if one.fields or one.rows]


def _with(deal: DealClosed, raw: Mapping[str, Any], **note: str) -> dict[str, Any]:
    """The deal as it would be delivered again: with what was typed; of notes and own fields the new ones alone."""
    notes = [{**note, **each} for each in raw.get(NOTES.name, ())]
    return {**deal.model_dump(mode="json"), **raw, NOTES.name: notes, CUSTOM: raw.get(CUSTOM, {})}


def _champion(form: Form) -> dict[str, str]:
    return {CHAMPION: form.text(CHAMPION)} if form.text(CHAMPION) else {}


def _in_lines(value: Any) -> str:
    """What was typed, a line for each row."""
    rows = value if isinstance(value, list) else [value]
    return "\n".join(" · ".join(map(str, row.values())) if isinstance(row, dict) else str(row) for row in rows)
