"""Did this customer renew, or leave, after the hand-off? What is recorded, and a form that records it."""

import asyncio
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response

from domain.measure.renewals import RenewalGiven, RenewalOutcome, RenewalRecorded, WhyLeft
from domain.news import short
from domain.refusal import read_as
from domain.roles import Role
from domain.text import amount_of_money
from portal.desk.customer.customer import Customer
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.telling import DONE, UNLISTED, VIA, Outcome, is_fresh, once_of, our_deed, outcome_of
from portal.desk.refusing import reason_in
from portal.desk.view import DeskView
from portal.forms import Form, number_in
from starter.doors.renewing import RenewalDoor

LEAST: Role = "csm"
"""Who records what became of a contract."""
MOST_VALUE = 10**12
FIELDS = ("on", "outcome", "yearly_value", "why")


class Renewing:
    """The page of a customer's renewals."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages
        self._door = RenewalDoor(engine=pages.engine, door=lambda: pages.desk.parts.door(VIA, proved=True))

    async def page(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """What is recorded; the form is for whoever writes to the customer, once it is handed over."""
        if form is None:
            return await self._show(view, customer, told=request.query_params.get("told", ""))
        if not view.may(LEAST):
            return self._pages.desk.forbidden(view)
        errors, given = _read(form)
        recorded, outcome = (None, DONE) if errors else await self._record(view, customer, form, given)
        if recorded is None:
            return await self._show(view, customer, form=form, errors=errors, outcome=outcome)
        told = "recorded" if recorded.programme in ("goes_on", "over") else recorded.programme
        return go(f"{customer.path}/renewals?told=renewal_{told}")

    async def _record(
        self, view: DeskView, customer: Customer, form: Form, given: Mapping[str, Any]
    ) -> tuple[RenewalRecorded | None, Outcome]:
        if not view.staff.listed:
            return None, UNLISTED
        deed = our_deed(view, form, customer.now)
        # Who goes back and sends the form changed says something else.
        deed = deed._replace(key=f"{deed.key}-{short(str(sorted(given.items())))}")

        async def recording() -> RenewalRecorded:
            return await self._door.record(customer.id, read_as(RenewalGiven, given), deed)

        return await outcome_of(recording(), what="renewal")

    async def _show(
        self,
        view: DeskView,
        customer: Customer,
        *,
        told: str = "",
        form: Form | None = None,
        errors: Mapping[str, str] | None = None,
        outcome: Outcome = DONE,
    ) -> Response:
        shown = await asyncio.to_thread(self._door.of, customer.id)
        said = self._pages.desk.pages.said(errors or {}, view.language)
        if outcome.reason:
            field = outcome.field if outcome.field in FIELDS else "on"
            said = {**said, field: reason_in(view.language, outcome.reason, customer.called)}
        return self._pages.show(
            view,
            customer,
            "renewals.html",
            part="renewals",
            told=told,
            status=422 if errors else outcome.status,
            items=list(reversed(shown.items)),
            may_record=view.may(LEAST) and customer.is_handed_over,
            outcomes=get_args(RenewalOutcome),
            whys=get_args(WhyLeft),
            typed=form.text if form else lambda _: "",
            once=once_of(form),
            money=amount_of_money,
            errors=said,
            problem="" if outcome.reason else outcome.problem,
        )


def _read(form: Form) -> tuple[dict[str, str], Mapping[str, Any]]:
    """What is wrong with the form, and what it says."""
    errors: dict[str, str] = {}
    if not is_fresh(form):
        errors["on"] = "once_more"
    try:
        on = date.fromisoformat(form.text("on"))
    except ValueError:
        errors.setdefault("on", "renewal_day_wrong")
        on = date.min
    if form.text("outcome") not in get_args(RenewalOutcome):
        errors["outcome"] = "renewal_outcome_wrong"
    if form.text("why") and form.text("why") not in get_args(WhyLeft):
        errors["why"] = "renewal_why_wrong"
    value = form.text("yearly_value")
    number = number_in(value) if value else None
    if value and (number is None or not 0 <= number <= MOST_VALUE):
        errors["yearly_value"] = "renewal_value_wrong"
        number = None
    return errors, {
        "on": on,
        "outcome": form.text("outcome"),
        "yearly_value": None if number is None else Decimal(str(round(number, 2))),
        "why": form.text("why") or None,
    }
