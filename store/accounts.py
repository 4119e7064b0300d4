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
"""The most deals of one customer that a new one takes something from, the newest. Reading each back costs 5 ms."""
NAMESAKES = 4
"""This many times more rows are read than are wanted: the name alone does not tell whether it is the same customer."""


def account_columns(deal: DealClosed) -> Row:
    """The columns by which a deal's account is searched: its name, folded, and its web domain."""
    return {"account_folded": folded(deal.account.name), "account_domain": web_domain(deal)}


def read_stored(onboarding: str, body: object) -> DealClosed | None:
    """A stored deal; None where today's rules refuse it, so that it stops nothing else. Its wrong fields are logged."""
    try:
        return DealClosed.model_validate(body, extra="ignore")
    except ValidationError as error:
        fields = sorted({".".join(map(str, wrong["loc"])) for wrong in error.errors(include_input=False)})
        log.warning("stored_deal_unreadable", onboarding=onboarding, fields=fields)
        return None


def lending_deals(connection: Connection, sale: Sale, *, apart_from: str) -> Sequence[KnownDeal]:
    """Up to `MOST_KNOWN` other deals of the same customer whose onboarding began and was no mistake, newest first.

    `apart_from` is the onboarding of the deal itself.
    """
    began = deals.c.run.is_not(None)
    meant = or_(onboardings.c.ending.is_(None), onboardings.c.ending.not_in(LENDS_NOTHING))
    return deals_of_account(connection, sale, began & meant, apart_from=apart_from, most=MOST_KNOWN)


def deals_of_account(
    connection: Connection, sale: Sale, *which: ColumnElement[bool], apart_from: str, most: int
) -> Sequence[KnownDeal]:
    """Up to `most` other deals of the same customer that meet the conditions, the last closed first.

    Whether the customer is the same is decided by `domain.rules.accounts.same_account`.
    """
    same = deals.c.account_folded == folded(sale.account.name)
    if (domain := web_domain(sale)) is not None:
        # Asked anew at every search, not when the row was stored: the list of public mail hosts grows.
        unnamed = or_(deals.c.account_domain.is_(None), deals.c.account_domain.in_(sorted(PUBLIC_MAIL)))
        same = or_(deals.c.account_domain == domain, same & unnamed)
    query = (
        select(deals.c.onboarding, deals.c.body, onboardings.c.owner)
        .outerjoin(onboardings)
        .where(same, deals.c.onboarding != apart_from, *which)
        .order_by(deals.c.kept_at.desc(), deals.c.onboarding)
        .limit(NAMESAKES * most)
    )
    others = islice(_same(sale, connection.execute(query)), most)
    return sorted(others, key=lambda other: other.deal.closed_at, reverse=True)


def _same(sale: Sale, rows: Iterable[SqlRow[Any]]) -> Iterator[KnownDeal]:
    for row in rows:
        deal = read_stored(row.onboarding, row.body)
        if deal is not None and same_account(sale, deal):
            yield KnownDeal(onboarding=row.onboarding, deal=deal, owner=row.owner or deal.owner or "")
