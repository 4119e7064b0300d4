"""Does the installed command line do its job on a running stack, and always leave cleanly?"""

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import servers
from tests.support.onboardings import sample_deal
from tests.support.servers import DAY90, Stack
from tests.support.short_processes import ran

stack = servers.stack

RUNS = 30
"""The Temporal client aborts one short process in ten at exit: thirty clean ones in a row are no luck."""


def deal_file(folder: Path, **changes: Any) -> str:
    path = folder / f"{changes.get('id', 'deal')}.json"
    path.write_text(json.dumps(sample_deal(**changes)), encoding="utf-8")
    return str(path)


def test_a_working_day_at_the_command_line(stack: Stack, tmp_path: Path) -> None:
    """Every kind of order once, as people and as programs give it; and thirty short processes leave cleanly."""
    stack.up()
    assert "no onboarding yet" in stack.day90("list").stdout
    assert "no mails yet" in stack.day90("mails").stdout

    stack.day90("start", deal_file(tmp_path))
    assert "1 onboarding, " in stack.day90("list", "--owner", "jonas.weber").stdout
    assert "no onboarding fits these filters" in stack.day90("list", "--status", "churned").stdout

    it = "lindenau"
    heard = stack.asked("why", it, "--person", "jonas.weber")
    assert {"assigned", "draft"} <= {one["kind"] for one in heard["receipts"]}
    assert "planned" in {one["state"] for one in heard["receipts"]}
    said = " ".join(
        stack.day90("why", it, "--person", "executive_sponsor", "--about", "handoff_reviewed").stdout.split()
    )
    assert "has no part in handoff_reviewed: responsible CSM (Jonas Weber)" in said
    assert "--person is missing" in stack.day90("why", it, "--kind", "reminder", code=2).stderr
    stack.day90("done", it, "handoff_reviewed", "--by", "jonas.weber", "--note", "read <b>twice</b> [red]x[/red]")
    said = stack.day90("why", it, "handoff_reviewed").stdout
    assert "read <b>twice</b>" in " ".join(said.split())
    assert "handoff_reviewed was reached at" in said
    assert None is re.search(r"\d{4}-\d\d-\d\dT", said)
    assert stack.day90("why", it, "no_such", code=4).stderr.startswith("day90: no_such: neither the plan nor")
    assert "is a stage" in stack.day90("why", it, stack.asked("show", it)["stages"][-1]["key"]).stdout
    stack.day90("done", it, "kickoff_held", "--at", "2026-11-06", "--evidence", "https://x.example/minutes")
    refused = stack.day90("sign-off", it, "plan_agreed", "approve", "--by", "end_user", code=3)
    assert refused.stderr.startswith("day90: by: plan_agreed may be signed by")
    nobody = stack.day90("sign-off", it, "plan_agreed", "approve", "--by", "nobody", code=2)
    assert nobody.stderr.startswith("day90: by: 'nobody' takes no part")
    stack.day90("sign-off", it, "plan_agreed", "reject", "--by", "project_lead", "--reason", "too fast")
    stack.day90("sign-off", it, "plan_agreed", "approve", "--by", "s.vogel@lindenau-moebel.example")
    stack.day90("reopen", it, "kickoff_held", "--reason", "the sponsor was missing")
    assert stack.day90("waive", it, "kickoff_held", "--reason", "known customer", code=3).stderr.count("\n") == 1
    stack.day90("waive", it, "kickoff_held", "--reason", "known customer", "--by", "nora.lindqvist")

    assert "issue: issue-1" in stack.day90("issue", "raise", it, "Printing is slow", "--severity", "high").stdout
    assert "issue-1" in stack.day90("issue", "list", it).stdout
    assert "nothing by the key" not in stack.day90("why", it, "issue-1").stdout
    stack.day90("issue", "acknowledge", it, "issue-1")
    stack.day90("issue", "resolve", it, "issue-1")
    assert ["resolved"] == [issue["status"] for issue in stack.asked("issue", "list", it)]

    stack.day90("risk", it, "one_man_it", "--title", "One person", "--probability", "3", "--impact", "4")
    stack.day90("risk", it, "one_man_it", "--probability", "9", code=2)
    stack.day90("win", it, "One list", "--slot", "60", "--result", "one list")
    stack.day90("attest", it, "self_sufficient", "--by", "project_lead")
    stack.day90("attest", it, "self_sufficient", "--by", "project_lead", "--withdraw")
    stack.day90("scope", "request", it, "A portal", "--request", "portal")
    assert "change-2" == stack.asked("scope", "request", it, "An app")["request"]
    stack.day90("scope", "decide", it, "portal", "phase_2", "--by", "nora.lindqvist")
    stack.day90("reassign", it, "grace.lee", "--reason", "on leave")
    later = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
    supposed = stack.asked("what-if", it, "--milestone", "gone_live", "--slips", "10d", "--days", "3")
    assert "replanned" in {mail["kind"] for mail in supposed["mails"]}
    shown = stack.day90("what-if", it, "--milestone", "gone_live", "--slips", "10d").stdout
    assert "Nothing was told or written. It would move:" in shown
    assert "if nobody reports anything" in " ".join(shown.split())
    paused = stack.asked("what-if", it, "--update", "pause", "--news", '{"reason": "x"}')
    assert "pause" == paused["update"]
    assert "slips: give either" in stack.day90("what-if", it, "--milestone", "gone_live", code=3).stderr
    assert "news: is no JSON" in stack.day90("what-if", it, "--update", "pause", "--news", "x", code=2).stderr
    tried = stack.asked("replan", it, "gone_live", "--to", later, "--reason", "their fair", "--dry-run")
    moved = stack.asked("replan", it, "gone_live", "--to", later, "--reason", "their fair")
    assert {"gone_live", "training_complete", "review_held"} <= {one["milestone"] for one in moved["moved"]}
    assert (tried["moved"], tried["go_live_due"][:10]) == (moved["moved"], moved["go_live_due"][:10])
    assert "why" in stack.day90("replan", it, "gone_live", "--to", later, "--reason", "x", "--dry-run").stdout
    stack.day90("replan", it, "gone_live", "--to", "tomorrow", "--reason", "x", code=2)
    assert "paused" == stack.asked("pause", it, "--reason", "fair")["status"]
    assert "paused" != stack.asked("resume", it)["status"]

    shown = stack.asked("show", it)
    assert {"grace.lee", "Europe/Berlin"} == {shown["owner"], shown["time_zone"]}
    printed = stack.day90("show", it).stdout
    assert "Lindenau Möbelwerke GmbH" in printed
    assert "hand-off record 100% complete" in printed
    assert f"{shown['days_to_first_value']} days after the close, on" in printed
    assert {"completeness": 1.0, "missing": [], "custom": {}} == shown["hand_off"]
    assert stack.asked("mails", it, "--limit", "3")
    assert "subject" in stack.day90("mails", "show", str(stack.asked("mails", it)[0]["id"])).stdout
    assert 1 == stack.day90("mails", "show", "9999", code=4).stderr.count("\n")
    assert f"day90 mails {shown['onboarding']} --limit 10" in stack.day90("mails", it, "--limit", "1").stdout

    stack.day90(
        "start", deal_file(tmp_path, id="late"), "--as-of", "2026-11-20", "--reached", "kickoff_held=2026-11-06"
    )
    unclear = stack.day90("show", it, code=4)
    assert "onboarding-salesforce-late" in unclear.stderr
    stack.day90("end", "late", "duplicate", code=3)
    asked = stack.day90("end", "late", "churned", "--reason", "insolvent", code=2)
    assert "for one working hour it can be taken back" in asked.stdout
    assert "then at the customer's it is told to " in asked.stdout
    assert "say --yes" in asked.stderr
    assert "ending" in stack.day90("end", "late", "churned", "--reason", "insolvent", "--yes").stdout
    assert "ending" == stack.asked("show", "late")["status"]
    assert "behind" in stack.day90("take-back", "late", "--reason", "another was meant").stdout
    said = stack.day90("end", "late", "duplicate", "--reason", "entered twice", "--yes").stdout
    assert "duplicate" in said
    assert "  late: " not in said
    assert "onboarding-salesforce-late" not in stack.day90("list", "--late").stdout
    again = stack.day90("start", deal_file(tmp_path, id="late")).stdout
    assert "has ended (duplicate on " in again
    assert "go-live" not in again
    assert "has ended" in stack.day90("done", "late", "handoff_reviewed", code=3).stderr

    _leaves_cleanly_thirty_times(stack, deal_file(tmp_path), tmp_path / "runs")


def test_notes_tasks_flags_and_corrections_at_the_command_line(stack: Stack, tmp_path: Path) -> None:
    """What is heard and to be done beside the plan."""
    stack.up()
    it = "onboarding-salesforce-beside"
    stack.day90("start", deal_file(tmp_path, id="beside"))

    stack.day90("note", it, "Their new head of IT wants to see the export", "--by", "project_lead")
    stack.day90("note", it, " ", code=2)
    soon = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    given = stack.asked(
        "task", "add", it, "Send the carriers", "--due", soon, "--owner", "s.vogel@lindenau-moebel.example"
    )
    assert "task-1" == given["task"]
    stack.day90("task", "add", it, "Send it", "--due", soon, "--owner", "nobody.here", code=2)
    stack.day90("task", "add", it, "Send it", "--due", "2026-01-01", code=3)
    stack.day90("task", "change", it, "task-1", "--title", "Send the list of carriers")
    assert "Send the list of carriers" in stack.day90("task", "list", it).stdout
    stack.day90("task", "drop", it, stack.asked("task", "add", it, "Book a room", "--due", soon)["task"])
    stack.day90("task", "done", it, "task-1", "--by", "project_lead")
    tasks = {row["key"]: (row["status"], row["data"]["owner"]) for row in stack.asked("task", "list", it)}
    assert {"task-1": ("done", "project_lead"), "task-2": ("dropped", "jonas.weber")} == tasks

    stack.day90("flag", "raise", it, "no_enthusiasm", "--category", "technical", "--reason", "They yawn.", code=2)
    stack.day90("flag", "raise", it, "no_enthusiasm", "--reason", "They yawn.")
    begun = stack.asked("correction", "open", it, "technical", "--reason", "Their IT is away.", "--owner", "grace.lee")
    assert "correction-1" == begun["correction"]
    stack.day90("correction", "change", it, "correction-1", "--cause", "time", "--due", soon)
    stack.day90("correction", "failed", it, "correction-1")
    stack.day90("flag", "raise", it, "frustration_seen", "--reason", "They shout.")
    corrections = {row["data"]["category"]: row["data"].get("level") for row in stack.asked("correction", "list", it)}
    assert {"technical": 1, "outcome": None, "relationship": None} == corrections
    printed = stack.day90("show", it).stdout
    assert "Red flags" in printed
    assert "Course corrections" in printed
    stack.day90("correction", "helped", it, "correction-1", "--by", "nora.lindqvist")
    stack.day90("flag", "lower", it, "frustration_seen", "--reason", "It was the coffee.")
    assert ["down", "up"] == sorted(row["status"] for row in stack.asked("flag", "list", it))


def test_all_of_one_owner_are_given_away_after_a_look(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    it = "onboarding-salesforce-given"
    stack.day90("start", deal_file(tmp_path, id="given"), "--json")
    stack.day90("reassign", it, "grace.lee", "--reason", "on leave")

    preview = stack.day90("reassign", "--all-of", "grace.lee", "--to", "tomas.novak").stdout
    assert "1 onboarding of grace.lee would go to tomas.novak (Tomáš Novák)." in " ".join(preview.split())
    assert "no CSM" in preview
    assert "grace.lee" == stack.asked("show", it)["owner"]
    given = stack.asked("reassign", "--all-of", "grace.lee", "--to", "jonas.weber", "--yes")
    assert (1, {}) == (len(given["onboardings"]), given["failed"])
    assert "jonas.weber" == stack.asked("show", it)["owner"]
    assert "owns no onboarding" in stack.day90("reassign", "--all-of", "nobody", "--to", "grace.lee", code=2).stderr


def test_contacts_at_the_command_line(stack: Stack, tmp_path: Path) -> None:
    """They are named by id or address, and who cannot be changed is refused with the field."""
    stack.up()
    it, soon = "onboarding-salesforce-people", str((datetime.now(UTC) + timedelta(days=9)).date())
    stack.day90("start", deal_file(tmp_path, id="people"))

    new = ("--name", "Ana Ruiz", "--email", "ana@lindenau-moebel.example")
    stack.day90("contact", "add", it, *new, "--role", "champion", "--company", "Agency", "--excluded")
    stack.day90("contact", "correct", it, "ana@lindenau-moebel.example", "--included", "--language", "ja")
    again = stack.day90("contact", "replace", it, "champion-2", "--to", "champion-2", code=2).stderr
    assert again.startswith("day90: to: champion-2 is the same person")
    stack.day90("contact", "leave", it, "nobody", code=2)
    stack.day90("contact", "leave", it, "champion-2")
    stack.day90("contact", "leave", it, "champion", "--since", soon)
    stack.day90("contact", "replace", it, "technical_lead", "--name", "Ben Ito", "--email", "b@lindenau-moebel.example")
    people = {one["id"]: one for one in stack.asked("contact", "list", it)}
    assert ("Agency", "ja") == (people["champion-2"]["company"], people["champion-2"]["language"])
    assert people["champion-2"]["until"]
    assert people["technical_lead"]["until"]
    assert "Ben Ito" == people["technical_lead-2"]["name"]
    listed = stack.day90("contact", "list", it).stdout
    assert "left" in listed
    assert f"until {soon}" in " ".join(listed.split())


def _leaves_cleanly_thirty_times(stack: Stack, deal: str, folder: Path) -> None:
    words = ["start", deal, "--json"]
    script = stack.script(*words)
    runs = ran([*words, "--data", str(stack.data)], times=RUNS, folder=folder)

    ends = [(run.code, run.stderr, json.loads(run.stdout or "{}").get("already")) for run in runs]
    assert (0, "", True) == (script.returncode, script.stderr, json.loads(script.stdout)["already"])
    assert [(0, "", True)] * RUNS == ends


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["playbook", "schema"]])
def test_a_reader_that_goes_away_is_no_failure(words: list[str]) -> None:
    """`day90 … | head -0` ends without a traceback."""
    process = subprocess.Popen([DAY90, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()

    said = process.stderr.read().decode()
    process.stderr.close()

    assert 0 == process.wait()
    assert "" == said
