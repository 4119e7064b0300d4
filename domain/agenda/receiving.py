"""Is this piece of news allowed now, and what does it change? The agenda's door for all that people and systems say."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from domain.agenda import changing, contacts, corrections, course, drafts, issues, meetings, milestones, tasks
from domain.agenda.gates import count, note, unfold
from domain.agenda.state import REMEMBERED_NEWS, State
from domain.news import (
    BY_RULE,
    LONGEST_NEWS_ID,
    AttendanceTold,
    ContactAdded,
    ContactCorrected,
    ContactLeft,
    ContactReplaced,
    CorrectionChanged,
    CorrectionClosed,
    CorrectionOpened,
    CriterionAttested,
    DraftEdited,
    DraftSent,
    DraftStopped,
    EndingTakenBack,
    FlagLowered,
    FlagRaised,
    IssueAcknowledged,
    IssueNotSolved,
    IssueRaised,
    IssueResolved,
    MilestoneReached,
    MilestoneReopened,
    MilestoneWaived,
    News,
    Noted,
    OnboardingEnded,
    Paused,
    PlaybookChanged,
    Reassigned,
    Replanned,
    Resumed,
    RiskRecorded,
    ScopeChangeDecided,
    ScopeChangeRequested,
    SignedOff,
    SignOffAskedAgain,
    SlotAgreed,
    TaskAdded,
    TaskChanged,
    TaskClosed,
    WinRecorded,
    read_news,
    short,
)
from domain.refusal import Refused

CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""How far ahead of ours a sender's clock may be before "it happened in the future" is an error of the sender."""

JUST_OPENING = "this onboarding is just being opened"
"""The one refusal after which the same news is worth sending again: doors do it by themselves."""

Check = Callable[[State, Any], None]
Apply = Callable[[State, Any, datetime], bool]

OPENING_FACTS = frozenset(
    {"issue_raised", "issue_judged_anew", "scope_change_requested", "task_added", "correction_opened"}
)
"""Kinds of facts whose `about` is the key under which what the news opened goes from then on."""


def _anything_goes(_: State, __: Any) -> None:
    return


RULES: dict[type[News], tuple[Check, Apply]] = {
    MilestoneReached: (milestones.check_reach, milestones.apply_reach),
    MilestoneReopened: (milestones.check_reopen, milestones.apply_reopen),
    MilestoneWaived: (milestones.check_waive, milestones.apply_waive),
    SignedOff: (milestones.check_sign_off, milestones.apply_sign_off),
    SignOffAskedAgain: (milestones.check_ask_again, milestones.apply_ask_again),
    IssueRaised: (issues.check_raise, issues.apply_raise),
    IssueAcknowledged: (issues.check_open, issues.apply_acknowledge),
    IssueResolved: (issues.check_open, issues.apply_resolve),
    IssueNotSolved: (issues.check_not_solved, issues.apply_not_solved),
    Paused: (course.check_pause, course.apply_pause),
    Resumed: (course.check_resume, course.apply_resume),
    Replanned: (course.check_replan, course.apply_replan),
    Reassigned: (course.check_reassign, course.apply_reassign),
    ContactAdded: (contacts.check_add, contacts.apply_add),
    ContactCorrected: (contacts.check_correct, contacts.apply_correct),
    ContactReplaced: (contacts.check_replace, contacts.apply_replace),
    ContactLeft: (contacts.check_leave, contacts.apply_leave),
    ScopeChangeRequested: (course.check_scope_request, course.apply_scope_request),
    ScopeChangeDecided: (course.check_scope_decision, course.apply_scope_decision),
    RiskRecorded: (_anything_goes, course.apply_risk),
    WinRecorded: (_anything_goes, course.apply_win),
    CriterionAttested: (course.check_attest, course.apply_attest),
    Noted: (_anything_goes, course.apply_note),
    TaskAdded: (tasks.check_add, tasks.apply_add),
    TaskChanged: (tasks.check_change, tasks.apply_change),
    TaskClosed: (tasks.check_close, tasks.apply_close),
    FlagRaised: (corrections.check_raise, corrections.apply_raise),
    FlagLowered: (corrections.check_lower, corrections.apply_lower),
    CorrectionOpened: (corrections.check_open, corrections.apply_open),
    CorrectionChanged: (corrections.check_change, corrections.apply_change),
    CorrectionClosed: (corrections.check_close, corrections.apply_close),
    SlotAgreed: (meetings.check_agree, meetings.apply_agree),
    AttendanceTold: (meetings.check_attend, meetings.apply_attend),
    DraftEdited: (drafts.check_edit, drafts.apply_edit),
    DraftSent: (drafts.check_send, drafts.apply_send),
    DraftStopped: (drafts.check_stop, drafts.apply_stop),
    OnboardingEnded: (course.check_end, course.apply_end),
    EndingTakenBack: (course.check_take_back, course.apply_take_back),
    PlaybookChanged: (changing.check_change, changing.apply_change),
}
"""How each kind of news is checked and applied; tests/repository/test_updates.py says what a new one lacks."""


def repeated(state: State, news: News) -> bool:
    """Whether news of that id was applied before."""
    return news.news_id is not None and news.news_id in state.seen


def check(state: State, news: News, now: datetime) -> None:
    """Raises Refused with a business reason; a repetition of applied news is never refused."""
    if repeated(state, news):
        return
    _check_moment(state, news, now)
    RULES[type(news)][0](state, news)


def _check_moment(state: State, news: News, now: datetime) -> None:
    """Whether anything can be said now at all, and about that time."""
    if state.failed:
        raise Refused("this onboarding was never opened: Temporal says why its workflow failed")
    if not state.opened:
        raise Refused(f"{JUST_OPENING}: send it again in a moment")
    if state.ending:
        raise Refused(f"this onboarding has ended ({state.ending})")
    if news.at and news.at > now + CLOCKS_DIFFER_BY:
        raise Refused(f"{news.at.isoformat()} lies in the future", field="at")
    if news.at and state.closed_at and news.at < state.closed_at:
        raise Refused(f"{news.at.isoformat()} lies before the deal was closed", field="at")
    course.check_dates(news, now)


def apply(state: State, news: News, now: datetime) -> bool:
    """Change the state by news that `check` let through. False when the news said nothing new: then nothing changed."""
    if repeated(state, news):
        return False
    _remember(state, news)
    if not RULES[type(news)][1](state, news, now):
        return False
    # As a held signal: it says nothing of those who work until its gate opens. Nor does another playbook, or our rules:
    # a flag about silence must not break it.
    if not (held_back(state, news) or isinstance(news, PlaybookChanged) or news.via == BY_RULE):
        state.last_news, state.stuck = now, False
    unfold(state, now)
    return True


def take_in(state: State, raw: dict[str, Any]) -> None:
    """Apply news that a turn itself has brought; what is not so any more, by what was said meanwhile, is left out."""
    news = read_news(raw["update"], {name: value for name, value in raw.items() if name != "update"})
    assert news.at is not None, "a turn says when it was"
    try:
        check(state, news, news.at)
    except Refused:
        return
    apply(state, news, news.at)


def held_back(state: State, news: News) -> bool:
    """Whether this news, which may wait, or earlier news of the same milestone is held until the gate opens."""
    return isinstance(news, MilestoneReached) and news.hold and milestones.is_held(state, news.milestone)


def opened_by(state: State, news: News) -> str | None:
    """Key of the issue, scope change, task or correction that this news opened, or of the issue that it judged anew.

    None for any other news, and once the journal has it: then it stands there, under the news' id.
    """
    if not news.opens or news.news_id is None:
        return None
    cause = short(news.news_id)
    facts = (fact for fact in state.pending if fact.kind in OPENING_FACTS and fact.key.endswith(f"/{cause}"))
    return next((fact.about for fact in facts), None)


def hear(state: State, kind: str, raw: Any, now: datetime) -> None:
    """Take what a system states as a fact: apply it, hold it until its gate opens, or record it as harmless."""
    number = count(state, "signals")
    id = _id_of(raw) or f"signal {number} {kind}"
    this_time = short(f"{id} {number}")
    try:
        news = read_news(kind, {**raw, "news_id": id} if isinstance(raw, dict) else raw)
        if repeated(state, news):
            note(state, "repeated_news", now, news=news.model_copy(update={"news_id": this_time}), update=kind)
            return
        _check_moment(state, news, now)
        if isinstance(news, MilestoneReached) and milestones.too_early(state, news):
            _remember(state, news)
            milestones.hold(state, news, now)
            return
        check(state, news, now)
    except Refused as refusal:
        refused = {"update": kind, "field": refusal.field, "reason": refusal.reason[:500]}
        note(state, "news_refused", now, news=News(news_id=this_time), **refused)
        return
    if not apply(state, news, now):
        note(state, "repeated_news", now, news=news.model_copy(update={"news_id": this_time}), update=kind)


def _id_of(raw: Any) -> str | None:
    """The id that the sender gave, if any. A signal without one goes by its number: signals never change places."""
    named = raw.get("news_id") if isinstance(raw, dict) else None
    return named if isinstance(named, str) and 0 < len(named) <= LONGEST_NEWS_ID else None


def _remember(state: State, news: News) -> None:
    if news.news_id is not None:
        state.seen = [*state.seen, news.news_id][-REMEMBERED_NEWS:]
