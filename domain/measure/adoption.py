"""Who uses the product so much that others could learn from them, and for whom has it not become a habit?

By the playbook's rule, from the last four whole weeks of use. People of the customer's are looked at one by one only
where the customer has agreed to that; without it the answer has numbers alone. Nobody is ranked: people stand there by
what they do themselves, in the order of their ids.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Literal, NamedTuple

from domain.deal import CustomerRole, DealClosed
from domain.playbook import Adoption
from domain.usage import number_of
from domain.wire import Wire

WEEKS = 4
"""Whole weeks that are looked at: one shows a deadline or a holiday, four a habit."""
USERS: tuple[CustomerRole, ...] = ("champion", "power_user", "end_user", "manager")
"""Whose work the product is for. Others of the customer's are asked for decisions, not for use."""
AGREED, OTHER_IDS = "usage_by_person", "usage_ids"
"""Fields of a deal (`custom`): that the customer has agreed to it, and by which ids the product knows their people."""

Habit = Literal["often", "some", "little"]


class WeekOfUser(NamedTuple):
    """What a user did in a week: `days` has a bit for each day, `features` one for each core feature."""

    person: int
    week: int
    days: int
    features: int


class UseOfPerson(Wire):
    """How somebody of the customer's uses the product: on how many `days` of four weeks, and which core `features`."""

    person: str
    habit: Habit
    days: int
    features: tuple[str, ...] = ()


class AdoptionCounted(Wire):
    """What four weeks of use come to, the first of which began on `since`: of all `users` so many are `power_users`.

    `by_person` says whether the customer has agreed that single people are named.
    """

    since: date
    users: int
    power_users: int
    core_features: int
    by_person: bool = False


class AdoptionSeen(AdoptionCounted):
    """The same with the `people` who are named, where they may be."""

    people: tuple[UseOfPerson, ...] = ()

    def of_habit(self, habit: Habit) -> Sequence[UseOfPerson]:
        return [one for one in self.people if one.habit == habit]

    def of(self, person: str) -> UseOfPerson | None:
        return next((one for one in self.people if one.person == person), None)


def agreed_by_person(deal: DealClosed) -> bool:
    """Whether the customer has agreed that the use of single people is looked at; what is not said is not agreed."""
    return deal.custom.get(AGREED) is True


def numbers_of(deal: DealClosed) -> dict[str, frozenset[int]]:
    """By which numbers usage may know those of the customer's who use the product, by their ids in the onboarding."""
    given = deal.custom.get(OTHER_IDS)
    others: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    return {
        one.id: frozenset(map(number_of, {one.email, one.email.lower(), *_texts(others.get(one.id))}))
        for one in deal.contacts
        if one.role in USERS
    }


def adoption_seen(
    rule: Adoption,
    weeks: Iterable[WeekOfUser],
    *,
    since: date,
    core: Mapping[str, int],
    people: Mapping[str, Collection[int]] | None,
    ever: Collection[int],
) -> AdoptionSeen:
    """What those weeks come to; `core` are the bits of the playbook's core features.

    `people` are those who may be named, by the numbers of usage; None where nobody may. `ever` are the numbers of those
    of them who were seen at any time: of nobody else anything is said, since the product may know them by another id,
    or they have asked to be forgotten.
    """
    of_user: dict[int, list[WeekOfUser]] = {}
    for week in weeks:
        of_user.setdefault(week.person, []).append(week)
    named = [
        _of_person(rule, person, [week for number in numbers for week in of_user.get(number, ())], core)
        for person, numbers in sorted((people or {}).items())
        if not set(numbers).isdisjoint(ever)
    ]
    return AdoptionSeen(
        since=since,
        users=len(of_user),
        power_users=sum(_habit(rule, of_it, core) == "often" for of_it in of_user.values()),
        core_features=len(core),
        by_person=people is not None,
        people=tuple(named),
    )


def _of_person(rule: Adoption, person: str, weeks: Sequence[WeekOfUser], core: Mapping[str, int]) -> UseOfPerson:
    used = reduce(or_, (week.features for week in weeks), 0)
    return UseOfPerson(
        person=person,
        habit=_habit(rule, weeks, core),
        days=_days(weeks),
        features=tuple(key for key, bit in core.items() if used & bit),
    )


def _habit(rule: Adoption, weeks: Sequence[WeekOfUser], core: Mapping[str, int]) -> Habit:
    days = _days(weeks)
    if days <= rule.little_use_days:
        return "little"
    used = reduce(or_, (week.features for week in weeks), 0)
    features = sum(bool(used & bit) for bit in core.values())
    in_every_week = len({week.week for week in weeks}) == WEEKS
    enough = features * 100 >= rule.power_user_features_pct * len(core)
    return "often" if in_every_week and days >= rule.power_user_days and enough else "some"


def _days(weeks: Iterable[WeekOfUser]) -> int:
    """Days of use; somebody whom the product knows by two ids has each day once."""
    by_week: dict[int, int] = {}
    for week in weeks:
        by_week[week.week] = by_week.get(week.week, 0) | week.days
    return sum(days.bit_count() for days in by_week.values())


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list | tuple) else [value]
    return [one for one in listed if isinstance(one, str) and one]
