"""How do tests let a customer's people use the product? So many days ago, as the door for usage would write it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from domain.deal import Stakeholder
from domain.notice import Person
from domain.playbook import Adoption, CoreFeature
from domain.record import Writing
from domain.usage import UNGROUPED, Described, Trait, UsageEvent, milliseconds, number_of
from store.ledger import SqlLedger
from store.usage import SqlUsage
from store.usage_counts import SqlUsageBooks
from tests.support.databases import LEAD, OWNER, deal, dossier, standing

A_DAY = timedelta(days=1)
OFTEN = tuple(7 * week + day for week in range(4) for day in (1, 3, 5))
"""Days before the running week on which somebody with a habit has used it: three of each of the four weeks."""


def used(engine: Engine, group: str, event: str, days_ago: Mapping[str, Sequence[int]]) -> None:
    """Let these people of that group use the product, so many days before the Monday of the running week."""
    now = datetime.now(UTC)
    monday = (now - now.weekday() * A_DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [(user, ago, milliseconds(monday - ago * A_DAY)) for user, days in days_ago.items() for ago in days]
    events = [
        UsageEvent(f"{user[:8]}{ago}".ljust(16).encode(), at // 86_400_000, group, number_of(user), event, at)
        for user, ago, at in moments
    ]
    SqlUsage(engine).write(events)
    books = SqlUsageBooks(engine)
    books.learn_features()
    books.link(most=10)
    books.counted(books.count(after=("", 0), most=1000))


def belongs(engine: Engine, users: Sequence[str], trait: Trait, word: str) -> None:
    """Let the product say of these users that they are in that team, or have that role."""
    at = milliseconds(datetime.now(UTC))
    SqlUsage(engine).write([Described(number_of(user), UNGROUPED, at, {trait: word}) for user in users])


REPORTS = CoreFeature(key="reports", title="Reports", events=("Report Created",))
FREQUENT = Stakeholder(id="end_user", name="Eve User", email="eve@customer.test", role="end_user", language="en")
RARE = Stakeholder(id="champion", name="Kim Champ", email="kim@customer.test", role="champion", language="ja")


def customer_in_use(engine: Engine, *, agreed: bool) -> str:
    """An onboarding: Eve has used reports on three days of each of four weeks, Kim once; and somebody unknown."""
    sold = deal(custom={"usage_group": "acme", **({"usage_by_person": True} if agreed else {})})
    people = (*sold.stakeholders, FREQUENT, RARE)
    sold = sold.model_copy(update={"stakeholders": people, "closed_at": datetime.now(UTC) - 60 * A_DAY})
    users = tuple(
        Person(id=one.id, name=one.name, email=one.email, side="customer", role=one.role) for one in (FREQUENT, RARE)
    )
    made = dossier(sold, people=(OWNER, LEAD, *users))
    book = made.playbook.model_copy(update={"core_features": (REPORTS,), "adoption": Adoption()})
    ledger = SqlLedger(engine)
    ledger.admit(made.model_copy(update={"playbook": book}), run="run-1")
    ledger.write(Writing(onboarding=made.onboarding, standing=standing(owner="jonas.weber")))
    used(engine, "acme", "Report Created", {"eve@customer.test": OFTEN, "kim@customer.test": (8,), "x": (7, 14)})
    return made.onboarding
