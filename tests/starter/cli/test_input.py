"""How does the command line answer wrong input? One line names the field, an exit code says so, nothing starts."""

import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App

from starter.cli.answers import console, table
from starter.cli.app import app
from starter.cli.running import run
from starter.cli.times import moment
from store.engine import migrate
from tests.support.onboardings import sample_deal

ELSEWHERE = ("--temporal-address", "127.0.0.1:1")
"""An address where nobody listens: what is refused without reaching it was refused before anything started."""


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def start(deal: object, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Start a deal file; answers the exit code and what was printed on stderr."""
    text = deal if isinstance(deal, str) else json.dumps(deal)
    Path("deal.json").write_text(text, encoding="utf-8")
    code = run(["start", "deal.json", *ELSEWHERE, *words])
    printed = capsys.readouterr()
    assert printed.out == ""
    return code, printed.err


WRONG_DEALS: list[tuple[str, dict[str, Any]]] = [
    ("colour", {"colour": "blue"}),
    ("account", {"account": {"name": "X", "country": "DE", "time_zone": "Europe/Berlin", "size": 3}}),
    ("account.time_zone", {"account": {"name": "X", "country": "DE", "time_zone": "Europe/Atlantis"}}),
    ("seats", {"seats": "many"}),
    ("closed_at", {"closed_at": "last Monday"}),
    ("closed_at", {"closed_at": "2026-11-02T10:00:00"}),
    ("stakeholders", {"stakeholders": []}),
    ("stakeholders.0.email", {"stakeholders": [{"name": "A", "email": "nowhere", "role": "project_lead"}]}),
    ("stakeholders.0.name", {"stakeholders": [{"name": "A\nBcc: b@c.de", "email": "a@b.de", "role": "project_lead"}]}),
    ("notes.0.text", {"notes": [{"text": "x" * 1_000_000}]}),
    ("playbook", {"playbook": "no-such-playbook"}),
    ("owner", {"owner": "nobody.here"}),
    ("go_live_by", {"go_live_by": "2026-11-03", "closed_at": "2020-11-02T10:00:00+01:00", "id": "past"}),
    ("go_live_by", {"go_live_by": "2026-10-01"}),
    ("champion", {"champion": "somebody"}),
    ("as_of", {"as_of": "2020-01-01T00:00:00Z"}),
    ("reached.0.milestone", {"reached": [{"milestone": "no_such", "at": "2026-11-03T10:00:00+01:00"}]}),
    ("reached.0.at", {"reached": [{"milestone": "handoff_reviewed", "at": "2020-11-03T10:00:00+01:00"}]}),
    ("account.country", {"account": {"name": "X", "country": "XX", "time_zone": "Europe/Berlin"}}),
    ("account.subdivision", {"account": {"name": "X", "country": "DE", "subdivision": "ZZ", "time_zone": "UTC"}}),
    ("closed_at", {"closed_at": "2098-11-02T10:00:00+01:00"}),
    ("as_of", {"as_of": "2098-11-02T10:00:00+01:00"}),
    ("id", {"id": "a/b"}),
    ("source", {"source": "Sales Force"}),
]


@pytest.mark.parametrize(("field", "changes"), WRONG_DEALS, ids=[field for field, _ in WRONG_DEALS])
def test_a_wrong_deal_is_one_line_with_its_field(
    field: str, changes: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run refuses it as the start does."""
    code, complaint = start(sample_deal(**changes), capsys)

    assert 2 == code
    assert complaint.startswith(f"day90: {field}")
    assert 1 == complaint.count("\n")
    assert len(complaint) < 500
    assert (code, complaint) == start(sample_deal(**changes), capsys, "--dry-run")


def test_a_deal_may_come_by_stdin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As from outside of a container; a pipe that is named as a file may never begin, and is refused."""
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(sample_deal())))

    assert 0 == run(["start", "/dev/stdin", "--dry-run"])
    assert "what a start would plan" in capsys.readouterr().out


def test_a_database_that_is_not_there_is_named_and_not_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A look creates neither folder nor file."""
    monkeypatch.setenv("DAY90_DATABASE_URL", f"sqlite:///{tmp_path}/mistyped/day90.sqlite")

    assert 5 == run(["list"])
    assert f"names {tmp_path}/mistyped/day90.sqlite, which is not there" in capsys.readouterr().err
    assert not (tmp_path / "mistyped").exists()


def test_the_field_is_a_field_of_the_json_answer(capsys: pytest.CaptureFixture[str]) -> None:
    code, complaint = start(sample_deal(colour="blue"), capsys, "--json")

    assert 2 == code
    assert {"error": "is no field that we know", "field": "colour", "code": 2} == json.loads(complaint)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is no JSON"),
        ("", "is no JSON"),
        ("[]", "one JSON object"),
        ("null", "one JSON object"),
        ("[" * 9000, "is no"),
    ],
)
def test_what_is_no_deal_file_is_one_line(text: str, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, complaint = start(text, capsys)

    assert 2 == code
    assert reason in complaint
    assert 1 == complaint.count("\n")


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["start", "nowhere.json", *ELSEWHERE])

    assert 2 == code
    assert "day90: nowhere.json: cannot be read: No such file or directory\n" == capsys.readouterr().err


def test_bytes_that_are_no_text_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("deal.json").write_bytes(b"\xff\xfe{}")

    assert 2 == run(["start", "deal.json", *ELSEWHERE])
    assert "day90: deal.json: is not written in UTF-8\n" == capsys.readouterr().err


@pytest.mark.parametrize("words", [["start"], ["playbook", "lint"]])
def test_only_regular_files_of_a_sensible_size_are_read(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe that nobody writes into would be read for ever, and `/dev/zero` has no end."""
    os.mkfifo("pipe")
    with Path("huge").open("wb") as huge:
        huge.truncate(5_000_001)

    for name, reason in (
        ("pipe", "is no regular file"),
        ("/dev/zero", "is no regular file"),
        (".", "is no regular file" if words == ["start"] else "holds no playbook, a file called <key>.yaml"),
        ("huge", "is larger than 5 MB, which no file of ours is"),
    ):
        assert 2 == run([*words, name])
        assert f"day90: {name}: {reason}\n" == capsys.readouterr().err


CLOSED = datetime(2026, 11, 2, 15, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-03", datetime(2026, 11, 3, 11, tzinfo=UTC)),
        ("2026-11-02", CLOSED),
        ("2026-12-01", LATER),
        ("2026-11-02T09:00", datetime(2026, 11, 2, 8, tzinfo=UTC)),
    ],
)
def test_a_mere_date_is_its_noon_but_never_before_the_close(text: str, meant: datetime) -> None:
    """Also on the day of the close, for a deal closed in the afternoon. Today means now, and a time means that time."""
    assert meant == moment(text, zone="Europe/Berlin", now=LATER, closed_at=CLOSED)


def test_noon_counts_where_the_deal_was_closed_before_it() -> None:
    in_the_morning = datetime(2026, 11, 2, 8, tzinfo=UTC)

    read = moment("2026-11-02", zone="Europe/Berlin", now=LATER, closed_at=in_the_morning)

    assert datetime(2026, 11, 2, 11, tzinfo=UTC) == read


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        (["list", "--status", "fine"], "on_track"),
        (["list", "--stage", "lunch"], "implementation"),
        (["list", "--owner", "nobody.here"], "jonas.weber"),
        (["list", "--limit", "0"], ">= 1"),
        (["mails", "--limit", "-1"], ">= 1"),
    ],
)
def test_a_filter_that_fits_nothing_ever_names_what_there_is(
    words: list[str], choice: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    migrate(f"sqlite:///{tmp_path / 'data' / 'day90.sqlite'}")

    assert 2 == run(words)
    complaint = capsys.readouterr().err
    assert choice in complaint
    assert words[1].removeprefix("--") in complaint
    assert 1 == complaint.count("\n")


def test_a_folder_that_was_named_is_the_only_one_that_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """No other Temporal is tried, whoever listens on its usual port."""
    Path("deal.json").write_text(json.dumps(sample_deal()), encoding="utf-8")
    Path("mine").mkdir()

    assert 5 == run(["start", "deal.json", "--data", "mine"])
    assert f"day90: no stack is running on {Path('mine').resolve()}\n" == capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "field"), [(("--as-of", "soon"), "as_of"), (("--reached", "kickoff_held=32.13."), "reached.kickoff_held")]
)
def test_a_date_that_is_none_names_its_option(
    words: tuple[str, ...], field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, complaint = start(sample_deal(), capsys, *words)

    assert 2 == code
    assert complaint.startswith(f"day90: {field}: ")


def test_a_right_deal_gets_as_far_as_temporal(capsys: pytest.CaptureFixture[str]) -> None:
    """The counter-check of the tests above: here only the server is missing."""
    Path("data").mkdir()
    Path("data/day90.sqlite").touch()

    code, complaint = start(sample_deal(), capsys)

    assert 5 == code
    assert complaint.startswith("day90: cannot reach Temporal at 127.0.0.1:1: ")


def test_without_any_data_it_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["list"], ["show", "x"], ["mails"], ["done", "x", "kickoff_held"]):
        assert 5 == run(words)
        assert "start with `day90 up`" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["frobnicate"], ["done"], ["done", "x", "y", "--colour", "blue"], ["list", "--limit", "x"]]
)
def test_wrong_usage_is_one_line_that_names_the_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == run(words)
    complaint = capsys.readouterr().err
    assert 1 == complaint.count("\n")
    assert "--help)" in complaint


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["show"], "show: ONBOARDING is missing (day90 show --help)"),
        (
            ["token", "revoke", "x"],
            "token revoke: NUMBER should be a whole number, not 'x' (day90 token revoke --help)",
        ),
        (["pause", "x"], "pause: --reason is missing (day90 pause --help)"),
        (["list", "--limit"], "list: --limit needs a value (day90 list --help)"),
        (
            ["note", "x", "a", "word"],
            "note: 'word' is too much; several words that belong together stand in quotes (day90 note --help)",
        ),
    ],
)
def test_wrong_usage_says_what_would_be_right(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the names that the usage of the command has, not by those of options that nobody types."""
    assert 2 == run(words)
    assert f"day90: {reason}\n" == capsys.readouterr().err


def test_help_says_everywhere_how_an_onboarding_is_named() -> None:
    untold = [
        " ".join(words)
        for words, command in commands(app)
        if command.default_command is not None
        for argument in command.assemble_argument_collection()
        if argument.name == "--onboarding" and not argument.parameter.help
    ]

    assert [] == untold


def commands(group: App, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    """Every command of the group, and those within it, with the words that call it."""
    for name in group:
        if not name.startswith("-"):
            yield (*before, name), group[name]
            yield from commands(group[name], (*before, name))


def test_a_setting_that_cannot_be_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAY90_DAY_LENGTH", "soon")

    assert 2 == run(["list"])
    assert capsys.readouterr().err.startswith("day90: DAY90_DAY_LENGTH should be a length")


def test_help_explains_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run(["--help"])
    assert "3 refused by the business" in " ".join(capsys.readouterr().out.split())


def test_a_dry_run_needs_nothing_and_gives_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a server nor a database; and a date that a holiday moved says so."""
    Path("deal.json").write_text(json.dumps(sample_deal()), encoding="utf-8")

    code = run(["start", "deal.json", "--dry-run"])

    assert 0 == code
    shown = " ".join(capsys.readouterr().out.split())
    assert "was Fri 1 Jan 2027, a holiday" in shown
    assert "Mon 4 Jan 2027" in shown
    assert not Path("data").exists()


def test_a_dry_run_is_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    Path("deal.json").write_text(json.dumps(sample_deal()), encoding="utf-8")

    assert 0 == run(["start", "deal.json", "--dry-run", "--json"])
    plan = json.loads(capsys.readouterr().out)
    plans = {"milestones", "stages", "hand_off_from", "hand_off_by"}
    assert {*plans, "as_of", "reached", "overdue"} == plan.keys()


def test_a_dry_run_of_an_onboarding_under_way_says_what_was_reached_and_what_is_late(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As the start itself would plan it: what counts from a real date counts from it."""
    closed = datetime(2026, 3, 2, 9, tzinfo=UTC)
    Path("deal.json").write_text(json.dumps(sample_deal(closed_at=closed.isoformat())), encoding="utf-8")
    live, as_of = closed + timedelta(days=40), closed + timedelta(days=44)
    options = ["--as-of", f"{as_of:%Y-%m-%d}", "--reached", f"gone_live={live:%Y-%m-%d}"]

    assert 0 == run(["start", "deal.json", "--dry-run", *options])
    shown = " ".join(capsys.readouterr().out.split())
    assert 0 == run(["start", "deal.json", "--dry-run", "--json", *options])
    plan = json.loads(capsys.readouterr().out)

    due = {milestone["key"]: milestone["on"] for milestone in plan["milestones"]}
    assert f"reached on {live:%a} {live.day} {live:%b %Y}" in shown
    assert f"1 reached, {len(plan['overdue'])} overdue" in shown
    assert "overdue by" in shown
    assert "kickoff_held" in plan["overdue"]
    assert "gone_live" not in plan["overdue"]
    assert due["hypercare_closed"] < f"{live + timedelta(days=40):%Y-%m-%d}"


def test_a_playbook_that_does_not_exist_is_not_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert 4 == run(["playbook", "show", "no-such"])
    assert 1 == capsys.readouterr().err.count("\n")


def test_a_playbook_is_shown_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Texts in one language, never the mapping that they are kept in."""
    assert 0 == run(["playbook", "show", "high-touch"])

    printed = capsys.readouterr().out
    assert "{" not in printed
    assert "'ja'" not in printed


def test_every_playbook_of_ours_passes_its_lint(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(__file__).resolve().parents[3] / "playbooks"

    assert 0 == run(["playbook", "lint", str(folder / "high-touch.yaml")])
    assert "nothing to complain about" in capsys.readouterr().out


def test_a_broken_playbook_is_complained_about_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text("key: mine\ntitle: Mine\ncolour: blue\n", encoding="utf-8")

    assert 2 == run(["playbook", "lint", "mine.yaml"])
    assert "mine.yaml:3: colour" in capsys.readouterr().out


def test_of_many_complaints_a_person_sees_the_first_hundred(capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets them all."""
    Path("mine.yaml").write_text("key: mine\n" + "".join(f"x{n}: 1\n" for n in range(10_000)), encoding="utf-8")

    assert 2 == run(["playbook", "lint", "mine.yaml"])
    lines = capsys.readouterr().out.splitlines()
    assert 2 == run(["playbook", "lint", "mine.yaml", "--json"])
    complaints = json.loads(capsys.readouterr().out)

    assert 102 == len(lines)
    assert f"and {len(complaints) - 100:,} more" == lines[-2]
    assert len(complaints) > 10_000


def test_a_title_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    """Titles of stages stand over tables; a link in one would hide where it leads."""
    console().print(table("[link=//evil]Plan[/link]\u2066", ("key",), [("[bold]" + "x" * 40,)]))

    assert "[link=//evil]Plan[/link]�" == capsys.readouterr().out.splitlines()[0].strip()
