"""How are several milestones recorded at once? Ticked in one form, told in the order of the plan, each answered."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal.desk.customer.choices import Choices
from portal.desk.customer.customer import Customer
from portal.desk.customer.forming import in_words
from portal.desk.customer.happenings import Shown, all_shown
from portal.desk.customer.pages import CustomerPages
from portal.desk.customer.reading import complaints, read_form
from portal.desk.customer.telling import REFUSED, Telling, is_fresh, once_of
from portal.desk.refusing import reason_in
from portal.desk.several import Result, told_to_each
from portal.desk.view import DeskView
from portal.forms import Form

UPDATE = "reach_milestone"
MOST = 40
"""Milestones that one form offers, what is waited for first: more fields than these and a few no form has."""
SHARED = ("note", "at")
"""Fields that are the same for all of them."""


class Recording:
    """The page on which several milestones are recorded."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages
        self._telling = Telling(pages.desk)

    async def page(self, view: DeskView, customer: Customer, form: Form | None, _: Request) -> Response:
        """The form, and what became of each that was ticked."""
        if not self._pages.may_tell(view, customer, UPDATE):
            return self._pages.desk.forbidden(view)
        if form is None:
            return self._show(view, customer)
        words = self._pages.desk.pages.words(view.language)
        ticked = [key for key in customer.milestones if key in form.texts("milestone")]
        shared = {name: value for name, value in read_form(UPDATE, form, view.zone).items() if name in SHARED}
        errors = _wrong_with(ticked, shared, form, words)
        if errors:
            return self._show(view, customer, form=form, errors=errors, status=422)
        about = {f"milestone {key}": key for key in ticked}
        changed = await self._telling.changed_since(view, customer.id, UPDATE, about, form, parts=ticked)
        if changed:
            since = all_shown(customer, changed, words)
            return self._show(view, customer, form=form, since=since, status=409)
        # In the order of the plan, one by one: a gate opens by what stands before it.
        tells = [
            partial(self._telling.tell, view, customer.id, UPDATE, {"milestone": key, **shared}, form, part=key)
            for key in ticked
        ]
        outcomes = await told_to_each(tells)
        results = [
            Result(
                customer.title(key), f"{customer.path}/why?key={key}", outcome, self._problem(customer, outcome, words)
            )
            for key, outcome in zip(ticked, outcomes, strict=True)
        ]
        return self._pages.show(
            view, customer, "recorded.html", part="news", results=results, once=once_of(form), typed=_typed(form)
        )

    def _problem(self, customer: Customer, outcome: Any, words: Mapping[str, str]) -> str:
        if outcome is None or not outcome.problem:
            return ""
        said = words["customer_refused" if outcome.problem == REFUSED else outcome.problem]
        reason = reason_in(customer.language, outcome.reason, customer.called)
        return f"{said} {reason}" if reason else said

    def _show(
        self,
        view: DeskView,
        customer: Customer,
        *,
        form: Form | None = None,
        errors: Mapping[str, str] | None = None,
        since: Sequence[Shown] = (),
        status: int = 200,
    ) -> Response:
        choices = Choices(customer, self._pages.engine, self._pages.library)
        return self._pages.show(
            view,
            customer,
            "recording.html",
            part="news",
            status=status,
            choices=choices.of("to_reach")[:MOST],
            waiting=set(customer.line.waiting_for),
            ticked=form.texts("milestone") if form else (),
            typed=form.text if form else lambda _: "",
            errors=errors or {},
            since=since,
            once=once_of(form),
            seen=customer.line.newest if since or form is None else form.text("seen"),
        )


def _typed(form: Form) -> Sequence[tuple[str, str]]:
    """What the form brings along when the rest of it is sent on."""
    given = [(name, form.text(name)) for name in (*SHARED, "seen") if form.text(name)]
    return [*given, *(("milestone", key) for key in form.texts("milestone"))]


def _wrong_with(
    ticked: Sequence[str], shared: Mapping[str, Any], form: Form, words: Mapping[str, str]
) -> dict[str, str]:
    if not is_fresh(form):
        return {"form": words["wrong_form_old"]}
    if not ticked:
        return {"milestone": words["customer_none_ticked"]}
    wrong = complaints(UPDATE, {"milestone": ticked[0], "by": "somebody", **shared})
    return {name: in_words(one, words) for name, one in wrong.items() if name in SHARED}
