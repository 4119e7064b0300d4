"""May an onboarding go by another version of its playbook, and what of its state stays then?"""

from datetime import datetime
from typing import TypeVar

from domain.agenda.gates import note
from domain.agenda.milestones import refuse_unless_approver
from domain.agenda.state import (
    CriterionState,
    HeldSignal,
    MilestoneState,
    PlaybookAhead,
    Skeleton,
    StageState,
    State,
)
from domain.news import News, PlaybookChanged, read_news, short
from domain.refusal import Refused

Part = TypeVar("Part", MilestoneState, StageState, CriterionState)

HAPPENED = ("status", "at", "asked", "rejections", "approvals", "rejected_by", "rework", "due")
"""What has happened to a milestone; the rest is what a playbook asks. Days of open ones are set anew by the turn."""
VOUCHED = ("attested_by", "reasoned", "weighed", "against", "approved_by")
"""What people have said to a criterion."""


def check_change(state: State, news: PlaybookChanged) -> None:
    refuse_unless_approver(state, news.by)
    ahead = state.playbook_ahead
    if news.when == "never":
        if ahead is None or state.change_due is not None:
            raise Refused("no change of the playbook waits to be withdrawn", field="when")
        return
    if news.to is None:
        raise Refused("is missing: the hash of the version; `day90 playbook plan` shows it", field="to")
    if ahead is not None:
        raise Refused(f"a change to {ahead.to[:12]} waits already: withdraw it first (when: never)", field="to")
    if news.to == state.playbook_hash:
        raise Refused("this onboarding goes by that version already", field="to")
    if reason := why_not_now(state):
        raise Refused(reason, field="to")
    if news.when == "next-stage" and all(stage.status != "ahead" for stage in state.stages):
        raise Refused("no stage lies ahead: change it now", field="when")


def why_not_now(state: State) -> str | None:
    """Why the playbook of an onboarding cannot be changed as it stands; None where it can."""
    if state.ending_ahead is not None:
        return "this onboarding is about to end: take that back first"
    if state.paused_at is not None:
        return "this onboarding is paused: change it once it has been resumed"
    review, go_live, closing = state.playing("review"), state.playing("go_live"), state.playing("hypercare_end")
    if review is not None and review.settled:
        return f"{review.key} is {review.status} already: only the hand-off is left"
    if go_live is not None and go_live.settled and closing is not None and not closing.settled:
        return f"this customer is in hypercare: change it once {closing.key} is reached"
    return None


def apply_change(state: State, news: PlaybookChanged, now: datetime) -> bool:
    if news.when == "never" or news.to is None:
        assert state.playbook_ahead is not None, "checked"
        to, state.playbook_ahead = state.playbook_ahead.to, None
        note(state, "playbook_change_withdrawn", now, about=to, news=news, reason=news.reason)
        return True
    note(state, "playbook_change_ordered", now, about=news.to, news=news, when=news.when, reason=news.reason)
    key = short(state.pending[-1].key)
    state.playbook_ahead = PlaybookAhead(to=news.to, key=key, when=news.when, by=news.by)
    return True


def lay_over(state: State, skeleton: Skeleton) -> None:
    """Let the onboarding go by what the skeleton asks for; what has happened to its parts stays as it is.

    What was settled, begun or vouched for and is not asked for any more stays, behind all else.
    """
    milestones = {milestone.key: milestone for milestone in state.milestones}
    asked = [_milestone(one, milestones.pop(one.key, None)) for one in skeleton.milestones]
    state.milestones = [*asked, *(_retired(one) for one in milestones.values() if one.settled)]
    stages = {stage.key: stage for stage in state.stages}
    begun = [_stage(one, stages.pop(one.key, None)) for one in skeleton.stages]
    state.stages = [*begun, *(_retired(one) for one in stages.values() if one.status != "ahead")]
    criteria = {criterion.key: criterion for criterion in state.criteria}
    vouched = [_criterion(one, criteria.pop(one.key, None)) for one in skeleton.criteria]
    state.criteria = [*vouched, *(_retired(one) for one in criteria.values() if one.attested_by is not None)]
    state.prolonging, state.overrulers = list(skeleton.prolonging), list(skeleton.overrulers)
    state.playbook_hash, state.playbook_ahead = skeleton.playbook_hash, None


def _milestone(asked: MilestoneState, live: MilestoneState | None) -> MilestoneState:
    happened = {} if live is None else {name: getattr(live, name) for name in HAPPENED}
    if not asked.signers:
        # Nobody is asked for what needs no signature; by a version that wants it again, they are asked again.
        happened["asked"] = False
    return asked.model_copy(update=happened)


def _stage(asked: StageState, live: StageState | None) -> StageState:
    if live is None or live.status == "ahead":
        return asked.model_copy()
    return asked.model_copy(update={"status": live.status, "opens": live.opens})


def _criterion(asked: CriterionState, live: CriterionState | None) -> CriterionState:
    same = live is not None and live.by == asked.by
    return asked.model_copy(update={name: getattr(live, name) for name in VOUCHED} if same else {})


def _retired(part: Part) -> Part:
    return part.model_copy(update={"retired": True})


def left_hanging(state: State) -> list[HeldSignal]:
    """The held signals that can reach nothing: their milestone is not there, or takes a sign-off."""
    return [held for held in state.held if (one := state.milestone(held.milestone)) is None or one.signers]


def drop_signals(state: State, at: datetime) -> None:
    """Drop the signals that came while the change was written, for a milestone that has gone; each leaves a fact."""
    for held in left_hanging(state):
        state.held.remove(held)
        news = read_news("reach_milestone", held.news)
        cause = News(via=news.via, by=news.by, news_id=short(f"{held.milestone} {news.news_id} {at.isoformat()}"))
        note(state, "signal_dropped", at, about=held.milestone, news=cause)
