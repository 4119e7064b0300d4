"""Who takes part, and whom has the customer named besides? One of ours takes somebody who was named in, or does not."""

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.colleagues import Colleague
from domain.deal import Stakeholder
from domain.naming import role_title
from portal.desk.customer.customer import Customer
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.telling import DONE, UNLISTED, VIA, Outcome, is_fresh, once_of, our_deed, outcome_of
from portal.desk.view import DeskView
from portal.forms import Form
from starter.doors.colleagues import ColleagueDoor

ADDS = "add_contact"
"""The update by which somebody comes to take part: who may tell it decides about those who were named."""
LONGEST_REASON = 200


class ContactShown(NamedTuple):
    """Somebody of the customer's, with what the deal says of them."""

    person: Stakeholder
    role: str
    champion: bool


class NamedShown(NamedTuple):
    """Somebody whom the customer has named, and what was decided about them."""

    colleague: Colleague
    role: str
    by: str
    on: date
    decided_by: str
    decided_on: date | None

    @property
    def waits(self) -> bool:
        return self.colleague.state == "proposed"


class People:
    """The page of those who take part; a form decides about somebody whom the customer has named."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages
        parts = pages.desk.parts
        self._door = ColleagueDoor(
            engine=parts.engine,
            ledger=parts.ledger,
            staff=parts.staff,
            domains=parts.settings.domains_of_rooms,
        )

    async def page(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """Both sides, those who have left, and whom the customer has named."""
        if form is None:
            return await self._show(view, customer, told=request.query_params.get("told", ""))
        if not self._pages.may_tell(view, customer, ADDS):
            return self._pages.desk.forbidden(view)
        outcome, told = await self._decide(view, customer, form)
        if outcome != DONE:
            return await self._show(view, customer, form=form, outcome=outcome)
        return go(f"{customer.path}/people?told={told}")

    async def _decide(self, view: DeskView, customer: Customer, form: Form) -> tuple[Outcome, str]:
        """What became of it, and what is said where it was done. The same again changes nothing."""
        number, reason = form.text("colleague"), form.text("reason")
        if not is_fresh(form) or not number.isdecimal() or len(number) > 9 or customer.line.ending:
            return Outcome("wrong_form_old", status=422), ""
        if not view.staff.listed:
            return UNLISTED, ""
        deed = our_deed(view, form, customer.now)
        if form.text("answer") == "decline":
            if len(reason) > LONGEST_REASON:
                return Outcome("customer_named_reason_long", status=422), ""
            declining = partial(self._door.decline, customer.id, int(number), deed, reason=reason or None)
            return (await outcome_of(asyncio.to_thread(declining), what="colleague declined"))[1], "colleague_declined"
        door = partial(self._pages.desk.parts.door, VIA, proved=True)
        taking: Any = self._door.take_in(customer.id, int(number), deed, door=door)
        return (await outcome_of(taking, what="colleague taken in"))[1], "colleague_taken_in"

    async def _show(
        self,
        view: DeskView,
        customer: Customer,
        *,
        told: str = "",
        form: Form | None = None,
        outcome: Outcome = DONE,
    ) -> Response:
        deal = customer.standing.dossier.deal
        each = [
            ContactShown(one, role_title(one.role, view.language), one.id == deal.champion) for one in deal.stakeholders
        ]
        named = await asyncio.to_thread(self._named, customer)
        return self._pages.show(
            view,
            customer,
            "people.html",
            part="people",
            told=told,
            status=outcome.status,
            contacts=[one for one in each if one.person.takes_part],
            coming=[one for one in each if one.person.joins_on is not None],
            left=[one for one in each if one.person.until is not None and one.person.joins_on is None],
            seller=deal.seller,
            waiting=[one for one in named if one.waits],
            decided=[one for one in reversed(named) if not one.waits],
            decides=self._pages.may_tell(view, customer, ADDS) and not customer.line.ending,
            once=once_of(form),
            wrong=form.text("colleague") if form else "",
            typed=form.text("reason") if form else "",
            problem=self._pages.said_of(view, customer, outcome),
        )

    def _named(self, customer: Customer) -> Sequence[NamedShown]:
        return [
            NamedShown(
                colleague=one,
                role=role_title(one.role, customer.language),
                by=customer.name(one.by),
                on=customer.day_of(one.at),
                decided_by=customer.name(one.decided_by) if one.decided_by else "",
                decided_on=customer.day_of(one.decided_at) if one.decided_at else None,
            )
            for one in self._door.kept.of(customer.id)
        ]
