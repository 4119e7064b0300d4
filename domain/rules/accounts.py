"""What does a customer's next deal take over from earlier ones, and which deals are the same customer's?"""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from domain.deal import MOST_STAKEHOLDERS, CustomerRole, DealClosed, Sale, Stakeholder
from domain.news import Ending
from domain.rules.casting import MOST_PER_ROLE, SELLER
from domain.rules.contacts import on_day
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
"""Endings of onboardings that should not have been: what their deals say of people may be as wrong."""

LONG_AGO = timedelta(days=730)
"""People named longer than this before the deal closed may have left: better asked for than written to."""

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
"""Mail hosts where anybody may have an address: CRMs take the host of a contact's address for the company's domain."""


SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//")
DOMAIN = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}")
"""What can be a domain, in any script; `n.a.` stands for none."""


class KnownDeal(Wire):
    """An earlier deal. `owner` is empty while its onboarding has not opened and the deal names no owner."""

    onboarding: str
    deal: DealClosed
    owner: str = ""


def web_domain(sale: Sale) -> str | None:
    """The account's domain, `acme.example` for `https://www.Acme.example/`; None without one, and for public mail."""
    named = folded(sale.account.domain or "").strip()
    host = re.split(r"[/?#]", SCHEME.sub("", named), maxsplit=1)[0]
    domain = host.rpartition("@")[2].partition(":")[0].strip(".").removeprefix("www.")
    return domain if DOMAIN.fullmatch(domain) and domain not in PUBLIC_MAIL else None


def same_account(one: Sale, other: Sale) -> bool:
    """Whether both were sold to the same customer: people must never get what is meant for another's.

    Where both name a domain, the domains and a name or an address have to agree: what stands in a CRM as a domain may
    be anything. Else they are compared by name and country, and by an address at the other's domain or in both: two
    companies may share a name, so a bare name is no proof.
    """
    domains = web_domain(one), web_domain(other)
    if None not in domains:
        named_alike = folded(one.account.name) == folded(other.account.name)
        both_there = domains[0] in _hosts(one) & _hosts(other)
        confirmed = named_alike or both_there or bool(_addresses(one) & _addresses(other))
        return domains[0] == domains[1] and confirmed
    at_the_domain = domains[0] in _hosts(other) or domains[1] in _hosts(one)
    return (
        folded(one.account.name) == folded(other.account.name)
        and one.account.country == other.account.country
        and (at_the_domain or bool(_addresses(one) & _addresses(other)))
    )


def with_the_account(deal: DealClosed, earlier: Sequence[KnownDeal], team: Team, touch: TouchModel) -> DealClosed:
    """The deal with people and an owner filled in from its account's `earlier` deals, which come newest first.

    What the deal says itself goes first: only roles for which it names nobody are filled, from the newest deal that
    names somebody, and an owner that it names stays. Otherwise the account's CSM owns it, if they still are a CSM and
    serve this tier. People come only from deals of the last two years, including those whom one of these took over.
    Applying it twice changes nothing more.
    """
    people = _people(deal, [before for before in earlier if deal.closed_at - before.deal.closed_at <= LONG_AGO], team)
    newcomers = {person.id for person in people}
    champion = deal.champion or next((person.id for person in people if person.role == "champion"), None)
    owned = None if deal.owner else owned_by(earlier, team, touch)
    filled_in = {
        "stakeholders": (*deal.stakeholders, *people),
        "champion": champion if champion in newcomers else deal.champion,
        "owner": owned.owner if owned else deal.owner,
        "owner_from": owned.onboarding if owned else deal.owner_from,
    }
    return deal.model_copy(update=filled_in)


def as_it_came(deal: DealClosed) -> DealClosed:
    """The deal without what was taken over, as it can be handed to a door again, which fills that in itself."""
    own = tuple(person for person in deal.stakeholders if not person.known_from)
    left_out = {
        "stakeholders": own,
        "champion": deal.champion if deal.champion in {person.id for person in own} else None,
        "owner": None if deal.owner_from else deal.owner,
        "owner_from": None,
    }
    return deal.model_copy(update=left_out)


def owned_by(earlier: Sequence[KnownDeal], team: Team, touch: TouchModel) -> KnownDeal | None:
    """The newest of the account's `earlier` deals whose owner is still a CSM and serves this tier."""
    return next((before for before in earlier if _may_own(before.owner, team, touch)), None)


def taken_over(deal: DealClosed) -> dict[str, Any]:
    """What the journal says of a deal that took something over: from which onboardings its owner and its people are."""
    people = {person.id: person.known_from for person in deal.stakeholders if person.known_from}
    return ({"owner_from": deal.owner_from} if deal.owner_from else {}) | ({"people_from": people} if people else {})


def _people(deal: DealClosed, earlier: Sequence[KnownDeal], team: Team) -> list[Stakeholder]:
    """The people whom the deal lacks, by role; nobody twice, and each under an id that is nobody else's."""
    filled = {person.role for person in deal.stakeholders if person.in_rollout}
    addresses = _addresses(deal)
    # Whom a known deal took over comes from a deal that is known, too: not by way of it from one that lends nothing.
    origins = {None, *(before.onboarding for before in earlier)}
    room = MOST_STAKEHOLDERS - len(deal.stakeholders)
    taken = {SELLER, *(member.handle for member in team.members), *(person.id for person in deal.stakeholders)}
    people: list[Stakeholder] = []
    for role in SHARED_ROLES:
        if role in filled:
            continue
        for before in earlier:
            there = on_day(before.deal, deal.closed_at.date()).contacts
            theirs = [person for person in there if person.known_from in origins]
            playing = [person for person in theirs if (person.role, person.in_rollout) == (role, True)]
            for person in [p for p in playing if folded(p.email) not in addresses][:MOST_PER_ROLE]:
                id = next(name for name in _names(person) if name not in taken)
                renamed = {
                    "id": id,
                    "in_sale": False,
                    "known_from": person.known_from or before.onboarding,
                    "since": None,
                    "takes_over": None,
                }
                people.append(person.model_copy(update=renamed))
                taken.add(id)
                addresses.add(folded(person.email))
            if playing:
                break
    return people[:room]


def _names(person: Stakeholder) -> Iterator[str]:
    """Ids to try for a person, beginning with the one they had."""
    yield person.id
    yield from (f"{person.role}-{number}" for number in range(1, 1_000))


def _may_own(handle: str, team: Team, touch: TouchModel) -> bool:
    member = team.member(handle) if handle else None
    return member is not None and member.role == "csm" and touch in member.tiers


def _addresses(sale: Sale) -> set[str]:
    return {folded(person.email) for person in sale.stakeholders}


def _hosts(sale: Sale) -> set[str]:
    return {address.partition("@")[2] for address in _addresses(sale)}
