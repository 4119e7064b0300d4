"""What is due, and when does the onboarding wake up next? Decided by comparing dates and marks alone."""

from datetime import datetime

from domain.agenda import contacts, corrections
from domain.agenda.changing import drop_signals, lay_over
from domain.agenda.gates import note
from domain.agenda.receiving import take_in
from domain.agenda.state import PAUSE_PROOF, PUNCTUAL, Consequences, Entry, Fact, State


def due(state: State, now: datetime) -> list[Entry]:
    """The entries to act on now, oldest first."""
    if state.ending:
        return []
    ripe = [entry for entry in state.entries if entry.due <= now and runs(state, entry) and stands(state, entry)]
    return sorted(ripe, key=lambda entry: (entry.due, entry.slot))


def next_entry(state: State) -> Entry | None:
    """The entry for which the one alarm clock is set; None when only news can move the onboarding on."""
    if state.ending:
        return None
    waiting = [entry for entry in state.entries if runs(state, entry) and stands(state, entry)]
    return min(waiting, key=lambda entry: (wakes_at(state, entry), entry.slot), default=None)


def wakes_at(state: State, entry: Entry) -> datetime:
    """When the alarm clock rings for an entry, in business time: later by a jitter, as thousands are due at nine."""
    return entry.due if entry.rule in PUNCTUAL else entry.due + state.jitter


def runs(state: State, entry: Entry) -> bool:
    """Whether no pause holds the entry up: there is none, or the entry's rule goes on during one."""
    return not state.paused_at or entry.rule in PAUSE_PROOF


def stands(state: State, entry: Entry) -> bool:
    """Whether what the entry is about is still open."""
    if entry.rule == "contact_change":
        return True
    if state.ending_ahead is not None or entry.rule == "ending":
        return state.ending_ahead is not None and entry.rule == "ending"
    if entry.rule == "nudge":
        milestone = state.milestone(entry.about)
        return milestone is not None and not milestone.settled
    if entry.rule == "task":
        return entry.about in state.tasks
    if entry.rule == "service_level":
        return state.issue(entry.about) is not None
    if entry.rule == "pause_limit":
        return state.paused_at is not None
    if entry.rule == "draft":
        return state.draft(entry.about) is not None
    return True


def adopt(state: State, consequences: Consequences, *, acted_on: list[Entry], written: int) -> None:
    """Change the agenda as decided: what was acted on goes, what was put comes, facts up to `written` are journaled."""
    if consequences.skeleton is not None:
        lay_over(state, consequences.skeleton)
    if consequences.change_refused:
        state.playbook_ahead = None
    since = [fact for fact in state.pending if fact.seq > written]
    gone = {entry.key for entry in acted_on}
    state.looked_at = max((entry.due for entry in acted_on if entry.rule == "look"), default=state.looked_at)
    slots = {entry.slot for entry in consequences.put} | set(consequences.drop)
    others = [entry for entry in state.entries if entry.key not in gone and entry.slot not in slots]
    # Before the entries, of which one may be when a draft goes.
    state.drafts = [*state.drafts, *consequences.drafts]
    state.pending = [*since]
    # As well: some of them remind of corrections.
    corrections.adopt(state, consequences)
    for news in consequences.by_rule:
        take_in(state, news)
    state.entries = [*others, *(entry for entry in consequences.put if stands(state, entry))]
    replanned = {fact.about for fact in since if fact.kind == "replanned"}
    state.moved.update({key: day for key, day in consequences.moved.items() if key not in replanned})
    _adopt_weighed(state, consequences, since)
    if consequences.owner is not None and not any(fact.kind == "reassigned" for fact in since):
        state.owner = consequences.owner
    if consequences.approvers is not None:
        state.approvers = consequences.approvers
    if consequences.cast is not None:
        state.cast = consequences.cast
    if consequences.hand_off_grace is not None:
        state.hand_off_grace = consequences.hand_off_grace
    if consequences.invited is not None:
        state.invited = consequences.invited
    contacts.adopt(state, consequences)
    if not since:
        _adopt_dates(state, consequences)
    if consequences.skeleton is not None:
        # After what was written went: this is news of its own.
        drop_signals(state, consequences.skeleton.at)


def _adopt_weighed(state: State, consequences: Consequences, since: list[Fact]) -> None:
    """Set what figures say to a word, unless somebody has said something about that criterion meanwhile."""
    spoken = {fact.about for fact in since if fact.kind in ("criterion_attested", "criterion_withdrawn")}
    for criterion in state.criteria:
        if criterion.key in consequences.weighed and criterion.key not in spoken:
            criterion.weigh(consequences.weighed[criterion.key])


def _adopt_dates(state: State, consequences: Consequences) -> None:
    """Set the decided dates; never after fresh news, which they would undo and whose own turn brings new ones."""
    for milestone in state.milestones:
        milestone.due = consequences.dues.get(milestone.key, milestone.due)
    for stage in state.stages:
        stage.opens = consequences.stage_opens.get(stage.key, stage.opens)
    state.hand_off_from = consequences.hand_off_from or state.hand_off_from
    state.hand_off_by = consequences.hand_off_by or state.hand_off_by
    state.stuck = consequences.stuck
    if consequences.ends_at and state.ending_ahead is not None:
        state.ending_ahead.until = consequences.ends_at
    go_live = state.playing("go_live")
    if consequences.hypercare_until and go_live is not None and go_live.settled:
        state.hypercare_until = consequences.hypercare_until


def cancel(state: State, now: datetime) -> None:
    """End the onboarding after a cancellation in Temporal, with a fact that people are told of."""
    if state.ending is None:
        state.ending = "cancelled"
        note(state, "ended", now, ending="cancelled", reason="the workflow was cancelled in Temporal")
