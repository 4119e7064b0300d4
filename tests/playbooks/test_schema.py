"""Does the published JSON Schema match the models, and does an editor that uses it mark what is wrong?"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from playbooks.copying import in_json
from playbooks.library import NO_PLAYBOOK as ENDING
from playbooks.library import SHIPPED, Library, json_schema, team_json_schema
from playbooks.mappings.files import HUBSPOT, SALESFORCE, mapping_json_schema
from playbooks.reading import LOADER, read
from playbooks.scenarios.files import SHIPPED as SCENARIOS
from playbooks.scenarios.files import scenarios_json_schema
from starter.cli.running import run

SCHEMAS = {"playbook": json_schema, "team": team_json_schema, "mapping": mapping_json_schema}
SCHEMAS["scenarios"] = scenarios_json_schema
KEYS = Library().keys()
FILES = [*(Library().file(key) for key in KEYS), SHIPPED / "team.yaml", HUBSPOT, SALESFORCE]
FILES += sorted(SCENARIOS.glob("*.yaml"))
TEXT = (SHIPPED / "high-touch.yaml").read_text(encoding="utf-8")

MISTAKES = [
    ("touch: high\n", "touch: high\ncolour: blue\n", ""),
    ("length_days: 120", 'length_days: "120"', "length_days"),
    ("length_days: 120", "length_days: 0", "length_days"),
    ("touch: high\n", "touch: velvet\n", "touch"),
    ("on_the_day: true", "on_the_day: yes please", "nudging.on_the_day"),
    ("        role: go_live\n", "        role: lift_off\n", "stages.3.milestones.2.role"),
    ("    with: [technical_lead]\n    led_by: impl", "    led_by: impl", "cadences.2"),
    ("share_reached: {implementation: 0.5}", "share_reached: {implementation: 50}", "share_reached.implementation"),
    ("rule: attendance_pct < 70,", "rule: fewer than 70 percent,", "red_flags.8.rule"),
    ("- {after: 5, to: [executive_sponsor]", "- {after: 5, to: []", "nudging.ladder.1.to"),
    ("ja: キックオフミーティングの実施}", "de: Auftakt}", "stages.0.milestones.2.title"),
    ("key: weekly_tips", "key: Weekly tips", "cadences.5.key"),
]


def published_schema(name: str) -> str:
    """The text of a schema, which lies beside the files that it is for."""
    [file] = SHIPPED.rglob(f"{name}.schema.json")
    return file.read_text(encoding="utf-8")


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(published_schema(name)))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schema_is_that_of_the_models(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """To write it again: `./day90 playbook schema > playbooks/playbook.schema.json`; the others likewise."""
    published = published_schema(name)

    assert in_json(SCHEMAS[name]()) == published
    assert 0 == run(["playbook", "schema", name])
    assert capsys.readouterr().out == published


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_is_one_by_the_metaschema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name]())


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_says_what_it_is(name: str) -> None:
    """An editor shows the description beside the field."""
    schema = SCHEMAS[name]()
    parts = {name: schema, **schema["$defs"]}
    silent = [
        f"{part}.{field}"
        for part, content in parts.items()
        for field, shape in content.get("properties", {}).items()
        if not shape.get("description")
    ]

    assert [] == silent


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_part_takes_a_field_that_it_does_not_know(name: str) -> None:
    schema = SCHEMAS[name]()

    assert all(part["additionalProperties"] is False for part in (schema, *schema["$defs"].values()))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_we_ship_is_valid_and_names_its_schema(file: Path) -> None:
    """The first line names the schema, where editors with a YAML language server look."""
    of_folder = "scenarios" if file.parent == SCENARIOS else "playbook"
    name = "team" if file.name == "team.yaml" else "mapping" if file.name.endswith(ENDING) else of_folder
    text = file.read_text(encoding="utf-8")

    assert re.fullmatch(rf"# yaml-language-server: \$schema=(\.\./)?{name}\.schema\.json", text.splitlines()[0])
    assert [] == [error.message for error in validator(name).iter_errors(read(file).content)]


@pytest.mark.parametrize(("old", "new", "place"), MISTAKES)
def test_an_editor_marks_the_usual_mistakes(old: str, new: str, place: str) -> None:
    assert 1 == TEXT.count(old)
    errors: list[Any] = list(validator("playbook").iter_errors(yaml.load(TEXT.replace(old, new), LOADER)))

    assert 1 == len(errors), [error.message for error in errors]
    assert ".".join(str(part) for part in errors[0].absolute_path).endswith(place)
