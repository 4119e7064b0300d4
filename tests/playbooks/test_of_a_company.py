"""What may a company do with a folder of its own playbooks, and what happens to deals when one of them is broken?"""

import json
from pathlib import Path
from typing import Any

import pytest

from activities.calendars import public_holidays
from domain.playbook import Playbook
from domain.rules.admission import check_deal, read_deal
from playbooks.complaint import BadPlaybook
from playbooks.library import SHIPPED, TEAM_FILE, Library, complaints_about_all, load_team
from starter.cli.running import run
from tests.support.onboardings import sample_deal, world

TEXT = (SHIPPED / "high-touch.yaml").read_text(encoding="utf-8")
STAFF = (SHIPPED / TEAM_FILE).read_text(encoding="utf-8")
NO_GATE = ("requires: [roi_reported]", "requires: [roi_reporte]")
NO_YAML = ("length_days: 120", "length_days: [120")


def own(folder: Path, key: str, *changes: tuple[str, str], value: int = 20_000) -> Path:
    """A playbook of the company's own: high touch with another key and tier, and other changes."""
    text = TEXT.replace("key: high-touch", f"key: {key}")
    for old, new in (("from_yearly_value: 100000", f"from_yearly_value: {value}"), *changes):
        assert 1 == text.count(old)
        text = text.replace(old, new)
    path = folder / f"{key}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def playbook_for(folder: Path, **changes: Any) -> Playbook:
    """The playbook for a deal, chosen as the door and the workflow choose it."""
    deal = read_deal(sample_deal(**{"playbook": None, **changes}))
    return check_deal(
        deal, library=Library(folder), team=load_team(), calendars=public_holidays, now=deal.as_of or deal.closed_at
    )


# ------------------------------------------------------------------------------------------------ which one


def test_a_company_s_own_playbook_is_chosen_before_a_shipped_one_of_its_tier(tmp_path: Path) -> None:
    """Keys do not matter: whoever copies a playbook means it to be used."""
    own(tmp_path, "zebra", value=100_000)

    assert "zebra" == Library(tmp_path).choose(240_000)
    assert "high-touch" == playbook_for(tmp_path, playbook="high-touch").key


def test_what_editors_leave_lying_about_is_no_playbook(tmp_path: Path) -> None:
    (tmp_path / ".#high-touch.yaml").symlink_to("somebody@somewhere.1234")
    (tmp_path / "._mine.yaml").write_bytes(b"\x00\x05")

    assert Library().keys() == Library(tmp_path).keys()


# ------------------------------------------------------------------------------------------------ a broken file


@pytest.mark.parametrize("broken", [NO_GATE, NO_YAML], ids=["finds no gate", "is no YAML"])
def test_a_deal_for_a_broken_playbook_does_not_start(tmp_path: Path, broken: tuple[str, str]) -> None:
    path = own(tmp_path, "mine", broken)

    with pytest.raises(BadPlaybook, match=rf"{path}:\d+: "):
        playbook_for(tmp_path, playbook="mine")


@pytest.mark.parametrize("broken", [NO_GATE, NO_YAML], ids=["finds no gate", "is no YAML"])
def test_a_deal_that_names_another_playbook_starts(tmp_path: Path, broken: tuple[str, str]) -> None:
    own(tmp_path, "mine", broken)

    assert "high-touch" == playbook_for(tmp_path, playbook="high-touch").key


def test_a_broken_playbook_keeps_its_tier(tmp_path: Path) -> None:
    """A deal of its tier is refused and not started by another plan; the other tiers go on."""
    path = own(tmp_path, "middle", NO_GATE, value=20_000)
    own(tmp_path, "small", value=0)

    with pytest.raises(BadPlaybook, match=rf"{path}:\d+: "):
        playbook_for(tmp_path, yearly_value=46_000)
    assert "high-touch" == playbook_for(tmp_path, yearly_value=240_000).key
    assert "small" == playbook_for(tmp_path, yearly_value=5_000).key


def test_where_not_even_the_tier_can_be_read_only_deals_that_name_a_playbook_start(tmp_path: Path) -> None:
    path = own(tmp_path, "middle", NO_YAML)

    with pytest.raises(BadPlaybook, match=rf"{path}:\d+: the whole file: is no YAML"):
        playbook_for(tmp_path, yearly_value=240_000)
    assert "high-touch" == playbook_for(tmp_path, yearly_value=240_000, playbook="high-touch").key


def test_a_broken_playbook_is_left_out_where_all_are_looked_at(tmp_path: Path) -> None:
    own(tmp_path, "mine", NO_GATE)

    assert Library().keys() == tuple(book.key for book in Library(tmp_path).usable())


async def test_an_onboarding_waits_for_a_broken_playbook_and_goes_on_without_it(tmp_path: Path) -> None:
    """Started by a foreign client it waits until the file is mended; once open it needs the file no more."""
    path = own(tmp_path, "mine", NO_GATE)
    async with world(library=Library(tmp_path)) as here:
        deal = await here.start(sample_deal(closed_at=(await here.now()).isoformat(), playbook="mine"))
        await here.env.sleep(10)
        assert "opening" == (await deal.progress()).status
        assert {} == here.ledger.runs

        own(tmp_path, "mine")
        while (await deal.progress()).status == "opening":
            await here.env.sleep(10)
        path.unlink()
        await deal.reached("handoff_reviewed", "introduction_sent")
        await deal.let_pass(days=1, hours=3)

        assert "introduction_sent" not in (await deal.progress()).waiting_for
        assert "kickoff_held" in (await deal.progress()).waiting_for


# ------------------------------------------------------------------------------------------------ the command line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The company's folder, named by a setting."""
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine"
    mine.mkdir()
    monkeypatch.setenv("DAY90_PLAYBOOKS", str(mine))
    return mine


def dry_run(capsys: pytest.CaptureFixture[str], **changes: Any) -> tuple[int, str]:
    Path("deal.json").write_text(json.dumps(sample_deal(**{"playbook": None, **changes})), encoding="utf-8")
    code = run(["start", "deal.json", "--dry-run"])
    output = capsys.readouterr()
    return code, output.err or output.out


def test_a_start_says_in_one_line_what_is_wrong_with_its_playbook(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own(folder, "middle", NO_GATE)

    code, output = dry_run(capsys, yearly_value=46_000)

    assert 2 == code
    assert output.startswith("day90: mine/middle.yaml:")
    assert "stages[5].milestones[1].requires[0]: there is no milestone 'roi_reporte'" in output
    assert 1 == output.count("\n")


def test_a_start_with_another_playbook_goes_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own(folder, "middle", NO_GATE)

    code, output = dry_run(capsys, yearly_value=46_000, playbook="high-touch")

    assert 0 == code
    assert "Lindenau" in output


def test_the_list_of_playbooks_tells_which_cannot_be_used(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own(folder, "middle", NO_GATE)

    assert 0 == run(["playbook", "show", "--json"])
    shown = {one["key"]: one for one in json.loads(capsys.readouterr().out)}
    assert "there is no milestone 'roi_reporte'" == shown["middle"]["complaints"][0]["what"]
    assert "complaints" not in shown["high-touch"]


def test_a_folder_is_linted_with_its_staff(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own(folder, "one", value=20_000)
    own(folder, "two", NO_GATE, value=20_000)
    own(folder, "three", value=20_000)
    (folder / "four.yml").write_text("key: four\n", encoding="utf-8")
    (folder / "team.yaml").write_text(STAFF.replace("role: training_lead", "role: csm"), encoding="utf-8")

    code = run(["playbook", "lint", "mine"])

    lines = capsys.readouterr().out.splitlines()
    assert 2 == code
    assert any("mine/two.yaml:" in line and "there is no milestone 'roi_reporte'" in line for line in lines)
    assert any(
        "mine/three.yaml:" in line and "warning: from_yearly_value: is 20,000 as in 'one', which is chosen" in line
        for line in lines
    )
    assert any("nobody in mine/team.yaml is training_lead: a CSM stands in" in line for line in lines)
    assert "mine/four.yml: warning: the whole file: is not read: a playbook's file is called <key>.yaml" in lines
    assert lines[-1].startswith("3 playbooks: 1 complaint, ")


def test_warnings_are_shown_and_leave_the_exit_code_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own(folder, "one", ("length_days: 120", "length_days: 90"))

    assert 0 == run(["playbook", "lint", "one", "--json"])
    [complaint] = json.loads(capsys.readouterr().out)
    assert {"file", "line", "field", "what", "gravity"} == complaint.keys()
    assert ("mine/one.yaml", "length_days", "warning") == (complaint["file"], complaint["field"], complaint["gravity"])
    assert TEXT.splitlines()[complaint["line"] - 1] == "length_days: 120"


def test_lint_without_words_looks_at_every_playbook_there_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own(folder, "one")

    assert 0 == run(["playbook", "lint"])
    assert f"{len(Library(folder).keys())} playbooks: " in capsys.readouterr().out


def test_a_key_that_nobody_has_is_not_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 4 == run(["playbook", "lint", "white-glove"])
    assert "there is no playbook 'white-glove'; there are: " in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ beginning one


def test_a_copy_keeps_its_comments_and_can_be_used_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run(["playbook", "copy", "high-touch", "my-plan"])
    assert "check it with: day90 playbook lint" in capsys.readouterr().out

    copied = (folder / "my-plan.yaml").read_text(encoding="utf-8")
    changed = [pair for pair in zip(TEXT.splitlines(), copied.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [("key: high-touch", "key: my-plan")] == changed
    assert copied.splitlines()[0] == "# yaml-language-server: $schema=playbook.schema.json"
    assert (folder / "playbook.schema.json").read_bytes() == (SHIPPED / "playbook.schema.json").read_bytes()
    assert [] == complaints_about_all([folder / "my-plan.yaml"])
    assert "my-plan" == Library(folder).choose(240_000)


def test_a_copy_of_a_copy_has_one_first_line(folder: Path) -> None:
    assert 0 == run(["playbook", "copy", "high-touch", "one"])
    assert 0 == run(["playbook", "copy", "one", "two", "--to", "elsewhere/deeper"])

    copied = Path("elsewhere/deeper/two.yaml").read_text(encoding="utf-8")
    assert copied == (folder / "one.yaml").read_text(encoding="utf-8").replace("key: one\n", "key: two\n")


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["high-touch", "taken"], 2, "taken.yaml exists already; nothing was written"),
        (["high-touch", "My Plan"], 2, "new_key: 'My Plan' is no key"),
        (["high-touch", "../away"], 2, "new_key: '../away' is no key"),
        (["high-touch", "team"], 2, "team is the staff's file"),
        (["no-such", "mine"], 4, "there is no playbook 'no-such'"),
        (["high-touch", "mine", "--to", "a-file"], 2, "--to: a-file cannot be written"),
        (["flow", "mine"], 2, "key: should stand on a line of its own"),
    ],
)
def test_a_copy_that_cannot_be_made_says_why(
    folder: Path, words: list[str], code: int, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "taken.yaml").write_text("mine", encoding="utf-8")
    (folder / "flow.yaml").write_text("{key: flow}\n", encoding="utf-8")
    Path("a-file").touch()

    assert code == run(["playbook", "copy", *words])
    assert reason in capsys.readouterr().err
    assert "mine" == (folder / "taken.yaml").read_text(encoding="utf-8")


def test_a_copy_needs_a_folder(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAY90_PLAYBOOKS")

    assert 2 == run(["playbook", "copy", "high-touch", "mine"])
    assert "--to: name the folder of your playbooks, or set DAY90_PLAYBOOKS" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ staff and tiers


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "manager: arthur.mensah",
            "manager: nora.lindqvist",
            "members[3].manager: nora.lindqvist is their own manager",
        ),
        (
            "role: executive\n",
            "role: executive\n    manager: nora.lindqvist\n",
            "members[3].manager: nora.lindqvist is above arthur.mensah as well",
        ),
        ("deputy: haruto.ono", "deputy: ines.moreau", "members[6].deputy: ines.moreau stands in for themselves"),
        (
            "email: rosa.delgado@vendor.example",
            "email: Tomas.Novak@vendor.example",
            "members[8].email: Tomas.Novak@vendor.example is the address of tomas.novak as well",
        ),
        (
            "handle: rosa.delgado\n",
            "handle: rosa.delgado\n    absences: [{first: 2026-12-21, last: 2027-01-08}]\n",
            "members[8].absences[0]: rosa.delgado has no deputy",
        ),
        (
            "handle: ines.moreau\n",
            "handle: ines.moreau\n    absences: [{first: 2026-12-21, last: 2027-01-08},"
            " {first: 2027-01-08, last: 2027-01-09}]\n",
            "members[6].absences[1]: overlaps another absence of ines.moreau",
        ),
        ("role: cs_manager", "role: executive", "is cs_manager: a CSM stands in"),
        ("role: training_lead", "role: csm", "is training_lead: a CSM stands in"),
    ],
)
def test_a_staff_directory_that_hardly_works_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert 1 == STAFF.count(old)
    team = tmp_path / "team.yaml"
    team.write_text(STAFF.replace(old, new), encoding="utf-8")

    complaints = complaints_about_all([SHIPPED / "high-touch.yaml"], team)

    assert {"warning"} == {complaint.gravity for complaint in complaints}
    assert any(said in str(complaint) for complaint in complaints), [str(complaint) for complaint in complaints]


def test_a_deputy_who_is_away_at_the_same_time_is_told(tmp_path: Path) -> None:
    """On those days what cannot wait would go to the manager, which nobody meant."""
    away = "    absences: [{first: 2026-12-21, last: 2027-01-08}]\n"
    team, text = tmp_path / "team.yaml", STAFF
    for handle in ("haruto.ono", "ines.moreau"):
        text = text.replace(f"handle: {handle}\n", f"handle: {handle}\n{away}", 1)
    team.write_text(text, encoding="utf-8")

    complaints = [str(complaint) for complaint in complaints_about_all([SHIPPED / "high-touch.yaml"], team)]

    assert any("members[5].absences[0]: on 2026-12-21 nobody stands in for haruto.ono" in line for line in complaints)


def test_a_csm_without_anybody_above_is_told(tmp_path: Path) -> None:
    team = tmp_path / "team.yaml"
    team.write_text(
        "members: [{handle: solo, name: Solo, email: solo@v.example, role: csm, tiers: [low]}]\n", encoding="utf-8"
    )

    complaints = [str(complaint) for complaint in complaints_about_all([SHIPPED / "high-touch.yaml"], team)]

    assert any("members[0]: solo has no manager, and nobody is cs_manager" in line for line in complaints)
    assert any("serves the tier 'high': any of them would own these" in line for line in complaints)


def test_tiers_in_which_the_dearer_deal_gets_less_are_told(tmp_path: Path) -> None:
    high = own(tmp_path, "mostly", value=10_000)
    low = own(tmp_path, "hardly", ("touch: high\n", "touch: low\n"), value=50_000)

    complaints = [str(complaint) for complaint in complaints_about_all([high, low])]

    assert any("mostly.yaml:" in line and "'hardly' with its low touch begins at 50,000" in line for line in complaints)


def test_a_staff_directory_that_cannot_be_read_is_told_among_the_rest(tmp_path: Path) -> None:
    (tmp_path / "team.yaml").write_text("members: []\n", encoding="utf-8")

    [complaint] = complaints_about_all([SHIPPED / "high-touch.yaml"], tmp_path / "team.yaml")

    assert ("members", "error") == (complaint.field, complaint.gravity)
