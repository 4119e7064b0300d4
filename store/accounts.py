"""Which deals are the same customer's? Found by name and domain, and judged by the rule of `domain.rules.accounts`."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from domain.deal import DealClosed, Sale
from domain.rules.accounts import KnownDeal, same_account, web_domain
from domain.text import folded
from store.rows import Row
from store.tables import deals, onboardings

MOST_KNOWN = 5
"""Deals of one customer that a next one takes something from: the newest. Reading each back costs 5 ms."""
NAMESAKES = 4
"""So many times more are looked through where only the name tells who it may be."""


def account_columns(deal: DealClosed) -> Row:
    """By what a deal's account is looked up."""
    return {"account_folded": folded(deal.account.name), "account_domain": web_domain(deal)}


def deals_of_account(
    connection: Connection, sale: Sale, *, apart_from: str, most: int = MOST_KNOWN
) -> Sequence[KnownDeal]:
    """The other deals of the same customer, also those that have not opened yet; the newest first."""
    same = deals.c.account_folded == folded(sale.account.name)
    if (domain := web_domain(sale)) is not None:
        same = or_(deals.c.account_domain == domain, same & deals.c.account_domain.is_(None))
    found = (
        select(deals.c.onboarding, deals.c.body, onboardings.c.owner)
        .outerjoin(onboardings)
        .where(same, deals.c.onboarding != apart_from)
        .order_by(deals.c.kept_at.desc(), deals.c.onboarding)
        .limit(NAMESAKES * most)
    )
    known: list[KnownDeal] = []
    for row in connection.execute(found):
        deal = DealClosed.model_validate(row.body, extra="ignore")
        if same_account(sale, deal):
            known.append(KnownDeal(onboarding=row.onboarding, deal=deal, owner=row.owner or deal.owner or ""))
        if len(known) == most:
            break
    return sorted(known, key=lambda other: other.deal.closed_at, reverse=True)
