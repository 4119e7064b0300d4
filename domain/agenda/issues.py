"""May this issue be raised, acknowledged or resolved, and what changes then?"""

from datetime import datetime

from domain.agenda.gates import note
from domain.agenda.state import IssueState, State
from domain.news import IssueAcknowledged, IssueNotSolved, IssueRaised, IssueResolved
from domain.refusal import Refused

REMEMBERED = 20
"""Resolved issues that somebody may still call unsolved: of the last weeks of a busy onboarding."""
MOST_OPEN = 200
"""Most issues that may be open at a time: more are a matter for the help desk, not for one onboarding's agenda."""


def check_raise(state: State, news: IssueRaised) -> None:
    existing = state.issue(news.issue) if news.issue else None
    if existing is None and len(state.issues) >= MOST_OPEN:
        raise Refused(f"{MOST_OPEN} issues are open already", field="issue")


def apply_raise(state: State, news: IssueRaised, now: datetime) -> bool:
    """Open an issue, or set the severity of the one with that key. Returns whether anything changed."""
    existing = state.issue(news.issue) if news.issue else None
    if existing is not None:
        if existing.severity == news.severity:
            return False
        existing.severity = news.severity
        note(state, "issue_judged_anew", now, about=existing.key, news=news, severity=news.severity, title=news.title)
        return True
    state.issues_raised += 1
    while news.issue is None and state.issue(f"issue-{state.issues_raised}"):
        state.issues_raised += 1
    key = news.issue or f"issue-{state.issues_raised}"
    issue = IssueState(key=key, severity=news.severity, since=news.at or now, title=news.title, by=news.by)
    state.issues.append(issue)
    note(state, "issue_raised", issue.since, about=issue.key, news=news, severity=issue.severity, title=news.title)
    return True


def _open_issue(state: State, key: str) -> IssueState:
    issue = state.issue(key)
    if issue is None:
        open_ones = ", ".join(other.key for other in state.issues) or "none"
        raise Refused(f"{key!r} is not an open issue; open: {open_ones}", field="issue")
    return issue


def check_open(state: State, news: IssueAcknowledged | IssueResolved) -> None:
    _open_issue(state, news.issue)


def apply_acknowledge(state: State, news: IssueAcknowledged, now: datetime) -> bool:
    issue = _open_issue(state, news.issue)
    if issue.acknowledged:
        return False
    issue.acknowledged = True
    note(
        state,
        "issue_acknowledged",
        news.at or now,
        about=issue.key,
        news=news,
        severity=issue.severity,
        title=issue.title,
    )
    return True


def apply_resolve(state: State, news: IssueResolved, now: datetime) -> bool:
    issue = _open_issue(state, news.issue)
    state.issues.remove(issue)
    data = {"severity": issue.severity, "title": issue.title}
    if state.goes_by(2):
        others = [other for other in state.resolved if other.key != issue.key]
        state.resolved = [*others, issue][-REMEMBERED:]
        data |= {"raised_by": issue.by} if issue.by else {}
    note(state, "issue_resolved", news.at or now, about=issue.key, news=news, **data)
    return True


def check_not_solved(state: State, news: IssueNotSolved) -> None:
    if state.issue(news.issue) is not None:
        raise Refused(f"{news.issue} is open", field="issue")
    if all(issue.key != news.issue for issue in state.resolved):
        known = ", ".join(issue.key for issue in state.resolved) or "none"
        raise Refused(f"{news.issue!r} is none of the issues resolved last, which are: {known}", field="issue")
    check_raise(state, IssueRaised(title=news.issue))


def apply_not_solved(state: State, news: IssueNotSolved, now: datetime) -> bool:
    """Open the issue again as it was; its deadlines run anew."""
    issue = next(issue for issue in state.resolved if issue.key == news.issue)
    state.resolved = [other for other in state.resolved if other is not issue]
    state.issues.append(issue.model_copy(update={"since": news.at or now, "acknowledged": False}))
    data = {"severity": issue.severity, "title": issue.title}
    data |= {"raised_by": issue.by} if issue.by else {}
    note(state, "issue_not_solved", news.at or now, about=issue.key, news=news, **data)
    return True
