"""Does one of ours see who uses the product, and write to one of them, only where the customer has agreed?"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from starter.cli.running import run
from store.engine import migrate, open_store
from store.tables import journal, notices
from tests.support.adoption import customer_in_use
from tests.support.running_order import ROOT

ONE = "onboarding-file-1"
Day90 = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAY90_STAFF", str(ROOT / "playbooks" / "team.yaml"))
    return tmp_path


@pytest.fixture
def day90(folder: Path, capsys: pytest.CaptureFixture[str]) -> Day90:
    def call(*words: str, code: int = 0) -> str:
        assert code == run([*words, "--data", str(folder)])
        printed = capsys.readouterr()
        return printed.out + printed.err

    return call


def customer(folder: Path, *, agreed: bool) -> Engine:
    """Eve has used reports on three days of each of four weeks, Kim once; and somebody whom nobody knows."""
    url = f"sqlite:///{folder / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    customer_in_use(engine, agreed=agreed)
    return engine


def messages(engine: Engine) -> list[tuple[str, str, dict[str, Any]]]:
    query = select(notices.c.kind, notices.c.person, notices.c.facts)
    with engine.connect() as connection:
        return [(row.kind, row.person, row.facts) for row in connection.execute(query)]


def test_who_uses_it_often_is_thanked_once_with_their_own_figures(folder: Path, day90: Day90) -> None:
    engine = customer(folder, agreed=True)

    shown = json.loads(day90("adoption", "show", ONE, "--json"))
    for _ in range(2):
        day90("adoption", "thank", ONE, "eve@customer.test", "--by", "jonas.weber")

    habits = {one["person"]: one["habit"] for one in shown["people"]}
    assert (3, 1, {"end_user": "often", "champion": "little"}) == (shown["users"], shown["power_users"], habits)
    [(kind, to, facts)] = messages(engine)
    assert ("thanked", "end_user", 12, 1) == (kind, to, facts["own"]["days"], facts["own"]["features"])
    with engine.connect() as connection:
        rows = connection.execute(select(journal.c.kind, journal.c.about, journal.c.by)).all()
    assert [("user_thanked", "end_user", "jonas.weber")] == [tuple(row) for row in rows]


def test_who_uses_it_little_is_asked_what_keeps_them_and_not_told_how_little(folder: Path, day90: Day90) -> None:
    engine = customer(folder, agreed=True)

    day90("adoption", "ask", ONE, "champion", "--by", "jonas.weber")

    [(kind, to, facts)] = messages(engine)
    assert ("use_asked", "champion", False) == (kind, to, "own" in facts)


def test_nobody_is_written_to_for_what_was_not_seen_of_them(folder: Path, day90: Day90) -> None:
    """Neither the diligent as if they did nothing, nor who was never seen, nor one of ours."""
    engine = customer(folder, agreed=True)

    assert "does not use it little" in day90("adoption", "ask", ONE, "end_user", "--by", "jonas.weber", code=3)
    assert "was never seen" in day90("adoption", "ask", ONE, "project_lead", "--by", "jonas.weber", code=3)
    assert [] == messages(engine)


def test_without_the_customers_agreement_nobody_is_named(folder: Path, day90: Day90) -> None:
    engine = customer(folder, agreed=False)

    shown = day90("adoption", "show", ONE)
    refused = day90("adoption", "thank", ONE, "end_user", "--by", "jonas.weber", code=3)

    assert "3 people have used it" in shown
    assert "has not agreed" in shown
    assert "end_user" not in shown
    assert "custom.usage_by_person" in refused
    assert [] == messages(engine)


def test_a_list_of_users_comes_from_a_spreadsheet_and_is_told_by_team(folder: Path, day90: Day90) -> None:
    """As a spreadsheet of a German computer writes it; an empty line says nothing."""
    customer(folder, agreed=False)
    users = folder / "users.csv"
    rows = [*(f"u{number};Versand;" for number in range(6)), "", *(f"l{number}; Recht ;Jurist" for number in range(5))]
    users.write_text("\r\n".join(["User;Team;Role", *rows]), "utf-8-sig")

    kept = json.loads(day90("usage", "users", ONE, str(users), "--json"))
    use = json.loads(day90("adoption", "teams", ONE, "--json"))
    shown = day90("adoption", "teams", ONE)

    assert {"onboarding": ONE, "users": 11, "new": 11, "left": 0} == kept
    assert ["Versand"] == [one["team"] for one in use["team"]["teams"]]
    assert (8, 14) == (use["team"]["others"]["people"], use["team"]["all"]["people"])
    assert "Versand" in shown
    assert "Recht" not in shown
    assert "Without a known team: 3 of 14." in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,team\nann,Law", "line 1: the first line names its columns"),
        ("user,team,team\nann,Law,Law", "line 1: the first line names its columns"),
        ("user,team\nann,Law\nbob", "line 3: has 1 cell where the first has 2"),
        ("user,team\nann,Law\n,Law", "line 3.user: is missing"),
        (f"user,team\nann,{'x' * 81}", "line 2.team: is longer than 80 characters"),
        ("user,team\nann,La\x07w", "line 2.team: holds a character that cannot be seen"),
        ("", "line 1: the first line names its columns"),
        ("user,team\n\n", "users: names nobody"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_by_its_line(folder: Path, day90: Day90, text: str, said: str) -> None:
    customer(folder, agreed=False)
    users = folder / "users.csv"
    users.write_text(text, "utf-8")

    told = day90("usage", "users", ONE, str(users), code=2)

    assert said in " ".join(told.split())
    assert 3 == json.loads(day90("adoption", "teams", ONE, "--json"))["team"]["people"]
