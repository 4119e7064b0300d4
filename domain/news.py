"""What can people and systems tell an onboarding? Every piece of news and its fields.

News comes as one JSON object. These models only grow: a field is added with a default, nothing is renamed or retyped.
"""

import hashlib
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError

from domain.deal import Address, Country, CustomerRole
from domain.refusal import Refused, what_is_wrong
from domain.text import Language
from domain.texts import is_reference
from domain.wire import (
    FREE_TEXT,
    Category,
    Instant,
    Line,
    PersonName,
    Prose,
    Reference,
    Score,
    Severity,
    Slug,
    Wire,
    Wording,
)

Ending = Literal["handed_over", "handed_over_with_exceptions", "churned", "deal_reversed", "duplicate", "withdrawn"]
VENDOR_ONLY: frozenset[Ending] = frozenset({"duplicate", "deal_reversed"})
"""Endings of which the customer is told nothing."""
ProgrammeEnding = Literal["customer_left", "cared_for_otherwise"]
"""Why a success programme ends: a closed set, because it stands in its history, where no words of people do."""
HANDED_OVER: frozenset[Ending] = frozenset({"handed_over", "handed_over_with_exceptions"})
"""Endings after which the success programme begins."""
MOST_LISTED = 20
"""Most reasons or pieces of evidence in one piece of news: more belongs into a document that a link names."""
KEPT_NAMES, KEPT_OF_A_NAME = 20, 80
"""How many unknown fields are written down, and how many characters of each name: they are the sender's own words."""
LONGEST_NEWS_ID = 100
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), FREE_TEXT]
"""Why something was decided, for others to act on: not blank, at most 2,000 characters."""
Remark = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), FREE_TEXT]
"""A note that is the whole piece of news: not blank, at most 10,000 characters."""
Attendance = Literal["accepted", "declined", "tentative"]
"""What somebody answers to an invitation, as calendars call it (RFC 5545, PARTSTAT)."""
NewsId = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NEWS_ID)]
"""What its sender calls a piece of news; the last 500 are carried along, so it is kept short."""


Cause = Literal["training", "motivation", "usability", "time", "leadership", "data", "other"]
"""Why things went wrong, as whoever corrects the course found out (CC-3 names the first three)."""
BY_RULE = "rule"
"""The road of news that our look at figures brings, as the journal names it."""
MOST_FLAGS = 20
"""Most flags, or figures, in one piece of news: as many as a playbook has."""
Figures = Annotated[dict[Slug, Annotated[float, Field(allow_inf_nan=False)]], Field(max_length=MOST_FLAGS)]
"""Figures by their names, as they stood."""

_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)


def _an_address(text: str) -> str:
    """The text, if it is an address, or a reference that stands for one in a history."""
    if not is_reference(text):
        try:
            _ADDRESS.validate_python(text)
        except ValidationError:
            msg = "is no e-mail address, like ada.young@acme.example"
            raise ValueError(msg) from None
    return text


ContactAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254), FREE_TEXT, AfterValidator(_an_address)
]
"""An e-mail address, kept out of histories like a text."""
ZoneName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{1,63}$")]
"""An IANA name; whether there is such a zone, no workflow can ask."""


class News(Wire):
    """What every piece of news may carry.

    `by` is a stakeholder's id or a staff handle, never a name or an address; `news_id` makes a repetition harmless.
    `via` is the road it came by and `proved` whether the person was recognised or only named.

    Each class below is one update. The first line of its docstring is the sentence that the API, the command line and
    Temporal's UI show of it; a further paragraph holds its remarks. CONTRIBUTING.md says how to add one.
    """

    update: ClassVar[str]
    """Name of the update by which people tell it, in Temporal and in the API."""
    signal: ClassVar[str] = ""
    """Name of the signal by which systems state it as a fact; empty where no system may."""
    report: ClassVar[str] = ""
    """Its type in signed news (`domain/reported.py`); empty where it cannot be reported."""
    opens: ClassVar[str] = ""
    """The field that names the issue, scope change or task which it opens; empty where it opens nothing."""

    by: Slug | None = None
    at: Instant | None = Field(None, description="when it happened; by default now")
    note: Prose | None = None
    evidence: Annotated[tuple[Line, ...], Field(max_length=MOST_LISTED)] | Line | None = None
    news_id: NewsId | None = None
    via: Slug = "temporal"
    proved: bool = False
    ignored: tuple[str, ...] = Field((), description="names of the fields that we did not know; set by us")


class MilestoneReached(News):
    """A milestone has been reached."""

    update = "reach_milestone"
    signal = "milestone_reached"
    report = "milestone.reached"

    milestone: Slug
    hold: bool = Field(False, description="whether it waits for its gate instead of being refused, as signals do")


class MilestoneReopened(News):
    """A milestone was reported reached and is not."""

    update = "reopen_milestone"
    report = "milestone.reopened"

    milestone: Slug
    reason: Reason


class MilestoneWaived(News):
    """A milestone is not needed for this customer.

    Only an approver may decide it: the owner's manager, their deputy, or an executive.
    """

    update = "waive_milestone"

    milestone: Slug
    reason: Reason


class SignedOff(News):
    """Somebody who may sign a milestone off approves or rejects it.

    Name the signer in `by`; a rejection gives its reasons.
    """

    # No system may state or report it: a sign-off is a person's.
    update = "sign_off"

    milestone: Slug
    decision: Literal["approve", "reject"]
    reasons: Annotated[tuple[Reason, ...], Field(max_length=MOST_LISTED)] | Reason = ()
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,6}\.[0-9a-f]{0,12}\.[0-9a-f]{0,12}$")] | None = Field(
        None,
        description="which version its signer was shown, as the customer's room tells it; it is refused where that has"
        " changed meanwhile",
    )


class SignOffAskedAgain(News):
    """Ask again for a sign-off that was rejected.

    What was objected to has been settled; say in `note` what was done, for the signers to read.
    """

    update = "ask_sign_off"

    milestone: Slug


class IssueRaised(News):
    """Something does not work.

    The issue's deadlines to respond and to resolve run from now on.
    """

    update = "raise_issue"
    signal = "issue_raised"
    report = "issue.raised"
    opens = "issue"

    title: Line
    severity: Severity = "normal"
    issue: Reference | None = Field(None, description="your ticket's id; by default issue-1, issue-2 …")


class IssueAcknowledged(News):
    """Somebody works on an issue."""

    update = "acknowledge_issue"
    report = "issue.acknowledged"

    issue: Reference


class IssueResolved(News):
    """An issue is resolved."""

    update = "resolve_issue"
    signal = "issue_resolved"
    report = "issue.resolved"

    issue: Reference


class IssueNotSolved(News):
    """An issue that was called resolved is not.

    It is open again as it was, and its deadlines run anew.
    """

    update = "dispute_issue"

    issue: Reference


class Paused(News):
    """Hold everything but what live users need.

    The days of the pause do not count.
    """

    update = "pause"

    reason: Reason
    until: date | None = None


class Resumed(News):
    """Go on after a pause.

    Every date that lies ahead moves by the length of the pause.
    """

    update = "resume"


class Replanned(News):
    """Move a milestone, or the last day for the hand-off.

    What waits for the milestone moves along by as many working days, and with a go-live what leads up to it.
    """

    update = "replan"

    milestone: Slug | None = None
    to: date | None = None
    hand_off_by: date | None = None
    alone: bool = Field(False, description="what leads up to a go-live stays where it is")
    reason: Reason


class Reassigned(News):
    """Give the onboarding to another owner."""

    update = "reassign"

    owner: Slug
    reason: Prose | None = None


class ContactAdded(News):
    """Somebody on the customer's side takes part from now on.

    Of a third party, such as a reseller or an agency, name the `company`. Who has left comes back by their id alone, as
    does who was to leave on a day ahead.
    """

    update = "add_contact"

    person: Slug | None = Field(None, description="their id; by default the role, numbered from the second on")
    name: PersonName | None = None
    email: ContactAddress | None = None
    role: CustomerRole | None = None
    title: Line | None = None
    language: Language | None = None
    time_zone: ZoneName | None = None
    country: Country | None = None
    company: Line | None = Field(None, description="the third party they work for; else they are the customer's own")
    included: bool | None = Field(None, description="false: we know them, and they play no part in this onboarding")
    since: date | None = Field(None, description="from which day on; by default today")


class ContactCorrected(News):
    """What we know of somebody on the customer's side is put right.

    What is not named stays as it is; what waits to be sent goes to the new address.
    """

    update = "correct_contact"

    person: Slug
    name: PersonName | None = None
    email: ContactAddress | None = None
    role: CustomerRole | None = None
    title: Line | None = None
    language: Language | None = None
    time_zone: ZoneName | None = None
    country: Country | None = None
    company: Line | None = None
    included: bool | None = Field(None, description="whether they play a part in this onboarding")
    since: date | None = Field(None, description="from which day on; by default today")


class ContactReplaced(News):
    """Somebody on the customer's side gives their part to somebody else.

    Role, signatures, tasks and what waits to be sent go to the new one; the old one hears nothing more. Where `since`
    lies ahead, all of that happens when that day begins where the customer is.
    """

    update = "replace_contact"

    person: Slug
    to: Slug | None = Field(None, description="id of who takes over; by default the role, numbered")
    name: PersonName | None = None
    email: ContactAddress | None = None
    title: Line | None = None
    language: Language | None = None
    time_zone: ZoneName | None = None
    country: Country | None = None
    company: Line | None = None
    since: date | None = Field(None, description="from which day on; by default today")
    reason: Prose | None = None


class ContactLeft(News):
    """Somebody on the customer's side takes part no more.

    Refused while a signature waits for them alone, and for the last one: then somebody has to take over. Where `since`
    lies ahead, they hear of everything until that day begins where the customer is.
    """

    update = "remove_contact"

    person: Slug
    since: date | None = Field(None, description="from which day on; by default today")
    reason: Prose | None = None


class ScopeChangeRequested(News):
    """Request a change of the scope.

    The customer wants something that was not agreed.
    """

    update = "request_scope_change"
    opens = "request"

    title: Line
    effort_days: float | None = Field(None, ge=0, le=1000)
    request: Reference | None = None


class ScopeChangeDecided(News):
    """Decide a change of the scope.

    `phase_2` is a yes, for later. Only an approver may decide it: the owner's manager, their deputy, or an executive.
    """

    update = "decide_scope_change"

    request: Reference
    decision: Literal["approve", "reject", "phase_2"]
    reason: Prose | None = None


class RiskRecorded(News):
    """Put a risk into the register, or change it."""

    update = "record_risk"

    risk: Reference
    title: Line | None = None
    probability: Score | None = None
    impact: Score | None = None
    mitigation: Prose | None = None
    owner: Slug | None = None
    review_on: date | None = None
    closed: bool = False
    came_true: Reference | None = Field(None, description="the issue or red flag that it has become")


class WinRecorded(News):
    """Record a quick win."""

    update = "record_win"

    title: Line
    slot: Literal[30, 60, 90] | None = Field(
        None, description="the day of the plan that it belongs to; without it that of the win which was asked for last"
    )
    baseline: Line | None = None
    result: Line | None = None


class CriterionAttested(News):
    """Vouch for a criterion of the hand-off.

    Name in `by` who vouches. Against a figure that was measured it takes a `reason`, and an approver who vouches after
    that. The owner alone cannot vouch for all criteria.
    """

    update = "attest_criterion"

    criterion: Slug
    holds: bool = True
    reason: Reason | None = Field(None, description="why it holds, although a figure speaks against it")


class Noted(News):
    """Write down a note.

    Nobody is written to about it. It is a sign of life: whoever is talked to has not fallen silent.
    """

    update = "note"
    report = "note.written"

    note: Remark


class TaskAdded(News):
    """Give somebody a task that is not in the plan.

    Whoever has it is told, and reminded on its day and while it is overdue; by default that is the onboarding's owner.
    """

    update = "add_task"
    opens = "task"

    title: Line
    due: date
    owner: Slug | None = None
    task: Reference | None = Field(None, description="its id; by default task-1, task-2 …")


class TaskChanged(News):
    """Change a task that is open.

    What is not named stays as it is.
    """

    update = "change_task"

    task: Reference
    title: Line | None = None
    due: date | None = None
    owner: Slug | None = None


class TaskClosed(News):
    """A task is done, or is not needed any more."""

    update = "close_task"

    task: Reference
    outcome: Literal["done", "dropped"] = "done"


class FlagRaised(News):
    """A red flag goes up.

    Of one that is no rule's say why. The owner reads of it in the morning.
    """

    update = "raise_flag"

    flag: Slug = Field(description="one of the playbook's, or a name of your own")
    category: Category
    since: date | None = Field(None, description="since when it is so; by default today")
    figures: Figures = Field(default_factory=dict, description="what its rule looked at, as it stood")
    reason: Reason | None = None


class FlagLowered(News):
    """A red flag goes down."""

    update = "lower_flag"

    flag: Slug
    reason: Reason | None = None


class CorrectionOpened(News):
    """A course correction begins.

    One at a time for each category. Name the flags that call for it, or say why. Its steps are those of the playbook;
    without an owner it is the onboarding's.
    """

    update = "open_correction"
    opens = "correction"

    category: Category
    flags: Annotated[tuple[Slug, ...], Field(max_length=MOST_FLAGS)] = Field(
        (), description="what calls for it; those that are not up go up with it"
    )
    since: date | None = Field(None, description="since when the first of them is up")
    figures: Figures = Field(default_factory=dict, description="what their rules looked at, as it stood")
    reason: Reason | None = None
    owner: Slug | None = Field(None, description="a staff handle")
    due: date | None = Field(None, description="by when it is to have helped; by default as the playbook has it")
    correction: Reference | None = Field(None, description="its id; by default correction-1, correction-2 …")


class CorrectionChanged(News):
    """Change a course correction.

    What is not named stays as it is; `note` says what was done.
    """

    update = "change_correction"

    correction: Reference
    owner: Slug | None = None
    due: date | None = None
    cause: Cause | None = Field(None, description="the root cause, once it is known")


class CorrectionClosed(News):
    """A course correction has helped, or it has not.

    What did not help goes up: the owner's manager takes it over, then our executive; after that it is closed.
    """

    update = "close_correction"

    correction: Reference
    outcome: Literal["helped", "did_not_help", "false_alarm"]


class SlotAgreed(News):
    """A meeting has its hour.

    Everybody who takes part gets an invitation for their calendar. Name the series of meetings or the milestone.
    """

    update = "agree_slot"

    meeting: Slug
    starts_at: Instant
    minutes: int | None = Field(None, ge=5, le=480, description="how long it takes; by default as the playbook has it")
    weekly: bool = Field(
        False, description="every time of the series at that hour of that weekday, not this time alone"
    )


class AttendanceTold(News):
    """Somebody comes to a meeting, or does not.

    It is about whoever tells it (`by`), or about the `person` that they name.
    """

    update = "tell_attendance"

    meeting: Slug
    answer: Attendance
    person: Slug | None = Field(None, description="whose answer it is; by default that of `by`")
    occasion: date | None = Field(
        None, description="which time it is, by the day it was first agreed for; by default the next"
    )
    sequence: int | None = Field(
        None, ge=0, description="which version of the invitation was answered; by default the newest"
    )


class DraftEdited(News):
    """A draft says something else.

    To the readers of one language, or to one `reader` alone: its subject, its text, or both; greeting and footer stay.
    Name in `by` who wrote it.
    """

    update = "edit_draft"

    draft: Slug
    language: Language | None = Field(None, description="whose readers get it; needed where they have several")
    reader: Slug | None = Field(None, description="the id of one reader: the message of nobody else changes")
    subject: Line | None = None
    text: Wording | None = Field(None, description="paragraphs of plain text, in place of all that it says by itself")
    revision: int | None = Field(
        None, ge=0, description="which revision of the draft was read: refused when somebody has changed it since"
    )


class DraftSent(News):
    """A draft may go.

    Name in `by` who has read it.
    """

    update = "send_draft"

    draft: Slug


class DraftStopped(News):
    """A draft does not go.

    Name in `by` who decided it.
    """

    update = "stop_draft"

    draft: Slug
    reason: Reason


LONGEST_GRACE = 80
"""Working hours: who needs more than two weeks to think of an ending has not decided on it."""


class OnboardingEnded(News):
    """End the onboarding.

    Only an approver may end it as a hand-over.
    """

    update = "end_onboarding"

    ending: Ending
    reason: Prose | None = None
    exceptions: tuple[Slug, ...] = Field((), description="criteria that the manager lets pass, each by its key")
    grace_hours: float | None = Field(
        None,
        ge=0,
        le=LONGEST_GRACE,
        description="working hours until it counts, in which it can be taken back; 0: at once",
    )


class EndingTakenBack(News):
    """An ending that does not count yet is taken back."""

    update = "take_back_ending"

    reason: Prose | None = None


class PlaybookChanged(News):
    """Go on by another version of the playbook.

    What is settled stays as it is. Only an approver may decide it: the owner's manager, their deputy, or an executive.
    """

    update = "change_playbook"

    to: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="the hash of the version; not needed to withdraw a change"
    )
    when: Literal["now", "next-stage", "never"] = Field(
        "now", description="`next-stage`: once the next stage begins; `never` withdraws a change that waits for that"
    )
    reason: Reason


KINDS: dict[str, type[News]] = {news.update: news for news in News.__subclasses__()}
"""Every update by its name, in the order in which the classes stand above."""


def sentence(kind: str) -> str:
    """The sentence that says what the update of that name tells, with its full stop."""
    return (KINDS[kind].__doc__ or "").partition("\n")[0]


def remarks(kind: str) -> str:
    """What else a caller should know about the update of that name; empty for most."""
    return " ".join((KINDS[kind].__doc__ or "").partition("\n")[2].split())


def read_news(kind: str, raw: Any) -> News:
    """The news in that JSON object. Raises Refused naming the field.

    Unknown fields are only listed in `ignored`: a sender may be newer than this worker. Doors refuse them before.
    """
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
    """Twelve hex digits that stand for a text of any length and alphabet.

    Two texts of one onboarding never get the same ones in practice.
    """
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def unknown_fields(kind: str, raw: dict[str, Any]) -> tuple[str, ...]:
    """The fields of that object that this kind of news does not have, sorted; doors refuse them."""
    return tuple(sorted(set(raw) - set(KINDS[kind].model_fields) | ({"ignored"} & set(raw))))
