"""Does `day90 room` give a link that opens the room of whoever is meant, and of nobody else?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from domain.record import Writing
from runtime.sealing_key import make_sealing_key
from starter.cli.running import run
from store import reads
from store.engine import migrate, open_store
from store.ledger import SqlLedger
from store.links import SqlLinks
from tests.support.databases import dossier, standing

ONE = "onboarding-file-1"
PAGES = "https://onboarding.example.test"
Day90 = Callable[..., str]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing()))
    return engine


@pytest.fixture
def day90(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Day90:
    monkeypatch.setenv("DAY90_PAGES_URL", PAGES)
    make_sealing_key(tmp_path)
    assert engine.dialect.name == "sqlite"

    def call(*words: str, code: int = 0) -> str:
        assert code == run([*words, "--data", str(tmp_path)])
        printed = capsys.readouterr()
        return printed.out + printed.err

    return call


def test_a_link_opens_the_room_of_the_project_lead(day90: Day90, engine: Engine) -> None:
    """And the journal says who made it, without the link."""
    made = json.loads(day90("room", ONE, "--by", "mika", "--json"))

    assert made["link"].startswith(f"{PAGES}/in/")
    link = SqlLinks(engine).of(made["link"].rpartition("/")[2])
    assert link is not None
    assert link.person is not None
    assert ("room", "open", "project_lead", "project_lead") == (
        link.purpose,
        link.state,
        link.person.id,
        made["person"],
    )
    [row] = reads.journal(engine, ONE, kinds=["room_link_made"])
    assert ("mika", "project_lead") == (row.by, row.about)
    assert made["link"].rpartition("/")[2] not in str(row)


def test_nobody_of_ours_has_a_room(day90: Day90, engine: Engine) -> None:
    """Who is meant but takes no part on the customer's side is named, with who does."""
    said = day90("room", ONE, "--person", "mika", code=2)

    assert "mika takes no part on the customer's side; who does: project_lead" in said
    assert not reads.journal(engine, ONE, kinds=["room_link_made"])


def test_without_an_address_of_pages_the_setting_is_named(day90: Day90, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link to nowhere helps nobody."""
    monkeypatch.delenv("DAY90_PAGES_URL")
    assert "DAY90_PAGES_URL" in day90("room", ONE, code=2)
