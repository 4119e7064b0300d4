"""Is everything as the playbook guide says? Its playbook works, its parts fit in, its commands are understood."""

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from playbooks.library import complaints_about, json_schema
from starter.cli.app import app
from tests.repository.test_docs import ROOT, blocks, commands

GUIDE = (ROOT / "docs" / "playbooks.md").read_text(encoding="utf-8")
SMALLEST, *PARTS = blocks(GUIDE, "yaml")


def linted(folder: Path, content: dict[str, Any]) -> list[str]:
    path = folder / "my-plan.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return [str(complaint) for complaint in complaints_about(path)]


def test_the_smallest_playbook_passes_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "my-plan.yaml"
    path.write_text(SMALLEST, encoding="utf-8")

    assert [] == [str(complaint) for complaint in complaints_about(path)]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.partition(":")[0])
def test_each_part_fits_into_it(part: str, tmp_path: Path) -> None:
    """Each part fits without errors and warnings, and is valid in an editor."""
    whole = {**yaml.safe_load(SMALLEST), **yaml.safe_load(part)}

    assert [] == linted(tmp_path, whole)
    assert [] == [error.message for error in Draft202012Validator(json_schema()).iter_errors(whole)]


def test_every_block_of_a_playbook_has_an_example() -> None:
    shown = {name for block in (SMALLEST, *PARTS) for name in yaml.safe_load(block)}
    only_for_us = {"source", "not_carried", "resource_rules", "risk_rules"}

    assert set(json_schema()["properties"]) - only_for_us == shown


@pytest.mark.parametrize(
    "words", commands(GUIDE.replace("DAY90_PLAYBOOKS=../our-playbooks ", ""), "./day90"), ids=shlex.join
)
def test_its_commands_are_understood(words: list[str]) -> None:
    app.parse_args(words, exit_on_error=False, print_error=False)
