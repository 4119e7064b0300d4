"""Which deals are the same customer's? Found by name and domain, and judged by the rule of `domain.rules.accounts`."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, or_, select
from sqlalchemy import Row as SqlRow

from domain.deal import DealClosed, Sale
from domain.rules.accounts import LENDS_NOTHING, PUBLIC_MAIL, KnownDeal, same_account, web_domain
from domain.text import folded
from store.rows import Row
from store.tables import deals, onboardings

log = structlog.get_logger()

MOST_KNOWN = 5
"""Deals of one customer that a next one takes something from: the newest. Reading each back costs 5 ms."""
NAMESAKES = 4
"""So many times more are looked through where only the name tells who it may be."""


def account_columns(deal: DealClosed) -> Row:
    """By what a deal's account is looked up."""
    return {"account_folded": folded(deal.account.name), "account_domain": web_domain(deal)}


def read_stored(onboarding: str, body: object) -> DealClosed | None:
    """A deal as it was kept; None where rules of today refuse it. It stands in nobody's way, and the log names it."""
    try:
        return DealClosed.model_validate(body, extra="ignore")
    except ValidationError as error:
        fields = sorted({".".join(map(str, wrong["loc"])) for wrong in error.errors(include_input=False)})
        log.warning("stored_deal_unreadable", onboarding=onboarding, fields=fields)
        return None


def lending_deals(connection: Connection, sale: Sale, *, apart_from: str) -> Sequence[KnownDeal]:
    """The newest other deals of the same customer whose onboarding began and was no mistake; the newest first."""
    began = deals.c.run.is_not(None)
    meant = or_(onboardings.c.ending.is_(None), onboardings.c.ending.not_in(LENDS_NOTHING))
    return deals_of_account(connection, sale, began & meant, apart_from=apart_from, most=MOST_KNOWN)


def deals_of_account(
    connection: Connection, sale: Sale, *which: ColumnElement[bool], apart_from: str, most: int
) -> Sequence[KnownDeal]:
    """The newest other deals of the same customer of those that are asked for; the newest first."""
    same = deals.c.account_folded == folded(sale.account.name)
    if (domain := web_domain(sale)) is not None:
        # What is a host of public mail is told at every look: the list grows, and rows were filed before.
        unnamed = or_(deals.c.account_domain.is_(None), deals.c.account_domain.in_(sorted(PUBLIC_MAIL)))
        same = or_(deals.c.account_domain == domain, same & unnamed)
    found = (
        select(deals.c.onboarding, deals.c.body, onboardings.c.owner)
        .outerjoin(onboardings)
        .where(same, deals.c.onboarding != apart_from, *which)
        .order_by(deals.c.kept_at.desc(), deals.c.onboarding)
        .limit(NAMESAKES * most)
    )
    known = islice(_same(sale, connection.execute(found)), most)
    return sorted(known, key=lambda other: other.deal.closed_at, reverse=True)


def _same(sale: Sale, rows: Iterable[SqlRow[Any]]) -> Iterator[KnownDeal]:
    for row in rows:
        deal = read_stored(row.onboarding, row.body)
        if deal is not None and same_account(sale, deal):
            yield KnownDeal(onboarding=row.onboarding, deal=deal, owner=row.owner or deal.owner or "")
