"""How are playbooks found, read and checked? Errors name file, line and field; lint finds what cannot work."""

import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from domain.playbook import content_hash
from playbooks.complaint import BadPlaybook, UnknownPlaybook
from playbooks.library import SHIPPED, Library, complaints_about, json_schema, load_playbook, load_team
from playbooks.lint.playbook import lint

SHIPPED_TEXT = (SHIPPED / "high-touch.yaml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, text: str, *, name: str = "high-touch.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def changed(folder: Path, old: str, new: str, *, text: str = SHIPPED_TEXT) -> tuple[Path, int]:
    """The shipped playbook with one place changed, and the line of that place."""
    assert 1 == text.count(old), f"{old!r} should stand there once, but does so {text.count(old)} times"
    line = text[: text.index(old)].count("\n") + 1
    return written(folder, text.replace(old, new)), line


# ------------------------------------------------------------------------------------------------ which playbook


def test_a_companys_playbook_wins_over_the_shipped_one(folder: Path) -> None:
    changed(folder, "en: High-touch onboarding,", "en: Our own onboarding,")

    library = Library(folder)

    assert library.keys() == Library().keys()
    assert "Our own onboarding" in str(library.get("high-touch").title)


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_shipped_playbook_is_yaml_to_every_reader(file: Path) -> None:
    """libyaml takes a question mark before a comma, which YAML 1.1 in pure Python, and in other languages, does not."""
    assert yaml.load(file.read_text("utf-8"), Loader=yaml.SafeLoader) == yaml.load(  # the safe one, in C
        file.read_text("utf-8"), Loader=yaml.CSafeLoader
    )


def test_a_changed_file_is_read_again(folder: Path) -> None:
    library = Library(folder)
    changed(folder, "length_days: 120", "length_days: 121")
    first = library.get("high-touch")
    changed(folder, "length_days: 120", "length_days: 99")

    second = library.get("high-touch")

    assert (121, 99) == (first.length_days, second.length_days)


def test_an_unknown_playbook_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownPlaybook, match=r"no playbook 'white-glove'; there are: high-touch"):
        Library().get("white-glove")


@pytest.mark.parametrize(
    ("value", "chosen"),
    [
        (240_000, "high-touch"),
        (100_000, "high-touch"),
        (Decimal("99999.99"), "low-touch"),
        (20_000, "low-touch"),
        (19_999, "tech-touch"),
        (0, "tech-touch"),
        (None, "high-touch"),
    ],
)
def test_a_deal_gets_the_highest_tier_that_it_is_worth(value: float | Decimal | None, chosen: str) -> None:
    """A value that nobody gave counts as the highest."""
    assert chosen == Library().choose(value)


@pytest.mark.parametrize(("value", "chosen"), [(50_000, "middle"), (49_999, "low-touch"), (100_000, "high-touch")])
def test_a_company_may_put_a_tier_between_the_shipped_ones(folder: Path, value: float, chosen: str) -> None:
    text = SHIPPED_TEXT.replace("key: high-touch", "key: middle")
    written(folder, text.replace("from_yearly_value: 100000", "from_yearly_value: 50000"), name="middle.yaml")

    assert chosen == Library(folder).choose(value)


def test_below_every_tier_a_deal_gets_the_lowest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company with one playbook uses it for all."""
    monkeypatch.setattr("playbooks.library.SHIPPED", folder)
    written(folder, SHIPPED_TEXT)

    assert "high-touch" == Library().choose(5)


def test_a_folder_that_is_none_is_told(folder: Path) -> None:
    with pytest.raises(BadPlaybook, match=r"nowhere: the folder of your playbooks: is no folder"):
        Library(folder / "nowhere").keys()


# ------------------------------------------------------------------------------------------------ reading


@pytest.mark.parametrize(
    ("old", "new", "field", "what"),
    [
        ("length_days: 120", "length_days: 0", "length_days", "greater than or equal to 1"),
        ("length_days: 120", "length_days: many", "length_days", "valid integer"),
        ("length_days: 120", "length_dayz: 120", "length_dayz", "is no field that we know"),
        ("touch: high\n", "touch: velvet\n", "touch", "'high', 'low' or 'tech'"),
        ("        role: go_live\n", "        role: lift_off\n", "stages[3].milestones[2].role", "'go_live'"),
        ("        role: go_live\n", "        day: 60\n", "stages[3].milestones[2].day", "stands here twice"),
        ("ja: キックオフミーティングの実施}", "de: Auftakt}", "stages[0].milestones[2].title.de", "'en' or 'ja'"),
        ("by: [project_lead], plan", "by: [pope], plan", "stages[0].milestones[4].sign_off.by[0]", "project_lead"),
        ("    with: [technical_lead]\n    led_by: impl", "    led_by: impl", "cadences[2].with", "is missing"),
        ("key: high-touch", "key: other", "key", "the file is called high-touch.yaml"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_line(folder: Path, old: str, new: str, field: str, what: str) -> None:
    path, line = changed(folder, old, new)

    complaints = complaints_about(path)

    named = [complaint for complaint in complaints if complaint.field == field]
    assert named, [str(complaint) for complaint in complaints]
    assert what in named[0].what
    assert named[0].file.endswith("high-touch.yaml")
    assert abs(named[0].line - line) <= 2  # what is missing is told of the part it is missing in


def test_every_wrong_field_is_told_at_once(folder: Path) -> None:
    text = SHIPPED_TEXT.replace("length_days: 120", "length_days: 0").replace("touch: high\n", "touch: velvet\n")

    complaints = complaints_about(written(folder, text))

    assert {"length_days", "touch"} == {complaint.field for complaint in complaints}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("key: [unclosed", "is no YAML"),
        ("", "should be fields with values"),
        ("- one\n- two\n", "should be fields with values"),
        ("key: &k high\ntitle: *k\n", "is an alias of another part"),
        ("key: high\nkey: low\n", "stands here twice; first on line 1"),
        ("key: !!python/object/apply:os.getcwd []\n", "write it plainly"),
        ("[" * 200_000, "nests more than"),
        ("- " * 200_000, "nests more than"),
        ("key: one\n---\nkey: two\n", "is no YAML"),
        ("key: \x00\n", "is no YAML"),
        ("? [a, b]\n: c\n", "is no YAML"),
    ],
)
def test_what_is_no_playbook_at_all_is_one_clear_complaint(folder: Path, text: str, what: str) -> None:
    path = written(folder, text)

    with pytest.raises(BadPlaybook) as raised:
        load_playbook(path)

    assert what in str(raised.value)
    assert "Traceback" not in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "field", "what"),
    [
        ("length_days: 120", 'length_days: "120"', "length_days", "valid integer"),
        ("length_days: 120", "length_days: 0120", "length_days", "valid integer"),
        ("length_days: 120", "length_days: 2:00", "length_days", "valid integer"),
        ("length_days: 120", "length_days: 0x78", "length_days", "valid integer"),
        ("length_days: 120", "length_days: 1_20", "length_days", "valid integer"),
        ("length_days: 120", "length_days: true", "length_days", "valid integer"),
        ("length_days: 120", "length_days:", "length_days", "valid integer"),
        ("length_days: 120", "length_days: 120.5", "length_days", "valid integer"),
        ("from_yearly_value: 100000", "from_yearly_value: .inf", "from_yearly_value", "valid number"),
        ("from_yearly_value: 100000", "from_yearly_value: .nan", "from_yearly_value", "valid number"),
        ("from_yearly_value: 100000", "from_yearly_value: 100.000,00", "from_yearly_value", "valid number"),
        ("on_the_day: true", "on_the_day: yes", "nudging.on_the_day", "valid boolean"),
        ("on_the_day: true", "on_the_day: 1", "nudging.on_the_day", "valid boolean"),
        ("on_the_day: true", "on_the_day: True", "nudging.on_the_day", "valid boolean"),
        ("touch: high\n", "touch: !!binary aGlnaA==\n", "touch", "is written as !!binary: write it plainly"),
        ("touch: high\n", 'touch: "high\\0"\n', "touch", "holds a control character"),
        ("touch: high\n", "touch: high\n<<: {key: other}\n", "<<", "is written as !!merge: write it plainly"),
        ("before: [3]", "before: {3: 4}", "nudging.before", "valid array"),
        ("before: [3]", "before: 3", "nudging.before", "valid array"),
    ],
)
def test_yaml_s_corners_are_no_secret_ways_in(folder: Path, old: str, new: str, field: str, what: str) -> None:
    """What an editor marks by the JSON Schema is refused here too, on its line."""
    path, line = changed(folder, old, new)

    complaints = complaints_about(path)

    assert [f"{path}:{line + new.rstrip().count(chr(10))}: {field}: "] == [
        str(one).removesuffix(one.what) for one in complaints
    ]
    assert what in complaints[0].what


def test_numbers_and_words_of_a_playbook_stay_what_they_are(folder: Path) -> None:
    """What JSON calls a number stays a number, and a word that looks like another thing stays a word."""
    path, _ = changed(folder, "from_yearly_value: 100000", "from_yearly_value: 100000.5")

    assert 100_000.5 == load_playbook(path).from_yearly_value


@pytest.mark.parametrize("size", [1_000_001, 10_000_000])
def test_a_file_that_cannot_be_a_playbook_is_not_read_at_all(folder: Path, size: int) -> None:
    (folder / "huge.yaml").write_bytes(b"#" * size)

    [complaint] = complaints_about(folder / "huge.yaml")

    assert complaint.what == "is larger than 1 MB, which no file of ours is"


def test_a_pipe_in_the_folder_keeps_nobody_waiting(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")

    assert "pipe.yaml: the whole file: is no regular file" in str(complaints_about(folder / "pipe.yaml")[0])
    assert {"pipe", *Library().keys()} == set(Library(folder).keys())


def test_tabs_and_windows_line_ends_are_told_or_taken(folder: Path) -> None:
    tabbed = SHIPPED_TEXT.replace("  latest_day: 120", "\tlatest_day: 120")
    line = SHIPPED_TEXT[: SHIPPED_TEXT.index("  latest_day: 120")].count("\n") + 1

    assert f"high-touch.yaml:{line}: the whole file: is no YAML: " in str(complaints_about(written(folder, tabbed))[0])
    (folder / "high-touch.yaml").write_bytes(SHIPPED_TEXT.replace("\n", "\r\n").encode("utf-8-sig"))
    assert content_hash(Library().get("high-touch")) == content_hash(load_playbook(folder / "high-touch.yaml"))


def test_a_file_that_is_not_there_or_not_in_utf8_is_told(folder: Path) -> None:
    (folder / "latin.yaml").write_bytes("key: Möbel".encode("latin-1"))

    assert "cannot be read" in str(complaints_about(folder / "none.yaml")[0])
    assert "is not written in UTF-8" in str(complaints_about(folder / "latin.yaml")[0])


def test_words_that_yaml_takes_for_truth_or_dates_stay_words(folder: Path) -> None:
    path, _ = changed(folder, "en: High-touch onboarding,", "en: on, ja: 2026-01-01}\n#")

    assert {"en": "on", "ja": "2026-01-01"} == load_playbook(path).title


def test_the_team_is_read_with_the_same_care(folder: Path) -> None:
    text = (SHIPPED / "team.yaml").read_text(encoding="utf-8").replace("role: executive\n", "role: emperor\n")

    with pytest.raises(BadPlaybook, match=r"team.yaml:\d+: members\[4\].role: "):
        load_team(written(folder, text, name="team.yaml"))


def test_a_team_that_does_not_hang_together_is_refused(folder: Path) -> None:
    text = (SHIPPED / "team.yaml").read_text(encoding="utf-8").replace("manager: arthur.mensah", "manager: nobody")

    with pytest.raises(BadPlaybook, match="the manager 'nobody' is not a member"):
        load_team(written(folder, text, name="team.yaml"))


# ------------------------------------------------------------------------------------------------ the hash


def test_layout_and_comments_do_not_change_the_hash(folder: Path) -> None:
    text = SHIPPED_TEXT.replace("\n  - key: welcome\n", "\n\n  # a comment\n  - key:   'welcome'   # another\n")
    assert text != SHIPPED_TEXT

    same = load_playbook(written(folder, text))

    assert content_hash(Library().get("high-touch")) == content_hash(same)


def test_a_changed_day_changes_the_hash(folder: Path) -> None:
    path, _ = changed(folder, "earliest_day: 90", "earliest_day: 91")

    assert content_hash(Library().get("high-touch")) != content_hash(load_playbook(path))


def test_the_schema_is_json_and_knows_the_names_that_people_write() -> None:
    schema = json.dumps(json_schema())

    assert '"with"' in schema
    assert '"with_"' not in schema


# ------------------------------------------------------------------------------------------------ lint


UAT_GATE = "requires: [integrations_live, data_validated, security_passed]"
PLANTED = [
    ("requires: [roi_reported]", "requires: [roi_reporte]", "there is no milestone 'roi_reporte'"),
    ("opens: {after: [environment_live]", "opens: {after: [nothing]", "there is no milestone 'nothing'"),
    ("from_day: 43}", "from_day: 43, anchor: liftoff}", "there is no milestone 'liftoff'"),
    ("reopens: [integrations_live, data", "reopens: [integrations_life, data", "no milestone 'integrations_life'"),
    ("reopens: [training_complete]", "reopens: [first_win_shown]", "does not require it"),
    ("milestone: security_passed, who", "milestone: security, who", "there is no milestone 'security'"),
    ("milestone: impact_reported, source: [ST5.D5]", "milestone: impact, source: [ST5.D5]", "no milestone 'impact'"),
    ("until: gone_live", "until: launched", "there is no milestone 'launched'"),
    ("milestones: [training_planned], under", "milestones: [training_plan], under", "no milestone 'training_plan'"),
    ("share_reached: {implementation: 0.5}", "share_reached: {building: 0.5}", "there is no stage 'building'"),
    ("share_reached: {implementation: 0.5}", "share_reached: {implementation: 0.8}", "50% is planned by then"),
    (", amber_while_ahead: gone_live", "", "asks for 'gone_live' in week 8, but it is planned for day 60"),
    ("week: 6, track: administrators", "week: 6, track: admins", "there is no track 'admins'"),
    ("continuing: [weekly_tips,", "continuing: [tips,", "there is no cadence 'tips'"),
    ("stages: [enablement], duties", "stages: [teaching], duties", "there is no stage 'teaching'"),
    ("evidence: [main_goal_by_90,", "evidence: [main_goal,", "there is no target 'main_goal'"),
    ("attendance_pct < 70, correction: lift_adoption", "attendance_pct < 70, correction: lift", "no correction 'lift'"),
    ("found_by: rule, rule: attendance_pct < 70,", "found_by: rule,", "found by a rule, which is missing"),
    ("day: 12\n        requires: [kickoff_held]", "day: 12\n        requires: [uat_signed_off]", "waits for itself"),
    ("opens: {after: [kickoff_held], from_day: 8}", "opens: {after: [uat_signed_off]}", "waits for itself"),
    ("        role: go_live\n", "        anchor: review_held\n        role: go_live\n", "its days count from itself"),
    ("        role: review\n", "", "no milestone has the role 'review'"),
    ("day: 35\n        requires: [kickoff", "role: kickoff\n        day: 35\n        requires: [kickoff", "already"),
    (UAT_GATE, UAT_GATE.replace("security_passed", "training_complete"), "planned for day 50"),
    (
        "{after: [gone_live], from_day: 11, anchor: gone_live}\n    source",
        "{after: [gone_live], from_day: 90}\n    source",
        "before 'optimisation' opens on day 90",
    ),
    ("sign_off: {by: [project_lead], plan", "sign_off: {by: [procurement], plan", "nobody may be there to sign"),
    ("requires: [readiness_confirmed]\n", "requires: [readiness_confirmed, first_win_shown]\n", "is optional"),
    ("every_weeks: 1\n    kind: status_report", "kind: status_report", "has no rhythm"),
    ("every_months: 1\n    minutes: 30", "every_weeks: 4\n    every_months: 1\n    minutes: 30", "two rhythms"),
    ("key: champions_prepared", "key: training_complete", "key of another milestone already"),
    ("key: weekly_tips", "key: hand_off", "'hand_off' means the end of the onboarding"),
    ("    - {severity: high, respond: 4", "    - {severity: normal, respond: 4", "'high' has no level"),
    ("hypercare:\n  days: 14", "hypercare:\n  days: 10", "is 14, but hypercare.days is 10"),
    ("day: 14\n        anchor: gone_live", "day: 74", "hypercare counts from 'gone_live'"),
    ("latest_day: 120", "latest_day: 90", "is not after earliest_day (90)"),
    ("{after: 5, to", "{after: 1, to", "not later than the rung before"),
]


@pytest.mark.parametrize(("old", "new", "what"), PLANTED)
def test_lint_finds_what_cannot_work(folder: Path, old: str, new: str, what: str) -> None:
    path, _ = changed(folder, old, new)

    complaints = complaints_about(path)

    assert [complaint for complaint in complaints if what in complaint.what], [str(each) for each in complaints]
    assert all(complaint.line > 1 and complaint.file for complaint in complaints)


def test_lint_names_the_line_of_the_mention(folder: Path) -> None:
    path, line = changed(folder, "requires: [roi_reported]", "requires: [roi_reporte]")

    complaint = complaints_about(path)[0]

    assert (line, "stages[5].milestones[1].requires[0]") == (complaint.line, complaint.field)


def test_a_playbook_without_a_file_is_linted_too() -> None:
    whole = Library().get("high-touch")
    without_training = whole.model_copy(update={"cadences": ()})

    complaints = [str(complaint) for complaint in lint(without_training)]

    assert [
        "training.continuing[0]: there is no cadence 'weekly_tips'",
        "training.continuing[1]: there is no cadence 'monthly_webinar'",
    ] == complaints


@pytest.mark.parametrize("ask", [complaints_about, load_playbook])
def test_the_shipped_playbook_passes(ask: Callable[[Path], object]) -> None:
    """Only so are the planted defects found by themselves: nothing else is wrong."""
    assert ask(SHIPPED / "high-touch.yaml") in ([], Library().get("high-touch"))
