"""What does a customer's next deal take over from earlier ones, and when is it the same customer?"""

from datetime import timedelta
from typing import Any

import pytest

from domain.deal import MOST_STAKEHOLDERS, Account, DealClosed, Stakeholder
from domain.refusal import InvalidDeal
from domain.rules.accounts import LONG_AGO, KnownDeal, as_it_came, same_account, taken_over, with_the_account
from domain.rules.admission import read_deal
from domain.rules.casting import MOST_PER_ROLE
from tests.support.databases import NOON
from tests.support.simulation import staff

BEFORE = "onboarding-hubspot-1"


def person(role: Any = "project_lead", name: str = "Ken", **more: Any) -> Stakeholder:
    given = {"id": role, "name": name, "email": f"{name.lower()}@aozora.example", "role": role, **more}
    return Stakeholder.model_validate(given)


def deal(*people: Stakeholder, id: str = "2", account: dict[str, Any] | None = None, **more: Any) -> DealClosed:
    whose = {"name": "Aozora", "country": "JP", "time_zone": "Asia/Tokyo", **(account or {})}
    given: dict[str, Any] = {"source": "hubspot", "id": id, "closed_at": NOON, **more}
    return DealClosed(account=Account.model_validate(whose), stakeholders=people or (person(),), **given)


def earlier(*people: Stakeholder, owner: str = "grace.lee", onboarding: str = BEFORE, **more: Any) -> KnownDeal:
    return KnownDeal(onboarding=onboarding, deal=deal(*people, id=onboarding[-1], **more), owner=owner)


def people_of(deal: DealClosed) -> list[tuple[str, str, str | None]]:
    return [(person.id, person.name, person.known_from) for person in deal.stakeholders]


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ({"domain": "aozora.example"}, {"domain": "WWW.Aozora.example", "name": "Aozora KK"}, True),
        ({"domain": "aozora.example"}, {"domain": "https://www.Aozora.example:443/jp?from=crm", "name": "A"}, True),
        ({"domain": "aozora.example"}, {"domain": "info@aozora.example. ", "name": "A"}, True),
        ({"domain": "aozora.example"}, {"domain": "//aozora.example/?from=https://crm.example", "name": "A"}, True),
        ({"domain": "aozora.example"}, {"domain": "aozora.example/?from=https://crm.example", "name": "A"}, True),
        ({"domain": "aozora.example"}, {"domain": "aozora.test"}, False),
        ({"domain": "aozora.example"}, {}, True),
        ({}, {"name": "ＡＯＺＯＲＡ"}, True),
        ({}, {"name": "Aozora KK"}, False),
        ({}, {"country": "DE", "time_zone": "Europe/Berlin"}, False),
    ],
)
def test_the_same_customer_is_known_by_domain_else_by_name_country_and_addresses(
    here: dict[str, Any], there: dict[str, Any], same: bool
) -> None:
    one, other = deal(account=here), deal(account=there, id="1")
    assert same == same_account(one, other) == same_account(other, one)


def test_a_name_that_two_companies_share_is_no_proof() -> None:
    """Their people write from different hosts, or from one where anybody may have an address."""
    assert not same_account(deal(), deal(person(email="ken@elsewhere.example"), id="1"))
    public = {"domain": "gmail.com"}
    for account in ({}, public):
        one = deal(person(email="ken@gmail.com"), account=account)
        assert not same_account(one, deal(person(email="zed@gmail.com"), id="1", account=public))
        assert same_account(one, deal(person(email="Ken@gmail.com"), id="1", account=public))


@pytest.mark.parametrize("domain", ["n/a", "n.a.", "-", "www.", "sites.example"])
def test_what_only_stands_for_a_domain_is_no_proof(domain: str) -> None:
    """Neither is a domain that companies of other names share."""
    other = deal(person(email="jo@beta.example"), id="1", account={"name": "Beta", "domain": domain})
    assert not same_account(deal(account={"domain": domain}), other)


def test_who_is_missing_comes_from_the_newest_deal_that_names_somebody() -> None:
    """The deal's own people stay alone in their roles, and the users of another product are not this one's."""
    newest = earlier(person("technical_lead", "Yui"), person("end_user", "Rin"), onboarding="onboarding-hubspot-3")
    older = earlier(person("technical_lead", "Sora"), person("executive_sponsor", "Aoi"), person(name="Old"))

    filled = with_the_account(deal(), [newest, older], staff(), "high")

    assert [
        ("project_lead", "Ken", None),
        ("executive_sponsor", "Aoi", BEFORE),
        ("technical_lead", "Yui", "onboarding-hubspot-3"),
    ] == people_of(filled)
    assert [True, False, False] == [person.in_sale for person in filled.stakeholders]
    assert DealClosed.model_validate_json(filled.model_dump_json()) == filled


def test_people_named_long_ago_do_not_come() -> None:
    """People named so long ago may have left. Their CSM is one of us, and known to be there still."""
    old = earlier(person("champion", "Ken", email="k@aozora.example"), closed_at=NOON - LONG_AGO - timedelta(seconds=1))
    [champion] = old.deal.stakeholders
    newer = earlier(champion, closed_at=NOON - LONG_AGO)

    filled = with_the_account(deal(), [old], staff(), "high")

    assert ([("project_lead", "Ken", None)], "grace.lee") == (people_of(filled), filled.owner)
    assert 2 == len(with_the_account(deal(), [newer], staff(), "high").stakeholders)


def test_who_was_taken_over_before_comes_only_where_their_own_deal_is_known() -> None:
    """A deal that is too old or was reversed lends nothing, not by way of another deal either."""
    newer = earlier(person("champion", "Mio", known_from="onboarding-hubspot-0"), onboarding="onboarding-hubspot-3")
    origin = earlier(person("champion", "Mio"), onboarding="onboarding-hubspot-0")

    assert [("project_lead", "Ken", None)] == people_of(with_the_account(deal(), [newer], staff(), "high"))
    filled = with_the_account(deal(), [newer, origin], staff(), "high")
    assert ("champion", "Mio", "onboarding-hubspot-0") in people_of(filled)


def test_nobody_is_there_twice() -> None:
    """Somebody who plays another part now, and who took no part in the roll-out before."""
    before = earlier(person("champion", "Ken"), person("manager", "Ren", in_rollout=False))

    assert [("project_lead", "Ken", None)] == people_of(with_the_account(deal(), [before], staff(), "high"))


def test_an_id_is_nobody_elses() -> None:
    """Ids decide who gets which mail: a new one is neither of this deal nor of our staff."""
    before = earlier(person("manager", "Ren", id="grace.lee"), person("champion", "Mio", id="lead"), owner="")
    own = deal(person(id="lead"))

    filled = with_the_account(own, [before], staff(), "high")

    assert ["lead", "manager-1", "champion-1"] == [person.id for person in filled.stakeholders]
    assert "champion-1" == filled.champion


def test_of_many_in_a_role_a_few_come() -> None:
    many = [person("champion", f"C{number}", id=f"c-{number}") for number in range(9)]

    assert 1 + MOST_PER_ROLE == len(with_the_account(deal(), [earlier(*many)], staff(), "high").stakeholders)


def test_a_deal_that_is_full_stays_one_that_can_be_read() -> None:
    """A deal file holds two hundred people at most."""
    many = [person("end_user", f"U{number}", id=f"u-{number}") for number in range(MOST_STAKEHOLDERS)]

    filled = with_the_account(deal(*many), [earlier(person("technical_lead", "Yui"))], staff(), "high")

    assert MOST_STAKEHOLDERS == len(DealClosed.model_validate(filled.model_dump()).stakeholders)


def test_a_deal_that_took_something_over_may_be_started_again() -> None:
    """Repair brings the deal to the door, which refuses what is ours to say and fills it in again."""
    before = [earlier(person("champion", "Mio"))]
    filled = with_the_account(deal(), before, staff(), "high")

    again = read_deal(as_it_came(filled).model_dump(mode="json"))

    assert deal() == again
    assert filled == with_the_account(again, before, staff(), "high")


def test_nobody_else_says_where_something_is_from() -> None:
    raw = deal().model_dump(mode="json")
    with pytest.raises(InvalidDeal, match="owner_from: is filled in by day90"):
        read_deal({**raw, "owner_from": BEFORE})
    forged = {**raw, "stakeholders": [{**raw["stakeholders"][0], "known_from": BEFORE}]}
    with pytest.raises(InvalidDeal, match=r"stakeholders\.0\.known_from: is filled in by day90"):
        read_deal(forged)


def test_the_accounts_csm_owns_the_next_deal_too() -> None:
    """Unless the deal names somebody, or the CSM has left, does something else now or does not serve this tier."""
    gone, manager = earlier(owner="somebody.gone"), earlier(owner="nora.lindqvist")

    assert ("grace.lee", BEFORE) == owner_after(deal(), [gone, manager, earlier()])
    assert ("mika.sato", None) == owner_after(deal(owner="mika.sato"), [earlier()])
    assert (None, None) == owner_after(deal(), [gone, manager])
    assert (None, None) == owner_after(deal(), [earlier(owner="mika.sato")], touch="tech")


def owner_after(of: DealClosed, before: list[KnownDeal], touch: Any = "high") -> tuple[str | None, str | None]:
    filled = with_the_account(of, before, staff(), touch)
    return filled.owner, filled.owner_from


def test_taking_over_twice_changes_nothing_more() -> None:
    """A start that is cut off is repeated; and whom a deal has from another, the next one has from there too."""
    before = [earlier(person("technical_lead", "Yui"), person("champion", "Mio"))]
    once = with_the_account(deal(), before, staff(), "high")
    third = deal(id="3", closed_at=NOON + timedelta(days=9))
    second = KnownDeal(onboarding="onboarding-hubspot-2", deal=once, owner="grace.lee")

    assert once == with_the_account(once, before, staff(), "high")
    assert BEFORE == with_the_account(third, [second, *before], staff(), "high").stakeholders[1].known_from


def test_the_journal_says_by_ids_who_is_from_where() -> None:
    filled = with_the_account(deal(), [earlier(person("champion", "Mio"))], staff(), "high")

    assert {"owner_from": BEFORE, "people_from": {"champion": BEFORE}} == taken_over(filled)
    assert {} == taken_over(deal())
