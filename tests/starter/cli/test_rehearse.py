"""Does `day90 rehearse` say what a playbook would do to people, end as a check should, and refuse what is wrong?"""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.rehearsal.driving import NeverAtRest
from domain.rehearsal.playing import Rehearsed
from domain.text import PLACEHOLDER
from playbooks.library import SHIPPED
from starter.cli.running import run
from starter.rehearsing import play
from tests.support.rehearsals import shipped
from tests.support.simulation import playbook_of

Says = Callable[..., tuple[int, str, str]]
ONE = ("--only", "punctual", "--processes", "1")
LEADS_BUDGET = "{to: project_lead, at_most: 27}"


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Says:
    """Exit code, answer and complaint of the command."""
    monkeypatch.setenv("COLUMNS", "80")

    def rehearse(*words: object) -> tuple[int, str, str]:
        code = run(["rehearse", *map(str, words)])
        return code, *capsys.readouterr()

    return rehearse


def ours(folder: Path, *changes: tuple[str, str]) -> Path:
    """The short playbook as a company's own, changed; texts that only a company can say are filled in."""
    text = PLACEHOLDER.sub("ours", (SHIPPED / "tech-touch.yaml").read_text(encoding="utf-8"))
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    folder.mkdir(exist_ok=True)
    (folder / "tech-touch.yaml").write_text(text, encoding="utf-8")
    return folder / "tech-touch.yaml"


def half_as_often() -> tuple[str, str]:
    """The change by which the weekly status comes every two weeks."""
    text = (SHIPPED / "tech-touch.yaml").read_text(encoding="utf-8")
    rhythm = re.search(r"key: project_status.*?every_weeks: 1", text, re.DOTALL)
    assert rhythm
    return rhythm[0], rhythm[0].replace("every_weeks: 1", "every_weeks: 2")


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@vendor.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


def test_one_scenario_is_shown_in_full_and_fits_the_terminal(says: Says) -> None:
    """Dates, gates, mails and hours, without server, store or a running stack."""
    code, out, err = says("tech-touch", *ONE)

    assert (0, "") == (code, err)
    for title in ("Dates", "Gates", "Mails", "Hours"):
        assert re.search(rf"^{title}$", out, re.MULTILINE), title
    assert "handed over on " in out
    assert "Every budget of the playbook holds." in out
    assert [] == [line for line in out.splitlines() if len(line) > 80]


def test_several_are_shown_by_their_figures(says: Says) -> None:
    code, out, _ = says("tech-touch", *ONE, "--only", "silent-for-good")

    assert 0 == code
    assert re.search(r"^punctual +\d+ +\d+ +\d+ +\d+ +0 +\d+$", out, re.MULTILINE)
    assert "silent-for-good has not ended after 125 days: it waits for" in " ".join(out.split())
    assert "give the scenario more `days`" in " ".join(out.split())
    assert [] == [line for line in out.splitlines() if len(line) > 80]


def test_against_a_shipped_version_it_says_what_people_would_notice(says: Says, tmp_path: Path) -> None:
    changed = ours(tmp_path / "new", half_as_often())

    code, out, _ = says(changed, "--against", "tech-touch", *ONE)

    assert 0 == code
    assert re.search(r"^Mails: \d+ moved, [1-9]\d* gone, \d+ new, \d+ the same$", out, re.MULTILINE)
    assert "every_weeks: 1, now 2" in " ".join(out.split())


def test_against_a_git_revision_of_its_own_file(says: Says, tmp_path: Path) -> None:
    """Whichever folder the command is run in."""
    file = ours(tmp_path / "repository")
    git(file.parent, "init", "--quiet")
    git(file.parent, "add", ".")
    git(file.parent, "commit", "--quiet", "-m", "first")
    ours(file.parent, half_as_often())

    code, out, _ = says(file, "--against", "HEAD", *ONE, "--json")

    answer = json.loads(out)
    assert 0 == code
    assert "HEAD" == answer["against"]["named"]
    assert answer["playbook"]["hash"] != answer["against"]["hash"]
    # What travelled in one message with a report that comes no more goes on another day, or by itself.
    reports = [mail for mail in answer["differences"][0]["mails"] if mail["kind"] == "status_report"]
    assert {"gone"} == {mail["fate"] for mail in reports}
    assert {"every_weeks: 1, now 2"} == {mail["why"] for mail in reports}


def test_a_broken_budget_ends_with_six_and_is_named(says: Says, tmp_path: Path) -> None:
    strict = ours(tmp_path, (LEADS_BUDGET, "{to: project_lead, at_most: 5}"))

    code, out, _ = says(strict, *ONE)

    words = " ".join(out.split())
    assert 6 == code
    assert re.search(r"budgets.mails\[0\] is broken in punctual: \d+ mails to project_lead, and 5 are the most", words)
    assert "allows at most 5 mails per onboarding to each project lead with everything in time" in words
    assert "1 budget broken" in words


def test_a_budget_that_only_the_older_version_breaks_is_no_matter(says: Says, tmp_path: Path) -> None:
    strict = ours(tmp_path, (LEADS_BUDGET, "{to: project_lead, at_most: 5}"))

    assert 0 == says("tech-touch", "--against", strict, *ONE)[0]


def test_json_holds_all_of_it(says: Says) -> None:
    code, out, _ = says("tech-touch", *ONE, "--json")

    [story] = json.loads(out)["stories"]
    assert 0 == code
    assert {"mails", "milestones", "stages", "hours", "refusals", "ended_on", "withdrawn"} <= set(story)


def test_the_page_is_one_file_that_loads_nothing_and_runs_nothing(says: Says, tmp_path: Path) -> None:
    page = tmp_path / "rehearsal.html"

    code, out, _ = says(ours(tmp_path / "new", half_as_often()), "--against", "tech-touch", *ONE, "--html", page)

    text = page.read_text(encoding="utf-8")
    assert 0 == code
    assert f"the page: {page}" in out
    assert [] == re.findall(r"<script|<img|<link|<iframe|\ssrc=|\shref=|url\(|@import|\sstyle=|\son\w+=", text)
    assert "default-src 'none'" in text
    assert "prefers-color-scheme: dark" in text
    assert 'content="width=device-width, initial-scale=1"' in text


def test_texts_of_a_playbook_are_escaped_on_the_page(says: Says, tmp_path: Path) -> None:
    """Its title stands in the heading; a line that is turned around would show another text than it holds."""
    page = tmp_path / "rehearsal.html"
    title = next(line for line in (SHIPPED / "tech-touch.yaml").read_text("utf-8").splitlines() if line[:6] == "title:")
    evil = ours(tmp_path / "new", (title, 'title: "<b onclick=x>\u202etext</b>"'))

    says(evil, *ONE, "--html", page)

    text = page.read_text(encoding="utf-8")
    assert "<b onclick" not in text
    assert "&lt;b onclick=x&gt;" in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("no-such", *ONE), 4, "there is no playbook 'no-such'"),
        (("nowhere/plan.yaml", *ONE), 2, "nowhere/plan.yaml: "),
        (
            ("tech-touch", "--against", "no-such", *ONE),
            2,
            "--against: 'no-such' is no file, no key of a playbook, and no",
        ),
        (("tech-touch", "--against", "--upload-pack=x", *ONE), 2, "against"),
        (("tech-touch", "--only", "no-such"), 2, "--only: there is no scenario 'no-such'; there are: "),
        (("tech-touch", "--scenarios", "nowhere", *ONE), 2, "nowhere: the folder of your scenarios: is no folder"),
        (("tech-touch", *ONE, "--json", "--html", "x.html"), 2, "--html: give either --html or --json"),
        (("tech-touch", *ONE, "--html", "nowhere/x.html"), 2, "--html: nowhere/x.html cannot be written: "),
        (("tech-touch", "--processes", "0"), 2, "processes"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_would_be_right(
    says: Says, words: tuple[str, ...], code: int, said: str
) -> None:
    ended, out, err = says(*words)

    assert (code, "") == (ended, out)
    assert said in err


def test_a_broken_playbook_is_refused_with_file_line_and_field(says: Says, tmp_path: Path) -> None:
    broken = ours(tmp_path, ("  nothing_due_on_days_off: true", "  nothing_due_on_days_off: sometimes"))

    code, _, err = says(broken, *ONE)

    assert 2 == code
    assert re.search(r"tech-touch\.yaml:\d+: budgets\.nothing_due_on_days_off: input should be a valid boolean", err)


def test_several_processes_tell_what_one_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is handed from process to process must not change a story."""
    monkeypatch.setattr("starter.rehearsing.WORTH_A_PROCESS", 1)
    few = shipped()._replace(parts=shipped().parts[:3])

    alone, together = (play([playbook_of("tech-touch")], few, processes=number) for number in (1, 2))

    assert alone == together


def test_a_scenario_that_goes_in_circles_is_named_with_what_to_do(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_circles(_: Rehearsed) -> None:
        raise NeverAtRest("it does not come to rest at 2026-11-02T10:00:00+00:00: kickoff/nudge")

    monkeypatch.setattr(Rehearsed, "play", in_circles)

    code, out, err = says("tech-touch", *ONE)

    assert (2, "") == (code, out)
    assert "scenario punctual cannot be played by tech-touch: it does not come to rest at 2026-11-02" in err
    assert "take the event before that moment out of the scenario" in err
