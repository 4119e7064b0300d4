"""Does `day90 question` show what customers ask, and answer it in their room?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from starter.cli.running import run
from store import reads
from store.engine import open_store
from store.questions import SqlQuestions
from tests.support.databases import sqlite_store
from tests.support.room import Onboarding
from tests.support.uploads import PDF

ONE = "onboarding-salesforce-1"
Day90 = Callable[..., str]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_store(sqlite_store(tmp_path))
    assert ONE == Onboarding(engine).id
    return engine


@pytest.fixture
def day90(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> Day90:
    def call(*words: str, code: int = 0) -> str:
        # No Temporal is there: what is written goes later, and is said so.
        assert code == run([*words, "--data", str(tmp_path)])
        printed = capsys.readouterr()
        return printed.out + printed.err

    assert engine.url.database
    return call


def test_a_question_is_asked_answered_with_a_file_and_closed(day90: Day90, engine: Engine, tmp_path: Path) -> None:
    """What was asked by telephone stands in the room as well; the customer gets the answer by mail."""
    (tmp_path / "List.pdf").write_bytes(PDF)
    (tmp_path / "answer.txt").write_text("Yes.\n\nThe list is attached.", "utf-8")
    day90("question", "ask", ONE, "--by", "project_lead", "--text", "Can they keep their telephones?")
    listed = day90("question", "list", "--state", "open")
    words = ("--by", "jonas.weber", "--text-file", str(tmp_path / "answer.txt"), "--file", str(tmp_path / "List.pdf"))
    answered = json.loads(day90("question", "answer", ONE, "1", *words, "--json"))
    closed = day90("question", "close", ONE, "1", "--by", "jonas.weber@vendor.example")

    assert ("Can they keep" in listed, "closed" in closed) == (True, True)
    assert ("answered", "Yes.\n\nThe list is attached.") == (answered["state"], answered["said"][1]["text"])
    assert answered["said"][1]["file"]
    assert ["question", "question_answered"] == [
        row.kind for row in reads.notices(engine) if row.kind.startswith("question")
    ]
    assert "closed" == SqlQuestions(engine).one(ONE, 1).state


def test_the_same_answer_to_two_questions_of_ours_is_put_down_twice(day90: Day90, engine: Engine) -> None:
    """The second "None." is no repetition of the first; the same one to the same question is."""
    keys = [one["key"] for one in json.loads(day90("question", "asked", ONE, "--json"))][:2]
    for key in (*keys, keys[0]):
        day90("question", "answered", ONE, key, "--by", "project_lead", "--text", "None.")

    assert [("None.", key) for key in keys] == [
        (question.last.text, question.asks)
        for question in sorted(SqlQuestions(engine).of(ONE), key=lambda question: question.number)
    ]
    assert all(2 == len(question.said) for question in SqlQuestions(engine).of(ONE))


def test_the_same_question_about_two_milestones_is_two(day90: Day90, engine: Engine) -> None:
    """Asked again about the same one it stays one."""
    for about in ("kickoff_held", "gone_live", "gone_live"):
        day90("question", "ask", ONE, "--by", "project_lead", "--text", "Who comes?", "--about", about)

    assert {"kickoff_held", "gone_live"} == {one.about for one in SqlQuestions(engine).of(ONE)}
    assert 2 == len(SqlQuestions(engine).of(ONE))


def test_what_is_wrong_is_named_and_nothing_is_said(day90: Day90, engine: Engine) -> None:
    """The field, and what would be right."""
    day90("question", "ask", ONE, "--by", "project_lead", "--text", "When?")
    stranger = day90("question", "answer", ONE, "1", "--by", "project_lead", "--text", "x", code=2)
    mute = day90("question", "answer", ONE, "1", "--by", "jonas.weber", code=2)
    blank = day90("question", "answer", ONE, "1", "--by", "jonas.weber", "--text", " ", code=2)
    missing = day90("question", "answer", ONE, "7", "--by", "jonas.weber", "--text", "x", code=4)
    nobody = day90("question", "ask", ONE, "--by", "jonas.weber", "--text", "x", code=2)
    nothing = day90("question", "ask", ONE, "--by", "project_lead", "--text", "x", "--about", "x", code=2)

    assert ("by" in stranger, "--text" in mute, "text" in blank, "question 7" in missing) == (True, True, True, True)
    assert ("customer's side" in nobody, "about" in nothing) == (True, True)
    assert 1 == len(SqlQuestions(engine).one(ONE, 1).said)


def test_the_report_says_how_long_customers_wait(day90: Day90) -> None:
    """And with nothing asked, that there is nothing to say."""
    assert "–" in day90("question", "report")
    day90("question", "ask", ONE, "--by", "project_lead", "--text", "When?")
    times = json.loads(day90("question", "report", "--days", "7", "--json"))

    assert (1, 0, 1, None) == tuple(times["all"][name] for name in ("asked", "answered", "waiting", "median_hours"))
    assert ONE == times["all"]["longest_waiting"]["onboarding"]
