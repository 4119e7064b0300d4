"""May this issue be raised, acknowledged or resolved, and what changes then?"""

from datetime import datetime

from domain.agenda.gates import note
from domain.agenda.state import IssueState, State
from domain.news import IssueAcknowledged, IssueRaised, IssueResolved
from domain.refusal import Refused

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
    note(
        state, "issue_resolved", news.at or now, about=issue.key, news=news, severity=issue.severity, title=issue.title
    )
    return True
