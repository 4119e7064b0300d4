"""What do readers of the Temporal UI see of an onboarding? Summaries of its timers, and its details in Markdown."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import agenda
    from domain.agenda import Entry, Progress, State

SHORT = 180
"""Most characters of a summary: Temporal takes 400 bytes, which is two a character and some to spare."""
RULES = {
    "nudge": "follow up",
    "cadence": "meeting or report",
    "open_stage": "stage opens",
    "stuck": "look whether it is stuck",
    "service_level": "issue deadline",
    "hypercare": "end of hypercare",
    "pause_limit": "decide about the pause",
    "hand_off": "hand-off window",
    "draft": "a message goes that waits to be read",
    "ending": "the ending counts",
    "task": "task",
    "look": "look at the figures",
    "contact_change": "somebody leaves or comes",
}
MARKS = {"open": "▶", "closed": "✓", "ahead": "·", "reached": "✓", "waived": "–"}


def summary_of(state: State, entry: Entry) -> str:
    """What a timer is for, like `follow up: UAT signed off, 2027-01-04`."""
    return f"{_in_words(entry.rule, [_about(state, entry)])[:SHORT]}, {entry.due:%Y-%m-%d}"


def _in_words(rule: str, abouts: list[str]) -> str:
    about = ", ".join(filter(None, abouts))
    return f"{RULES.get(rule, rule)}: {about}" if about else RULES.get(rule, rule)


def _about(state: State, entry: Entry) -> str:
    milestone = state.milestone(entry.about)
    return milestone.title if milestone else entry.about.replace("_", " ")


def turn_in_words(state: State, entries: list[Entry]) -> str:
    """What one turn is about, for the activity's summary: `follow up: Kickoff meeting held, Data mapped`."""
    news = [f"{fact.kind.replace('_', ' ')} {fact.about}".strip() for fact in state.pending]
    due: dict[str, list[str]] = {}
    for entry in entries:
        due.setdefault(entry.rule, []).append(_about(state, entry))
    return "; ".join([*news, *(_in_words(rule, abouts) for rule, abouts in due.items())])[:SHORT] or "nothing new"


def details(state: State, progress: Progress) -> str:
    """The current details in Markdown: the status in a sentence, the stages, what is waited for, what comes next."""
    owner = f"playbook {state.playbook} · owner {state.owner}"
    lines = [
        f"**{progress.status.replace('_', ' ')}** · day {progress.day} · {owner}",
        "",
        "| stage | milestones |",
        "| --- | --- |",
    ]
    for stage in state.stages:
        milestones = [milestone for milestone in state.milestones if milestone.stage == stage.key]
        done = sum(milestone.settled for milestone in milestones)
        lines.append(f"| {MARKS[stage.status]} {stage.title} | {done} of {len(milestones)} |")
    lines += ["", f"Waiting for: {_waits(state, progress.waiting_for)}"]
    if progress.late:
        lines += ["", f"Overdue: {_waits(state, progress.late)}"]
    if progress.open_issues:
        lines += ["", f"Open issues: {', '.join(progress.open_issues)}"]
    entry = agenda.next_entry(state)
    if entry is not None:
        lines += ["", f"Next by itself: {summary_of(state, entry)}"]
    return "\n".join(lines)


def _waits(state: State, keys: tuple[str, ...]) -> str:
    named = []
    for key in keys:
        milestone = state.milestone(key)
        named.append(f"{milestone.title} (due {milestone.due:%a %d %b %Y})" if milestone else key.replace("_", " "))
    return ", ".join(named) or "nothing"
