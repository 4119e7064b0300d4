"""What is an introduction, as its workflow lives on it? Steps that come by themselves, what was told, how it stands.

Runs inside a workflow, like the agenda: it compares moments and keeps what was said. What follows is decided in
`domain/rules/introducing.py`.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from domain.clock import Clock
from domain.news import NewsId
from domain.refusal import Refused, what_is_wrong
from domain.wire import Instant, Line, Severity, Slug, Wire

IntroductionEnding = Literal["won", "lost", "silent", "withdrawn"]
"""`silent`: nobody said anything for so long, and the seller was asked in vain."""
Rule = Literal["remind", "escalate", "ask", "give_up"]
MOST_TOLD = 40
"""So many issues, and so many notes: a hand-off record takes 50 notes, those of the sale among them."""
LONGEST_NOTE = 2_000
"""Characters. All of them travel with every turn: more belongs into a document that a link names."""
REMEMBERED_NEWS = 200
JUST_OPENING = "the introduction is just being opened: say it again in a moment"


class Step(Wire):
    """What happens by itself at that moment."""

    rule: Rule
    due: Instant


class FoundIssue(Wire):
    """Something that was found at the prospect's and that sales should know before the signature (PRE-03)."""

    key: str
    title: str
    severity: Severity = "normal"
    note: str = ""
    by: str = ""
    at: Instant


class FoundNote(Wire):
    """What else was learnt."""

    text: str
    by: str = ""
    at: Instant


class Said(Wire):
    """What every piece of news may carry, as in `domain/news.py`."""

    by: Slug | None = None
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] | None = None
    news_id: NewsId | None = None
    via: Slug = "temporal"
    proved: bool = False


class Introduced(Said):
    """Our people and theirs have met, in person or by mail."""


class IssueReported(Said):
    title: Line
    severity: Severity = "normal"


class Noted(Said):
    note: Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]


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
    """All that a run carries to the next: ids, what people wrote, no names and addresses."""

    introduction: str
    opened: bool = False
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
    """What happened since the last writing: `state.pending`, and the steps that have come."""

    state: IntroductionState
    due: tuple[Step, ...] = ()
    now: Instant


class IntroductionKept(Wire):
    """What follows from a turn: by when, what comes next by itself, and when the seller was asked."""

    due: Instant | None = None
    steps: tuple[Step, ...] = ()
    asked_at: Instant | None = None


class IntroductionOutcome(Wire):
    """The result of the workflow."""

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
    """Raises Refused naming the field."""
    if not isinstance(raw, dict):
        raise Refused("is one JSON object", field=kind)
    try:
        return NEWS[kind].model_validate(raw)
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise Refused(reason, field=field) from None


def check(state: IntroductionState, said: Said) -> None:
    """Raises Refused when it cannot be told now."""
    if not state.opened:
        raise Refused(JUST_OPENING)
    if said.news_id in state.seen or (isinstance(said, SaleDecided) and state.ending == said.ending):
        return
    if state.ending is not None:
        raise Refused(f"this introduction has ended ({state.ending})")
    if isinstance(said, IssueReported) and len(state.learnt.issues) >= MOST_TOLD:
        raise Refused(f"{MOST_TOLD} issues are known already: more belongs into a document", field="title")
    if isinstance(said, Noted) and len(state.learnt.notes) >= MOST_TOLD:
        raise Refused(f"{MOST_TOLD} notes are kept already: more belongs into a document", field="note")


def told(state: IntroductionState, said: Said, now: datetime) -> IntroductionState:
    """The state after it; the same one where it says nothing new."""
    if said.news_id in state.seen:
        return state
    learnt, about = state.learnt, ""
    more: dict[str, Any] = {}
    data: dict[str, Any] = {}
    match said:
        case Introduced():
            if learnt.introduced_at is not None:
                return state
            kind = "introduced"
            learnt = learnt.model_copy(update={"introduced_at": now, "introduced_by": said.by or learnt.owner})
        case IssueReported():
            kind, about = "issue_reported", f"issue-{len(learnt.issues) + 1}"
            data = {"title": said.title, "severity": said.severity}
            issue = FoundIssue(
                key=about, title=said.title, severity=said.severity, note=said.note or "", by=said.by or "", at=now
            )
            learnt = learnt.model_copy(update={"issues": (*learnt.issues, issue)})
        case Noted():
            kind = "noted"
            learnt = learnt.model_copy(
                update={"notes": (*learnt.notes, FoundNote(text=said.note, by=said.by or "", at=now))}
            )
        case CloseExpected():
            if state.expected_close == said.on:
                return state
            kind, data = "close_expected", {"on": said.on.isoformat()}
            more = {"expected_close": said.on}
        case SaleDecided():
            if state.ending is not None:
                return state
            kind, data = "ended", {"ending": said.ending}
            more = {"ending": said.ending}
        case _:
            return state
    number = said.news_id or f"{now:%Y%m%dT%H%M%S%f}"
    happening = Happening(
        key=f"{state.round}/{kind}/{number}",
        kind=kind,
        at=now,
        by=said.by,
        via=said.via,
        proved=said.proved,
        note=said.note,
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
    """The state after the last step of all: the seller was asked, and nobody said anything."""
    if state.ending is not None or not any(step.rule == "give_up" for step in due):
        return state
    happening = Happening(key=f"{state.round}/ended/silent", kind="ended", at=now, data={"ending": "silent"})
    return state.model_copy(update={"ending": "silent", "pending": (*state.pending, happening)})


def adopted(state: IntroductionState, kept: IntroductionKept, *, written: IntroductionState) -> IntroductionState:
    """The state with what follows from a turn; what was told while it was written down still waits."""
    news = state.last_news != written.last_news
    return state.model_copy(
        update={
            "due": kept.due,
            "steps": kept.steps,
            # Whoever spoke meanwhile has answered.
            "asked_at": None if news else kept.asked_at,
            "pending": state.pending[len(written.pending) :],
        }
    )


def due_steps(state: IntroductionState, now: datetime) -> tuple[Step, ...]:
    return tuple(step for step in state.steps if step.due <= now)


def next_step(state: IntroductionState) -> Step | None:
    return min(state.steps, key=lambda step: (step.due, step.rule), default=None)


def status(state: IntroductionState, now: datetime) -> str:
    """opening, waiting (for the introduction), late, introduced, or how it ended."""
    if state.ending is not None:
        return state.ending
    if not state.opened:
        return "opening"
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
