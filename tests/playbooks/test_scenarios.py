"""Is a file of scenarios read as it is meant? And where it is wrong: every complaint with file, line and field."""

import re
from pathlib import Path

import pytest

from activities.calendars import public_holidays
from playbooks.complaint import BadPlaybook
from playbooks.library import SHIPPED as PLAYBOOKS
from playbooks.library import load_playbook
from playbooks.scenarios.files import SHIPPED, load_scenarios
from tests.support.parts import LIBRARY
from tests.support.rehearsals import rehearsed, shipped

ROOT = Path(__file__).resolve().parents[2]
OURS = """\
customers:
  - key: ours
    deal:
      closed_at: "2027-01-11T09:00:00Z"
      account: {name: Ours Ltd, country: GB, time_zone: Europe/London}
      stakeholders:
        - {name: Lee Lead, email: lead@ours.example, role: project_lead}
scenarios:
  - key: ours-is-slow
    title: Our usual customer takes a week for everything
    customer: ours
    customer_pace: {earliest: 3, latest: 7}
"""


def complaints(folder: Path, text: str, name: str = "ours.yaml") -> list[str]:
    """What is said of a folder with that file, each complaint from the file's name on."""
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadPlaybook) as bad:
        load_scenarios(folder, public_holidays)
    return [str(complaint).replace(f"{folder}/", "") for complaint in bad.value.complaints]


def test_a_company_adds_its_own_to_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(OURS, encoding="utf-8")

    both = load_scenarios(tmp_path, public_holidays)

    keys = [part.scenario.key for part in both.parts]
    assert len(shipped().parts) + 1 == len(keys)
    added = next(part for part in both.parts if part.scenario.key == "ours-is-slow")
    assert "Ours Ltd" == added.deal.account.name
    assert ("rehearsal", "ours_is_slow") == (added.deal.source, added.deal.id)


def test_of_one_key_the_companys_counts_and_so_do_its_staff(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(OURS.replace("key: ours-is-slow", "key: punctual"), encoding="utf-8")
    one_of_us = "members:\n  - {handle: only.one, name: Only One, email: one@vendor.example, role: csm}\n"
    (tmp_path / "team.yaml").write_text(one_of_us, encoding="utf-8")

    both = load_scenarios(tmp_path, public_holidays)

    assert len(shipped().parts) == len(both.parts)
    assert "Ours Ltd" == next(part.deal.account.name for part in both.parts if part.scenario.key == "punctual")
    assert ["only.one"] == [member.handle for member in both.team.members]


def test_the_staff_of_the_shipped_set_are_its_own_and_not_todays() -> None:
    """Whoever changes the sample directory would otherwise change every rehearsal."""
    assert (SHIPPED / "team.yaml").exists()
    assert SHIPPED != PLAYBOOKS


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("lastest: 7", "latest: 7", "ours.yaml:12: scenarios[0].customer_pace.lastest: is no field that we know"),
        ("latest: 2", "latest: 7", "ours.yaml:12: scenarios[0].customer_pace: latest (2) lies before earliest (3)"),
        ("customer: theirs", "customer: ours\n    c", "ours.yaml:11: scenarios[0].customer: there is no customer"),
        ("country: XX", "country: GB", "ours.yaml:5: customers[0].deal.account.country: no list of public holidays"),
        ("role: boss", "role: project_lead", "ours.yaml:7: customers[0].deal.stakeholders[0].role: "),
        ('closed_at: "soon"', 'closed_at: "2027-01-11T09:00:00Z"', "ours.yaml:4: customers[0].deal.closed_at: "),
        ("id: mine\n      account", "account", "ours.yaml:5: customers[0].deal.id: is filled in by the rehearsal"),
        ("owner: nobody\n      account", "account", "ours.yaml:5: customers[0].deal.owner: 'nobody' is nobody of"),
    ],
)
def test_each_wrong_field_is_named_with_its_line(tmp_path: Path, wrong: str, right: str, said: str) -> None:
    text = OURS.replace(right, wrong + right.partition("customer: ours")[2], 1)
    assert OURS != text

    assert any(line.startswith(said) for line in complaints(tmp_path, text)), complaints(tmp_path, text)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("{what: pause}", "day is missing: pause needs it"),
        ("{what: replan, day: 3, days: 7}", "milestone is missing: replan needs it"),
        ("{what: end, day: 3}", "ending is missing: end needs it"),
        ("{what: pause, day: 3, days: -2}", "days is -2: pause takes one at least"),
        ("{what: party, day: 3}", "input should be 'pause', 'replan'"),
        ("{what: pause, day: 4000}", "input should be less than or equal to 400"),
    ],
)
def test_an_event_says_what_it_lacks(tmp_path: Path, event: str, said: str) -> None:
    [complaint] = complaints(tmp_path, f"{OURS}    events:\n      - {event}\n")

    assert complaint.startswith("ours.yaml:14: scenarios[0].events[0]")
    assert said in complaint


def test_a_scenario_may_not_last_for_ever(tmp_path: Path) -> None:
    [complaint] = complaints(tmp_path, f"{OURS}    days: 5000\n")

    assert "ours.yaml:13: scenarios[0].days: input should be less than or equal to 400" == complaint


def test_one_key_twice_in_two_files_is_told_with_both_places(tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(OURS, encoding="utf-8")

    said = complaints(tmp_path, OURS)

    assert 2 == len(said)
    assert all("stands in" in line and "already" in line for line in said)


def test_a_folder_that_is_none_or_holds_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadPlaybook, match="is no folder"):
        load_scenarios(tmp_path / "nowhere", public_holidays)
    with pytest.raises(BadPlaybook, match=r"holds no file that ends in \.yaml"):
        load_scenarios(tmp_path, public_holidays)

    assert ["ours.yml: the whole file: is not read: its name must end in .yaml"] == complaints(
        tmp_path, OURS, name="ours.yml"
    )


def test_the_shipped_playbooks_keep_budgets() -> None:
    """What they hold today; the figures that are wanted later stand beside them."""
    assert [] == [playbook.key for playbook in LIBRARY.usable() if playbook.budgets is None]


def test_the_example_of_the_page_is_read_and_played(tmp_path: Path) -> None:
    """By the smallest playbook of the guide as well: a scenario is for any."""
    page, guide = (
        (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("changing-a-playbook.md", "playbooks.md")
    )
    [example] = [block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "scenarios:" in block]
    [smallest] = [block for block in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL) if block[:4] == "key:"]
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "ours.yaml").write_text(example, encoding="utf-8")
    (tmp_path / "my-plan.yaml").write_text(smallest, encoding="utf-8")
    loaded = load_scenarios(tmp_path / "ours", public_holidays)
    [part] = [one for one in loaded.parts if one.scenario.key == "lead-on-holiday"]

    lived = rehearsed(part.scenario, load_playbook(tmp_path / "my-plan.yaml"), part.deal).play()

    assert "handed_over" == lived.ending
    assert lived.mails
