"""What is the customer to get out of it, and how far is that? Their goals, every report of them, and who has agreed."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.measure.customer import Customer as Measured
from domain.measure.goals import Goal
from domain.roles import Role
from domain.room.consents import WithConsents
from domain.room.deeds import Deed
from domain.rules.goal_notices import who_decides
from portal.desk.customer.customer import Customer
from portal.desk.customer.goal_lines import GoalLines
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.telling import (
    DONE,
    UNLISTED,
    VIA,
    Outcome,
    is_fresh,
    news_id,
    once_of,
    our_deed,
    outcome_of,
)
from portal.desk.view import DeskView
from portal.forms import Form
from starter.doors.goals import GoalDoor
from starter.doors.measuring import Measuring
from store.measurements import Report

SAYS: Role = "csm"
"""Who says goals and agrees to them: the roles that speak for us to customers."""
REPORTS: Role = "specialist"
"""Who reports figures and puts them right."""


class Known(NamedTuple):
    """What the store has of a customer's goals, read at once. `before` has what people have said of each."""

    measured: Measured
    agreed: Sequence[WithConsents]
    reports: Sequence[Report]
    before: Mapping[str, Sequence[Goal]]


class Goals:
    """The page of goals; a form agrees to one, in our name or as the customer's people have said."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages
        parts = pages.desk.parts
        self._door = GoalDoor(engine=parts.engine, ledger=parts.ledger, staff=parts.staff)
        self.measuring = Measuring(
            engine=parts.engine, staff=parts.staff, via=VIA, day_length=parts.settings.day_length
        )

    async def page(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """All goals, and the reports of figures that every customer has."""
        if form is None:
            return await self._show(view, customer, told=request.query_params.get("told", ""))
        if not view.may(SAYS):
            return self._pages.desk.forbidden(view)
        outcome = await self._agree(view, customer, form)
        if outcome != DONE:
            return await self._show(view, customer, form=form, outcome=outcome)
        return go(f"{customer.path}/goals?told=metric_agreed")

    def known(self, view: DeskView, customer: Customer) -> Known:
        """Everything that the page stands on. It blocks: call it in a thread."""
        agreed = self._door.by(customer.standing.dossier)
        said_anew = [one.goal.key for one in agreed if one.goal.revision > 1]
        return Known(
            measured=self.measuring.customer(customer.id, now=view.now),
            agreed=agreed,
            reports=self.measuring.reports(customer.id),
            before={key: self.measuring.said(customer.id, key) for key in said_anew},
        )

    def lines(self, view: DeskView, customer: Customer, known: Known) -> GoalLines:
        return GoalLines(customer, known.measured, known.reports, self._pages.desk.pages.words(view.language))

    async def _agree(self, view: DeskView, customer: Customer, form: Form) -> Outcome:
        """Say yes to the goal as it was read; what is wrong instead. Again it changes nothing."""
        revision = form.text("revision")
        if not is_fresh(form) or not revision.isdecimal() or customer.line.ending:
            return Outcome("wrong_form_old", status=422)
        if not view.staff.listed:
            return UNLISTED
        deed, note = self._deed(view, customer, form)
        if deed is None:
            return Outcome("wrong_choose", status=422)
        agreeing = asyncio.to_thread(
            self._door.agree, customer.id, form.text("goal"), deed, revision=int(revision[:9]), note=note
        )
        return (await outcome_of(agreeing, what="goal agreed"))[1]

    def _deed(self, view: DeskView, customer: Customer, form: Form) -> tuple[Deed | None, str | None]:
        """Our own yes, or that of somebody of the customer's, which one of ours writes down: then it is not proved."""
        if form.text("side") != "customer":
            return our_deed(view, form, customer.now), None
        by = form.text("by")
        if by not in who_decides(customer.standing.dossier):
            return None, None
        words = self._pages.desk.pages.words(view.language)
        note = words["written_down_by"].format(name=view.staff.name)
        return Deed(news_id(view, form), "customer", by, customer.now, VIA), note

    async def _show(
        self,
        view: DeskView,
        customer: Customer,
        *,
        told: str = "",
        form: Form | None = None,
        outcome: Outcome = DONE,
    ) -> Response:
        known = await asyncio.to_thread(self.known, view, customer)
        lines = self.lines(view, customer, known)
        return self._pages.show(
            view,
            customer,
            "goals.html",
            part="goals",
            told=told,
            status=outcome.status,
            goals=lines.goals(known.agreed, known.before),
            others=lines.others(),
            deciders=[(id, customer.name(id)) for id in who_decides(customer.standing.dossier)],
            says=view.may(SAYS) and not customer.line.ending,
            may_report=view.may(REPORTS) and not customer.line.ending,
            once=once_of(form),
            wrong=form.text("goal") if form else "",
            problem=self._pages.said_of(view, customer, outcome),
        )
