"""May the course change: pause, resume, a new date, owner or scope, an ending? And what changes then?"""

from datetime import date, datetime, timedelta
from typing import Any

from domain.agenda import corrections
from domain.agenda.gates import announce_end, ask_again, by_itself, end, note, reach
from domain.agenda.milestones import known, refuse_unless_approver
from domain.agenda.state import CriterionState, PauseSpan, State
from domain.agenda.tasks import put_off
from domain.news import (
    ContactAdded,
    ContactCorrected,
    ContactLeft,
    ContactReplaced,
    CorrectionChanged,
    CorrectionOpened,
    CriterionAttested,
    EndingTakenBack,
    FlagRaised,
    News,
    Noted,
    OnboardingEnded,
    Paused,
    Reassigned,
    Replanned,
    Resumed,
    RiskRecorded,
    ScopeChangeDecided,
    ScopeChangeRequested,
    SlotAgreed,
    TaskAdded,
    TaskChanged,
    WinRecorded,
)
from domain.refusal import Refused

FURTHEST = timedelta(days=730)
"""A date further ahead is a slip of the keyboard: no playbook is longer, and the holidays are known for three years."""

MOST_REQUESTS = 100
"""Most scope changes that may wait for a decision: ten times what the most patient manager lets wait."""


def check_pause(state: State, news: Paused) -> None:
    if state.paused_at:
        raise Refused(f"it has been paused since {state.paused_at:%Y-%m-%d}", field="pause")
    if news.at and state.pauses and news.at < state.pauses[-1].until:
        raise Refused(f"the pause before this one ended only at {state.pauses[-1].until.isoformat()}", field="at")


def apply_pause(state: State, news: Paused, now: datetime) -> bool:
    state.paused_at, state.pause_until = news.at or now, news.until
    # Its day moves by the pause; a fixed hour of the week stays.
    state.slots = [slot for slot in state.slots if slot.weekly]
    until = news.until.isoformat() if news.until else None
    note(state, "paused", state.paused_at, news=news, reason=news.reason, until=until)
    return True


def check_resume(state: State, _: Resumed) -> None:
    if not state.paused_at:
        raise Refused("it is not paused", field="resume")


def apply_resume(state: State, news: Resumed, now: datetime) -> bool:
    assert state.paused_at is not None, "checked"
    since, state.paused_at, state.pause_until = state.paused_at, None, None
    until = max(news.at or now, since)
    state.pauses.append(PauseSpan(since=since, until=until))
    lost = timedelta(days=(until.date() - since.date()).days)
    state.moved = {key: day + lost if day >= since.date() else day for key, day in state.moved.items()}
    if state.hand_off_moved and state.hand_off_moved >= since.date():
        state.hand_off_moved += lost
    _put_off(state, since, lost)
    tasks, corrected = corrections.put_off(state, put_off(state, since=since.date(), lost=lost))
    more: dict[str, Any] = {"tasks": tasks} if tasks else {}
    more |= {"corrections": corrected} if corrected else {}
    note(state, "resumed", news.at or now, news=news, since=since.isoformat(), **more)
    return True


def _put_off(state: State, since: datetime, lost: timedelta) -> None:
    """Put off what would end or open at once because its moment fell into the pause; the plan sets the exact dates."""
    if state.hypercare_until and state.hypercare_until > since:
        state.hypercare_until += lost
    if state.hand_off_from and state.hand_off_from > since:
        state.hand_off_from += lost
    for stage in state.stages:
        if stage.status == "ahead" and stage.opens > since:
            stage.opens += lost


def check_replan(state: State, news: Replanned) -> None:
    if news.milestone is None and news.hand_off_by is None:
        raise Refused("say which milestone moves, or by when the hand-off shall be", field="milestone")
    if news.milestone is None:
        return
    milestone = known(state, news.milestone)
    if milestone.settled:
        raise Refused(f"{milestone.key} is {milestone.status} already", field="milestone")
    if news.to is None:
        raise Refused("is missing: the new date, like 2027-01-29", field="to")


DATES: dict[type[News], tuple[str, ...]] = {
    Replanned: ("to", "hand_off_by"),
    Paused: ("until",),
    TaskAdded: ("due",),
    TaskChanged: ("due",),
    CorrectionOpened: ("due",),
    CorrectionChanged: ("due",),
}
"""Fields of news that hold a new date, by the kind of news."""
COMES_AND_GOES = (ContactAdded, ContactReplaced, ContactLeft)
"""Kinds of news of people who come or go, today, on a day that is past, or on one ahead."""

SINCE = (ContactCorrected, FlagRaised, CorrectionOpened)
"""Kinds of news that say since when something is so, which cannot lie ahead."""


def check_dates(news: News, now: datetime) -> None:
    """Raises Refused for a new date before today, a day allowed for time zones, or more than FURTHEST ahead.

    The hour of a meeting lies ahead.

    What is so is told once it is: the day since when cannot lie ahead. Who comes or goes may be told before the day.
    """
    if isinstance(news, COMES_AND_GOES) and news.since is not None and news.since - now.date() > FURTHEST:
        raise Refused(f"{news.since} is more than two years ahead", field="since")
    if isinstance(news, SINCE) and news.since is not None and (news.since - now.date()).days > 1:
        raise Refused(f"{news.since} lies ahead: say it on that day", field="since")
    if isinstance(news, SlotAgreed):
        if news.starts_at <= now:
            raise Refused(f"{news.starts_at.isoformat()} is past", field="starts_at")
        if news.starts_at - now > FURTHEST:
            raise Refused(f"{news.starts_at.isoformat()} is more than two years ahead", field="starts_at")
        return
    for field in DATES.get(type(news), ()):
        day: date | None = getattr(news, field)
        if day is None:
            continue
        if (day - now.date()).days < -1:
            raise Refused(f"{day} is past", field=field)
        if day - now.date() > FURTHEST:
            raise Refused(f"{day} is more than two years ahead", field=field)


def apply_replan(state: State, news: Replanned, now: datetime) -> bool:
    if news.milestone and news.to:
        state.moved[news.milestone] = news.to
    if news.hand_off_by:
        state.hand_off_moved = news.hand_off_by
    hand_off_by = str(news.hand_off_by) if news.hand_off_by else None
    data: dict[str, Any] = {"to": str(news.to) if news.to else None, "hand_off_by": hand_off_by}
    if news.alone:
        data["alone"] = True
    note(state, "replanned", now, about=news.milestone or "", news=news, reason=news.reason, **data)
    for milestone in state.milestones:
        answered = milestone.of_plan or milestone.key == news.milestone
        if milestone.rework and not milestone.reopens and answered and not state.gate(milestone):
            ask_again(state, milestone, news, now, why="replanned")
    return True


def check_reassign(state: State, news: Reassigned) -> None:
    if news.owner == state.owner:
        raise Refused(f"{news.owner} is the owner already", field="owner")


def apply_reassign(state: State, news: Reassigned, now: datetime) -> bool:
    before, state.owner = state.owner, news.owner
    note(state, "reassigned", now, about=news.owner, news=news, before=before, reason=news.reason)
    return True


def check_scope_request(state: State, news: ScopeChangeRequested) -> None:
    """Raises Refused beyond MOST_REQUESTS: a script gone wild must not make an onboarding too big to carry."""
    if news.request not in state.scope_requests and len(state.scope_requests) >= MOST_REQUESTS:
        raise Refused(f"{MOST_REQUESTS} requests wait for a decision already", field="request")


def apply_scope_request(state: State, news: ScopeChangeRequested, now: datetime) -> bool:
    key = news.request
    if key is not None and key in state.scope_requests:
        return False
    state.requests_made += 1
    while key is None and f"change-{state.requests_made}" in state.scope_requests:
        state.requests_made += 1
    key = key or f"change-{state.requests_made}"
    state.scope_requests[key] = news.title
    note(state, "scope_change_requested", now, about=key, news=news, title=news.title, effort_days=news.effort_days)
    return True


def check_scope_decision(state: State, news: ScopeChangeDecided) -> None:
    if news.request not in state.scope_requests:
        waiting = ", ".join(state.scope_requests) or "none"
        raise Refused(f"{news.request!r} is not waiting for a decision; waiting: {waiting}", field="request")
    refuse_unless_approver(state, news.by)


def apply_scope_decision(state: State, news: ScopeChangeDecided, now: datetime) -> bool:
    title = state.scope_requests.pop(news.request)
    data = {"decision": news.decision, "reason": news.reason, "title": title}
    note(state, "scope_change_decided", now, about=news.request, news=news, **data)
    return True


def apply_risk(state: State, news: RiskRecorded, now: datetime) -> bool:
    data = news.model_dump(mode="json", include={"title", "probability", "impact", "mitigation", "owner", "review_on"})
    data = {name: value for name, value in data.items() if value is not None}
    if news.came_true is not None:
        data["came_true"] = news.came_true
    note(state, "risk_recorded", news.at or now, about=news.risk, news=news, closed=news.closed, **data)
    return True


def apply_win(state: State, news: WinRecorded, now: datetime) -> bool:
    data: dict[str, Any] = {"title": news.title, "slot": news.slot, "baseline": news.baseline, "result": news.result}
    note(state, "win_recorded", news.at or now, news=news, **data)
    first = state.playing("first_value")
    if first is not None and not first.settled:
        reach(state, first, news, now, win=state.pending[-1].key.rpartition("/")[2])
    return True


def apply_note(state: State, news: Noted, now: datetime) -> bool:
    note(state, "noted", news.at or now, news=news)
    return True


def check_attest(state: State, news: CriterionAttested) -> None:
    criterion = state.criterion(news.criterion)
    if criterion is None or criterion.by != "attestation":
        keys = ", ".join(one.key for one in state.criteria if one.by == "attestation" and not one.retired)
        raise Refused(
            f"{news.criterion!r} is not a criterion that a person vouches for; those are: {keys}", field="criterion"
        )
    if not news.by:
        raise Refused("is missing: who vouches for it", field="by")
    asked = [other for other in state.criteria if other.by == "attestation" and not other.retired]
    others = [other for other in asked if other is not criterion]
    alone = news.by == state.owner and all(other.attested_by == state.owner for other in others)
    if news.holds and alone and state.goes_by(3):
        names = ", ".join(other.key for other in (*others, criterion))
        raise Refused(f"the owner alone cannot vouch for all of {names}: let the customer, or a colleague", field="by")


def apply_attest(state: State, news: CriterionAttested, now: datetime) -> bool:
    criterion = state.criterion(news.criterion)
    assert criterion is not None, "checked"
    at, by = news.at or now, news.by if news.holds else None
    data = {"reason": news.reason} if news.reason else {}
    if _approves(state, criterion, news):
        if criterion.approved_by is not None:
            return False
        criterion.approved_by = by
        note(state, "criterion_approved", at, about=criterion.key, news=news, vouched_by=criterion.attested_by, **data)
        return True
    if by == criterion.attested_by and (criterion.reasoned or not data):
        return False
    criterion.vouch(by, reasoned=bool(news.reason))
    note(state, "criterion_attested" if by else "criterion_withdrawn", at, about=criterion.key, news=news, **data)
    return True


def _approves(state: State, criterion: CriterionState, news: CriterionAttested) -> bool:
    """Whether that is an approver's yes to another person's word against figures."""
    contested = bool(criterion.against) and criterion.attested_by not in (None, news.by)
    return news.holds and contested and news.by in state.approvers


def check_end(state: State, news: OnboardingEnded) -> None:
    if state.ending_ahead is not None and news.grace_hours:
        ending = state.ending_ahead.news["ending"]
        raise Refused(f"it is about to end ({ending}): take that back first, or end it at once", field="ending")
    if news.ending == "handed_over":
        if unmet := state.unmet():
            raise Refused(f"{', '.join(unmet)} not met: use handed_over_with_exceptions and name them", field="ending")
        refuse_unless_approver(state, news.by)
        return
    if news.ending == "handed_over_with_exceptions":
        refuse_unless_approver(state, news.by)
        if unnamed := [key for key in state.unmet() if key not in news.exceptions]:
            raise Refused(
                f"every criterion that is not met has to be named, also {', '.join(unnamed)}", field="exceptions"
            )
        if not news.reason:
            raise Refused("is missing: why the customer is handed over all the same", field="reason")
        return
    if not news.reason:
        raise Refused(f"is missing: why it ends as {news.ending}", field="reason")


def apply_end(state: State, news: OnboardingEnded, now: datetime) -> bool:
    if news.grace_hours:
        announce_end(state, news, now)
        return True
    end(state, news, news.at or now)
    return True


def check_take_back(state: State, _: EndingTakenBack) -> None:
    if state.ending_ahead is None:
        raise Refused("no ending waits to be taken back", field="take_back_ending")
    if by_itself(state.ending_ahead):
        raise Refused(
            "all criteria hold, so the next moment would hand over again: withdraw the word for one of them, or pause",
            field="take_back_ending",
        )


def apply_take_back(state: State, news: EndingTakenBack, now: datetime) -> bool:
    assert state.ending_ahead is not None, "checked"
    ending, state.ending_ahead = state.ending_ahead.news["ending"], None
    note(state, "ending_taken_back", now, news=news, ending=ending, reason=news.reason)
    return True
