"""Does the demo play its story to the hand-off, and end with everything that it started?"""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.news import KINDS
from domain.rules.admission import chosen_playbook, read_deal
from playbooks.library import Library
from starter.cli.demo.story import read_story
from tests.support.onboardings import sample_deal
from tests.support.servers import DAY90

DAY = "0.25s"
"""A hundred days in half a minute."""


@pytest.fixture
def demos() -> Iterator[list["subprocess.Popen[str]"]]:
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def demo(data: Path, *words: str) -> "subprocess.Popen[str]":
    command = [DAY90, "demo", "--data", str(data), "--day-length", DAY, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_the_story_ends_handed_over(tmp_path: Path, demos: list["subprocess.Popen[str]"]) -> None:
    """Both stories on a very short day: exit code 0, and what they promised to show was seen."""
    process = demo(tmp_path / "data")
    demos.append(process)

    told, complaint = process.communicate(timeout=240)

    assert not complaint, complaint
    assert 0 == process.returncode
    for shown in (
        "http://127.0.0.1:",
        "✗ refused: ",
        "✉ reminder to",
        "✉ escalation to",
        "✉ sign off rejected to",
        "a holiday (New Year's Day)",
        "✉ hand off to",
        "■ handed over",
        "(running)",
        "Lindenau Möbelwerke GmbH: health 92 of 100, green",
        "Calloway Marine Supplies Ltd: health 41 of 100, red",
    ):
        assert shown in told
    assert list((tmp_path / "data" / "mail").glob("*.eml"))


def test_ctrl_c_in_the_middle_ends_it_all(tmp_path: Path, demos: list["subprocess.Popen[str]"]) -> None:
    """A second start on the same folder then goes: nothing holds it any more."""
    process = demo(tmp_path / "data")
    demos.append(process)
    assert process.stdout is not None
    line = ""
    while not line.startswith("day "):
        line = process.stdout.readline()
        assert line or process.poll() is None

    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    _, complaint = process.communicate(timeout=60)

    assert 130 == process.returncode
    assert "Traceback" not in complaint
    assert time.monotonic() - started < 30
    assert not (tmp_path / "data" / "stack.json").exists()


def test_the_story_fits_its_playbook_and_deal() -> None:
    """A key that the playbook lost would be found out only in the middle of a show."""
    story = read_story()
    deal = read_deal(sample_deal(Path(story.deal).stem))
    playbook = chosen_playbook(deal, Library())
    people = {person.id for person in deal.stakeholders} | {"owner", "manager", None}
    criteria = {criterion.key for criterion in playbook.hand_off.criteria}

    for scene in story.scenes:
        assert scene.by in people
        key = scene.why or scene.fields.get("milestone")
        assert key is None or playbook.milestone(key), scene.say
        assert scene.fields.get("criterion") in criteria | {None}
        if scene.news:
            KINDS[scene.news].model_validate(scene.fields)

    told = {scene.fields["milestone"] for scene in story.scenes if "milestone" in scene.fields}
    wins = any(scene.news == "record_win" for scene in story.scenes)
    follow = {"hypercare_end", *(["first_value"] if wins else [])}
    by_itself = {milestone.key for milestone in playbook.milestones if milestone.role in follow}
    sent = {scene.fields["draft"] for scene in story.scenes if scene.news == "send_draft"}
    reaching = [draft for draft in playbook.drafts if draft.reaches]
    assert sent == {draft.kind for draft in reaching}
    by_sending = {draft.reaches for draft in reaching}
    assert {milestone.key for milestone in playbook.milestones} == told | by_itself | by_sending
