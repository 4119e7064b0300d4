"""What does an introduction's workflow carry, and how does news change it?

Runs inside a workflow, like the agenda: it compares moments and keeps what news brought. What follows is decided in
`domain/rules/introducing.py`.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from domain.clock import Clock
from domain.news import NewsId
from domain.refusal import Refused, what_is_wrong
from domain.wire import FREE_TEXT, Instant, Line, Severity, Slug, Wire

IntroductionEnding = Literal["won", "lost", "silent", "withdrawn"]
"""`silent`: nobody said anything for so long, and the seller was asked in vain."""
Rule = Literal["remind", "escalate", "ask", "give_up"]
MOST_TOLD = 40
"""Most issues, and most notes, of one introduction: a hand-off record takes 50 notes, those of the sale among them."""
LONGEST_NOTE = 2_000
"""Characters. All of them travel with every turn: more belongs into a document that a link names."""
REMEMBERED_NEWS = 200
JUST_OPENING = "the introduction is just being opened: say it again in a moment"


class Step(Wire):
    """Something that happens by itself at its moment."""

    rule: Rule
    due: Instant


class FoundIssue(Wire):
    """Something that was found at the prospect's and that sales should know before the signature (PRE-03)."""

    key: str
    title: Annotated[str, FREE_TEXT]
    severity: Severity = "normal"
    note: Annotated[str, FREE_TEXT] = ""
    by: str = ""
    at: Instant


class FoundNote(Wire):
    """Something else that was learnt about the prospect."""

    text: Annotated[str, FREE_TEXT]
    by: str = ""
    at: Instant


class Said(Wire):
    """What every piece of news may carry, as in `domain/news.py`."""

    by: Slug | None = None
    note: Annotated[str, Field(max_length=LONGEST_NOTE), FREE_TEXT] | None = None
    news_id: NewsId | None = None
    via: Slug = "temporal"
    proved: bool = False


class Introduced(Said):
    """Our people and theirs have met, in person or by mail."""


class IssueReported(Said):
    title: Line
    severity: Severity = "normal"


class Noted(Said):
    note: Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE), FREE_TEXT]


class CloseExpected(Said):
    """The CRM expects the signature on another day."""

    on: date


class SaleDecided(Said):
    """The deal was won or lost, or the introduction is not wanted any more."""

    ending: IntroductionEnding


NEWS: dict[str, type[Said]] = {
    "introduced": Introduced,
    "report_issue": IssueReported,
    "note": Noted,
    "expect_close": CloseExpected,
    "end_introduction": SaleDecided,
}
"""Every update, and what it takes."""


class Happening(Wire):
    """One thing that was told or came by itself and is not written down yet; `key` is unique in the introduction."""

    key: str
    kind: str
    at: Instant
    by: str | None = None
    via: str = "day90"
    proved: bool = False
    note: str | None = None
    about: str = ""
    data: dict[str, Any] = Field(default_factory=dict)


class Learnt(Wire):
    """What an introduction found out, as it flows into the onboarding of a won deal."""

    owner: str = ""
    introduced_at: Instant | None = None
    introduced_by: str = ""
    issues: tuple[FoundIssue, ...] = ()
    notes: tuple[FoundNote, ...] = ()


class IntroductionState(Wire):
    """All that a run carries to the next: ids, and references to what people wrote, but no names and addresses."""

    introduction: str
    opened: bool = False
    failed: bool = Field(False, exclude=True)
    """Of a run that never opened, and so hands nothing on."""
    round: str = ""
    clock: Clock = Clock()
    playbook: str = ""
    learnt: Learnt = Learnt()
    begun_at: Instant | None = None
    due: Instant | None = None
    expected_close: date | None = None
    last_news: Instant | None = None
    asked_at: Instant | None = None
    steps: tuple[Step, ...] = ()
    pending: tuple[Happening, ...] = ()
    seen: tuple[str, ...] = ()
    ending: IntroductionEnding | None = None


class IntroductionTurn(Wire):
    """What has happened since the last turn was written: `state.pending`, and the steps that are due."""

    state: IntroductionState
    due: tuple[Step, ...] = ()
    now: Instant


class IntroductionKept(Wire):
    """What follows from a turn: by when, what comes next by itself, and when the seller was asked."""

    due: Instant | None = None
    steps: tuple[Step, ...] = ()
    asked_at: Instant | None = None


class IntroductionOutcome(Wire):
    """How the introduction ended, and what was learnt: the workflow's result."""

    introduction: str
    ending: str
    learnt: Learnt


class IntroductionProgress(Wire):
    """The answer to every update, and to the query."""

    introduction: str
    status: str
    owner: str = ""
    due: Instant | None = None
    expected_close: date | None = None
    introduced_at: Instant | None = None
    issues: tuple[FoundIssue, ...] = ()
    notes: tuple[FoundNote, ...] = ()
    next: str | None = None
    next_due: Instant | None = None
    ending: IntroductionEnding | None = None
    repeated: bool = False


def read_said(kind: str, raw: Any) -> Said:
    """The news of that kind in parsed JSON. Raises Refused naming the field."""
    if not isinstance(raw, dict):
        raise Refused("is one JSON object", field=kind)
    try:
        return NEWS[kind].model_validate(raw)
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise Refused(reason, field=field) from None


def check(state: IntroductionState, news: Said) -> None:
    """Raises Refused when that news is not allowed now."""
    if state.failed:
        raise Refused("this introduction was never opened: Temporal says why its workflow failed")
    if not state.opened:
        raise Refused(JUST_OPENING)
    if news.news_id in state.seen or (isinstance(news, SaleDecided) and state.ending == news.ending):
        return
    if state.ending is not None:
        raise Refused(f"this introduction has ended ({state.ending})")
    if isinstance(news, IssueReported) and len(state.learnt.issues) >= MOST_TOLD:
        raise Refused(f"{MOST_TOLD} issues are known already: more belongs into a document", field="title")
    if isinstance(news, Noted) and len(state.learnt.notes) >= MOST_TOLD:
        raise Refused(f"{MOST_TOLD} notes are kept already: more belongs into a document", field="note")


def told(state: IntroductionState, news: Said, now: datetime) -> IntroductionState:
    """The state after that news; the same object where it says nothing new."""
    if news.news_id in state.seen:
        return state
    learnt, about = state.learnt, ""
    more: dict[str, Any] = {}
    data: dict[str, Any] = {}
    match news:
        case Introduced():
            if learnt.introduced_at is not None:
                return state
            kind = "introduced"
            learnt = learnt.model_copy(update={"introduced_at": now, "introduced_by": news.by or learnt.owner})
        case IssueReported():
            kind, about = "issue_reported", f"issue-{len(learnt.issues) + 1}"
            data = {"title": news.title, "severity": news.severity}
            issue = FoundIssue(
                key=about, title=news.title, severity=news.severity, note=news.note or "", by=news.by or "", at=now
            )
            learnt = learnt.model_copy(update={"issues": (*learnt.issues, issue)})
        case Noted():
            kind = "noted"
            learnt = learnt.model_copy(
                update={"notes": (*learnt.notes, FoundNote(text=news.note, by=news.by or "", at=now))}
            )
        case CloseExpected():
            if state.expected_close == news.on:
                return state
            kind, data = "close_expected", {"on": news.on.isoformat()}
            more = {"expected_close": news.on}
        case SaleDecided():
            if state.ending is not None:
                return state
            kind, data = "ended", {"ending": news.ending}
            more = {"ending": news.ending}
        case _:
            return state
    number = news.news_id or f"{now:%Y%m%dT%H%M%S%f}"
    happening = Happening(
        key=f"{state.round}/{kind}/{number}",
        kind=kind,
        at=now,
        by=news.by,
        via=news.via,
        proved=news.proved,
        note=news.note,
        about=about,
        data=data,
    )
    return state.model_copy(
        update={
            **more,
            "learnt": learnt,
            "last_news": now,
            "asked_at": None,
            "pending": (*state.pending, happening),
            "seen": (*state.seen, number)[-REMEMBERED_NEWS:],
        }
    )


def refused(state: IntroductionState, kind: str, refusal: Refused, now: datetime) -> IntroductionState:
    """The state after a fact that a system stated and that cannot be taken: recorded, and harmless."""
    happening = Happening(
        key=f"{state.round}/news_refused/{now:%Y%m%dT%H%M%S%f}",
        kind="news_refused",
        at=now,
        about=kind,
        data={"field": refusal.field, "reason": refusal.reason},
    )
    return state.model_copy(update={"pending": (*state.pending, happening)})


def expired(state: IntroductionState, due: tuple[Step, ...], now: datetime) -> IntroductionState:
    """The state after the due steps, ended as silent if the last of all was among them."""
    if state.ending is not None or not any(step.rule == "give_up" for step in due):
        return state
    happening = Happening(key=f"{state.round}/ended/silent", kind="ended", at=now, data={"ending": "silent"})
    return state.model_copy(update={"ending": "silent", "pending": (*state.pending, happening)})


def adopted(state: IntroductionState, answer: IntroductionKept, *, written: IntroductionState) -> IntroductionState:
    """The state with what follows from a turn; news that came while it was written still waits."""
    fresh_news = state.last_news != written.last_news
    return state.model_copy(
        update={
            "due": answer.due,
            "steps": answer.steps,
            # Whoever spoke meanwhile has answered.
            "asked_at": None if fresh_news else answer.asked_at,
            "pending": state.pending[len(written.pending) :],
        }
    )


def due_steps(state: IntroductionState, now: datetime) -> tuple[Step, ...]:
    return tuple(step for step in state.steps if step.due <= now)


def next_step(state: IntroductionState) -> Step | None:
    return min(state.steps, key=lambda step: (step.due, step.rule), default=None)


def status(state: IntroductionState, now: datetime) -> str:
    """How it stands: opening, failed (never opened), waiting (for people to meet), late, introduced, or its ending."""
    if state.ending is not None:
        return state.ending
    if not state.opened:
        return "failed" if state.failed else "opening"
    if state.learnt.introduced_at is not None:
        return "introduced"
    return "late" if state.due is not None and state.due < now else "waiting"


def progress(state: IntroductionState, now: datetime, *, repeated: bool = False) -> IntroductionProgress:
    step = next_step(state)
    return IntroductionProgress(
        introduction=state.introduction,
        status=status(state, now),
        owner=state.learnt.owner,
        due=state.due,
        expected_close=state.expected_close,
        introduced_at=state.learnt.introduced_at,
        issues=state.learnt.issues,
        notes=state.learnt.notes,
        next=step.rule if step else None,
        next_due=step.due if step else None,
        ending=state.ending,
        repeated=repeated,
    )
