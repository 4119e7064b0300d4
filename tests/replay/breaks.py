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
    """`old` becomes `new` wherever it stands in those files; a folder means every file in it.

    `shown_by` is a stored history that shows it: of those that do the shortest.
    """

    name: str
    files: tuple[str, ...]
    old: str
    new: str
    shown_by: str


BREAKS = (
    Break(
        "two steps swapped: shown before written",
        (ONBOARDING,),
        "                await self._take_turn(due)\n            self._publish()\n",
        "                self._publish()\n                await self._take_turn(due)\n",
        "database_hung_packed-1",
    ),
    Break("a timer removed", (ONBOARDING,), "            self.alarm.set(", f"            {NOTHING}", "low_touch-5"),
    Break(
        "a timer added",
        (ONBOARDING,),
        "        written = self.state.facts\n",
        "        written = self.state.facts\n        await workflow.sleep(1)\n",
        "low_touch-5",
    ),
    Break("no settling before a new run", (RUNS,), "    await workflow.sleep(", f"    {NOTHING}", "low_touch-5"),
    Break(
        "the alarm set anew at every turn",
        ("workflows/alarm.py",),
        "if self._at == at and",
        "if False and",
        "with_troubles-5",
    ),
    Break(
        "runs made shorter",
        ("workflows/options.py",),
        "EVENTS_OF_A_RUN = 150",
        "EVENTS_OF_A_RUN = 90",
        "left_open_packed-2",
    ),
    Break("an activity renamed", ("workflows", "activities"), "take_turn", "do_turn", "low_touch-5"),
    Break(
        "an activity run in another way",
        (ONBOARDING,),
        "workflow.execute_local_activity_method(",
        "workflow.execute_activity_method(",
        "low_touch-5",
    ),
    Break(
        "an activity called twice",
        (ONBOARDING,),
        "        self.unheard.clear()\n",
        "        self.unheard.clear()\n        await self._write(Bookkeeping.open_onboarding, opening, '')\n",
        "database_hung_packed-1",
    ),
    Break(
        "a workflow renamed",
        (ONBOARDING,),
        '@workflow.defn(name="Onboarding")',
        '@workflow.defn(name="CustomerOnboarding")',
        "low_touch-5",
    ),
    Break(
        "a child workflow renamed",
        (PROGRAMME,),
        '@workflow.defn(name="SuccessProgramme")',
        '@workflow.defn(name="Programme")',
        "low_touch-programme",
    ),
    Break(
        "a child workflow not started",
        (ONBOARDING,),
        "            await workflow.start_child_workflow(",
        f"            {NOTHING}",
        "low_touch-5",
    ),
    Break(
        "search attributes no longer shown",
        (ONBOARDING,),
        "workflow.upsert_search_attributes(updates)",
        "pass",
        "low_touch-5",
    ),
    Break("an update renamed", ("domain/news.py", "starter/cli"), '"sign_off"', '"approve"', "with_troubles-5"),
    Break(
        "news refused that was accepted",
        ("domain/news.py",),
        '    severity: Severity = "normal"\n    issue:',
        '    severity: Literal["high", "normal"] = "normal"\n    issue:',
        "with_troubles-3",
    ),
    Break(
        "news applied without a trace",
        (MILESTONES,),
        '    note(\n        state,\n        "sign_off_rejected",',
        f'    {NOTHING}\n        state,\n        "sign_off_rejected",',
        "with_troubles-3",
    ),
    Break(
        "news applied in another way",
        (MILESTONES,),
        "    milestone.rejections += 1\n",
        "    milestone.rejections += 2\n",
        "with_troubles-3",
    ),
    Break("a signal no longer heard", ("domain/news.py",), '    signal = "issue_raised"\n', "", "with_troubles-3"),
    Break("a carried field renamed", ("domain",), "hand_off_by", "hand_off_latest", "low_touch-5"),
    Break("a carried field renamed that is empty for most", ("domain",), "prolonging", "prolonged_by", "low_touch-5"),
    Break(
        "a carried field retyped",
        (STATE,),
        "    rejections: int = 0\n",
        "    rejections: bool = False\n",
        "with_troubles-4",
    ),
    Break(
        "a carried field without a default",
        (STATE,),
        "    opened: bool = False\n",
        "    opened: bool = False\n    region: str\n",
        "low_touch-5",
    ),
    Break(
        "the words changed that states are packed with",
        ("domain/agenda/packing.py",),
        'b\'"seen":["counts":',
        'b\'"seen":"counts":',
        "database_hung_packed-1",
    ),
    Break("a rule taken out of the closed set", (STATE,), '    "stuck",\n', "", "database_hung_packed-1"),
    Break("an answer's field renamed", ("domain",), "stage_opens", "stages_open_on", "with_troubles-3"),
    Break(
        "what is due judged in another way",
        (TIMING,),
        "if entry.due <= now and",
        "if entry.due + (now - now.replace(hour=0)) <= now and",
        "with_troubles-5",
    ),
    Break(
        "sender: looks again before it sends",
        (SENDER,),
        "            self._send(outbox.ready)\n            if self.woken != woken:\n                continue\n",
        "            if self.woken != woken:\n                continue\n            self._send(outbox.ready)\n",
        "sender_turned_one_by_one-1",
    ),
    Break(
        "sender: an activity renamed",
        ("workflows", "activities"),
        "deliver_notice",
        "deliver_message",
        "sender_turned_one_by_one-3",
    ),
    Break(
        "sender: waits for no message's hour",
        (SENDER,),
        "*([outbox.next_at] if outbox.next_at else [])",
        "",
        "mail_before_its_patch-1",
    ),
    Break(
        "sender: what failed does not rest",
        (SENDER,),
        "workflow.now() + options.REST",
        "workflow.now()",
        "mail_before_its_patch-1",
    ),
    Break(
        "sender: no new run when the server asks for one",
        ("workflows/runs.py",),
        "        or info.is_continue_as_new_suggested()\n",
        "",
        "sender_turned_one_by_one-1",
    ),
    Break(
        "introduction: a patch taken out",
        ("workflows/introduction.py",),
        'if workflow.patched("refuses-far-dates")',
        "if True",
        "expected_never-1",
    ),
    Break(
        "sender: a patch taken out",
        (SENDER,),
        'if workflow.patched("clears-up-whenever-woken")',
        "if True",
        "sender_turned_one_by_one-3",
    ),
    Break(
        "sender: an answer's field renamed",
        (SENDER, "activities/sender.py"),
        "next_at",
        "next_after",
        "mail_before_its_patch-1",
    ),
    Break(
        "sender: a patch taken out, of passes",
        (SENDER,),
        'if workflow.patched("sends-in-passes")',
        "if True",
        "sender_turned_one_by_one-3",
    ),
    Break(
        "sender: an activity renamed, of passes",
        ("workflows", "activities"),
        "send_what_waits",
        "send_everything",
        "sender_turned-3",
    ),
    Break(
        "sender: leaves no channel alone that is down",
        (SENDER,),
        "                await self._wait_for_the_channel()\n",
        "                await self._wait(woken, passed)\n",
        "channel_down-1",
    ),
    Break(
        "sender: what is in trouble is not tried alone",
        (SENDER,),
        "            self._send(passed.troubled)\n",
        "",
        "channel_down-1",
    ),
    Break(
        "sender: an answer's field renamed, of passes",
        (SENDER, "activities/sender.py"),
        "gave_up",
        "given_up",
        "channel_down-1",
    ),
    Break(
        "receiver: a timer removed",
        (RECEIVER,),
        "any_done(), timeout=timeout)",
        "any_done())",
        "deliveries_after_troubles-1",
    ),
    Break(
        "receiver: what is in trouble is not tried alone",
        (RECEIVER,),
        "            self._try_alone(passed)\n",
        "",
        "deliveries_after_troubles-1",
    ),
    Break(
        "receiver: an activity renamed",
        ("workflows", "activities"),
        "work_through_inbox",
        "empty_inbox",
        "receiver_turned-2",
    ),
    Break(
        "receiver: a signal no longer heard",
        (RECEIVER,),
        "    def nudge(self)",
        "    def prod(self)",
        "deliveries_after_troubles-1",
    ),
    Break(
        "usage: a timer removed",
        (USAGE,),
        'await workflow.sleep(options.USAGE_REST, summary="somebody does not answer")',
        "pass",
        "usage_of_the_silent-2",
    ),
    Break(
        "usage: ends although it was asked for again",
        (USAGE,),
        "elif self.woken == woken:",
        "else:",
        "usage_looked_at-1",
    ),
    Break(
        "usage: an activity renamed",
        ("workflows", "activities"),
        "look_at_usage",
        "count_usage",
        "usage_of_the_silent-2",
    ),
    Break(
        "usage: an answer's field renamed",
        (USAGE, "activities/usage.py"),
        "troubled",
        "silent",
        "usage_of_the_silent-2",
    ),
    Break(
        "reconciliation: an activity renamed",
        ("workflows", "activities"),
        "reconcile_crm",
        "look_through_crm",
        "crm_away-1",
    ),
    Break(
        "reconciliation: a timer added",
        (RECONCILIATION,),
        "        workflow.set_current_details(",
        "        await workflow.sleep(1)\n        workflow.set_current_details(",
        "crm_looked_through-1",
    ),
    Break(
        "sweep: an activity renamed", ("workflows", "activities"), "sweep_fleet", "sweep_all", "night_with_a_finding-1"
    ),
    Break(
        "sweep: the workflow renamed",
        (SWEEP,),
        '@workflow.defn(name="Sweep")',
        '@workflow.defn(name="Nightly")',
        "night_with_a_finding-1",
    ),
    Break(
        "sweep: a timer added",
        (SWEEP,),
        "        return await workflow.execute_activity_method(",
        "        await workflow.sleep(1)\n        return await workflow.execute_activity_method(",
        "night_with_a_finding-1",
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
