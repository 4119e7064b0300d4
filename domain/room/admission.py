"""Who may come into a customer's room by their mail address, where a company lets in those of some domains alone?"""

from collections.abc import Sequence

from domain.deal import DealClosed
from domain.rules.accounts import web_domain
from domain.text import folded

ACCOUNT = "account"
"""Among the domains: that of the customer's company, as its deal has it."""


def admits(domains: Sequence[str], email: str, deal: DealClosed) -> bool:
    """Whether somebody with that address may come in. Without any domain everybody may who takes part.

    A domain stands for its subdomains, too. A deal that names no domain of its company admits by `account` the people
    with whom it came: an address that somebody adds later is no proof of anything.
    """
    if not domains:
        return True
    address = folded(email)
    host, own = address.rpartition("@")[2], web_domain(deal)
    allowed = [folded(domain) for domain in domains if domain != ACCOUNT]
    if ACCOUNT not in domains:
        return _is_below(host, allowed)
    if own is not None:
        return _is_below(host, [*allowed, own])
    came_with_it = {folded(person.email) for person in deal.stakeholders if person.since is None}
    return _is_below(host, allowed) or address in came_with_it


def _is_below(host: str, domains: Sequence[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
