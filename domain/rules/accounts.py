"""What does a customer's next deal take from those before? Their people and their CSM; and which deals are theirs."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from domain.deal import MOST_STAKEHOLDERS, CustomerRole, DealClosed, Sale, Stakeholder
from domain.news import Ending
from domain.rules.casting import MOST_PER_ROLE, SELLER
from domain.team import Team, TouchModel
from domain.text import folded
from domain.wire import Wire

SHARED_ROLES: tuple[CustomerRole, ...] = (
    "executive_sponsor",
    "project_lead",
    "technical_lead",
    "manager",
    "champion",
    "procurement",
)
"""Who speaks for the customer whatever was bought. The users of one product are not those of another."""

LENDS_NOTHING: tuple[Ending, ...] = ("deal_reversed", "duplicate", "withdrawn")
"""How an onboarding ends that should not have been: what its deal said of people may be as wrong."""

LONG_AGO = timedelta(days=730)
"""Who was named so long before the deal closed need not work there any more: better asked for than written to."""

PUBLIC_MAIL = frozenset(
    {
        "126.com",
        "163.com",
        "aol.com",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "free.fr",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "laposte.net",
        "libero.it",
        "live.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "naver.com",
        "orange.fr",
        "outlook.com",
        "outlook.jp",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "softbank.ne.jp",
        "t-online.de",
        "web.de",
        "yahoo.co.jp",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.de",
        "yahoo.fr",
        "yandex.ru",
    }
)
"""Hosts where anybody may have an address: CRMs take the host of a contact's address for the company's domain."""


SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//")
DOMAIN = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}")
"""What can be a domain, in any script; `n.a.` stands for none."""


class KnownDeal(Wire):
    """A deal of before; `owner` is empty while its onboarding has not opened and it names nobody."""

    onboarding: str
    deal: DealClosed
    owner: str = ""


def web_domain(sale: Sale) -> str | None:
    """The account's domain as it is compared: `https://www.Acme.example/` is `acme.example`. Public mail is none."""
    named = folded(sale.account.domain or "").strip()
    host = re.split(r"[/?#]", SCHEME.sub("", named), maxsplit=1)[0]
    domain = host.rpartition("@")[2].partition(":")[0].strip(".").removeprefix("www.")
    return domain if DOMAIN.fullmatch(domain) and domain not in PUBLIC_MAIL else None


def same_account(one: Sale, other: Sale) -> bool:
    """Whether both were sold to the same customer: people must never get what is meant for another's.

    By the domain where both name one, and by the name or addresses besides: what stands in a CRM as a domain may be
    anything. Else by name and country, and an address at the domain of the other, or the same address in both: two
    companies may share a name, and a bare name is no proof.
    """
    domains = web_domain(one), web_domain(other)
    if None not in domains:
        named_alike = folded(one.account.name) == folded(other.account.name)
        both_there = domains[0] in _hosts(one) & _hosts(other)
        known = named_alike or both_there or bool(_addresses(one) & _addresses(other))
        return domains[0] == domains[1] and known
    at_the_domain = domains[0] in _hosts(other) or domains[1] in _hosts(one)
    return (
        folded(one.account.name) == folded(other.account.name)
        and one.account.country == other.account.country
        and (at_the_domain or bool(_addresses(one) & _addresses(other)))
    )


def with_the_account(deal: DealClosed, known: Sequence[KnownDeal], team: Team, touch: TouchModel) -> DealClosed:
    """The deal with what its account's deals of before tell, the newest of them first in `known`.

    Its own word goes before: only roles that it names nobody for are filled, from the newest deal that does, and an
    owner that it names stays. Else it goes to the account's CSM, where they still are one and serve this tier. People
    come from deals of the last two years alone: also those whom one of these took over. Again it changes nothing.
    """
    people = _people(deal, [before for before in known if deal.closed_at - before.deal.closed_at <= LONG_AGO], team)
    newcomers = {person.id for person in people}
    champion = deal.champion or next((person.id for person in people if person.role == "champion"), None)
    owned = None if deal.owner else owned_by(known, team, touch)
    told = {
        "stakeholders": (*deal.stakeholders, *people),
        "champion": champion if champion in newcomers else deal.champion,
        "owner": owned.owner if owned else deal.owner,
        "owner_from": owned.onboarding if owned else deal.owner_from,
    }
    return deal.model_copy(update=told)


def as_it_came(deal: DealClosed) -> DealClosed:
    """The deal without what was taken over, as a door takes it: it would fill that in again."""
    own = tuple(person for person in deal.stakeholders if not person.known_from)
    told = {
        "stakeholders": own,
        "champion": deal.champion if deal.champion in {person.id for person in own} else None,
        "owner": None if deal.owner_from else deal.owner,
        "owner_from": None,
    }
    return deal.model_copy(update=told)


def owned_by(known: Sequence[KnownDeal], team: Team, touch: TouchModel) -> KnownDeal | None:
    """The newest of the account's deals whose owner is still a CSM and serves this tier."""
    return next((before for before in known if _may_own(before.owner, team, touch)), None)


def taken_over(deal: DealClosed) -> dict[str, Any]:
    """What stands in the journal of an onboarding that did not begin from nothing: whom it has from which other."""
    people = {person.id: person.known_from for person in deal.stakeholders if person.known_from}
    return ({"owner_from": deal.owner_from} if deal.owner_from else {}) | ({"people_from": people} if people else {})


def _people(deal: DealClosed, known: Sequence[KnownDeal], team: Team) -> list[Stakeholder]:
    """Whom the deal lacks, by role; nobody twice, and each under an id that is nobody else's."""
    filled = {person.role for person in deal.stakeholders if person.in_rollout}
    there = _addresses(deal)
    # Whom a known deal took over comes from a deal that is known, too: not by way of it from one that lends nothing.
    origins = {None, *(before.onboarding for before in known)}
    room = MOST_STAKEHOLDERS - len(deal.stakeholders)
    taken = {SELLER, *(member.handle for member in team.members), *(person.id for person in deal.stakeholders)}
    found: list[Stakeholder] = []
    for role in SHARED_ROLES:
        if role in filled:
            continue
        for before in known:
            there_then = [person for person in before.deal.stakeholders if person.known_from in origins]
            of_it = [person for person in there_then if (person.role, person.in_rollout) == (role, True)]
            for person in [p for p in of_it if folded(p.email) not in there][:MOST_PER_ROLE]:
                id = next(name for name in _names(person) if name not in taken)
                told = {"id": id, "in_sale": False, "known_from": person.known_from or before.onboarding}
                found.append(person.model_copy(update=told))
                taken.add(id)
                there.add(folded(person.email))
            if of_it:
                break
    return found[:room]


def _names(person: Stakeholder) -> Iterator[str]:
    """Ids for somebody, the one they had first."""
    yield person.id
    yield from (f"{person.role}-{number}" for number in range(1, 1_000))


def _may_own(handle: str, team: Team, touch: TouchModel) -> bool:
    member = team.member(handle) if handle else None
    return member is not None and member.role == "csm" and touch in member.tiers


def _addresses(sale: Sale) -> set[str]:
    return {folded(person.email) for person in sale.stakeholders}


def _hosts(sale: Sale) -> set[str]:
    return {address.partition("@")[2] for address in _addresses(sale)}
