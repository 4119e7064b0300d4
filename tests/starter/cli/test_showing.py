"""Do `list`, `show` and `journal` say what a CSM needs, and do their ids fit the other commands?"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from domain.agenda.picture import Progress
from domain.playbook import content_hash
from domain.record import JournalRow, RegisterRow, Writing
from domain.titles import titles_of
from domain.wording import day_in_words
from starter.cli.answers import show_progress
from starter.cli.running import run
from store.engine import migrate, open_store
from store.ledger import SqlLedger
from tests.support.databases import deal, dossier, milestone, playbook, standing

Day90 = Callable[..., str]
ONE = "onboarding-file-1"
NOW = datetime.now(UTC)
EVENING = (NOW + timedelta(days=9)).replace(hour=20)
"""The next day already in Tokyo."""
REMINDER = "met/nudge/2026-09-09/+0"
LONG_AGO = NOW - timedelta(days=30)
PHONE = "On the phone: their fair ends on Friday."
TASK = {"due": "2099-12-04", "owner": "project_lead", "given_by": "mika"}


@pytest.fixture
def day90(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Day90:
    """The command line at 80 columns on a store with one onboarding; nothing else runs."""
    monkeypatch.setenv("COLUMNS", "80")
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    late = milestone(due=LONG_AGO)
    ledger.write(
        Writing(
            onboarding=ONE,
            standing=standing(late, as_of=NOW, late=("met",), status="behind", go_live_due=EVENING, next_key=REMINDER),
            registers=(
                RegisterRow(kind="task", key="task-1", title="Send it", status="open", at=NOW, data=TASK),
                RegisterRow(kind="task", key="task-2", title="Gone", status="done", at=NOW, data=TASK),
            ),
            journal=(
                JournalRow(key="opened", at=LONG_AGO, kind="opened"),
                JournalRow(key="fact/noted/1", at=NOW, kind="noted", by="mika", via="cli", note=PHONE),
            ),
        )
    )
    engine.dispose()

    def call(*words: str, code: int = 0) -> str:
        assert code == run([*words, "--data", str(tmp_path)])
        return capsys.readouterr().out

    return call


def test_the_list_says_go_live_days_late_and_owner(day90: Day90) -> None:
    said = day90("list")

    assert "customer  status  go-live" in said
    assert "days late  owner" in said
    assert ONE in said.splitlines()[3].strip()
    [line] = json.loads(day90("list", "--json"))["lines"]
    assert 20 <= line["days_late"] <= 23


def test_the_list_ends_with_the_mix_of_versions_where_there_is_one(day90: Day90, tmp_path: Path) -> None:
    alone = day90("list")
    engine = open_store(f"sqlite:///{tmp_path / 'day90.sqlite'}")
    ledger, other = SqlLedger(engine), dossier(deal("2"))
    ledger.admit(other, run="run-2")
    ledger.write(Writing(onboarding=other.onboarding, standing=standing(playbook_hash="9" * 64)))
    engine.dispose()

    mixed = day90("list")

    began = content_hash(other.playbook)
    assert began[:12] not in alone
    assert {f"small: 1 by {'9' * 12}, 1 by {began[:12]}", f"small: 1 by {began[:12]}, 1 by {'9' * 12}"} & {
        mixed.splitlines()[-1]
    }
    assert [1, 1] == [one["onboardings"] for one in json.loads(day90("list", "--json"))["versions"]]


def test_the_go_live_of_the_list_is_the_customers_day(day90: Day90) -> None:
    """In UTC it was the day before for half the world."""
    at = datetime.fromisoformat(json.loads(day90("list", "--json"))["lines"][0]["go_live_due"])

    assert day_in_words(at.astimezone(ZoneInfo("Asia/Tokyo")).date()) in day90("list")


def test_the_id_of_the_list_is_taken_with_and_without_its_prefix(day90: Day90) -> None:
    assert day90("show", ONE) == day90("show", ONE.removeprefix("onboarding-"))


def test_show_names_the_people_who_has_to_act_the_tasks_and_the_last_news(day90: Day90) -> None:
    said, shown = day90("show", ONE), json.loads(day90("show", ONE, "--json"))

    [by_hand] = [line for line in said.splitlines() if line.startswith("met ")]
    assert by_hand.endswith(", ".join(person["id"] for person in shown["responsible"]["met"]))
    assert f", day {shown['day']}" in said.splitlines()[0]
    assert {"At the customer's", "With us", "Open tasks", "Last news"} <= set(said.splitlines())
    assert ["task-1"] == [task["key"] for task in shown["open_tasks"]]
    assert [PHONE] == [entry["note"] for entry in shown["last_news"]]
    assert all(person["email"] in said for person in shown["people"])


def test_the_journal_can_be_read_and_narrowed(day90: Day90) -> None:
    both = json.loads(day90("journal", ONE, "--json"))
    assert ["opened", "noted"] == [entry["kind"] for entry in both]
    last = day90("journal", ONE, "--limit", "1")
    assert PHONE in " ".join(last.split())
    assert "there are more: --limit 10" in last
    assert "nothing about 'nonsense'" in day90("journal", ONE, "--about", "nonsense")


def test_the_agenda_is_the_workflows(day90: Day90) -> None:
    """Where no stack runs it cannot be asked, and says so."""
    day90("agenda", ONE, code=5)


def test_what_it_waits_for_has_its_title_beside_the_key_that_commands_take(day90: Day90) -> None:
    """A key alone reads as if it were for programs."""
    shown = day90("show", ONE)

    assert "waits for: Met (met)" in shown
    assert "next by itself: Met (met/nudge/2026-09-09/+0), " in shown


def test_the_list_says_in_titles_what_each_waits_for(day90: Day90) -> None:
    """Programs have the keys."""
    listed = " ".join(day90("list").split())

    assert "waits for Met" in listed
    assert "waits for met" not in listed
    assert ["met"] == json.loads(day90("list", "--json"))["lines"][0]["waiting_for"]


def test_the_list_says_in_words_that_a_pause_is_waited_for_and_which_issue(day90: Day90, tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'day90.sqlite'}")
    ledger = SqlLedger(engine)
    issue = RegisterRow(kind="issue", key="issue-1", title="No login since noon", status="open", at=NOW)
    for id, waits, rows in (("2", ("resume",), ()), ("3", ("issue-1", "met"), (issue,))):
        other = dossier(deal(id))
        ledger.admit(other, run=id)
        stands = standing(waiting_for=waits, playbook_hash=content_hash(other.playbook))
        ledger.write(Writing(onboarding=other.onboarding, standing=stands, registers=rows))
    engine.dispose()

    listed = " ".join(day90("list").split())

    assert "waits for the end of the pause" in listed
    assert "waits for No login since noon, Met" in listed


def test_the_answer_to_news_says_in_titles_what_is_late_and_what_comes_next() -> None:
    """Also of what the playbook has no title for, such as an issue that somebody has raised."""
    progress = Progress(
        onboarding=ONE,
        status="behind",
        day=9,
        late=("met",),
        waiting_for=("met", "T-1"),
        unmet=("used",),
        next="met/nudge/2026-09-09/+0",
        next_due=NOW,
    )
    terminal = StringIO()

    show_progress(progress, titles=titles_of(playbook()))(Console(width=120, file=terminal))

    lines = terminal.getvalue().splitlines()
    assert [
        "  late: Met (met)",
        "  waiting for: Met (met), T-1",
        "  the hand-off needs: Used (used)",
        f"  next: Met (met/nudge/2026-09-09/+0) on {day_in_words(NOW.date())}",
    ] == [line.rstrip() for line in lines[1:]]


@pytest.mark.parametrize("words", [("list",), ("show", ONE), ("journal", ONE), ("task", "list", ONE), ("mails", ONE)])
def test_nothing_is_wider_than_a_terminal(day90: Day90, words: tuple[str, ...]) -> None:
    lines: list[Any] = day90(*words).splitlines()

    assert [] == [line for line in lines if len(line) > 80 and " " in line.strip()]
