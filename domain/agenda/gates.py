"""What follows at once when something has happened? Stages turn, gates open, hypercare closes, the hand-off comes."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.agenda.state import DraftState, EndingAhead, Fact, MilestoneState, State
from domain.news import HANDED_OVER, News, OnboardingEnded, read_news, short

MADE_BY_TIME = "day90"
"""By which way something came that nobody has told: time has passed, or a rule holds."""


def note(state: State, kind: str, at: datetime, *, about: str = "", news: News | None = None, **data: Any) -> None:
    """Add a fact that waits for the journal, under a key that names its cause: the news, or which time this is."""
    state.facts += 1
    named = f"fact/{kind}/{about}" if about else f"fact/{kind}"
    cause = short(news.news_id) if news is not None and news.news_id else str(count(state, named))
    fact = Fact(seq=state.facts, key=f"{named}/{cause}", kind=kind, at=at, about=about, data=data)
    if news is not None:
        fact.by, fact.via, fact.proved, fact.note = news.by, news.via, news.proved, news.note
        if news.ignored:
            fact.data["ignored_fields"] = list(news.ignored)
        if news.evidence:
            fact.data["evidence"] = [news.evidence] if isinstance(news.evidence, str) else list(news.evidence)
    state.pending.append(fact)


def count(state: State, what: str) -> int:
    """Which time this is, counted from 1; a task that is tried again counts the same."""
    state.counts[what] = state.counts.get(what, 0) + 1
    return state.counts[what]


def reach(state: State, milestone: MilestoneState, news: News, now: datetime, **data: Any) -> None:
    milestone.status = "reached"
    milestone.at = news.at or now
    if state.goes_by(2):
        milestone.asked = False
    note(state, "milestone_reached", milestone.at, about=milestone.key, news=news, **data)


def ask_again(state: State, milestone: MilestoneState, news: News, now: datetime, *, why: str) -> None:
    """Ask for a sign-off that was rejected, since something was done about it: `replanned` or `said`."""
    milestone.asked, milestone.rework = True, False
    note(state, "sign_off_asked", now, about=milestone.key, news=news, why=why)


def unfold(state: State, now: datetime) -> bool:
    """Draw every consequence that needs no decision. Returns whether there was one; a second call changes nothing."""
    if not state.opened:
        return False
    anything = False
    # What is about to end asks nobody for anything more; taken back, it goes on from where it was.
    while not state.ending and any(step(state, now) for step in (BEFORE_AN_ENDING if state.ending_ahead else STEPS)):
        anything = True
    return anything


def announce_end(state: State, news: OnboardingEnded, now: datetime) -> None:
    """Decide on an ending that counts after its grace, and can be taken back until then."""
    held = news.model_dump(mode="json", exclude_defaults=True, exclude={"ignored", "at"})
    state.ending_ahead = EndingAhead(news=held, since=now)
    data: dict[str, Any] = {"ending": news.ending, "reason": news.reason, "exceptions": list(news.exceptions)}
    note(state, "ending_announced", now, news=news, **data, grace_hours=news.grace_hours)


def end(state: State, news: OnboardingEnded, at: datetime) -> None:
    """End it by that news; of its exceptions those count that do not hold. What waits to tell of it goes."""
    ahead, state.ending = state.ending_ahead, news.ending
    state.exceptions = [key for key in state.unmet() if key in news.exceptions]
    data: dict[str, Any] = {"ending": news.ending, "reason": news.reason, "exceptions": state.exceptions}
    if ahead is not None and ahead.news["ending"] == news.ending:
        for draft in [draft for draft in state.drafts if draft.goes_with_the_ending]:
            let_go(state, draft, _of_its_own(draft), at)
        if ahead.message:
            data["message"] = ahead.message
    state.ending_ahead = None
    note(state, "ended", at, news=news, **data)


def missing_for(state: State, ahead: EndingAhead) -> list[str]:
    """What keeps that ending from counting: criteria of a hand-over that do not hold, and were not let pass."""
    news = OnboardingEnded.model_validate(ahead.news)
    return [key for key in state.unmet() if key not in news.exceptions] if news.ending in HANDED_OVER else []


def by_itself(ahead: EndingAhead) -> bool:
    """Whether nobody has decided it: all criteria held, so the customer is handed over."""
    return ahead.news.get("via") == MADE_BY_TIME and not ahead.news.get("by")


def conclude(state: State, ahead: EndingAhead, now: datetime) -> None:
    """Let the ending count that was decided; what is not so any more when it counts hands nobody over."""
    news = OnboardingEnded.model_validate(ahead.news)
    if missing := missing_for(state, ahead):
        state.ending_ahead = None
        reason = f"by then it did not hold: {', '.join(missing)}"
        note(state, "ending_taken_back", now, ending=news.ending, reason=reason)
    else:
        end(state, news, now)


def _let_go(state: State, now: datetime) -> bool:
    ahead = state.ending_ahead
    if ahead is None:
        return False
    no_more = by_itself(ahead) and (state.paused_at or missing_for(state, ahead))
    if no_more and state.paused_at:
        state.ending_ahead = None
        note(state, "ending_taken_back", now, ending=ahead.news["ending"], reason="it was paused")
    elif no_more or (ahead.until is not None and now >= ahead.until):
        conclude(state, ahead, now)
    else:
        return False
    return True


def _apply_held_signals(state: State, now: datetime) -> bool:
    for held in state.held:
        milestone = state.milestone(held.milestone)
        if milestone is None or milestone.settled:
            state.held.remove(held)
            return True
        if not state.gate(milestone):
            state.held.remove(held)
            reach(state, milestone, read_news("reach_milestone", held.news), now)
            return True
    return False


def _turn_stages(state: State, now: datetime) -> bool:
    turned = False
    of_stage = defaultdict[str, list[MilestoneState]](list)
    for milestone in state.milestones:
        of_stage[milestone.stage].append(milestone)
    for stage in state.stages:
        milestones = of_stage[stage.key]
        may_open = all((other := state.milestone(key)) is None or other.settled for key in stage.after)
        # A first value may come long before the stage in which it is due.
        at_work = any(milestone.settled for milestone in milestones if milestone.role != "first_value")
        if stage.status == "ahead" and ((may_open and now >= stage.opens and not state.paused_at) or at_work):
            stage.status, turned = "open", True
            note(state, "stage_opened", now, about=stage.key)
            if state.playbook_ahead is not None:
                state.playbook_ahead.when = "now"
        complete = all(milestone.settled or milestone.optional for milestone in milestones)
        if stage.status == "open" and complete:
            stage.status, turned = "closed", True
            note(state, "stage_closed", now, about=stage.key)
        elif stage.status == "closed" and not complete:
            stage.status, turned = "open", True
            note(state, "stage_reopened", now, about=stage.key)
    return turned


def _ask_for_sign_offs(state: State, now: datetime) -> bool:
    asked = False
    for milestone in state.milestones:
        if milestone.signers and not milestone.settled and not milestone.asked and not state.gate(milestone):
            if milestone.rework and not _worked_on(state, milestone):
                continue
            if milestone.rework:
                note(state, "sign_off_asked", now, about=milestone.key, why="worked_on")
            else:
                note(state, "sign_off_asked", now, about=milestone.key)
            milestone.asked, milestone.rework, asked = True, False, True
    return asked


def _worked_on(state: State, milestone: MilestoneState) -> bool:
    """Whether all that its rejection opened again has been reached again; where it opens nothing, a person says so."""
    opened_again = [other for key in milestone.reopens if (other := state.milestone(key))]
    return bool(opened_again) and all(other.settled for other in opened_again)


def prolonging_issues(state: State) -> list[str]:
    return [issue.key for issue in state.issues if issue.severity in state.prolonging]


def _close_hypercare(state: State, now: datetime) -> bool:
    closing = state.playing("hypercare_end")
    if closing is None or closing.settled or state.hypercare_until is None or state.paused_at:
        return False
    if now < state.hypercare_until or state.gate(closing):
        return False
    if issues := prolonging_issues(state):
        if state.prolonged:
            return False
        state.prolonged = True
        note(state, "hypercare_prolonged", now, about=closing.key, issues=issues)
        return True
    reach(state, closing, News(via=MADE_BY_TIME), now)
    return True


def _hand_over(state: State, now: datetime) -> bool:
    review = state.playing("review")
    if review is None or not review.settled or state.unmet() or state.hand_off_from is None or state.paused_at:
        return False
    if now < state.hand_off_from:
        return False
    if state.hand_off_grace:
        news = OnboardingEnded(ending="handed_over", grace_hours=state.hand_off_grace, via=MADE_BY_TIME)
        announce_end(state, news, now)
        return True
    state.ending = "handed_over"
    note(state, "ended", now, ending="handed_over")
    return True


def let_go(state: State, draft: DraftState, news: News, now: datetime) -> None:
    """Send a draft, which reaches the milestone that stands for it, where that can be reached."""
    state.drafts = [other for other in state.drafts if other.key != draft.key]
    if draft.goes_with_the_ending and state.ending_ahead is not None:
        state.ending_ahead.message = "sent"
    note(state, "draft_sent", news.at or now, about=draft.key, news=news, message=draft.kind, occasion=draft.occasion)
    milestone = state.milestone(draft.reaches) if draft.reaches else None
    if milestone is not None and not (milestone.settled or milestone.signers or state.gate(milestone)):
        # Without the news' id: told again, it would be the milestone's own news.
        reach(state, milestone, news.model_copy(update={"news_id": None, "note": None, "evidence": None}), now)


def _of_its_own(draft: DraftState) -> News:
    """What happens to a draft by itself, under a name that needs no count: each would be carried for ever."""
    return News(via=MADE_BY_TIME, news_id=f"{draft.key} {draft.since.isoformat()}")


def _overtaken(state: State, draft: DraftState, now: datetime) -> str:
    """Why nobody needs to hear of what the draft is about any more; empty where they do."""
    ahead = state.ending_ahead
    if draft.goes_with_the_ending:
        # Written for one that was taken back meanwhile, it says nothing of the one that was decided since.
        return "" if ahead is not None and ahead.since <= draft.since else "the ending was taken back"
    if draft.while_late is None:
        return ""
    late = state.milestone(draft.while_late)
    if late is None or late.settled:
        return f"{draft.while_late} is done"
    if state.paused_at:
        # It was paused as the sponsor would be asked to, or it has days of grace afterwards.
        return "it was paused"
    return f"{draft.while_late} is not late any more" if late.due > now else ""


def _stop_overtaken(state: State, now: datetime) -> bool:
    """Stop what nobody needs to read: of an ending that was taken back, and of what is not late any more."""
    for draft in state.drafts:
        if reason := _overtaken(state, draft, now):
            state.drafts = [other for other in state.drafts if other.key != draft.key]
            facts = {"message": draft.kind, "reason": reason}
            note(state, "draft_stopped", now, about=draft.key, news=_of_its_own(draft), **facts)
            return True
    return False


def _settle_drafts(state: State, now: datetime) -> bool:
    """Let those go whose time has come; nobody needs one any more whose milestone came without it.

    Nor is anybody introduced after the kickoff.
    """
    for draft in state.drafts:
        meant = state.milestone(draft.reaches) if draft.reaches else None
        met = state.playing("kickoff") if draft.kind == "introduction" else None
        milestone = next((other for other in (meant, met) if other and other.settled), None)
        if milestone is not None:
            state.drafts = [other for other in state.drafts if other.key != draft.key]
            facts = {"message": draft.kind, "milestone": milestone.key}
            note(state, "draft_stopped", now, about=draft.key, news=_of_its_own(draft), **facts)
            return True
        entry = next((entry for entry in state.entries if (entry.rule, entry.about) == ("draft", draft.key)), None)
        if entry is not None and now >= entry.due and not (state.paused_at or state.ending_ahead):
            let_go(state, draft, _of_its_own(draft), now)
            return True
    return False


STEPS: tuple[Callable[[State, datetime], bool], ...] = (
    _apply_held_signals,
    _stop_overtaken,
    _settle_drafts,
    _turn_stages,
    _ask_for_sign_offs,
    _close_hypercare,
    _hand_over,
)
BEFORE_AN_ENDING = (_stop_overtaken, _let_go)
