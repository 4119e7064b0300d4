"""Does lint say where a playbook breaks its own budgets while everybody is in time? With file and line."""

from pathlib import Path

from starter.cli.over_budget import over_budget
from tests.support.parts import LIBRARY

TECH = LIBRARY.file("tech-touch")


def test_a_budget_that_the_punctual_break_is_named_with_its_line(tmp_path: Path) -> None:
    """By role and week; the playbook as it is keeps all of them."""
    text = TECH.read_text(encoding="utf-8").replace("[[", "").replace("]]", "")
    tight = "    - {to: project_lead, per: week, at_most: 1}\n"
    head, _, rest = text.partition("  mails:\n")
    path = tmp_path / "tech-touch.yaml"
    path.write_text(f"{head}  mails:\n{tight}{rest}", encoding="utf-8")

    complaints = over_budget([path, TECH])

    assert complaints
    assert {str(path)} == {one.file for one in complaints}
    assert {head.count("\n") + 2} == {one.line for one in complaints}
    assert {"budgets.mails[0]"} == {one.field for one in complaints}
    assert all("in week" in one.what and "1 are the most" in one.what for one in complaints)
