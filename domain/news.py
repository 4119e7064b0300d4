"""What can people and systems tell an onboarding? Every piece of news and its fields.

News comes as one JSON object. These models only grow: a field is added with a default, nothing is renamed or retyped.
"""

import hashlib
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from domain.refusal import Refused, what_is_wrong
from domain.wire import Instant, Line, Prose, Reference, Score, Severity, Slug, Wire

Ending = Literal["handed_over", "handed_over_with_exceptions", "churned", "deal_reversed", "duplicate", "withdrawn"]
MOST_LISTED = 20
"""So many reasons or pieces of evidence: more belongs into a document that a link names."""
KEPT_NAMES, KEPT_OF_A_NAME = 20, 80
"""So many unknown fields are written down, and so much of their names: they are the sender's, and may be anything."""


LONGEST_NEWS_ID = 100
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
"""Said in so many words that others can act on it: not blank, at most 2,000 characters."""
NewsId = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NEWS_ID)]
"""What its sender calls a piece of news; the last 500 are carried along, so it is kept short."""


class News(Wire):
    """What every piece of news may carry.

    `by` is a stakeholder's id or a staff handle, never a name or an address; `news_id` makes a repetition harmless.
    `via` is the road it came by and `proved` whether the person was recognised or only named.
    """

    by: Slug | None = None
    at: Instant | None = Field(None, description="when it happened; by default now")
    note: Prose | None = None
    evidence: Annotated[tuple[Line, ...], Field(max_length=MOST_LISTED)] | Line | None = None
    news_id: NewsId | None = None
    via: Slug = "temporal"
    proved: bool = False
    ignored: tuple[str, ...] = Field((), description="names of the fields that we did not know; set by us")


class MilestoneReached(News):
    milestone: Slug


class MilestoneReopened(News):
    milestone: Slug
    reason: Reason


class MilestoneWaived(News):
    milestone: Slug
    reason: Reason


class SignedOff(News):
    milestone: Slug
    decision: Literal["approve", "reject"]
    reasons: Annotated[tuple[Reason, ...], Field(max_length=MOST_LISTED)] | Reason = ()


class IssueRaised(News):
    title: Line
    severity: Severity = "normal"
    issue: Reference | None = Field(None, description="your ticket's id; by default issue-1, issue-2 …")


class IssueAcknowledged(News):
    issue: Reference


class IssueResolved(News):
    issue: Reference


class Paused(News):
    reason: Reason
    until: date | None = None


class Resumed(News):
    pass


class Replanned(News):
    """A milestone's new date, or the last day for the hand-off; what hangs on the milestone moves along."""

    milestone: Slug | None = None
    to: date | None = None
    hand_off_by: date | None = None
    reason: Reason


class Reassigned(News):
    owner: Slug
    reason: Prose | None = None


class ScopeChangeRequested(News):
    title: Line
    effort_days: float | None = Field(None, ge=0, le=1000)
    request: Reference | None = None


class ScopeChangeDecided(News):
    request: Reference
    decision: Literal["approve", "reject", "phase_2"]
    reason: Prose | None = None


class RiskRecorded(News):
    risk: Reference
    title: Line | None = None
    probability: Score | None = None
    impact: Score | None = None
    mitigation: Prose | None = None
    owner: Slug | None = None
    review_on: date | None = None
    closed: bool = False


class WinRecorded(News):
    title: Line
    slot: Literal[30, 60, 90] = 30
    baseline: Line | None = None
    result: Line | None = None


class CriterionAttested(News):
    criterion: Slug
    holds: bool = True


class OnboardingEnded(News):
    ending: Ending
    reason: Prose | None = None
    exceptions: tuple[Slug, ...] = Field((), description="criteria that the manager lets pass, each by its key")


KINDS: dict[str, type[News]] = {
    "reach_milestone": MilestoneReached,
    "reopen_milestone": MilestoneReopened,
    "waive_milestone": MilestoneWaived,
    "sign_off": SignedOff,
    "raise_issue": IssueRaised,
    "acknowledge_issue": IssueAcknowledged,
    "resolve_issue": IssueResolved,
    "pause": Paused,
    "resume": Resumed,
    "replan": Replanned,
    "reassign": Reassigned,
    "request_scope_change": ScopeChangeRequested,
    "decide_scope_change": ScopeChangeDecided,
    "record_risk": RiskRecorded,
    "record_win": WinRecorded,
    "attest_criterion": CriterionAttested,
    "end_onboarding": OnboardingEnded,
}
"""The name of each update, and what it carries."""


def read_news(kind: str, raw: Any) -> News:
    """The news in that JSON object. Raises Refused naming the field; unknown fields are ignored here (rule 12)."""
    if kind not in KINDS:
        raise Refused("is no kind of news that we know", field=kind[:KEPT_OF_A_NAME])
    if not isinstance(raw, dict):
        raise Refused("one JSON object is expected", field=kind)
    ignored = [name[:KEPT_OF_A_NAME] for name in unknown_fields(kind, raw)[:KEPT_NAMES]]
    try:
        return KINDS[kind].model_validate({**raw, "ignored": ignored})
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise Refused(reason, field=field) from None


def short(text: str) -> str:
    """Twelve hex digits that stand for a text of any length and alphabet; two of them never meet in one onboarding."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def unknown_fields(kind: str, raw: dict[str, Any]) -> tuple[str, ...]:
    """The fields of that object that this kind of news does not have; doors refuse them."""
    return tuple(sorted(set(raw) - set(KINDS[kind].model_fields) | ({"ignored"} & set(raw))))
