"""Does `day90 library` say what is wrong with pages, and who has opened which?"""

import json
from pathlib import Path

import pytest

from starter.cli.running import run
from store.engine import open_store
from store.opens import SqlOpens
from tests.support.databases import sqlite_store
from tests.support.room import Onboarding

GOOD = "---\ntitle: Orders\nlanguage: en\nformat: guide\n---\n\nText.\n"


def test_a_page_that_cannot_be_used_is_named_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A warning alone does not."""
    page = tmp_path / "orders.en.md"
    page.write_text(GOOD.replace("guide", "guide\nvideo: https://x.test/a"), encoding="utf-8")
    assert 0 == run(["library", "check", str(tmp_path)])
    assert "DAY90_VIDEO_HOSTS" in capsys.readouterr().out
    page.write_text(GOOD.replace("guide", "song"), encoding="utf-8")
    assert 2 == run(["library", "check", str(tmp_path)])
    assert "orders.en.md:4: format" in capsys.readouterr().out


def test_the_shipped_sample_is_checked_where_nothing_else_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run(["library", "check"])
    assert "nothing to complain about" in capsys.readouterr().out


def test_who_has_opened_what_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = open_store(sqlite_store(tmp_path))
    onboarding = Onboarding(engine)
    SqlOpens(engine).note(onboarding.id, "project_lead", "first-steps", language="ja")

    assert 0 == run(["library", "opened", onboarding.id, "--data", str(tmp_path), "--json"])

    [one] = json.loads(capsys.readouterr().out)
    assert ("project_lead", "first-steps", "ja", 1) == (one["person"], one["page"], one["language"], one["times"])
