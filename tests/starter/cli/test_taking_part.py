"""Do `day90 goal`, `colleague` and `ratings` show what customers said in their room, and decide on it?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from domain.colleagues import Named
from domain.measure.goals import GoalGiven
from domain.room.deeds import Deed
from playbooks.library import Directory
from starter.cli.running import run
from starter.doors.colleagues import ColleagueDoor
from store.engine import open_store
from store.goals import SqlGoals
from store.ledger import SqlLedger
from store.training import SqlTraining
from tests.support.databases import sqlite_store
from tests.support.room import Onboarding

ONE = "onboarding-salesforce-1"
Day90 = Callable[..., str]


@pytest.fixture
def onboarding(tmp_path: Path) -> Onboarding:
    return Onboarding(open_store(sqlite_store(tmp_path)), success_metrics=[])


@pytest.fixture
def engine(onboarding: Onboarding, tmp_path: Path) -> Engine:
    assert ONE == onboarding.id
    return open_store(sqlite_store(tmp_path))


@pytest.fixture
def day90(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> Day90:
    def call(*words: str, code: int = 0) -> str:
        assert code == run([*words, "--data", str(tmp_path)])
        printed = capsys.readouterr()
        return printed.out + printed.err

    assert engine.url.database
    return call


def deed(onboarding: Onboarding) -> Deed:
    return Deed("k1", "customer", "project_lead", onboarding.now, "room")


def test_a_goal_is_agreed_in_the_name_of_who_decides(day90: Day90, onboarding: Onboarding, engine: Engine) -> None:
    """Of the customer's not everybody does, and nobody to what has no target yet."""
    given = GoalGiven(key="orders", title="Orders a day", unit="orders", baseline=10, target=20)
    SqlGoals(engine).define(ONE, given, by="jonas.weber", origin="cli", at=onboarding.now)
    refused = day90("goal", "agree", ONE, "orders", "--by", "technical_lead", code=3)
    aimless = given.model_copy(update={"key": "aimless", "target": None})
    SqlGoals(engine).define(ONE, aimless, by="jonas.weber", origin="cli", at=onboarding.now)
    vague = day90("goal", "agree", ONE, "aimless", "--by", "project_lead", code=3)
    missing = day90("goal", "agree", ONE, "nothing", "--by", "project_lead", code=4)
    day90("goal", "agree", ONE, "orders", "--by", "s.vogel@lindenau-moebel.example")
    [listed] = [one for one in json.loads(day90("goal", "list", ONE, "--json")) if one["goal"]["key"] == "orders"]

    assert ("project_lead" in refused, "nothing" in missing, "no target" in vague) == (True, True, True)
    assert ("agreed", "project_lead") == (listed["standing"], listed["consents"][0]["by"])


def test_a_colleague_is_left_out_with_a_reason(day90: Day90, onboarding: Onboarding, engine: Engine) -> None:
    """And is taken in by one of ours alone."""
    door = ColleagueDoor(engine=engine, ledger=SqlLedger(engine), staff=Directory())
    door.propose(ONE, Named(name="Ana Ruiz", email="ana@lindenau.example", role="champion"), deed(onboarding))
    theirs = day90("colleague", "take-in", ONE, "1", "--by", "project_lead", code=2)
    listed = day90("colleague", "list", ONE)
    declined = day90("colleague", "decline", ONE, "1", "--by", "jonas.weber", "--reason", "Later")

    assert ("staff directory" in theirs, "Ana Ruiz" in listed, "declined" in declined) == (True, True, True)
    assert "Later" == door.kept.one(ONE, 1).reason


def test_ratings_are_shown_with_their_words(day90: Day90, onboarding: Onboarding, engine: Engine) -> None:
    """And without any it says so."""
    assert "nobody has rated" in day90("ratings", ONE)
    SqlTraining(engine).rate(ONE, "administrator_session", 4, "Good pace", deed(onboarding))

    shown = day90("ratings", ONE)

    assert ("administrator_session" in shown, "Good pace" in shown) == (True, True)
