"""May this milestone be reached, reopened, waived or signed off, and what changes then?"""

from datetime import datetime

from domain.agenda.gates import ask_again, note, prolonging_issues, reach
from domain.agenda.shown import agree, version_now
from domain.agenda.state import HeldSignal, MilestoneState, State
from domain.news import MilestoneReached, MilestoneReopened, MilestoneWaived, SignedOff, SignOffAskedAgain
from domain.refusal import Refused

LISTED = 40
"""Most keys that a refusal lists: enough for a whole playbook, short enough for a line of history."""

MOVES = ("replanned", "resumed", "milestone_reached", "milestone_waived", "milestone_reopened")
"""Facts that may move dates: what counts from a milestone follows its real day. Dates are set as they are written."""


def known(state: State, key: str) -> MilestoneState:
    """The milestone of that key. Raises Refused where the plan has none."""
    milestone = state.milestone(key)
    if milestone is None:
        keys = ", ".join(other.key for other in state.milestones[:LISTED])
        raise Refused(f"{key!r} is not in the plan of this onboarding, which has: {keys}", field="milestone")
    return milestone


def refuse_unless_gate_open(state: State, milestone: MilestoneState) -> None:
    if missing := state.gate(milestone):
        raise Refused(f"{milestone.key} has to wait for {', '.join(missing)}", field="milestone")


def check_reach(state: State, news: MilestoneReached) -> None:
    milestone = known(state, news.milestone)
    if milestone.settled:
        return
    if milestone.signers:
        signers = ", ".join(milestone.signers)
        raise Refused(f"{milestone.key} needs a sign-off by {signers}: use sign_off", field="milestone")
    if milestone.role == "hypercare_end":
        raise Refused(f"{milestone.key} comes by itself when hypercare is over", field="milestone")
    if not (news.hold and (is_held(state, milestone.key) or too_early(state, news))):
        refuse_unless_gate_open(state, milestone)


def apply_reach(state: State, news: MilestoneReached, now: datetime) -> bool:
    milestone = known(state, news.milestone)
    if milestone.settled or (news.hold and is_held(state, milestone.key)):
        return False
    if news.hold and too_early(state, news):
        hold(state, news, now)
    else:
        reach(state, milestone, news, now)
    return True


def too_early(state: State, news: MilestoneReached) -> bool:
    """Whether it can wait for its gate, which is shut, and nobody has reported it before."""
    milestone = state.milestone(news.milestone)
    if milestone is None or milestone.settled or milestone.signers or milestone.role == "hypercare_end":
        return False
    return bool(state.gate(milestone)) and not is_held(state, milestone.key)


def is_held(state: State, milestone: str) -> bool:
    """Whether it was reported before its gate is open, and waits for it."""
    return any(held.milestone == milestone for held in state.held)


def hold(state: State, news: MilestoneReached, now: datetime) -> None:
    """Keep it until its gate opens: then the milestone is reached by it."""
    held = news.model_dump(mode="json", exclude_defaults=True, exclude={"ignored", "hold"})
    held["at"] = (news.at or now).isoformat()
    state.held.append(HeldSignal(milestone=news.milestone, news=held))
    note(state, "signal_held", now, about=news.milestone, news=news)


def check_reopen(state: State, news: MilestoneReopened) -> None:
    milestone = known(state, news.milestone)
    if not milestone.settled:
        raise Refused(f"{milestone.key} is open already", field="milestone")
    if milestone.retired:
        raise Refused(
            f"{milestone.key} is no part of the playbook that this onboarding goes by now: go back to one that has it",
            field="milestone",
        )


def apply_reopen(state: State, news: MilestoneReopened, now: datetime) -> bool:
    milestone = known(state, news.milestone)
    _open_again(state, milestone)
    note(state, "milestone_reopened", now, about=milestone.key, news=news, reason=news.reason)
    return True


def _open_again(state: State, milestone: MilestoneState) -> None:
    milestone.status, milestone.at, milestone.asked = "open", None, False
    milestone.approvals, milestone.rejected_by, milestone.rework = [], [], False
    if milestone.role != "go_live":
        return
    state.hypercare_until, state.prolonged = None, False
    closing = state.playing("hypercare_end")
    if closing is not None and closing.settled and not closing.retired:
        _open_again(state, closing)


def check_waive(state: State, news: MilestoneWaived) -> None:
    milestone = known(state, news.milestone)
    if milestone.settled:
        raise Refused(f"{milestone.key} is {milestone.status} already", field="milestone")
    if milestone.role in ("go_live", "review"):
        raise Refused(
            f"{milestone.key} cannot be waived, the hand-off stands on it: end the onboarding instead",
            field="milestone",
        )
    if milestone.role == "hypercare_end" and (issues := prolonging_issues(state)):
        raise Refused(f"{milestone.key} cannot be waived while {', '.join(issues)} is open", field="milestone")
    refuse_unless_approver(state, news.by)


def refuse_unless_approver(state: State, by: str | None) -> None:
    if by not in state.approvers:
        raise Refused(f"this takes the approval of {' or '.join(state.approvers) or 'a manager'}", field="by")


def apply_waive(state: State, news: MilestoneWaived, now: datetime) -> bool:
    milestone = known(state, news.milestone)
    milestone.status, milestone.at = "waived", news.at or now
    note(state, "milestone_waived", milestone.at, about=milestone.key, news=news, reason=news.reason)
    return True


def check_sign_off(state: State, news: SignedOff) -> None:
    milestone = known(state, news.milestone)
    if not milestone.signers:
        raise Refused(f"{milestone.key} needs no sign-off: use reach_milestone", field="milestone")
    overrules = news.decision == "approve" and milestone.rejected_by and news.by in state.overrulers
    if news.by not in milestone.signers and not overrules:
        raise Refused(f"{milestone.key} may be signed by {' or '.join(milestone.signers)} only", field="by")
    if news.decision == "approve" and not milestone.settled:
        _refuse_unless_rejection_may_fall(state, milestone, news)
    if news.decision == "reject" and not news.reasons:
        raise Refused("a rejection says why", field="reasons")
    if news.decision == "reject" and milestone.settled:
        raise Refused(f"{milestone.key} is {milestone.status} already: use reopen_milestone", field="milestone")
    if not milestone.settled:
        refuse_unless_gate_open(state, milestone)
        _refuse_unless_shown_as_it_is(state, milestone, news)


def _refuse_unless_shown_as_it_is(state: State, milestone: MilestoneState, news: SignedOff) -> None:
    """Somebody signs what they have seen. Between their look and this another may have refused, or moved a date."""
    if news.version is None:
        return
    moving = milestone.of_plan and any(fact.kind in MOVES for fact in state.pending)
    if moving or not agree(news.version, version_now(state, milestone)):
        raise Refused(f"{milestone.key} has changed since its signer was shown it: show it anew", field="version")


def _refuse_unless_rejection_may_fall(state: State, milestone: MilestoneState, news: SignedOff) -> None:
    """A rejection stands until who rejected approves, or somebody overrules it who may, and says why."""
    others = [id for id in milestone.rejected_by if id != news.by]
    if not others:
        return
    rejected = f"{milestone.key} was rejected by {' and '.join(others)}"
    if news.by not in state.overrulers:
        may = "".join(f", or {id} may overrule it" for id in state.overrulers[:1])
        raise Refused(f"{rejected}: it takes their own approval{may}", field="by")
    if not (news.reasons or news.note):
        raise Refused(f"{rejected}: say why it is approved all the same", field="reasons")


def apply_sign_off(state: State, news: SignedOff, now: datetime) -> bool:
    milestone = known(state, news.milestone)
    if milestone.settled:
        return False
    if news.decision == "reject":
        _reject(state, milestone, news, now)
        return True
    overruled = [id for id in milestone.rejected_by if id != news.by]
    milestone.rejected_by = []
    data = {"overruled": overruled, "reasons": _reasons(news)} if overruled else {}
    if milestone.takes_all and not overruled:
        if news.by in milestone.approvals:
            return False
        milestone.approvals = [*milestone.approvals, str(news.by)]
        if missing := milestone.deciders:
            note(state, "sign_off_given", news.at or now, about=milestone.key, news=news, missing=missing)
            return True
    milestone.rework = False
    reach(state, milestone, news, now, **data)
    return True


def _reject(state: State, milestone: MilestoneState, news: SignedOff, now: datetime) -> None:
    reopened = [key for key in milestone.reopens if (other := state.milestone(key)) and other.settled]
    for key in reopened:
        _open_again(state, known(state, key))
    milestone.asked = False
    milestone.rejections += 1
    if state.goes_by(2):
        milestone.rework, milestone.approvals = True, []
        milestone.rejected_by = list(dict.fromkeys([*milestone.rejected_by, str(news.by)]))
    note(
        state,
        "sign_off_rejected",
        news.at or now,
        about=milestone.key,
        news=news,
        reasons=_reasons(news),
        reopened=reopened,
    )


def _reasons(news: SignedOff) -> list[str]:
    return [news.reasons] if isinstance(news.reasons, str) else list(news.reasons)


def check_ask_again(state: State, news: SignOffAskedAgain) -> None:
    milestone = known(state, news.milestone)
    if not milestone.rework:
        standing = "settled" if milestone.settled else "not rejected, or asked for again already"
        raise Refused(f"{milestone.key} is {standing}", field="milestone")
    refuse_unless_gate_open(state, milestone)


def apply_ask_again(state: State, news: SignOffAskedAgain, now: datetime) -> bool:
    ask_again(state, known(state, news.milestone), news, now, why="said")
    return True
