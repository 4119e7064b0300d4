"""What does lint find? Defects planted one by one into a playbook that has none: file, line, field and words."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from playbooks.complaint import BadPlaybook
from playbooks.library import SHIPPED, complaints_about, load_playbook

SOUND = (SHIPPED / "high-touch.yaml").read_text(encoding="utf-8")


class Defect(NamedTuple):
    """A change to the sound playbook and what lint says of it; the file of defects tells how to read one."""

    name: str
    old: str
    new: str
    said: str
    below: int = 0
    at: str = ""


DEFECTS = [
    Defect(**defect)
    for defect in yaml.safe_load(Path(__file__).with_name("playbook_defects.yaml").read_text(encoding="utf-8"))
]


def planted(folder: Path, *changes: tuple[str, str]) -> Path:
    text = SOUND
    for old, new in changes:
        assert 1 == text.count(old), f"{old!r} should stand there once, but does so {text.count(old)} times"
        text = text.replace(old, new)
    path = folder / "high-touch.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    assert part in text
    return text[: text.index(part)].count("\n") + 1


def said_of(path: Path) -> list[str]:
    return [str(complaint) for complaint in complaints_about(path)]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_lint_finds_it_and_names_file_and_line(defect: Defect, tmp_path: Path) -> None:
    path = planted(tmp_path, (defect.old, defect.new))
    text = path.read_text(encoding="utf-8")
    line = line_of(text, defect.at) if defect.at else line_of(SOUND, defect.old) + defect.below

    lines = said_of(path)

    assert f"{path}:{line}: {defect.said}" in lines, "\n".join(lines)


def test_every_defect_has_its_own_name() -> None:
    assert len(DEFECTS) == len({defect.name for defect in DEFECTS}) > 80


def test_a_score_without_any_weight_is_no_score(tmp_path: Path) -> None:
    """C-06: one part may weigh nothing, and all of them may not."""
    path = tmp_path / "high-touch.yaml"
    path.write_text(re.sub(r", weight: \d+,", ", weight: 0,", SOUND), encoding="utf-8")

    line = line_of(SOUND, "  parts:")

    assert [f"{path}:{line}: score.parts: have no weight at all: give one of them a weight above 0"] == said_of(path)


# ------------------------------------------------------------------------------------------------ errors and warnings


def test_an_error_refuses_the_playbook(tmp_path: Path) -> None:
    path = planted(tmp_path, ("requires: [roi_reported]", "requires: [roi_reporte]"))

    with pytest.raises(
        BadPlaybook, match=r"high-touch\.yaml:\d+: stages\[5\]\.milestones\[1\]\.requires\[0\]: there is"
    ):
        load_playbook(path)


def test_a_warning_is_shown_and_refuses_nothing(tmp_path: Path) -> None:
    path = planted(tmp_path, ("length_days: 120", "length_days: 90"))

    assert ["warning"] == [complaint.gravity for complaint in complaints_about(path)]
    assert 90 == load_playbook(path).length_days


def test_what_customers_read_of_although_they_have_no_part_in_it_is_asked_for(tmp_path: Path) -> None:
    """Whether that was meant nobody can see: saying either ends the question."""
    key = SOUND.index("- key: hypercare_closed")
    said = SOUND.index("        audience: both\n", key)
    path = tmp_path / "high-touch.yaml"
    path.write_text(SOUND[:said] + SOUND[said:].replace("        audience: both\n", "", 1), encoding="utf-8")

    [line] = said_of(path)

    assert "'hypercare_closed': the customer reads of it in plans, because project_lead is informed" in line
    assert f":{line_of(SOUND, '- key: hypercare_closed')}: " in line


def test_an_error_in_short_names_three_and_where_the_others_are_told(tmp_path: Path) -> None:
    path = planted(tmp_path, ("  earliest_day: 90\n  latest_day: 120", "  earliest_day: 60\n  latest_day: 70"))

    with pytest.raises(BadPlaybook) as raised:
        load_playbook(path)

    lines = str(raised.value).splitlines()
    assert 4 == len(lines)
    assert f"and {len(raised.value.complaints) - 3} more: day90 playbook lint {path}" == lines[3]


# ------------------------------------------------------------------------------------------------ it takes two changes


def test_a_review_that_may_be_held_before_anything_is_live(tmp_path: Path) -> None:
    path = planted(
        tmp_path,
        ("        role: review\n        requires: [roi_reported]", "        role: review"),
        ("opens: {after: [gone_live], from_day: 24, anchor: gone_live}", "opens: {from_day: 84}"),
    )

    line = line_of(path.read_text(encoding="utf-8"), "- key: review_held")
    what = "'review_held' does not require 'gone_live': it may be held before anything is live"

    assert [f"{path}:{line}: warning: stages[5].milestones[1].requires: {what}"] == said_of(path)


def test_hypercare_that_ends_after_the_review(tmp_path: Path) -> None:
    path = planted(
        tmp_path,
        ("hypercare:\n  days: 14", "hypercare:\n  days: 40"),
        ("day: 14\n        anchor: gone_live", "day: 40\n        anchor: gone_live"),
    )

    assert any("warning: stages[3].milestones[3].day: hypercare ends on day 100, after the review on day 90" in said
               for said in said_of(path))  # fmt: skip


def test_a_correction_that_no_red_flag_leads_to(tmp_path: Path) -> None:
    more = "corrections:\n  - {key: wait_and_see, title: Wait and see, steps: [Wait.]}\n"
    path = planted(tmp_path, ("corrections:\n", more))
    line = line_of(path.read_text(encoding="utf-8"), "wait_and_see")

    assert [f"{path}:{line}: warning: corrections[0].key: no red flag leads to 'wait_and_see'"] == said_of(path)


def test_a_stage_whose_milestones_are_all_optional(tmp_path: Path) -> None:
    stage = """\
  - key: party
    title: Party
    purpose: To celebrate.
    window: days 90-120
    opens: {after: [gone_live]}
    milestones:
      - {key: cake_eaten, title: Cake eaten, day: 91, optional: true, raci: {responsible: csm, accountable: csm}}

"""
    mark = "# ---------------------------------------------------------------------------------------------- promises"
    path = planted(tmp_path, (mark, stage + mark))

    assert ["warning: stages[6].milestones: all are optional: 'party' closes the moment it opens"] == [
        said.partition(": ")[2] for said in said_of(path)
    ]


def test_a_kickoff_without_an_agenda(tmp_path: Path) -> None:
    begin, end = SOUND.index("kickoff:\n  agenda:"), SOUND.index("  questions:")
    path = planted(tmp_path, (SOUND[begin:end], "kickoff:\n  agenda: []\n"))

    assert ["warning: kickoff.agenda: is empty: the invitation to the kickoff would say nothing"] == [
        said.partition(": ")[2] for said in said_of(path)
    ]


def test_a_session_before_the_kickoff(tmp_path: Path) -> None:
    path = planted(tmp_path, ("key: administrator_session, week: 6", "key: administrator_session, week: 1"),
                   ("        day: 5\n        role: kickoff", "        day: 9\n        role: kickoff"))  # fmt: skip

    assert any(
        "'administrator_session' is over by day 7, before the kickoff on day 9" in said for said in said_of(path)
    )
