"""Does the page about the desk say of every update which role may tell it?"""

import re

import pytest

from domain.rights import LEAST
from tests.support.onboardings import ROOT

HEADS = {"specialist": "specialist", "csm": "CSM", "manager": "manager, or a CSM who is an approver"}
"""How the row of each role begins in docs/desk.md."""


@pytest.mark.parametrize("role", HEADS)
def test_the_page_lists_every_update_in_the_row_of_its_least_role(role: str) -> None:
    page = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    [row] = re.findall(rf"^\| {HEADS[role]}[^|]* \| (`.*) \|$", page, re.MULTILINE)

    assert sorted(update for update, least in LEAST.items() if least == role) == sorted(re.findall(r"`(\w+)`", row))
