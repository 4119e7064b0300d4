"""Is every week of use known, late events and erasures included, and what do the weeks come to, on both databases?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from domain.measure.use import Used
from domain.playbook import CoreFeature
from domain.usage import NOBODY, UsageEvent, milliseconds, number_of
from store.engine import read_transaction
from store.ledger import SqlLedger
from store.tables import usage_events, usage_people, usage_weeks
from store.usage import SqlUsage
from store.usage_counts import SqlUsageBooks
from store.usage_weeks import UsedBy, used_by
from tests.support import databases
from tests.support.databases import deal, dossier

database, engine = databases.database, databases.engine

ONE = "onboarding-file-1"
MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
WEEK = (MONDAY.date() - date(1970, 1, 1)).days
REPORTS = CoreFeature(key="reports", title="Reports", events=("Report Created", "Report Shared"))
INVOICES = CoreFeature(key="invoices", title="Invoices", events=("Invoice Sent",))


class Product:
    """A product whose users do things, and a look at usage whenever something was done."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.books, self._events = engine, SqlUsageBooks(engine), 0

    def did(self, user: str, event: str, *days: int, group: str = "acme") -> None:
        """That user did that on so many days after the first Monday."""
        events = []
        for day in days:
            self._events += 1
            at = milliseconds(MONDAY + timedelta(days=day))
            key = self._events.to_bytes(16, "big")
            events.append(UsageEvent(key, at // 86_400_000, group, number_of(user), event, at))
        SqlUsage(self.engine).write(events)
        self.looked_at()

    def looked_at(self) -> int:
        self.books.learn_features()
        while self.books.link(most=10):
            pass
        fresh = self.books.count(after=("", 0), most=100)
        self.books.counted(fresh)
        return len(fresh)

    def weeks(self, user: str) -> dict[int, tuple[int, int]]:
        """The bits of that user's days and features, by week."""
        query = select(usage_weeks).where(usage_weeks.c.person == number_of(user))
        with self.engine.connect() as connection:
            return {row.week - WEEK: (row.days, row.features) for row in connection.execute(query)}

    def used(self, *, since: int = 0, now: int = 20) -> Used:
        wanted = UsedBy(ONE, (MONDAY + timedelta(days=since)).date())
        with read_transaction(self.engine) as connection:
            return used_by(connection, [wanted], now=MONDAY + timedelta(days=now))[ONE]


@pytest.fixture
def product(engine: Engine) -> Product:
    """A product whose reports and invoices are core features by the playbook of a customer."""
    of = dossier(deal(seats=10, custom={"usage_group": "acme"}))
    features = of.playbook.model_copy(update={"core_features": (REPORTS, INVOICES)})
    SqlLedger(engine).admit(of.model_copy(update={"playbook": features}), run="run")
    return Product(engine)


def test_a_week_has_a_bit_for_each_day_and_each_feature(product: Product) -> None:
    """Two events of a feature set one bit, and what is no feature sets none."""
    product.did("ann", "Report Created", 0, 0, 2)
    product.did("ann", "Report Shared", 6)
    product.did("ann", "Signed In", 7)

    assert {0: (0b1000101, 1), 7: (0b1, 0)} == product.weeks("ann")


def test_a_late_event_is_added_to_its_own_week(product: Product) -> None:
    """Three weeks late; counting a week again changes nothing."""
    product.did("ann", "Report Created", 0)
    product.did("ann", "Invoice Sent", 21)

    product.did("ann", "Invoice Sent", 1)
    product.did("bob", "Signed In", 0)

    assert {0: (0b11, 0b11), 21: (0b1, 0b10)} == product.weeks("ann")


def test_weeks_outlive_their_events(product: Product) -> None:
    """A day that is counted again after its events went would lose what it had."""
    product.did("ann", "Report Created", 0, 3)
    product.books.forget(before=(MONDAY + timedelta(days=7)).date())

    assert not product.looked_at()
    assert {0: (0b1001, 1)} == product.weeks("ann")
    assert {MONDAY.date(): 1} == product.used().weeks


def test_a_feature_that_a_playbook_names_later_is_counted_as_far_back_as_events_are_kept(
    product: Product, engine: Engine
) -> None:
    product.did("ann", "Comment Added", 0)
    assert {0: (0b1, 0)} == product.weeks("ann")

    comments = CoreFeature(key="comments", title="Comments", events=("Comment Added",))
    later = dossier(deal("2", account="Lindenau"))
    plan = later.playbook.model_copy(update={"core_features": (REPORTS, comments)})
    named = later.model_copy(update={"onboarding": "onboarding-file-2", "playbook": plan})
    SqlLedger(engine).admit(named, run="run-2")
    product.looked_at()

    assert {0: (0b1, 0b100)} == product.weeks("ann")


def test_users_are_counted_by_week_and_feature_since_the_close(product: Product) -> None:
    """Each once, whatever groups they did it in; what was before the close does not count."""
    product.did("early", "Report Created", 0)
    product.did("ann", "Report Created", 3, 9, 18)
    product.did("ann", "Report Created", 18, group="file-1")
    product.did("bob", "Invoice Sent", 15)

    used = product.used(since=2, now=20)

    assert (2, 2, 2) == (used.ever, used.active, used.of_month)
    monday = MONDAY.date()
    assert {monday + timedelta(days=days): 1 for days in (0, 7)} | {monday + timedelta(days=14): 2} == used.weeks
    assert {"reports": 1, "invoices": 1} == used.features


def test_the_last_seven_days_end_today_and_the_last_28_go_by_weeks(product: Product) -> None:
    product.did("ann", "Report Created", 13)
    product.did("bob", "Report Created", 14)

    used = product.used(now=20)

    assert (2, 1, 2) == (used.ever, used.active, used.of_month)


def test_whoever_is_erased_is_nobody_from_then_on(product: Product, engine: Engine) -> None:
    """Also when their days are counted again; what they did stays as done by somebody."""
    product.did("ann", "Report Created", 0, 8)
    product.did("bob", "Report Created", 0)

    SqlUsage(engine).erase(["ann"])
    product.did("bob", "Report Created", 0, 8)

    assert {} == product.weeks("ann")
    assert 1 == product.used().ever
    with engine.connect() as connection:
        assert {number_of("bob")} == set(connection.scalars(select(usage_people.c.person)))
        assert {number_of("bob"), NOBODY} == set(connection.scalars(select(usage_events.c.person)))
