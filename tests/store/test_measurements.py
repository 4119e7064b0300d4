"""Is everything kept that was reported, does only what can be true count, and does a correction lose nothing?"""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from domain.deal import SuccessMetric
from domain.measure.evaluation import Due, evaluate
from domain.measure.goals import GoalGiven
from domain.refusal import Refused
from domain.reported import Measurement
from domain.trouble import UnknownOnboarding
from store.customers import SqlCustomers
from store.engine import wall_clock, write_transaction
from store.evaluations import SqlEvaluations
from store.goals import SqlGoals
from store.ledger import SqlLedger
from store.measurements import SqlMeasurements
from store.tables import goals, measurements, onboardings
from tests.support import databases
from tests.support.databases import NOON, deal, dossier

database, engine = databases.database, databases.engine

ONE = "onboarding-file-1"
A_DAY = timedelta(days=1)
NOW = NOON + 60 * A_DAY
CYCLE = GoalGiven(key="cycle_time", title="Cycle time", unit="days", direction="lower", baseline=20, target=14)


@pytest.fixture
def reported(engine: Engine) -> SqlMeasurements:
    """The measurements of a customer who bought it to make their orders quicker."""
    sold = deal(seats=10, success_metrics=(SuccessMetric(name="Cycle time", target="14 days"),))
    SqlLedger(engine).admit(dossier(sold), run="run")
    return SqlMeasurements(engine)


def keep(reported: SqlMeasurements, metric: str, value: float, day: int, *, key: str = "", **more: Any) -> list[str]:
    """Report it as of that day after the close; returns why it does not count."""
    measured = Measurement(metric=metric, at=NOON + day * A_DAY, value=value, **more)
    return [one.reason for one in reported.keep(ONE, [measured], key=key or f"{metric}-{day}-{value}", now=NOW)]


def figure(engine: Engine, metric: str) -> float | None:
    measured = SqlCustomers(engine).one(ONE, now=NOW).figures.get(metric)
    return measured.value if measured else None


def test_what_cannot_be_true_is_kept_apart_and_counts_in_nothing(reported: SqlMeasurements, engine: Engine) -> None:
    """Each with its reason; the figure stays what it was."""
    assert [] == keep(reported, "nps", 40, 50)

    reasons = [*keep(reported, "nps", 90, 61), *keep(reported, "nps", 90, -1), *keep(reported, "nps", 41, 50)]

    assert ["lies ahead", "was before the contract", "was reported as 40"] == [
        reason[: len(start)]
        for reason, start in zip(reasons, ("lies ahead", "was before the contract", "was reported as 40"), strict=True)
    ]
    assert 40 == figure(engine, "nps")
    assert 4 == len(reported.reports(ONE, "nps"))


def test_one_delivery_ten_times_counts_once(reported: SqlMeasurements, engine: Engine) -> None:
    for _ in range(10):
        assert [] == keep(reported, "missed_meetings", 1, 50, key="same")

    assert 1 == len(SqlCustomers(engine).one(ONE, now=NOW).reported["missed_meetings"])


def test_a_correction_counts_from_now_on_and_what_was_said_stays(reported: SqlMeasurements, engine: Engine) -> None:
    """Said again under one key it changes nothing; a person's word is doubted by nobody."""
    for day in (30, 37, 44):
        keep(reported, "tickets_per_week", 3, day)
    [reason] = keep(reported, "tickets_per_week", 90, 51)

    for _ in range(2):
        reported.correct(ONE, "tickets_per_week", 4, 9, reason="a typing error", by="mika", key="c-1")

    assert "is 90" in reason
    assert 9 == figure(engine, "tickets_per_week")
    *_, wrong, right = reported.reports(ONE, "tickets_per_week")
    assert (90, 5, reason) == (wrong.value, wrong.replaced_by, wrong.set_apart)
    assert (9, "corrected", "mika", "a typing error") == (right.value, right.origin, right.by, right.reason)
    with pytest.raises(Refused, match="corrected already"):
        reported.correct(ONE, "tickets_per_week", 4, 8, reason="again", by="mika", key="c-2")
    with pytest.raises(Refused, match="there are 5 reports"):
        reported.correct(ONE, "tickets_per_week", 6, 8, reason="again", by="mika", key="c-3")


def test_a_goal_of_the_sale_is_replaced_by_what_people_say_and_stays_on_record(
    reported: SqlMeasurements, engine: Engine
) -> None:
    """Until there is a baseline nothing can be computed."""
    goals = SqlGoals(engine)
    keep(reported, "cycle_time", 17, 50, unit="days")
    assert figure(engine, "main_goal_improvement") is None

    goals.define(ONE, CYCLE.model_copy(update={"baseline": 25.0}), by="mika", origin="person", at=NOW)
    goals.define(ONE, CYCLE, by="lee", origin="person", at=NOW)

    [goal] = goals.of(ONE)
    assert (20, "lee", 2) == (goal.baseline, goal.by, goal.revision)
    assert [25, 20] == [one.baseline for one in goals.said_before(ONE, "cycle_time")]
    assert 15.0 == figure(engine, "main_goal_improvement")


def test_bad_input_is_refused_by_its_field(reported: SqlMeasurements) -> None:
    """Another unit, a metric that nobody knows, a value that cannot be."""
    SqlGoals(reported._engine).define(ONE, CYCLE, by="mika", origin="person", at=NOW)
    wrong: list[tuple[str, float, dict[str, str], str]] = [
        ("cycle_time", 17, {"unit": "hours"}, "unit"),
        ("cycle_tme", 17, {}, "metric"),
        ("tickets_per_week", -1, {}, "tickets_per_week"),
    ]
    for metric, value, more, field in wrong:
        with pytest.raises(Refused) as refusal:
            keep(reported, metric, value, 50, **more)
        assert field == refusal.value.field

    with pytest.raises(UnknownOnboarding):
        reported.keep("onboarding-file-9", [], key="x")


def test_weeks_that_were_evaluated_say_what_was_corrected_since(reported: SqlMeasurements, engine: Engine) -> None:
    """Their score stays as it was; the week that runs is looked at again."""
    keep(reported, "nps", 40, 40)
    evaluations, customers = SqlEvaluations(engine), SqlCustomers(engine)
    for day in (39, 46, 53, 60):
        customer = customers.one(ONE, now=NOON + day * A_DAY)
        evaluations.keep([(Due(onboarding=ONE, news=1), customer, evaluate(customer))])

    reported.correct(ONE, "nps", 1, 20, reason="another customer's", by="mika", key="c-1")

    notes = {one.week: one.note for one in evaluations.history(ONE)}
    weeks = sorted(notes)
    assert date(2026, 10, 5) == weeks[0]
    assert [None, "corrected since: nps", "corrected since: nps", None] == [notes[week] for week in weeks]


@pytest.mark.parametrize("days", [20, 4_000])
def test_on_a_compressed_clock_the_onboardings_own_time_counts(
    reported: SqlMeasurements, engine: Engine, days: int
) -> None:
    """The wall's lies months away: what is reported now is of the last turn, and what came after that counts."""
    last_turn = NOON + days * A_DAY
    with write_transaction(engine) as connection:
        connection.execute(update(onboardings).values(as_of=last_turn))
    compressed = SqlMeasurements(engine, day_length=timedelta(seconds=1))

    assert last_turn == compressed.present(ONE)
    assert days == SqlCustomers(engine, day_length=timedelta(seconds=1)).one(ONE, now=wall_clock()).today
    later = Measurement(metric="nps", at=last_turn + A_DAY, value=40)
    assert not compressed.keep(ONE, [later], key="later", now=wall_clock())


def test_a_figure_that_nobody_can_mean_is_refused_and_an_old_one_counts_in_nothing(
    reported: SqlMeasurements, engine: Engine
) -> None:
    """What is computed of it is infinite, which no JSON can hold; older versions took every number."""
    SqlGoals(engine).define(ONE, CYCLE, by=None, origin="cli", at=NOON)
    keep(reported, "cycle_time", 18, 40)
    keep(reported, "tickets_per_week", 3, 40)
    refused = []
    for metric in ("cycle_time", "tickets_per_week"):
        with pytest.raises(Refused) as refusal:
            keep(reported, metric, -1e308, 50)
        refused.append(refusal.value.reason)
    with write_transaction(engine) as connection:
        for metric in ("goal:cycle_time", "tickets_per_week"):
            old = {"onboarding": ONE, "metric": metric, "key": "old", "at": NOON + 50 * A_DAY, "value": -1.7e308}
            connection.execute(insert(measurements).values(old))

    customer = SqlCustomers(engine).one(ONE, now=NOW)
    evaluation = evaluate(customer)

    assert all("lies between" in reason for reason in refused)
    assert 3 == figure(engine, "tickets_per_week")
    assert 10 == figure(engine, "main_goal_improvement")
    assert "Infinity" not in evaluation.model_dump_json()
    assert ["old"] == [one.key for one in reported.reports(ONE) if one.metric == "cycle_time" and one.value < 0]

    with write_transaction(engine) as connection:
        connection.execute(update(goals).values(baseline=1.7e308, target=-1.7e308))

    [goal] = SqlGoals(engine).of(ONE)
    assert (None, None) == (goal.baseline, goal.target)
    assert "Infinity" not in evaluate(SqlCustomers(engine).one(ONE, now=NOW)).model_dump_json()
