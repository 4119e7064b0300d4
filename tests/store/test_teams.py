"""Is it known who was in which team when, lists and moves included, and is use counted by team, on both databases?"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import Engine, func, select

from domain.measure.teams import UseByTeam
from domain.playbook import CoreFeature
from domain.usage import UNGROUPED, Described, Said, UsageEvent, milliseconds, number_of
from store.engine import write_transaction
from store.ledger import SqlLedger
from store.tables import usage_traits
from store.teams import ListKept, SqlTeams, UserListed
from store.usage import SqlUsage
from store.usage_counts import SqlUsageBooks
from store.usage_traits import describe
from tests.support import databases
from tests.support.databases import deal, dossier

database, engine = databases.database, databases.engine

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
REPORTS = CoreFeature(key="reports", title="Reports", events=("Report Created",))
SALES = tuple(f"sales-{number}" for number in range(6))
LAW = tuple(f"law-{number}" for number in range(5))


class Customer:
    """A customer whose users do things; day 0 is a Monday, and their contract began on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self._events = engine, 0
        sold = deal(custom={"usage_group": "acme"})
        self.dossier = dossier(sold.model_copy(update={"closed_at": MONDAY}))
        self.book = self.dossier.playbook.model_copy(update={"core_features": (REPORTS,)})
        SqlLedger(engine).admit(self.dossier.model_copy(update={"playbook": self.book}), run="run")
        self.teams = SqlTeams(engine)

    def did(self, *users: str, days: tuple[int, ...], event: str = "Report Created", group: str = "acme") -> None:
        events = []
        for user in users:
            for day in days:
                self._events += 1
                at = milliseconds(MONDAY + timedelta(days=day))
                key = self._events.to_bytes(16, "big")
                events.append(UsageEvent(key, at // 86_400_000, group, number_of(user), event, at))
        SqlUsage(self.engine).write(events)
        books = SqlUsageBooks(self.engine)
        books.learn_features()
        while books.link(most=10):
            pass
        books.counted(books.count(after=("", 0), most=1000))

    def said(self, *users: str, day: float = 0, group: str = UNGROUPED, **traits: str) -> None:
        """What the product says of those users on that day."""
        at = milliseconds(MONDAY + timedelta(days=day))
        words = cast("Mapping[Said, str]", traits)
        SqlUsage(self.engine).write([Described(number_of(user), group, at, words) for user in users])

    def listed(self, users: Mapping[str, str], *, day: float = 0) -> ListKept:
        each = [UserListed(user, {"team": team}) for user, team in users.items()]
        return self.teams.keep_list(self.dossier.deal, each, at=MONDAY + timedelta(days=day))

    def use(self, *, day: int = 28, by: str = "team") -> UseByTeam:
        """As of the Sunday before that day."""
        now = MONDAY + timedelta(days=day)
        return self.teams.of(self.dossier.deal, self.book, now=now)[by]  # type: ignore[index]  # a trait

    def weekly(self, *, day: int = 28, by: str = "team") -> dict[str, tuple[int, int]]:
        """How many people each team has, and how many of them used it in the last whole week."""
        use = self.use(day=day, by=by)
        return {one.team: (one.people, one.weekly_users) for one in use.teams}


@pytest.fixture
def customer(engine: Engine) -> Customer:
    return Customer(engine)


def words(engine: Engine) -> list[tuple[int, str]]:
    """The words that are kept, by their days."""
    query = select(usage_traits.c.day, usage_traits.c.word).order_by(usage_traits.c.day)
    with engine.connect() as connection:
        return [(row.day - milliseconds(MONDAY) // 86_400_000, row.word) for row in connection.execute(query)]


def test_use_is_counted_by_team_and_by_role(customer: Customer) -> None:
    """Of whom no team is known is counted, too; what others than this customer's users do is not."""
    customer.said(*SALES, team="Sales", role="dispatcher")
    customer.said(*LAW, team="Law", role="dispatcher")
    customer.did(*SALES, days=(1, 22))
    customer.did(*LAW, *(f"x{number}" for number in range(5)), days=(9,))
    customer.did(*SALES, "stranger", days=(23,), group="other")

    use = customer.use()

    assert {"Law": (5, 0), "Sales": (6, 6)} == customer.weekly()
    assert {"dispatcher": (11, 6)} == customer.weekly(by="role")
    assert (16, 5, date(2026, 11, 29)) == (use.people, use.without, use.until)
    [law, sales] = use.teams
    assert (0.0, 100.0) == (law.weekly_pct, sales.weekly_pct)
    assert (1, 1.0, 1) == (sales.core_features, sales.features_per_user, sales.begun_day)
    assert (100.0, None) == (law.activated_pct, law.before_pct)


def test_people_on_a_list_count_before_they_have_done_anything(customer: Customer) -> None:
    """The list is whole: who is not on the next one is gone, unless they are seen."""
    first = customer.listed({**dict.fromkeys(SALES, "Sales"), **dict.fromkeys(LAW, "Law")})
    customer.did(*SALES[:2], days=(22,))

    assert ListKept(users=11, new=11, left=0) == first
    assert {"Law": (5, 0), "Sales": (6, 2)} == customer.weekly()

    later = customer.listed(dict.fromkeys(SALES[1:], "Sales"), day=29)

    assert ListKept(users=5, new=0, left=6) == later
    assert {"Sales": (6, 0)} == customer.weekly(day=35)


def test_whoever_moves_counts_in_the_team_where_they_are_on_sunday(customer: Customer) -> None:
    """In the middle of a week: that week counts for the new team, and the weeks before for the old one."""
    customer.said(*SALES, team="Sales")
    customer.said(*LAW, team="Law")
    customer.did(*SALES, *LAW, days=(1, 8, 15, 22, 29, 36))

    customer.said(SALES[0], team="Law", day=24)

    assert {"Law": (5, 5), "Sales": (6, 6)} == customer.weekly(day=21)
    assert {"Law": (6, 6), "Sales": (5, 5)} == customer.weekly(day=28)


def test_a_week_is_held_against_that_of_four_weeks_before(customer: Customer) -> None:
    """By the teams as they were then: Sales had one more, and half of them used it."""
    customer.said(*SALES, "seventh", team="Sales")
    customer.listed(dict.fromkeys((*SALES, "seventh"), "Sales"))
    customer.did(*SALES[:3], days=(22,))
    customer.did(*SALES, days=(50,))

    customer.listed(dict.fromkeys(SALES, "Sales"), day=35)

    [sales] = customer.use(day=56).teams
    assert (6, 100.0, 42.9) == (sales.people, sales.weekly_pct, sales.before_pct)


def test_what_was_said_first_holds_for_the_weeks_before(customer: Customer) -> None:
    """Teams become known long after use began: otherwise a month would be nobody's."""
    customer.did(*SALES, days=(1,))

    customer.said(*SALES, team="Sales", day=40)

    assert {"Sales": (6, 6)} == customer.weekly(day=7)


def test_the_same_word_is_kept_once(customer: Customer, engine: Engine) -> None:
    """Products say it at each sign-in."""
    for day in (0, 1, 2.5, 30):
        customer.said("ann", team="Sales", day=day)
    customer.said("ann", team="Law", day=31)
    customer.said("ann", team="Sales", day=31.2)

    assert [(0, "Sales"), (31, "Sales")] == words(engine)


def test_what_comes_late_changes_only_its_own_time(customer: Customer, engine: Engine) -> None:
    customer.said("ann", team="Sales", day=0)
    customer.said("ann", team="Law", day=20)

    customer.said("ann", team="Board", day=10)
    customer.said("ann", team="Older", day=20.001 - 0.01)

    assert [(0, "Sales"), (10, "Board"), (20, "Law")] == words(engine)[:3]


def test_an_empty_word_takes_a_team_back(customer: Customer) -> None:
    customer.said(*SALES, team="Sales")
    customer.did(*SALES, days=(22,))

    customer.said(*SALES, team="", day=23)

    assert (6, {}) == (customer.use().without, customer.weekly())


def test_seats_shrink_and_who_left_counts_no_more(customer: Customer) -> None:
    """A quarter after they were seen for the last time."""
    customer.said(*SALES, *LAW, team="Sales")
    customer.did(*SALES, *LAW, days=(1,))
    customer.did(*SALES, days=(100,))

    assert {"Sales": (11, 0)} == customer.weekly(day=91)
    assert {"Sales": (6, 6)} == customer.weekly(day=105)


def test_whoever_is_erased_is_in_no_team(customer: Customer, engine: Engine) -> None:
    customer.listed(dict.fromkeys(SALES, "Sales"))

    SqlUsage(engine).erase(SALES[:1])

    with engine.connect() as connection:
        people = set(connection.scalars(select(usage_traits.c.person)))
    assert set(map(number_of, SALES[1:])) == people
    assert 5 == customer.use().people


def test_a_call_that_names_the_account_makes_its_user_a_member(customer: Customer) -> None:
    """As before it could say a team: what they do without naming it is the account's."""
    customer.said(*SALES, team="Sales", group="acme")

    customer.did(*SALES, days=(22,), group=UNGROUPED)

    assert {"Sales": (6, 6)} == customer.weekly()


def test_what_was_before_the_contract_does_not_count(customer: Customer) -> None:
    customer.said(*SALES, team="Sales")
    customer.did(*SALES, days=(-1, -8))

    assert 0 == customer.use().people


def test_before_anybody_was_seen_there_is_nobody(customer: Customer) -> None:
    use = customer.use()

    assert (0, None, (), False) == (use.people, use.all, use.teams, use.is_told_apart)


def test_ten_thousand_teams_are_read_in_one_look(customer: Customer, engine: Engine) -> None:
    users = {f"u{number}": f"Team {number}" for number in range(10_000)}

    kept = customer.listed(users)

    assert 10_000 == kept.new
    use = customer.use()
    assert (10_000, (), 10_000) == (use.people, use.teams, use.counted_together)
    with write_transaction(engine) as connection:
        assert 0 == describe(connection, [])
        assert 20_000 == connection.scalar(select(func.count()).select_from(usage_traits))
