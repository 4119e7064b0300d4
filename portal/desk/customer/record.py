"""What was handed over by the sale? The hand-off record with what it lacks, and a button that asks the seller."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from temporalio.service import RPCError

from domain.deal import Sale, completeness, missing_from_hand_off
from domain.news import short
from domain.record import Writing
from domain.rules.desk_notices import gaps_notice
from domain.wording import custom_in_words
from portal.desk.customer.customer import Customer
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.telling import is_fresh, news_id, once_of
from portal.desk.view import DeskView
from portal.forms import Form
from runtime.connection import BadTemporalProfile, CannotReachTemporal

log = structlog.get_logger()


class Part(NamedTuple):
    """A part of the record: `name` in the words, and what it says, a line each."""

    name: str
    lines: list[str]


class Record:
    """The page of the hand-off record."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages

    async def page(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """The record; a form asks the seller for what it lacks."""
        if form is None:
            return self._show(view, customer, told=request.query_params.get("told", ""))
        if not view.may("csm"):
            return self._pages.desk.forbidden(view)
        problem = await self._ask_seller(view, customer, form)
        if problem:
            return self._show(view, customer, form=form, problem=problem, status=503)
        return go(f"{customer.path}/record?told=customer_seller_asked")

    async def _ask_seller(self, view: DeskView, customer: Customer, form: Form) -> str:
        """What went wrong, as a key of the words; empty where the seller is asked. The same form asks once."""
        if not is_fresh(form):
            return "wrong_form_old"
        notice = gaps_notice(
            customer.id,
            customer.standing.dossier,
            customer.line.owner,
            customer.standing.team,
            key=f"seller_asked/{short(news_id(view, form))}",
            at=customer.now,
        )
        if notice is None:
            return "customer_seller_needless"
        parts = self._pages.desk.parts
        try:
            await asyncio.to_thread(parts.ledger.write, Writing(onboarding=customer.id, notices=(notice,)))
        except SQLAlchemyError as trouble:
            log.warning("seller_not_asked", kind=type(trouble).__name__)
            return "not_saved"
        try:
            await parts.wake(notice.channel)
        except (CannotReachTemporal, BadTemporalProfile, RPCError) as trouble:
            # It goes with the next message of anybody.
            log.warning("seller_not_asked_yet", kind=type(trouble).__name__)
        return ""

    def _show(
        self,
        view: DeskView,
        customer: Customer,
        *,
        told: str = "",
        form: Form | None = None,
        problem: str = "",
        status: int = 200,
    ) -> Response:
        deal = customer.standing.dossier.deal
        return self._pages.show(
            view,
            customer,
            "record.html",
            part="record",
            told=told,
            status=status,
            deal=deal,
            record=list(parts_of(customer, deal)),
            completeness=completeness(deal),
            missing=missing_from_hand_off(deal, view.language),
            custom=custom_in_words(deal.custom, view.language),
            once=once_of(form),
            problem=problem,
        )


def parts_of(customer: Customer, deal: Sale) -> Iterable[Part]:
    """What the record says, part by part; those that say nothing are left out."""
    metrics = [
        " · ".join(filter(None, [one.name, " → ".join(filter(None, [one.baseline, one.target]))]))
        for one in deal.success_metrics
    ]
    each = [
        Part("problem", _lines(deal.problem)),
        Part("present_state", _lines(deal.present_state)),
        Part("success_metrics", metrics),
        Part("products", list(deal.products)),
        Part("near_term", [f"{customer.day(one.on)}: {one.what}" for one in deal.near_term]),
        Part(
            "busy_seasons",
            [f"{customer.short(one.first)} – {customer.short(one.last)}: {one.why}" for one in deal.busy_seasons],
        ),
        Part("roi_method", _lines(deal.roi_method)),
        Part("quick_wins", [one.what for one in deal.quick_wins]),
        Part("notes", [": ".join(filter(None, [one.by, one.text])) for one in deal.notes]),
    ]
    return (one for one in each if one.lines)


def _lines(text: str | None) -> list[str]:
    return [text] if text else []
