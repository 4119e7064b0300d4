"""Is everything that a playbook promises sent, and are texts that nobody but a company can say left to it?"""

from pathlib import Path

import pytest

from playbooks.complaint import BadPlaybook
from playbooks.copying import copy
from playbooks.library import Library, complaints_about, complaints_about_all, load_playbook
from playbooks.lint.promises import unsent
from tests.support.simulation import Simulation, deal, playbook_of

SHIPPED = ("high-touch", "low-touch", "tech-touch")


@pytest.mark.parametrize("key", SHIPPED)
def test_no_shipped_playbook_has_a_cadence_that_nothing_sends(key: str) -> None:
    assert [] == list(unsent(Library().get(key)))


def test_in_a_shipped_playbook_it_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "high-touch.yaml"
    sound = Library().file("high-touch").read_text(encoding="utf-8")
    broken = sound.replace('    style: {en: "Patient', '    sent: false\n    style: {en: "Patient')
    path.write_text(broken, encoding="utf-8")
    monkeypatch.setattr("playbooks.library.SHIPPED", tmp_path)

    [complaint] = complaints_about(path)

    assert ("cadences[4]", "error") == (complaint.field, complaint.gravity)


def test_a_copy_with_a_placeholder_left_is_refused_until_it_is_filled_in(tmp_path: Path) -> None:
    """Used as it is, the shipped playbook leaves these letters out; whoever makes it theirs has the last word."""
    mine = copy(Library().file("tech-touch"), key="mine", folder=tmp_path)

    with pytest.raises(BadPlaybook, match=r"fill in \[\[link to the courses, by role\]\]"):
        load_playbook(mine)
    mine.write_text(mine.read_text(encoding="utf-8").replace("[[", "").replace("]]", ""), encoding="utf-8")
    assert "mine" == load_playbook(mine).key


def test_a_shipped_playbook_says_how_many_texts_are_left_to_a_company() -> None:
    [complaint] = complaints_about_all([Library().file("tech-touch")])

    assert "warning" == complaint.gravity
    assert "the first of 2 texts that only you can say" in complaint.what


def test_no_letter_with_a_placeholder_goes_out() -> None:
    """The users of a small customer get the others in turn."""
    small = Simulation(deal("pinecrest-us"), playbook_of("tech-touch"))
    small.in_time(to="gone_live")

    letters = [notice.facts["headline"] for notice in small.notices("message") if notice.about == "learning_letter"]

    assert letters
    assert set(letters) <= {"Twenty minutes for your own work", "It starts soon: what changes, and who helps"}


def test_the_plan_promises_what_is_sent_and_nothing_else() -> None:
    lindenau = Simulation(deal("lindenau-germany"))
    lindenau.settled("kickoff_held")

    [plan, *_] = lindenau.notices("plan")

    promised = {talk["title"] for talk in plan.facts["schedule"]}
    assert "Weekly status" in promised
    assert not promised & {"Usage of your team", "Your own usage", "Stories of colleagues", "Updates by mail or Slack"}
