"""How long does the weekly look at 10,000 customers take, from 20 million usage events in PostgreSQL?

Onboardings that are under way are copied (`benchmarks.many`), each with a product group of its own. Their users' events
of two months are written by the database itself, as the intake would have written them, and no day is counted yet. Then
what production does is done in one process: all fresh days are counted into weeks, every customer is evaluated, and
both once more with nothing new; last, with news of one customer in a hundred. Memory is that of this process at its
highest while the first tenth of the customers was looked at, and while the last was.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.schema import AddConstraint, DropConstraint
from temporalio.testing import ActivityEnvironment

from activities.evaluation import AT_ONCE, Evaluated, Looks
from activities.usage import UsageCounted, Watching
from benchmarks.many import CLOSED, Sample, fill, lived
from benchmarks.report import figures, say, table
from domain.playbook import CoreFeature
from domain.usage import EPOCH
from store.customers import SqlCustomers
from store.engine import migrate, open_store, write_transaction
from store.evaluations import SqlEvaluations, remember_news
from store.tables import evaluation_weeks, evaluations, onboardings, usage_events, usage_weeks
from store.usage_counts import SqlUsageBooks
from tests.support.databases import PROGRAMS, PostgresServer

CUSTOMERS, EVENTS = 10_000, 20_000_000
DAYS, USERS = 60, 40
"""Days of use, and users of a customer."""
FEATURES = tuple(
    CoreFeature(key=f"feature_{number}", title=f"Feature {number}", events=(f"Feature {number} Used",))
    for number in range(10)
)
CLOSE = datetime.fromisoformat(CLOSED)
FIRST_DAY = (CLOSE - EPOCH).days + 1
NOW = CLOSE + timedelta(days=DAYS + 1)
KEPT = timedelta(days=2 * DAYS)
"""So that no single event is deleted meanwhile."""
EVENTS_OF_A_DAY = """
INSERT INTO usage_events (key, day, group_id, person, event, at)
SELECT decode(md5(CAST(:day AS int) || '-' || n), 'hex'), CAST(:day AS int), 'g-' || n % CAST(:groups AS int),
       1 + (n % CAST(:groups AS int))::bigint * 1000 + abs(hashint4(n)) % {users},
       CASE WHEN kind < 10 THEN 'Feature ' || kind || ' Used' ELSE 'Other ' || kind END,
       CAST(:day AS int)::bigint * 86400000 + n
FROM generate_series(0, CAST(:each AS int) - 1) n, LATERAL (SELECT abs(hashint4(n + 10007)) % 15 AS kind) one
"""
FRESH = """
INSERT INTO usage_fresh (group_id, day, writes)
SELECT 'g-' || g, CAST(:day AS int), 1 FROM generate_series(0, CAST(:groups AS int) - 1) g
"""


def filled(engine: Engine, *, customers: int, events: int) -> None:
    """Write that many customers who are under way, and that many events of their users."""
    with_features = lived(engine, features=FEATURES)
    under_way = [one for one in with_features if "ended" not in one.onboarding]
    fill(engine, [Sample(one.onboarding, 100 / len(under_way)) for one in under_way], count=customers)
    with write_transaction(engine) as connection:
        connection.execute(text("DELETE FROM usage_groups"))
        linked = "SELECT onboarding, 'g-' || (row_number() OVER (ORDER BY onboarding) - 1) FROM onboardings"
        connection.execute(text(f"INSERT INTO usage_groups (onboarding, group_id) {linked}"))
    _write_events(engine, groups=customers + len(with_features), events=events)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))


def _write_events(engine: Engine, *, groups: int, events: int) -> None:
    """Day by day, and of all groups in turn, as they come in; the indexes are made when all are there."""
    key = usage_events.primary_key
    with engine.begin() as connection:
        connection.execute(DropConstraint(key))
        for index in usage_events.indexes:
            index.drop(connection)
    for number in range(DAYS):
        given = {"day": FIRST_DAY + number, "groups": groups}
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            connection.execute(text(EVENTS_OF_A_DAY.format(users=USERS)), {**given, "each": events // DAYS})
            connection.execute(text(FRESH), given)
    say(f"events of {DAYS} days written")
    with engine.begin() as connection:
        # Only while the indexes are made: what is measured afterwards has PostgreSQL's own defaults.
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        connection.execute(AddConstraint(key))
        for index in usage_events.indexes:
            index.create(connection)


class Deaf:
    """A door behind which nobody is: no milestone of these customers is reached by use."""

    async def start(self, raw: object) -> Any:
        raise NotImplementedError

    async def tell(self, onboarding: str, kind: str, raw: object) -> Any:
        raise NotImplementedError


def look_at_usage(engine: Engine) -> int:
    """A look at usage, as production takes it; returns how many days were counted."""
    with ThreadPoolExecutor(1) as threads:
        watching = Watching(books=SqlUsageBooks(engine), door=Deaf(), now=lambda: NOW, kept=KEPT, threads=threads)
        looked: UsageCounted = asyncio.run(ActivityEnvironment().run(watching.look_at_usage))
    return looked.days


class Watched:
    """Looks at customers, and the memory of this process meanwhile, in MB."""

    def __init__(self, engine: Engine, *, now: datetime, customers: int) -> None:
        self._looks = Looks(customers=SqlCustomers(engine), evaluations=SqlEvaluations(engine), now=lambda: now)
        self._tenth = max(customers // 10, AT_ONCE)
        self._customers = customers
        self.first_mb = self.last_mb = 0.0

    def look(self) -> Evaluated:
        evaluated, last = self._looks.page(Evaluated(), after="")
        while last is not None:
            if evaluated.looked_at <= self._tenth:
                self.first_mb = max(self.first_mb, resident_mb())
            if evaluated.looked_at > self._customers - self._tenth:
                self.last_mb = max(self.last_mb, resident_mb())
            evaluated, last = self._looks.page(evaluated, after=last)
        return evaluated


def resident_mb() -> float:
    """What this process holds of memory now (proc(5): VmRSS, in kB)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def timed(what: str, work: Callable[[], object]) -> float:
    """The seconds that it takes."""
    began = time.perf_counter()
    came_to = work()
    took = time.perf_counter() - began
    say(f"{what}: {took:.1f} s ({came_to})")
    return took


def news_of_some(engine: Engine, *, every: int) -> int:
    """Note news of every hundredth customer, or so; returns of how many."""
    with write_transaction(engine) as connection:
        of_all = connection.scalars(select(onboardings.c.onboarding).order_by(onboardings.c.onboarding)).all()
        remember_news(connection, of_all[::every])
    return len(of_all[::every])


def measure(url: str, *, customers: int, events: int) -> dict[str, float]:
    """The figures of one run on an empty database."""
    migrate(url)
    engine = open_store(url)
    fill_s = timed("filled", lambda: filled(engine, customers=customers, events=events))
    watched = Watched(engine, now=NOW, customers=customers)
    count_s = timed("days counted", lambda: look_at_usage(engine))
    look_s = timed("customers evaluated", watched.look)
    again_s = timed("both again", lambda: (look_at_usage(engine), watched.look()))
    news_of_some(engine, every=100)
    tomorrow = Watched(engine, now=NOW + timedelta(days=1, hours=1), customers=customers)
    news_s = timed("with news of one in a hundred", tomorrow.look)
    with engine.connect() as connection:
        rows = {table.name: _rows(connection, table.name) for table in (usage_events, usage_weeks, evaluations)}
        weeks = _rows(connection, evaluation_weeks.name)
    engine.dispose()
    assert weeks >= customers, f"{weeks} weeks are kept of {customers} customers"
    return {
        "fill_s": fill_s,
        "count_s": count_s,
        "evaluate_s": look_s,
        "first_s": count_s + look_s,
        "again_s": again_s,
        "news_s": news_s,
        "first_tenth_mb": watched.first_mb,
        "last_tenth_mb": watched.last_mb,
        **rows,
    }


def _rows(connection: Connection, name: str) -> int:
    return int(connection.scalar(select(func.count()).select_from(text(name))) or 0)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.evaluating", description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--url", help="postgresql://… of an empty database; by default a server of its own is started")
    options = parser.parse_args(words)
    if options.url:
        results = measure(options.url, customers=options.customers, events=options.events)
    else:
        server = PostgresServer(PROGRAMS[-1].parent, options=())
        try:
            results = measure(server.new_database(), customers=options.customers, events=options.events)
        finally:
            server.stop()
    say(f"measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    table(("what", "figure"), list(results.items()))
    figures(results)


if __name__ == "__main__":
    main(sys.argv[1:])
