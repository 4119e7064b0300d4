"""Who has made the product a habit, who not, and of whom is nothing said?"""

from collections.abc import Collection, Mapping
from datetime import date

from domain.deal import Stakeholder
from domain.measure.adoption import AdoptionSeen, WeekOfUser, adoption_seen, agreed_by_person, numbers_of
from domain.playbook import Adoption
from domain.usage import number_of
from tests.support.databases import LEAD, deal

RULE = Adoption(power_user_days=8, power_user_features_pct=50, little_use_days=1)
CORE = {"reports": 0b1, "invoices": 0b10, "routes": 0b100, "tours": 0b1000}
TWO_DAYS, ONE_DAY = 0b101, 0b1


def used(person: int, *days: int, features: int = 0b11) -> list[WeekOfUser]:
    """What that user did in each of the weeks; a week without days has no row."""
    return [WeekOfUser(person, number, bits, features) for number, bits in enumerate(days) if bits]


def seen(
    *users: list[WeekOfUser], people: Mapping[str, Collection[int]] | None = None, ever: Collection[int] = ()
) -> AdoptionSeen:
    weeks = [week for of_user in users for week in of_user]
    since = date(2026, 11, 2)
    return adoption_seen(
        RULE, weeks, since=since, core=CORE, people=people, ever=ever or {week.person for week in weeks}
    )


def test_a_habit_takes_every_week_many_days_and_much_of_what_there_is() -> None:
    """A busy fortnight is a project; a single screen is not the product."""
    people = {"habit": [1], "fortnight": [2], "one_screen": [3], "few_days": [4]}

    result = seen(
        used(1, *[TWO_DAYS] * 4),
        used(2, 0b11111, 0b11111, 0, 0),
        used(3, *[TWO_DAYS] * 4, features=0b1),
        used(4, *[ONE_DAY] * 4),
        people=people,
    )

    assert (4, 1) == (result.users, result.power_users)
    assert ["habit"] == [one.person for one in result.of_habit("often")]
    assert {"fortnight", "one_screen", "few_days"} == {one.person for one in result.of_habit("some")}


def test_little_use_is_a_day_in_four_weeks_or_none() -> None:
    """None: whoever was there before, and is not any more."""
    people = {"once": [1], "gone": [2], "twice": [3]}

    result = seen(used(1, ONE_DAY), used(3, ONE_DAY, ONE_DAY), people=people, ever={1, 2, 3})

    assert ["gone", "once"] == [one.person for one in result.of_habit("little")]


def test_of_somebody_who_was_never_seen_nothing_is_said() -> None:
    """By that id they may not exist, or they have asked to be forgotten."""
    result = seen(used(1, ONE_DAY), people={"once": [1], "unknown": [9]}, ever={1})

    assert result.of("once")
    assert result.of("unknown") is None


def test_who_is_known_by_two_ids_has_each_day_once() -> None:
    result = seen(used(1, 0b11), used(2, 0b110, features=0b100), people={"both": [1, 2]})

    both = result.of("both")
    assert both is not None
    assert (3, ("reports", "invoices", "routes")) == (both.days, both.features)


def test_without_the_customers_agreement_there_are_numbers_alone() -> None:
    """What is not said is not agreed, and neither is what only looks like a yes."""
    result = seen(used(1, *[TWO_DAYS] * 4))

    assert (1, 1, False, ()) == (result.users, result.power_users, result.by_person, result.people)
    given = [{}, {"usage_by_person": "true"}, {"usage_by_person": 1}, {"usage_by_person": False}]
    assert not any(agreed_by_person(deal(custom=custom)) for custom in given)
    assert agreed_by_person(deal(custom={"usage_by_person": True}))


def test_users_are_known_by_their_addresses_and_by_the_ids_that_the_deal_names() -> None:
    """Whoever only decides is not looked at, though they may use it, too."""
    user = Stakeholder(id="end_user", name="Eve", email="Eve@customer.test", role="end_user")
    champion = Stakeholder(id="champion", name="Kim", email="kim@customer.test", role="champion")
    sold = deal(custom={"usage_ids": {"champion": ["u-17", "u-18"], "end_user": 7}})
    sold = sold.model_copy(update={"stakeholders": (*sold.stakeholders, user, champion)})

    numbers = numbers_of(sold)

    assert {number_of("Eve@customer.test"), number_of("eve@customer.test")} == numbers["end_user"]
    assert {number_of("kim@customer.test"), number_of("u-17"), number_of("u-18")} == numbers["champion"]
    assert LEAD.id not in numbers
