"""Which edits would break a workflow that is open? One of each kind, to be planted in a copy of the program."""

from pathlib import Path
from typing import NamedTuple

ONBOARDING, PROGRAMME, RUNS = "workflows/onboarding.py", "workflows/programme.py", "workflows/runs.py"
STATE, MILESTONES, TIMING = "domain/agenda/state.py", "domain/agenda/milestones.py", "domain/agenda/timing.py"
SENDER, RECEIVER, USAGE = "workflows/sender.py", "workflows/receiver.py", "workflows/usage.py"
RECONCILIATION, SWEEP = "workflows/reconciliation.py", "workflows/sweep.py"
NOTHING = "(lambda *_, **__: None)("
"""A call in whose place nothing happens."""


class Break(NamedTuple):
    """`old` becomes `new` wherever it stands in those files; a folder means every file in it."""

    name: str
    files: tuple[str, ...]
    old: str
    new: str


BREAKS = (
    Break(
        "two steps swapped: shown before written",
        (ONBOARDING,),
        "                await self._take_turn(due)\n            self._publish()\n",
        "                self._publish()\n                await self._take_turn(due)\n",
    ),
    Break("a timer removed", (ONBOARDING,), "            self.alarm.set(", f"            {NOTHING}"),
    Break(
        "a timer added",
        (ONBOARDING,),
        "        written = self.state.facts\n",
        "        written = self.state.facts\n        await workflow.sleep(1)\n",
    ),
    Break("no settling before a new run", (RUNS,), "    await workflow.sleep(", f"    {NOTHING}"),
    Break("the alarm set anew at every turn", ("workflows/alarm.py",), "if self._at == at and", "if False and"),
    Break("runs made shorter", ("workflows/options.py",), "EVENTS_OF_A_RUN = 150", "EVENTS_OF_A_RUN = 90"),
    Break("an activity renamed", ("workflows", "activities"), "take_turn", "do_turn"),
    Break(
        "an activity run in another way",
        (ONBOARDING,),
        "workflow.execute_local_activity_method(",
        "workflow.execute_activity_method(",
    ),
    Break(
        "an activity called twice",
        (ONBOARDING,),
        "        self.unheard.clear()\n",
        "        self.unheard.clear()\n        await self._write(Bookkeeping.open_onboarding, opening, '')\n",
    ),
    Break(
        "a workflow renamed",
        (ONBOARDING,),
        '@workflow.defn(name="Onboarding")',
        '@workflow.defn(name="CustomerOnboarding")',
    ),
    Break(
        "a child workflow renamed",
        (PROGRAMME,),
        '@workflow.defn(name="SuccessProgramme")',
        '@workflow.defn(name="Programme")',
    ),
    Break(
        "a child workflow not started",
        (ONBOARDING,),
        "            await workflow.start_child_workflow(",
        f"            {NOTHING}",
    ),
    Break("search attributes no longer shown", (ONBOARDING,), "workflow.upsert_search_attributes(updates)", "pass"),
    Break("an update renamed", ("domain/news.py", "domain/agenda"), '"sign_off"', '"approve"'),
    Break(
        "news refused that was accepted",
        ("domain/news.py",),
        '    severity: Severity = "normal"\n    issue:',
        '    severity: Literal["high", "normal"] = "normal"\n    issue:',
    ),
    Break(
        "news applied without a trace",
        (MILESTONES,),
        "    milestone.rejections += 1\n    note(",
        f"    milestone.rejections += 1\n    {NOTHING}",
    ),
    Break(
        "news applied in another way",
        (MILESTONES,),
        "    milestone.rejections += 1\n",
        "    milestone.rejections += 2\n",
    ),
    Break("a signal no longer heard", ("domain/news.py",), '    signal = "issue_raised"\n', ""),
    Break("a carried field renamed", ("domain",), "hand_off_by", "hand_off_latest"),
    Break("a carried field renamed that is empty for most", ("domain",), "prolonging", "prolonged_by"),
    Break("a carried field retyped", (STATE,), "    rejections: int = 0\n", "    rejections: bool = False\n"),
    Break(
        "a carried field without a default",
        (STATE,),
        "    opened: bool = False\n",
        "    opened: bool = False\n    region: str\n",
    ),
    Break(
        "the words changed that states are packed with",
        ("domain/agenda/packing.py",),
        'b\'"seen":["counts":',
        'b\'"seen":"counts":',
    ),
    Break("a rule taken out of the closed set", (STATE,), '"stuck", ', ""),
    Break("an answer's field renamed", ("domain",), "stage_opens", "stages_open_on"),
    Break(
        "what is due judged in another way",
        (TIMING,),
        "if entry.due <= now and",
        "if entry.due + (now - now.replace(hour=0)) <= now and",
    ),
    Break(
        "sender: looks again before it sends",
        (SENDER,),
        "            self._send(outbox.ready)\n            if self.woken != seen:\n                continue\n",
        "            if self.woken != seen:\n                continue\n            self._send(outbox.ready)\n",
    ),
    Break("sender: an activity renamed", ("workflows", "activities"), "deliver_notice", "deliver_message"),
    Break("sender: waits for no message's hour", (SENDER,), "*([outbox.next_at] if outbox.next_at else [])", ""),
    Break("sender: what failed does not rest", (SENDER,), "workflow.now() + options.REST", "workflow.now()"),
    Break(
        "sender: no new run when the server asks for one",
        ("workflows/runs.py",),
        "        or info.is_continue_as_new_suggested()\n",
        "",
    ),
    Break(
        "sender: a patch taken out",
        (SENDER,),
        'if workflow.patched("clears-up-whenever-woken")',
        "if True",
    ),
    Break("sender: an answer's field renamed", (SENDER, "activities/sender.py"), "next_at", "next_after"),
    Break("receiver: a timer removed", (RECEIVER,), "any_done(), timeout=timeout)", "any_done())"),
    Break(
        "receiver: what is in trouble is not tried alone",
        (RECEIVER,),
        "            self._try_alone(passed)\n",
        "",
    ),
    Break("receiver: an activity renamed", ("workflows", "activities"), "work_through_inbox", "empty_inbox"),
    Break("receiver: a signal no longer heard", (RECEIVER,), "    def nudge(self)", "    def prod(self)"),
    Break(
        "usage: a timer removed",
        (USAGE,),
        'await workflow.sleep(options.USAGE_REST, summary="somebody does not answer")',
        "pass",
    ),
    Break("usage: ends although it was asked for again", (USAGE,), "elif self.woken == seen:", "else:"),
    Break("usage: an activity renamed", ("workflows", "activities"), "look_at_usage", "count_usage"),
    Break("usage: an answer's field renamed", (USAGE, "activities/usage.py"), "troubled", "silent"),
    Break("reconciliation: an activity renamed", ("workflows", "activities"), "reconcile_crm", "look_through_crm"),
    Break(
        "reconciliation: a timer added",
        (RECONCILIATION,),
        "        workflow.set_current_details(",
        "        await workflow.sleep(1)\n        workflow.set_current_details(",
    ),
    Break("sweep: an activity renamed", ("workflows", "activities"), "sweep_fleet", "sweep_all"),
    Break("sweep: the workflow renamed", (SWEEP,), '@workflow.defn(name="Sweep")', '@workflow.defn(name="Nightly")'),
    Break(
        "sweep: a timer added",
        (SWEEP,),
        "        return await workflow.execute_activity_method(",
        "        await workflow.sleep(1)\n        return await workflow.execute_activity_method(",
    ),
)


def plant(broken: Break, *, copy: Path) -> None:
    """Make that edit in a copy of the program. Fails when it no longer fits there: then it must be written anew."""
    places = [copy / name for name in broken.files]
    files = [file for place in places for file in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]
    planted = 0
    for file in files:
        source = file.read_text("utf-8")
        if broken.old in source:
            file.write_text(source.replace(broken.old, broken.new), "utf-8")
            planted += 1
    assert planted, f"{broken.name}: its lines are not in {', '.join(broken.files)} any more"
