"""Does lint answer at once, whatever the file holds? Each has thousands of faults, or of what is compared."""

import re
import time
from pathlib import Path

import pytest

from playbooks.library import SHIPPED, complaints_about
from playbooks.lint.sizes import MOST

SOUND = (SHIPPED / "high-touch.yaml").read_text(encoding="utf-8")
FIRST = re.search(r"^    milestones:\n", SOUND, re.MULTILINE)
RACI = "raci: {responsible: csm, accountable: csm}"


def milestones(count: int, *, fields: str) -> str:
    """The sound playbook with so many more milestones; in their fields, `NEXT` is the number of the next one."""
    assert FIRST
    more = [
        f"      - {{key: m{n}, title: x, {fields.replace('NEXT', str((n + 1) % count))}, {RACI}}}\n"
        for n in range(count)
    ]
    return SOUND[: FIRST.end()] + "".join(more) + SOUND[FIRST.end() :]


def requiring(count: int) -> str:
    """The sound playbook with a milestone that requires so many others, none of which there are."""
    first = re.search(r"requires: \[", SOUND)
    assert first
    return SOUND[: first.end()] + "".join(f"x{n}, " for n in range(count)) + SOUND[first.end() :]


MANY = {
    "unknown fields": SOUND + "".join(f"x{n}: 1\n" for n in range(10_000)),
    "a key again and again": SOUND + "key: x\n" * 10_000,
    "keys that lead nowhere": requiring(10_000),
    "milestones in a ring": milestones(9_000, fields="day: 5, requires: [mNEXT]"),
    "days that count in a ring": milestones(9_000, fields="day: 5, anchor: mNEXT"),
    "as many in a ring as there may be": milestones(MOST - 40, fields="day: 5, anchor: mNEXT, requires: [mNEXT]"),
}


@pytest.mark.parametrize("text", MANY.values(), ids=MANY)
def test_lint_answers_at_once(text: str, tmp_path: Path) -> None:
    """Counted by the process's own time: other tests run beside this one. Five seconds are many times what it takes."""
    path = tmp_path / "high-touch.yaml"
    path.write_text(text, encoding="utf-8")
    begun = time.process_time()

    complaints = complaints_about(path)

    assert complaints
    assert time.process_time() - begun < 5


def test_a_list_longer_than_anybody_needs_is_the_only_complaint(tmp_path: Path) -> None:
    path = tmp_path / "high-touch.yaml"
    path.write_text(requiring(MOST + 1), encoding="utf-8")

    [complaint] = complaints_about(path)

    assert "error" == complaint.gravity
    assert re.fullmatch(r"stages\[\d\]\.milestones\[\d\]\.requires", complaint.field)
    assert re.fullmatch(r"holds 15\d entries: 150 are the most", complaint.what)


def test_a_long_list_in_each_of_its_stages_counts_too(tmp_path: Path) -> None:
    """Milestones of all stages are compared with each other."""
    path = tmp_path / "high-touch.yaml"
    path.write_text(milestones(MOST - 10, fields="day: 5"), encoding="utf-8")

    assert [("stages", "hold 172 milestones: 150 are the most")] == [(c.field, c.what) for c in complaints_about(path)]
