"""Who is looked at this week, and what is kept of it, on both databases?"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, select, text, update

from domain.measure.evaluation import Due, evaluate
from domain.measure.flags import FlagUp
from domain.playbook import content_hash
from domain.record import Writing
from domain.reported import Measurement
from playbooks.library import Library
from store.census import SqlCensus
from store.customers import SqlCustomers
from store.engine import migrating, write_transaction
from store.evaluations import SqlEvaluations
from store.health_portfolio import changes, counts, page
from store.ledger import SqlLedger
from store.measurements import SqlMeasurements
from store.tables import evaluations, onboardings
from tests.support import databases
from tests.support.databases import NOON, deal, dossier, standing

database, engine = databases.database, databases.engine

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
HIGH_TOUCH = Library(None).get("high-touch")
MONDAY = NOON + 6 * A_DAY
"""A Monday; NOON is a Tuesday."""


def ids(evaluations: SqlEvaluations, *, now: datetime, after: str = "", most: int = 10) -> list[str]:
    return [due.onboarding[-1] for due in evaluations.fresh(now=now, most=most, after=after)]


def look(engine: Engine, *, now: datetime) -> list[str]:
    """Evaluate whoever is to be looked at."""
    evaluations, customers = SqlEvaluations(engine), SqlCustomers(engine)
    due = evaluations.fresh(now=now, most=10)
    known = customers.all([one.onboarding for one in due], now=now)
    evaluations.keep([(one, known[one.onboarding], evaluate(known[one.onboarding])) for one in due])
    return [one.onboarding[-1] for one in due]


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    """Three onboardings that are open, one that was handed over, and one that has ended."""
    ledger = SqlLedger(engine)
    for number in range(1, 6):
        of = dossier(deal(f"{number}", account=f"Account {number}"))
        ledger.admit(of.model_copy(update={"playbook": HIGH_TOUCH}), run=f"run-{number}")
        ending = {4: "handed_over", 5: "churned"}.get(number)
        ended: dict[str, Any] = {"ending": ending, "ended_at": NOON} if ending else {}
        ledger.write(Writing(onboarding=of.onboarding, standing=standing(**ended)))
    return ledger


def test_everybody_is_looked_at_once_a_week(ledger: SqlLedger, engine: Engine) -> None:
    """From the beginning of their week on, wherever they live, also after the hand-off; who has left, never."""
    assert ["1", "2", "3", "4"] == look(engine, now=NOON)
    assert [] == look(engine, now=NOON + 5 * A_DAY)
    # Tokyo's Monday begins at 15 o'clock on our Sunday.
    assert [] == look(engine, now=MONDAY.replace(hour=14) - A_DAY)
    assert ["1", "2", "3", "4"] == look(engine, now=MONDAY.replace(hour=15) - A_DAY)


def test_who_was_handed_over_is_looked_at_for_years_and_once_a_week_whatever_comes(
    ledger: SqlLedger, engine: Engine
) -> None:
    """Their use is reported every day, and nobody works on their onboarding any more."""
    four = "onboarding-file-4"
    look(engine, now=NOON)
    measured = [Measurement(metric="nps", at=NOON + A_DAY, value=40)]
    SqlMeasurements(engine).keep(four, measured, key="1", now=NOON + A_DAY)
    assert [] == look(engine, now=NOON + 2 * A_DAY)

    later = NOON + 1000 * A_DAY
    look(engine, now=later)

    assert [0, 1000] == [week.day for week in SqlEvaluations(engine).history(four)]

    SqlCensus(engine).programme_ended(four, at=later)
    assert ["1", "2", "3"] == look(engine, now=later + 7 * A_DAY)


def test_news_lets_one_be_looked_at_sooner_but_not_every_hour(ledger: SqlLedger, engine: Engine) -> None:
    """A product sends usage all day long."""
    look(engine, now=NOON)
    measured = [Measurement(metric="nps", at=NOON, value=40)]
    SqlMeasurements(engine).keep("onboarding-file-2", measured, key="1", now=NOON)

    assert [] == look(engine, now=NOON + AN_HOUR)
    assert ["2"] == look(engine, now=NOON + A_DAY)
    assert [] == look(engine, now=NOON + 2 * A_DAY)


def test_news_that_comes_while_one_is_looked_at_is_not_lost(ledger: SqlLedger, engine: Engine) -> None:
    evaluations = SqlEvaluations(engine)
    due = evaluations.fresh(now=NOON, most=10)
    measured = [Measurement(metric="nps", at=NOON, value=40)]
    SqlMeasurements(engine).keep("onboarding-file-2", measured, key="1", now=NOON)
    known = SqlCustomers(engine).all([one.onboarding for one in due], now=NOON)
    evaluations.keep([(one, known[one.onboarding], evaluate(known[one.onboarding])) for one in due])

    assert ["2"] == ids(evaluations, now=NOON + A_DAY)


def test_the_onboardings_own_time_counts_where_it_runs_ahead(ledger: SqlLedger, engine: Engine) -> None:
    """On a compressed clock a week is over within minutes."""
    look(engine, now=NOON)
    ahead = standing(as_of=NOON + 8 * A_DAY)
    ledger.write(Writing(onboarding="onboarding-file-3", standing=ahead))

    assert ["3"] == look(engine, now=NOON + AN_HOUR)


def test_who_was_handed_over_lives_on_by_a_compressed_clock(ledger: SqlLedger, engine: Engine) -> None:
    """Their success programme's occasions move their own time on, and none moves it back."""
    handed_over = standing(as_of=NOON, status="handed_over", ending="handed_over", ended_at=NOON)
    ledger.write(Writing(onboarding="onboarding-file-3", standing=handed_over))
    look(engine, now=NOON)
    ledger.write(Writing(onboarding="onboarding-file-3", lived_until=NOON + 30 * A_DAY))
    ledger.write(Writing(onboarding="onboarding-file-3", lived_until=NOON + 8 * A_DAY))

    assert NOON + 30 * A_DAY == SqlMeasurements(engine, day_length=timedelta(seconds=1)).present("onboarding-file-3")
    assert ["3"] == look(engine, now=NOON + AN_HOUR)


def test_they_come_page_by_page(ledger: SqlLedger, engine: Engine) -> None:
    evaluations = SqlEvaluations(engine)

    assert ["1", "2"] == ids(evaluations, now=NOON, most=2)
    assert ["3", "4"] == ids(evaluations, now=NOON, most=2, after="onboarding-file-2")


def test_who_goes_by_a_playbook_that_is_not_kept_is_looked_at_by_that_of_the_deal(
    ledger: SqlLedger, engine: Engine
) -> None:
    """The hash is that of a state which an older version has made; nobody else waits for it."""
    of_2 = onboardings.c.onboarding == "onboarding-file-2"
    with write_transaction(engine) as connection:
        connection.execute(update(onboardings).where(of_2).values(playbook_hash="not kept"))

    assert ["1", "2", "3", "4"] == look(engine, now=NOON)
    last = SqlEvaluations(engine).last("onboarding-file-2")
    assert last is not None
    assert content_hash(HIGH_TOUCH) == last.evaluation.playbook_hash


def test_they_are_locked_in_the_order_in_which_news_locks_them(ledger: SqlLedger, engine: Engine) -> None:
    """The order of a database's collation is another one, and two orders are a deadlock."""
    evaluations = SqlEvaluations(engine)
    emptied = "DELETE FROM" if engine.dialect.name == "sqlite" else "TRUNCATE"
    with write_transaction(engine) as connection:
        for table in ("evaluations", "evaluation_weeks"):
            # What tests before this one have left free would be filled first, in another order.
            connection.execute(text(f"{emptied} {table}"))
    due = evaluations.fresh(now=NOON, most=10)
    known = SqlCustomers(engine).all([one.onboarding for one in due], now=NOON)
    evaluations.keep([(one, known[one.onboarding], evaluate(known[one.onboarding])) for one in reversed(due)])

    by_place = "rowid" if engine.dialect.name == "sqlite" else "ctid"
    with engine.connect() as connection:
        for table in ("evaluations", "evaluation_weeks"):
            rows = connection.execute(text(f"SELECT onboarding FROM {table} ORDER BY {by_place}")).scalars()
            assert ["1", "2", "3", "4"] == [id[-1] for id in rows]


def test_the_last_one_is_kept_in_full_and_each_week_in_short(ledger: SqlLedger, engine: Engine) -> None:
    """With the version of the playbook; a second look in a week replaces the first."""
    one = "onboarding-file-1"
    reported, evaluations = SqlMeasurements(engine), SqlEvaluations(engine)
    for number, (day, seats_in_use) in enumerate(((0, None), (90, 60.0), (92, 30.0))):
        now = NOON + day * A_DAY
        if seats_in_use is not None:
            measured = [Measurement(metric="weekly_use_rate", at=now, value=seats_in_use)]
            reported.keep(one, measured, key=f"{number}", now=now)
        look(engine, now=now)

    last = evaluations.last(one)
    weeks = evaluations.history(one)

    assert last is not None
    assert (92, content_hash(HIGH_TOUCH)) == (last.evaluation.day, last.evaluation.playbook_hash)
    assert [0, 92] == [week.day for week in weeks]
    assert {content_hash(HIGH_TOUCH)} == {week.playbook_hash for week in weeks}
    assert evaluations.last("onboarding-file-5") is None


def scored(engine: Engine, score: float | None, *flags: str, now: datetime) -> None:
    """Let a look at the first onboarding come to that score, with those flags up."""
    due, one = Due(onboarding="onboarding-file-1", news=0), SqlCustomers(engine).one("onboarding-file-1", now=now)
    evaluation = evaluate(one)
    assert evaluation.score is not None
    of_score = evaluation.score.model_copy(update={"score": score, "band": None if score is None else "red"})
    named: dict[str, Any] = {"title": "", "rule": "", "correction": "", "correction_title": "", "steps": ()}
    up = tuple(FlagUp(key=key, category="adoption", since=3, days=1, **named) for key in flags)
    SqlEvaluations(engine).keep([(due, one, evaluation.model_copy(update={"score": of_score, "flags": up}))])


def test_each_look_is_compared_with_the_one_of_a_week_before(ledger: SqlLedger, engine: Engine) -> None:
    """A second look in the same week is compared with that week's before, not with the first one."""
    scored(engine, 40.0, "usage_fell", now=NOON)
    scored(engine, 20.0, "usage_fell", "silent", now=MONDAY)
    scored(engine, 30.0, "usage_fell", now=MONDAY + A_DAY)

    [line] = page(engine, limit=9).lines
    moved = changes(engine)

    assert (30.0, -10.0, ()) == (line.score, line.change, line.new_flags)
    assert ([line], [], []) == (moved.down, moved.up, moved.flagged)
    scored(engine, None, "silent", now=MONDAY + 7 * A_DAY)
    moved = changes(engine)
    assert ([], ["silent"]) == (moved.down, [flag.key for flag in moved.flagged[0].new_flags])
    assert 1 == counts(engine)["none"]


def test_what_was_looked_at_before_the_order_was_kept_is_put_in_order(ledger: SqlLedger, engine: Engine) -> None:
    """By the last two weeks, as the next look would write it."""
    scored(engine, 40.0, "usage_fell", now=NOON)
    scored(engine, 20.0, "usage_fell", "silent", now=MONDAY)
    in_order = select(*(evaluations.c[name] for name in ("onboarding", "place", "band", "moved", "new_flags")))
    with engine.connect() as connection:
        before = connection.execute(in_order).one()

    with migrating(engine.url.render_as_string(hide_password=False)) as config:
        command.downgrade(config, "0055")
        command.upgrade(config, "head")

    with engine.connect() as connection:
        assert before == connection.execute(in_order).one()
    assert ("onboarding-file-1", 20.0, "red", -20.0, True) == tuple(before)
