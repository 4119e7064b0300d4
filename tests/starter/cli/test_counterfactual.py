"""Does `day90 playbook what-if` say of past onboardings what another version would have changed?"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from activities.calendars import hours_of
from domain.playbook import content_hash
from domain.rehearsal.driving import Driver, opening
from domain.text import PLACEHOLDER
from playbooks.library import SHIPPED
from starter.cli.running import run
from store.engine import open_store
from store.ledger import SqlLedger
from tests.support.databases import sqlite_store
from tests.support.simulation import MANAGER, calendar_of, deal, playbook_of, staff

Says = Callable[..., tuple[int, str, str]]


def one_that_ended(folder: Path) -> tuple[SqlLedger, Engine, datetime]:
    """A store with one onboarding in which nobody did anything, and when it ended."""
    one = deal("pinecrest-us", id="past_one")
    clock = [one.closed_at]
    engine = open_store(sqlite_store(folder))
    ledger = SqlLedger(engine, clock=lambda: clock[0])
    state, dossier = opening(one, playbook_of("tech-touch"), calendar_of(one), staff(), now=one.closed_at)

    class Recorded(Driver):
        """Its journal is written when it happens, as the store's clock has it."""

        def settle(self) -> None:
            clock[0] = self.now
            super().settle()

    driver = Recorded(state, dossier, staff(), ledger, now=one.closed_at, hours=hours_of)
    ledger.admit(dossier, run="1")
    driver.settle()
    driver.until(one.closed_at + timedelta(days=40))
    driver.tell("end_onboarding", ending="churned", reason="Insolvent", by=MANAGER, grace_hours=0)
    return ledger, engine, driver.now


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Says:
    """Exit code, answer and complaint of the command, on a store with one onboarding that nobody did anything in."""
    monkeypatch.setenv("COLUMNS", "80")
    one_that_ended(tmp_path)

    def what_if(*words: object) -> tuple[int, str, str]:
        code = run(["playbook", "what-if", *map(str, words), "--data", str(tmp_path)])
        return code, *capsys.readouterr()

    return what_if


def escalated_sooner(folder: Path) -> Path:
    """The short playbook with a ladder that begins sooner."""
    text = PLACEHOLDER.sub("ours", (SHIPPED / "tech-touch.yaml").read_text(encoding="utf-8"))
    first = f"after: {playbook_of('tech-touch').nudging.ladder[0].after}"
    at = text.index(first, text.index("ladder:"))
    other = folder / "tech-touch.yaml"
    other.write_text(f"{text[:at]}after: 1{text[at + len(first) :]}", encoding="utf-8")
    return other


def test_the_same_version_changes_nothing(says: Says) -> None:
    """By its key or by its hash; and it tells exactly what was told."""
    hashed = content_hash(playbook_of("tech-touch"))

    code, answer, _ = says("tech-touch")
    by_hash = json.loads(says("tech-touch", "--to", hashed[:10], "--past", "churned", "--json")[1])

    assert 0 == code
    assert "Mails: 0 moved, 0 gone, 0 new, " in answer
    assert "By their own version 1 of 1 tell everybody what they were told then." in answer
    assert hashed == by_hash["to"]["hash"]
    assert [] == by_hash["groups"]


def test_another_version_says_how_many_would_have_been_escalated_sooner(
    says: Says, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a sentence, and in a table that fits the terminal."""
    monkeypatch.chdir(tmp_path)

    code, answer, _ = says("tech-touch", "--to", escalated_sooner(tmp_path).name, "--past", "past_one")

    assert 0 == code
    assert "1 of 1 would have been escalated sooner, by " in answer
    assert "1 of 1 tell everybody" in answer
    assert "ladder[0] after: 6, now 1" in " ".join(answer.split())
    assert all(len(line) <= 80 for line in answer.splitlines())


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("tech-touch", "--past", "withdrawn"), "--past: no onboarding by 'tech-touch' has ended as withdrawn"),
        (("high-touch",), "--past: no onboarding by 'high-touch' has ended"),
        (("high-touch", "--past", "past_one"), "has not ended, or went by another playbook than 'high-touch'"),
        (("tech-touch", "--to", "abc"), "--to: 'abc' is no file, and a hash has 6 characters at least"),
        (("tech-touch", "--to", "0000000"), "it is no file, and no kept version begins with '0000000'"),
        (("tech-touch", "--to", "no/such.yaml"), "no/such.yaml: "),
    ],
)
def test_what_cannot_be_meant_is_told(says: Says, words: tuple[str, ...], complaint: str) -> None:
    code, _, told = says(*words)

    assert 2 == code
    assert complaint in told
