"""How does an onboarding stand? What updates and queries answer and what the Temporal UI shows."""

from datetime import datetime
from typing import Any

from domain.agenda.gates import prolonging_issues
from domain.agenda.state import MilestoneState, State
from domain.agenda.timing import next_entry, runs, stands
from domain.wire import Instant, Wire

NOTHING_AHEAD = "nothing by the key"
"""How the answer of `why` begins where the agenda does not know what it was asked about."""
NAMED_WAITS = 10
"""Most waits that are named: as many as people still read in a search attribute."""


class Progress(Wire):
    """The answer to every update, and to the query `progress`; the last three fields are about the update's news."""

    onboarding: str
    status: str
    day: int
    open_stages: tuple[str, ...] = ()
    waiting_for: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    next: str | None = None
    next_due: Instant | None = None
    go_live_due: Instant | None = None
    open_issues: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    owner: str = ""
    ending: str | None = None
    repeated: bool = False
    held: bool = False
    opened: str | None = None


class Outcome(Wire):
    """How the onboarding ended; `programme` is the workflow id of what follows, empty when nothing does."""

    onboarding: str
    ending: str
    exceptions: tuple[str, ...] = ()
    programme: str = ""


def status(state: State, now: datetime) -> str:
    """How an onboarding stands: as its plan does, and behind where its figures say so."""
    by_plan = status_of_plan(state, now)
    return "behind" if by_plan == "on_track" and state.figures_say == "behind" else by_plan


def status_of_plan(state: State, now: datetime) -> str:
    """How the plan stands: opening, failed (it never opened), on_track, behind, stuck, paused, or its ending."""
    if state.ending:
        return state.ending
    if not state.opened:
        return "failed" if state.failed else "opening"
    if state.ending_ahead:
        return "ending"
    if state.paused_at:
        return "paused"
    if state.stuck:
        return "stuck"
    behind = any(milestone.critical and milestone.due < now for milestone in state.milestones if not milestone.settled)
    return "behind" if behind else "on_track"


def late(state: State, now: datetime) -> list[str]:
    """Keys of the milestones that are overdue, optional ones left out."""
    open_ones = (milestone for milestone in state.milestones if not milestone.settled and not milestone.optional)
    return [milestone.key for milestone in open_ones if milestone.due < now]


def waiting_for(state: State) -> list[str]:
    """Who or what has to move: milestones whose gate is open, then what holds up hypercare or the hand-off."""
    if state.ending or state.ending_ahead:
        return []
    if state.paused_at:
        return ["resume"]
    open_stages = {stage.key for stage in state.stages if stage.status != "ahead"}
    ready = [
        milestone.key
        for milestone in state.milestones
        if not milestone.settled
        and milestone.stage in open_stages
        and not state.gate(milestone)
        and not _by_itself(milestone)
    ]
    if state.prolonged:
        ready = [*prolonging_issues(state), *ready]
    review = state.playing("review")
    if review is not None and review.settled:
        ready += [criterion for criterion in state.missing() if criterion not in ready]
    return ready[:NAMED_WAITS]


def _by_itself(milestone: MilestoneState) -> bool:
    return milestone.role == "hypercare_end"


def progress(
    state: State, now: datetime, *, repeated: bool = False, held: bool = False, opened: str | None = None
) -> Progress:
    """How the onboarding stands at `now`; `repeated`, `held` and `opened` are about the news that it answers."""
    entry = next_entry(state)
    go_live = state.playing("go_live")
    review = state.playing("review")
    return Progress(
        onboarding=state.onboarding,
        status=status(state, now),
        day=(now - state.closed_at).days if state.closed_at else 0,
        open_stages=tuple(stage.key for stage in state.stages if stage.status == "open"),
        waiting_for=tuple(waiting_for(state)),
        late=tuple(late(state, now)),
        next=entry.key if entry else None,
        next_due=entry.due if entry else None,
        go_live_due=go_live.due if go_live and not go_live.settled else None,
        open_issues=tuple(issue.key for issue in state.issues),
        unmet=tuple(state.missing()) if review is not None and review.settled else (),
        owner=state.owner,
        ending=state.ending,
        repeated=repeated,
        held=held,
        opened=opened,
    )


def agenda(state: State) -> list[dict[str, Any]]:
    """Everything that will happen by itself, soonest first."""
    ahead = sorted(
        (entry for entry in state.entries if stands(state, entry)), key=lambda entry: (entry.due, entry.slot)
    )
    return [
        {"key": entry.key, "due": entry.due.isoformat(), "rule": entry.rule, "about": entry.about} for entry in ahead
    ]


def plan(state: State) -> dict[str, Any]:
    """Stages and milestones with their dates; the reasons of each date are the store's (`day90 show`)."""
    return {
        "playbook": state.playbook,
        "stages": [{"key": stage.key, "title": stage.title, "status": stage.status} for stage in state.stages],
        "milestones": [
            {
                "key": milestone.key,
                "title": milestone.title,
                "stage": milestone.stage,
                "status": milestone.status,
                "due": milestone.due.isoformat(),
                "at": milestone.at.isoformat() if milestone.at else None,
                "waits_for": [] if milestone.settled else state.gate(milestone),
                "signers": milestone.signers,
            }
            for milestone in state.milestones
        ],
        "hand_off": {
            "from": state.hand_off_from.isoformat() if state.hand_off_from else None,
            "by": state.hand_off_by.isoformat() if state.hand_off_by else None,
            "unmet": state.unmet(),
        },
    }


def why(state: State, key: str, now: datetime) -> str:
    """Why something has not happened yet, or why it will not; what has happened is the journal's (`day90 why`)."""
    if state.ending and _is_to_come(state, key):
        return to_come_at_the_end(key)
    if (milestone := state.milestone(key)) is not None:
        return _why_milestone(state, milestone, now)
    if (correction := state.correction(key)) is not None:
        until = f", to have helped by {state.tasks[key]}" if key in state.tasks else ""
        return f"{key} is an open course correction for {correction.category}{until}"
    if (flag := state.flag(key)) is not None:
        return f"{key} is a red flag that has been up since {flag.since:%Y-%m-%d}"
    if key in state.tasks:
        return f"{key} is an open task, due on {state.tasks[key]}"
    for entry in state.entries:
        if key in (entry.key, entry.slot):
            held = "" if stands(state, entry) else ", but what it is about is settled, so it will not"
            paused = "" if runs(state, entry) else ", once the pause is over"
            return f"{entry.key} ({entry.rule}) will come at {entry.due.isoformat()}{paused}{held}"
    if (criterion := state.criterion(key)) is not None and criterion.against and not criterion.approved_by:
        others = " or ".join(id for id in state.approvers if id != criterion.attested_by) or "another approver"
        targets = ", ".join(criterion.against)
        return f"{criterion.attested_by} vouches for {key} against {targets}: it takes the approval of {others}"
    if key in state.unmet():
        return f"{key} does not hold yet, and the hand-off waits for it"
    return f"{NOTHING_AHEAD} {key!r} lies ahead; day90 why tells what has already happened"


def to_come_at_the_end(key: str) -> str:
    """What is said of a milestone or criterion that was not settled when the onboarding ended."""
    return f"{key} was still to come when the onboarding ended"


def _is_to_come(state: State, key: str) -> bool:
    """Whether it is a milestone that is not settled, or a criterion of the hand-off that does not hold."""
    milestone = state.milestone(key)
    return not milestone.settled if milestone is not None else key in state.unmet()


def _why_milestone(state: State, milestone: MilestoneState, now: datetime) -> str:
    if milestone.settled:
        at = milestone.at.isoformat() if milestone.at else "an unknown time"
        return f"{milestone.key} was {milestone.status} at {at}"
    overdue = ", overdue" if milestone.due < now else ""
    gate = state.gate(milestone)
    waits = f"; its gate waits for {', '.join(gate)}" if gate else ""
    signs = f"; it takes the sign-off of {' or '.join(milestone.signers)}" if milestone.signers else ""
    return f"{milestone.key} is open, due {milestone.due.isoformat()}{overdue}{waits}{signs}"
