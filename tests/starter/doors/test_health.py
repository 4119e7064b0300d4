"""Does the score of an onboarding come from what the store has: figures, milestones, issues and its own playbook?"""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from activities.evaluation import Looks
from domain.playbook import content_hash
from domain.record import JournalRow, RegisterRow, Writing
from domain.refusal import Refused
from domain.reported import Measurement
from domain.trouble import UnknownOnboarding
from playbooks.library import Library
from starter.cli.running import run
from starter.doors.health import Outlook, outlook_of
from store.customers import SqlCustomers
from store.evaluations import SqlEvaluations
from store.ledger import SqlLedger
from store.measurements import SqlMeasurements
from tests.support import databases
from tests.support.databases import NOON, dossier, happened, milestone, standing
from tests.support.running_order import ROOT

database = databases.database
engine = databases.engine

ONE = "onboarding-file-1"
HIGH_TOUCH = Library(None).get("high-touch")
DAY_120 = NOON + timedelta(days=120)
VALUE = {"first_value_at": NOON + timedelta(days=28), "days_to_first_value": 28}


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    """A ledger with an onboarding that went live on day 58, had its first value on day 28, and told of its use."""
    ledger = SqlLedger(engine)
    ledger.admit(dossier().model_copy(update={"playbook": HIGH_TOUCH}), run="run-1")
    live = milestone("gone_live", status="reached", at=NOON + timedelta(days=58))
    ledger.write(Writing(onboarding=ONE, standing=standing(live, as_of=DAY_120, **VALUE)))
    reported = {"weekly_use_rate": 89.0, "core_features_rate": 70.0}
    measured = [Measurement(metric=metric, at=DAY_120, value=value) for metric, value in reported.items()]
    SqlMeasurements(engine).keep(ONE, measured, key="1")
    return ledger


def score(engine: Engine, ledger: SqlLedger, *, now: datetime = DAY_120) -> Outlook:
    return outlook_of(engine, ONE, now=now)


def test_the_store_says_what_the_file_says(engine: Engine, ledger: SqlLedger) -> None:
    """Customer A, as an onboarding: with moment, origin and the version of its playbook."""
    result = score(engine, ledger)

    assert (92, "green", 0.65) == (result.shown, result.band, result.confidence)
    assert ("high-touch", content_hash(HIGH_TOUCH)) == (result.playbook, result.playbook_hash)
    parts = {part.key: part for part in result.parts}
    # The target for the score is judged by the score itself.
    states = {"weekly_use_by_90": "met", "few_tickets_by_60": "not_measured", "good_health_by_90": "met"}
    assert states.items() <= {target.key: target.state for target in result.targets}.items()
    assert (DAY_120, "reported") == (parts["weekly_use"].since, parts["weekly_use"].origin)
    assert (28, "milestones") == (parts["time_to_value"].value, parts["time_to_value"].origin)


def test_an_open_critical_issue_caps_it_until_it_is_resolved(engine: Engine, ledger: SqlLedger) -> None:
    """Others do not."""
    issue = RegisterRow(kind="issue", key="t-1", title="Down", status="open", at=DAY_120, data={"severity": "critical"})
    for severity, status, shown in (("high", "open", 92), ("critical", "open", 79), ("critical", "resolved", 92)):
        row = issue.model_copy(update={"status": status, "data": {"severity": severity}})
        ledger.write(Writing(onboarding=ONE, registers=(row,)))

        assert shown == score(engine, ledger).shown, (severity, status)


def test_a_compressed_clock_counts_the_onboardings_own_days(engine: Engine, ledger: SqlLedger) -> None:
    """Wall time lies behind it."""
    assert score(engine, ledger) == score(engine, ledger, now=NOON + timedelta(minutes=5))


def test_flags_come_from_journal_plan_and_reports_and_a_pause_stops_their_clock(
    engine: Engine, ledger: SqlLedger
) -> None:
    """A lead whom something waits for, and who has said nothing since the kickoff on day 5; ten days were a pause."""
    kickoff = milestone("kickoff_held", status="reached", at=NOON + timedelta(days=5))
    open_now = milestone("plan_agreed", due=NOON + timedelta(days=9))
    day_30 = NOON + timedelta(days=30)
    stands = standing(kickoff, open_now, as_of=DAY_120 + timedelta(hours=1), waiting_for=("plan_agreed",))
    ledger.write(Writing(onboarding=ONE, standing=stands))
    rows = [
        happened("paused", kind="paused", at=NOON + timedelta(days=10)),
        happened("resumed", kind="resumed", at=NOON + timedelta(days=20)),
        happened("noted", kind="noted", at=NOON + timedelta(days=22), by="project_lead"),
    ]
    missed = [Measurement(metric="missed_meetings", at=NOON + timedelta(days=day), value=1) for day in (27, 28)]

    def flags(journal: list[JournalRow]) -> dict[str, int]:
        ledger.write(Writing(onboarding=ONE, journal=tuple(journal)))
        # By the onboarding's own time, which has gone on: only what is asked here goes back.
        outlook = outlook_of(engine, ONE, now=day_30)
        return {flag.key: flag.days for flag in outlook.flags}

    before = flags(rows[:2])
    after = flags(rows[2:])
    SqlMeasurements(engine).keep(ONE, missed, key="2")

    assert before["lead_silent"] == 120 - 5 - 10 - 7
    assert after["lead_silent"] == 120 - 22 - 7
    assert "meetings_missed" not in flags([]), "that was three months ago"
    assert outlook_of(engine, ONE, now=day_30).alarm


def test_what_is_shown_agrees_with_what_is_kept(engine: Engine, ledger: SqlLedger) -> None:
    """Until figures come; then both are shown, and that there is news."""
    looks = Looks(customers=SqlCustomers(engine), evaluations=SqlEvaluations(engine), now=lambda: DAY_120)
    looks.all()
    same = score(engine, ledger)
    later = DAY_120 + timedelta(hours=1)
    SqlMeasurements(engine).keep(ONE, [Measurement(metric="weekly_use_rate", at=later, value=40.0)], key="2", now=later)
    worse = score(engine, ledger, now=later)

    assert same.last is not None
    assert worse.last is not None
    assert (92, same.score, same.alarm) == (same.last.shown, same.last.score, same.last.alarm)
    assert not same.last.has_news
    assert (92, True) == (worse.last.shown, worse.last.has_news)
    assert worse.shown is not None
    assert worse.shown < 92


def test_nobody_and_a_playbook_without_a_score_are_refused(engine: Engine, ledger: SqlLedger) -> None:
    """Each with what is wrong."""
    with pytest.raises(UnknownOnboarding):
        outlook_of(engine, "onboarding-file-2", now=DAY_120)

    bare = HIGH_TOUCH.model_copy(update={"score": None})
    ledger.write(
        Writing(onboarding=ONE, playbook=bare, standing=standing(as_of=DAY_120, playbook_hash=content_hash(bare)))
    )
    with pytest.raises(Refused, match="has no health score"):
        score(engine, ledger)


@pytest.mark.parametrize(("name", "shown"), [("customer-a", 92), ("customer-b", 41)])
def test_the_command_line_needs_no_store_for_a_file(
    name: str, shown: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As JSON with the parts, and as a text that says what would lift it."""
    file = str(ROOT / "examples" / "health" / f"{name}.json")

    assert 0 == run(["health", file, "--json", "--data", str(tmp_path)])
    document = json.loads(capsys.readouterr().out)
    assert 0 == run(["health", file, "--playbook", "low-touch", "--data", str(tmp_path)])
    said = capsys.readouterr().out

    assert shown == round(document["score"])
    assert {"score", "confidence", "parts", "raise_most"} <= document.keys()
    assert f"{shown} of 100" in said
    assert "65 % of what is due is known" in said
    assert ("What would lift it most" in said) is (shown < 80)


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("{", 2, "is no JSON"),
        ('{"day": 90, "figures": {"weekly_use": 1}}', 3, "figures.weekly_use: there is no figure 'weekly_use'"),
        ('{"day": 90, "playbook": "no-touch"}', 4, "no-touch"),
        ('{"day": 10}', 0, "no score, since only 0 % of what is due is known"),
    ],
)
def test_a_file_that_cannot_be_computed_says_why(
    content: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, without a traceback."""
    file = tmp_path / "customer.json"
    file.write_text(content, encoding="utf-8")

    assert code == run(["health", str(file), "--data", str(tmp_path)])

    answered = capsys.readouterr()
    assert said in " ".join((answered.out + answered.err).split())
    assert "Traceback" not in answered.err
