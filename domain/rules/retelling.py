"""Which news caused a fact, and how is it delivered again? For news that Temporal may never have kept.

A turn is written within the workflow task that takes its news. When that task is thrown away (its worker is killed, or
the server has too much in hand), what the turn wrote stays, and only the caller can bring the news once more. So every
fact that came by news keeps that news beside it until a later workflow task has shown that Temporal knows it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from domain.agenda.occasion import Occasion
from domain.news import KINDS, short
from domain.record import Unconfirmed

CAUSE = re.compile(r"[0-9a-f]{12}")
"""How `domain.news.short` names a piece of news at the end of a fact's key; what comes by itself is counted."""
NUMBERED = re.compile(r"(?:issue|change|task|correction)-\d+")
"""Names that the workflow gives by itself: told again, the thing may get another number."""


class Told(Protocol):
    """A fact, or the journal's row of one."""

    @property
    def kind(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def note(self) -> str | None: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


class Update(NamedTuple):
    """The update that left a fact, and its fields except those of every piece of news."""

    kind: str
    fields: dict[str, Any]


def update_of(fact: Told, *, signed: bool) -> Update | None:
    """The update that leaves such a fact; None where none does. `signed` says that its milestone needs a sign-off."""
    if fact.kind == "milestone_reached" and "win" in fact.data:
        return None  # It follows from that win, and comes again with it.
    if fact.kind == "milestone_reached" and signed:
        return Update("sign_off", {"milestone": fact.about, "decision": "approve"})
    # What is asked for because work was done again, or dates moved, follows from other news and comes again with that.
    if fact.kind not in UPDATES or (fact.kind == "sign_off_asked" and fact.data.get("why") != "said"):
        return None
    kind, fields = UPDATES[fact.kind]
    return Update(kind, fields(fact))


def unconfirmed(occasion: Occasion) -> Mapping[str, Unconfirmed]:
    """The news behind the occasion's facts, by the key of the fact; nothing where the occasion names no task."""
    state = occasion.state
    causes = {fact.key.rpartition("/")[2] for fact in state.pending}
    ids = _ids(state.seen, {cause for cause in causes if CAUSE.fullmatch(cause)}) if occasion.run else {}
    news: dict[str, Unconfirmed] = {}
    for fact in state.pending:
        milestone = state.milestone(fact.about)
        news_id = ids.get(fact.key.rpartition("/")[2])
        update = update_of(fact, signed=bool(milestone and milestone.signers)) if news_id else None
        if news_id is None or update is None:
            continue
        said = {name: fact.data.get(name) for name in KINDS[update.kind].model_fields if name in fact.data}
        fields = {name: value for name, value in {**said, **update.fields}.items() if not _numbered(fact, name, value)}
        common = {"by": fact.by, "at": fact.at.isoformat(), "note": fact.note, "evidence": fact.data.get("evidence")}
        news[fact.key] = Unconfirmed(
            update=update.kind,
            body={name: value for name, value in {**common, **fields}.items() if value is not None},
            news_id=news_id,
            via=fact.via,
            proved=fact.proved,
            run=occasion.run,
            task=occasion.task,
        )
    for fact in state.pending:
        if (won := f"fact/win_recorded/{fact.data.get('win')}") in news:
            news[fact.key] = news[won]
    return news


def _ids(seen: Sequence[str], causes: set[str]) -> dict[str, str]:
    """The news ids that those causes stand for. What is pending came last, so the end is looked at first."""
    ids: dict[str, str] = {}
    for news_id in reversed(seen):
        if len(ids) == len(causes):
            break
        if (cause := short(news_id)) in causes:
            ids[cause] = news_id
    return ids


def _numbered(fact: Told, name: str, value: Any) -> bool:
    """Whether the workflow itself gave that name to what the news opened."""
    opens = {
        "issue_raised": "issue",
        "scope_change_requested": "request",
        "task_added": "task",
        "correction_opened": "correction",
    }
    return opens.get(fact.kind) == name and NUMBERED.fullmatch(str(value)) is not None


def _about(field: str, *names: str) -> Callable[[Told], dict[str, Any]]:
    """A function for the update's fields: what the fact is about, as `field`, and those `names` of its data."""
    return lambda fact: {field: fact.about, **{name: fact.data.get(name) for name in names}}


def _contact(fact: Told) -> dict[str, Any]:
    """Whom it is about, and what the fact has of them: a journal has no names, and the people are on record by then."""
    fields = KINDS[CONTACTS[fact.kind]].model_fields
    return {"person": fact.about, **{name: value for name, value in fact.data.items() if name in fields}}


CONTACTS: Mapping[str, str] = {
    "contact_added": "add_contact",
    "contact_corrected": "correct_contact",
    "contact_replaced": "replace_contact",
    "contact_left": "remove_contact",
}


def _reason(fact: Told) -> dict[str, Any]:
    return {"reason": fact.data["reason"]} if fact.data.get("reason") else {}


UPDATES: Mapping[str, tuple[str, Callable[[Told], dict[str, Any]]]] = {
    "milestone_reached": ("reach_milestone", _about("milestone")),
    "signal_held": ("reach_milestone", lambda fact: {"milestone": fact.about, "hold": True}),
    "milestone_reopened": ("reopen_milestone", _about("milestone", "reason")),
    "milestone_waived": ("waive_milestone", _about("milestone", "reason")),
    "sign_off_rejected": (
        "sign_off",
        lambda fact: {"milestone": fact.about, "decision": "reject", "reasons": fact.data["reasons"]},
    ),
    "sign_off_given": ("sign_off", lambda fact: {"milestone": fact.about, "decision": "approve"}),
    "sign_off_asked": ("ask_sign_off", _about("milestone")),
    "issue_raised": ("raise_issue", _about("issue", "title", "severity")),
    "issue_judged_anew": ("raise_issue", _about("issue", "title", "severity")),
    "issue_acknowledged": ("acknowledge_issue", _about("issue")),
    "issue_resolved": ("resolve_issue", _about("issue")),
    "issue_not_solved": ("dispute_issue", _about("issue")),
    "paused": ("pause", lambda fact: {"reason": fact.data["reason"], "until": fact.data["until"]}),
    "resumed": ("resume", lambda _: {}),
    "replanned": (
        "replan",
        lambda fact: {
            "milestone": fact.about or None,
            **{name: fact.data[name] for name in ("to", "hand_off_by", "reason")},
            "alone": bool(fact.data.get("alone")),
        },
    ),
    "reassigned": ("reassign", _about("owner")),
    **{kind: (update, _contact) for kind, update in CONTACTS.items()},
    "scope_change_requested": ("request_scope_change", _about("request", "title")),
    "scope_change_decided": ("decide_scope_change", _about("request", "decision")),
    "risk_recorded": ("record_risk", _about("risk")),
    "win_recorded": ("record_win", lambda fact: {"title": fact.data["title"]}),
    "criterion_attested": ("attest_criterion", lambda fact: {"criterion": fact.about, "holds": True, **_reason(fact)}),
    "criterion_approved": ("attest_criterion", lambda fact: {"criterion": fact.about, "holds": True, **_reason(fact)}),
    "criterion_withdrawn": ("attest_criterion", lambda fact: {"criterion": fact.about, "holds": False}),
    "draft_edited": ("edit_draft", _about("draft", "language", "reader", "subject", "text")),
    "draft_sent": ("send_draft", _about("draft")),
    "draft_stopped": ("stop_draft", lambda fact: {"draft": fact.about, "reason": fact.data.get("reason")}),
    "ending_announced": (
        "end_onboarding",
        lambda fact: {
            name: fact.data[name] for name in ("ending", "reason", "exceptions", "grace_hours") if fact.data.get(name)
        },
    ),
    "playbook_change_ordered": (
        "change_playbook",
        lambda fact: {"to": fact.about, "when": fact.data["when"], "reason": fact.data["reason"]},
    ),
    "playbook_change_withdrawn": (
        "change_playbook",
        lambda fact: {"when": "never", "reason": fact.data["reason"]},
    ),
    "ending_taken_back": ("take_back_ending", lambda fact: {"reason": fact.data["reason"]}),
    "noted": ("note", lambda fact: {"note": fact.note}),
    "task_added": ("add_task", _about("task", "title", "due", "owner")),
    "task_changed": ("change_task", _about("task", "title", "due", "owner")),
    "task_closed": ("close_task", _about("task", "outcome")),
    "flag_raised": ("raise_flag", _about("flag", "category", "since", "figures", "reason")),
    "flag_lowered": ("lower_flag", _about("flag", "reason")),
    "correction_opened": (
        "open_correction",
        _about("correction", "category", "flags", "since", "figures", "reason", "owner", "due"),
    ),
    "correction_changed": ("change_correction", _about("correction", "owner", "due", "cause")),
    "correction_escalated": ("close_correction", _about("correction", "outcome")),
    "correction_closed": ("close_correction", _about("correction", "outcome")),
    "slot_agreed": ("agree_slot", _about("meeting", "starts_at", "minutes", "weekly")),
    "attendance_told": ("tell_attendance", _about("meeting", "answer", "person", "occasion", "sequence")),
    "ended": (
        "end_onboarding",
        lambda fact: {name: fact.data[name] for name in ("ending", "reason", "exceptions") if fact.data.get(name)},
    ),
}
"""Which update each kind of fact comes from, and its fields."""
