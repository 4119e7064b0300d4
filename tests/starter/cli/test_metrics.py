"""Do people define, report and correct metrics on the command line, and is bad input named by its field?"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from domain.deal import SuccessMetric
from domain.record import Writing
from domain.usage import UsageEvent, milliseconds, number_of
from starter.cli.running import run
from store.engine import migrate, open_store
from store.ledger import SqlLedger
from store.usage import SqlUsage
from store.usage_counts import SqlUsageBooks
from tests.support.databases import deal, dossier, standing

ONE = "onboarding-file-1"
CLOSED = datetime.now(UTC) - timedelta(days=60)
Day90 = Callable[..., str]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A customer who bought it sixty days ago, to make their orders quicker."""
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    metrics = (SuccessMetric(name="Cycle time", target="14 days"),)
    sold = deal(success_metrics=metrics, custom={"usage_group": "acme"}).model_copy(update={"closed_at": CLOSED})
    ledger = SqlLedger(engine)
    ledger.admit(dossier(sold), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing()))
    return engine


@pytest.fixture
def day90(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> Day90:
    assert engine.dialect.name == "sqlite"

    def call(*words: str, code: int = 0) -> str:
        assert code == run([*words, "--data", str(tmp_path)])
        printed = capsys.readouterr()
        return printed.out + printed.err

    return call


def define(day90: Day90, *more: str, code: int = 0) -> str:
    words = ("metric", "define", ONE, "cycle_time", "Cycle time", "--unit", "days", "--direction", "lower")
    return day90(*words, "--by", "mika", *more, code=code)


def metrics(day90: Day90) -> Sequence[dict[str, Any]]:
    listed: Sequence[dict[str, Any]] = json.loads(day90("metric", "list", ONE, "--json"))
    return listed


def test_a_metric_without_a_baseline_asks_for_it_and_is_computed_once_it_has_one(day90: Day90) -> None:
    """C-14: from 20 days to 17 is 15 %."""
    assert [["baseline", "direction"]] == [metric["lacks"] for metric in metrics(day90)]
    assert "still to be asked for: baseline" in define(day90, "--target", "14")
    day90("metric", "report", ONE, "cycle_time", "17", "--unit", "days", "--by", "project_lead")
    assert metrics(day90)[0]["improvement_pct"] is None

    define(day90, "--target", "14", "--baseline", "20")

    [metric] = metrics(day90)
    assert (15.0, [], 2, "mika") == (metric["improvement_pct"], metric["lacks"], metric["revision"], metric["by"])


def test_a_report_is_corrected_and_stays_beside_the_correction(day90: Day90) -> None:
    for day, value in ((50, 20.0), (40, 19.0), (30, 18.0)):
        at = (datetime.now(UTC) - timedelta(days=60 - day)).date().isoformat()
        day90("metric", "report", ONE, "tickets_per_week", f"{value}", "--at", at)
    assert "does not count: it is 190" in day90("metric", "report", ONE, "tickets_per_week", "190")

    words = ("metric", "correct", ONE, "tickets_per_week", "4", "19", "--reason", "a typing error", "--by", "mika")
    *_, wrong, right = json.loads(day90(*words, "--json"))

    assert (190, 5) == (wrong["value"], wrong["replaced_by"])
    assert (19, "a typing error", "mika") == (right["value"], right["reason"], right["by"])


@pytest.mark.parametrize(
    ("words", "field", "code"),
    [
        (("report", ONE, "cycle_time", "17", "--unit", "hours"), "unit", 3),
        (("report", ONE, "cycle_tme", "17"), "metric", 3),
        (("report", ONE, "nps", "140"), "nps", 3),
        (("report", ONE, "nps", "nan"), "value", 3),
        (("report", ONE, "nps", "40", "--by", "nobody"), "by", 3),
        (("correct", ONE, "nps", "3", "40", "--reason", "so", "--by", "mika"), "number", 3),
    ],
)
def test_bad_input_is_refused_by_its_field(words: tuple[str, ...], field: str, code: int, day90: Day90) -> None:
    """Another unit, a metric that nobody knows, a value that cannot be, nobody of that name, no such report."""
    define(day90, "--baseline", "20")

    said = day90("metric", *words, code=code)

    assert f"{field}: " in said
    assert "Traceback" not in said


def test_a_baseline_of_nothing_is_refused(day90: Day90) -> None:
    assert "baseline: is 0" in define(day90, "--baseline", "0", code=3)


def test_the_look_is_taken_now_and_its_weeks_are_shown(day90: Day90) -> None:
    """A second look finds nobody."""
    assert 1 == json.loads(day90("evaluate", "--json"))["looked_at"]
    assert "0 customers looked at" in day90("evaluate")


def test_a_user_is_forgotten(day90: Day90, engine: Engine) -> None:
    at = milliseconds(CLOSED + timedelta(days=1))
    SqlUsage(engine).write([UsageEvent(b"1" * 16, at // 86_400_000, "acme", number_of("ann"), "Created", at)])
    books = SqlUsageBooks(engine)
    books.counted(books.count(after=("", 0), most=10))

    assert "1 user forgotten, with 1 week of use" in day90("usage", "erase", "ann")
    assert "nothing known of 1 user" in day90("usage", "erase", "ann"), "a mistyped id must not look forgotten"
