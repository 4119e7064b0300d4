"""Who hears of what has happened? From every fact to the notices that follow from it."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from domain.agenda.state import Fact
from domain.deal import missing_from_hand_off
from domain.notice import Notice, NoticeKind
from domain.rules import letters
from domain.rules.desk import Desk, present
from domain.rules.schedule import deadline, service_level

Told = list[Notice]
VENDOR_ONLY = frozenset({"duplicate", "deal_reversed"})
"""Endings that are our own bookkeeping: the customer is not written to about them."""


def tell(desk: Desk, fact: Fact, *, before: dict[str, str]) -> Told:
    """The notices for one fact; `before` holds the milestones' dates as they were before this occasion."""
    teller = TELLERS.get(fact.kind)
    return teller(desk, fact, before) if teller else []


def _to_each(
    desk: Desk, kind: NoticeKind, people: Iterable[str], fact: Fact, facts: Callable[[str], dict[str, Any]], **more: Any
) -> Told:
    """The same news to several people, each in their language; whoever brought it needs no telling."""
    receivers = dict.fromkeys(id for id in people if id != fact.by)
    occasion = fact.key
    return present(
        desk.notice(kind, id, occasion, facts(desk.language_of(id)), about=fact.about, **more) for id in receivers
    )


def _with_our_reason(desk: Desk, kind: NoticeKind, people: Iterable[str], fact: Fact, facts: dict[str, Any]) -> Told:
    """The same news to both sides, the reason to ours alone: it was written down for us, often about the customer."""
    people = list(people)
    ours = [id for id in people if (person := desk.person(id)) and person.side == "vendor"]
    theirs = [id for id in people if id not in ours]
    reason = fact.data.get("reason") or ""
    told = _to_each(desk, kind, ours, fact, lambda _: {**facts, "reason": reason})
    return told + _to_each(desk, kind, theirs, fact, lambda _: {**facts, "reason": ""})


def _opened(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    owner, leads = desk.state.owner, desk.playing("project_lead")
    told = _to_each(desk, "assigned", [owner], fact, lambda lang: letters.hand_off_record(desk, lang), urgent=True)
    told += _to_each(desk, "introduction", desk.rollout, fact, lambda lang: letters.introduction(desk, lang))
    if missing_from_hand_off(desk.deal):
        told += _to_each(desk, "hand_off_gaps", ["seller"], fact, lambda lang: letters.hand_off_gaps(desk, lang))
    kickoff = desk.state.playing("kickoff")
    if kickoff is not None and not kickoff.settled:
        people = leads if letters.in_writing(desk) else [*leads, owner]
        told += _to_each(desk, "kickoff_agenda", people, fact, lambda lang: _kickoff(desk, kickoff.key, lang))
    if late := letters.overdue(desk, desk.language_of(owner)):
        found = {
            "day": fact.data.get("day", 0),
            "overdue": late,
            "next": letters.upcoming(desk, desk.language_of(owner)),
        }
        told += _to_each(desk, "taken_up", [owner], fact, lambda _: found)
    return told


def _kickoff(desk: Desk, key: str, language: str) -> dict[str, Any]:
    return {
        "due": desk.due_on(key),
        "agenda": [desk.say(text, language) for text in desk.playbook.kickoff.agenda],
        "questions": [desk.say(text, language) for text in desk.playbook.kickoff.questions],
        "in_writing": letters.in_writing(desk),
    }


def _reached(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    milestone = desk.playbook.milestone(fact.about)
    if milestone is None:
        return []
    on = str(desk.calendar.day_of(fact.at))
    if milestone.role == "go_live":
        return _to_each(desk, "went_live", [*desk.rollout, desk.state.owner], fact, lambda _: _launch(desk, on))
    told: Told = []
    if milestone.role == "kickoff":
        told += _plan(desk, fact)
    by = desk.name(fact.by)
    informed = desk.playing(*milestone.raci.informed) if milestone.raci.informed else []
    return told + _to_each(
        desk,
        "milestone_reached",
        informed,
        fact,
        lambda lang: {"title": desk.title(fact.about, lang), "at": on, "by": by},
    )


def _plan(desk: Desk, fact: Fact) -> Told:
    """The plan to those who lead; to agree to it is asked only of those whose sign-off waits for nothing else."""
    waiting = [m for m in desk.state.milestones if not m.settled and m.requires == [fact.about]]
    signers = {id for milestone in waiting for id in milestone.signers}
    leads = desk.playing("project_lead", "executive_sponsor")
    asked, others = [id for id in leads if id in signers], [id for id in leads if id not in signers]
    told = _to_each(desk, "plan", asked, fact, lambda lang: {**letters.plan_document(desk, lang), "sign_off": True})
    return told + _to_each(
        desk, "plan", others, fact, lambda lang: {**letters.plan_document(desk, lang), "sign_off": False}
    )


def _launch(desk: Desk, on: str) -> dict[str, Any]:
    closing = desk.state.playing("hypercare_end")
    return {
        "at": on,
        "hypercare_until": desk.due_on(closing.key) if closing else "",
        "levels": [level.model_dump() for level in desk.playbook.hypercare.levels],
    }


def _reopened(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    milestone = desk.playbook.milestone(fact.about)
    people = desk.playing(milestone.raci.responsible) if milestone else []
    return _to_each(
        desk, "milestone_reopened", [*people, desk.state.owner], fact,
        lambda lang: {
            "title": desk.title(fact.about, lang), "reason": fact.data["reason"], "due": desk.due_on(fact.about)
        },
    )  # fmt: skip


def _sign_off_asked(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    state, known = desk.state.milestone(fact.about), desk.playbook.milestone(fact.about)
    if state is None or known is None or state.settled:
        return []
    deliverables = [d for stage in desk.playbook.stages for d in stage.deliverables if d.milestone == fact.about]
    return _to_each(
        desk, "sign_off_request", state.signers, fact,
        lambda lang: {
            "title": desk.title(fact.about, lang),
            "milestone": fact.about,
            "due": desk.due_on(fact.about),
            "done_when": desk.say(known.done_when, lang),
            "deliverables": [desk.say(deliverable.title, lang) for deliverable in deliverables],
            "again": state.rejections,
        },
        while_open=fact.about,
    )  # fmt: skip


def _rejected(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    reopened = fact.data["reopened"]
    doers = [m.raci.responsible for key in reopened if (m := desk.playbook.milestone(key))]
    return _to_each(
        desk, "sign_off_rejected", [desk.state.owner, *(desk.playing(*doers) if doers else [])], fact,
        lambda lang: {
            "title": desk.title(fact.about, lang),
            "by": desk.name(fact.by),
            "reasons": fact.data["reasons"],
            "reopened": [{"title": desk.title(key, lang), "due": desk.due_on(key)} for key in reopened],
            "due": desk.due_on(fact.about),
        },
        urgent=True,
    )  # fmt: skip


def _issue_raised(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    level = service_level(desk.playbook, fact.data["severity"])
    by = {"respond": "", "resolve": ""}
    if level is not None:
        for what, hours in (("respond", level.respond), ("resolve", level.resolve)):
            by[what] = deadline(level, hours, fact.at, desk.calendar).isoformat()
    critical = fact.data["severity"] == "critical"
    people = [desk.state.owner, *desk.playing("technical_resource"), *(desk.managers if critical else [])]
    facts = {"issue": fact.about, "title": fact.data["title"], "severity": fact.data["severity"]}
    facts |= {"respond_by": by["respond"], "resolve_by": by["resolve"]}
    return _to_each(desk, "issue_raised", people, fact, lambda _: facts, urgent=critical, while_open=fact.about)


def _issue_resolved(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    facts = {
        "issue": fact.about,
        "title": fact.data["title"],
        "severity": fact.data["severity"],
        "note": fact.note or "",
    }
    raised_by = fact.data.get("raised_by")
    raiser = [raised_by] if raised_by and desk.person(raised_by) else []
    people = [desk.state.owner, *desk.playing("project_lead"), *raiser]
    return _to_each(desk, "issue_resolved", people, fact, lambda _: facts)


def _prolonged(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    issues = [
        {"issue": issue.key, "title": issue.title} for issue in desk.state.issues if issue.key in fact.data["issues"]
    ]
    facts = {"issues": issues, "planned_end": str(desk.calendar.day_of(fact.at))}
    people = [desk.state.owner, *desk.managers, *desk.playing("project_lead")]
    return _to_each(desk, "hypercare_prolonged", people, fact, lambda _: facts)


def _both_sides(desk: Desk) -> list[str]:
    return [desk.state.owner, *desk.managers, *desk.playing("project_lead", "executive_sponsor")]


def _paused(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    longest = desk.playbook.pausing.longest_days
    facts = {"reason": fact.data["reason"], "until": fact.data.get("until") or "", "longest_days": longest}
    return _to_each(desk, "paused", _both_sides(desk), fact, lambda _: facts)


def _moved(desk: Desk, before: dict[str, str], language: str) -> list[dict[str, str]]:
    return [
        {"title": desk.title(m.key, language), "was": before[m.key], "now": desk.due_on(m.key)}
        for m in desk.state.milestones
        if not m.settled and before.get(m.key, desk.due_on(m.key)) != desk.due_on(m.key)
    ]


def _resumed(desk: Desk, fact: Fact, before: dict[str, str]) -> Told:
    days = (desk.calendar.day_of(fact.at) - date.fromisoformat(fact.data["since"][:10])).days
    go_live = desk.state.playing("go_live")
    due = desk.due_on(go_live.key) if go_live and not go_live.settled else ""
    return _to_each(
        desk, "resumed", _both_sides(desk), fact,
        lambda lang: {"paused_days": days, "moved": _moved(desk, before, lang), "go_live_due": due},
    )  # fmt: skip


def _replanned(desk: Desk, fact: Fact, before: dict[str, str]) -> Told:
    """A date that was set to what it was already is no news."""
    hand_off_by = str(desk.calendar.day_of(desk.plan.hand_off_by)) if fact.data.get("hand_off_by") else ""
    if not hand_off_by and not _moved(desk, before, "en"):
        return []
    return _to_each(
        desk, "replanned", _both_sides(desk), fact,
        lambda lang: {
            "reason": fact.data["reason"], "moved": _moved(desk, before, lang), "hand_off_by": hand_off_by
        },
    )  # fmt: skip


def _reassigned(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    if desk.team.member(fact.about) is None:
        return []
    facts = {"before": desk.name(fact.data["before"]), "now": desk.name(fact.about)}
    people = [fact.about, fact.data["before"], *desk.playing("project_lead")]
    return _with_our_reason(desk, "reassigned", people, fact, facts)


def _scope_requested(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    facts = {"request": fact.about, "title": fact.data["title"], "effort_days": fact.data["effort_days"] or ""}
    facts["note"] = fact.note or ""
    return _to_each(desk, "scope_change_requested", [*desk.managers, desk.state.owner], fact, lambda _: facts)


def _scope_decided(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    facts = {"request": fact.about, "title": fact.data["title"], "decision": fact.data["decision"]}
    facts["reason"] = fact.data["reason"] or ""
    people = [desk.state.owner, *desk.playing("project_lead")]
    return _to_each(desk, "scope_change_decided", people, fact, lambda _: facts)


def _ended(desk: Desk, fact: Fact, _: dict[str, str]) -> Told:
    ending = fact.data["ending"]
    if ending in ("handed_over", "handed_over_with_exceptions"):
        people = [*desk.rollout, desk.state.owner]
        return _to_each(desk, "hand_off", people, fact, lambda lang: letters.hand_off_message(desk, lang))
    people = [desk.state.owner, *desk.managers]
    if ending not in VENDOR_ONLY:
        people += desk.playing("project_lead")
    return _with_our_reason(desk, "ended", people, fact, {"ending": ending})


TELLERS: dict[str, Callable[[Desk, Fact, dict[str, str]], Told]] = {
    "opened": _opened,
    "milestone_reached": _reached,
    "milestone_reopened": _reopened,
    "sign_off_asked": _sign_off_asked,
    "sign_off_rejected": _rejected,
    "issue_raised": _issue_raised,
    "issue_judged_anew": _issue_raised,
    "issue_resolved": _issue_resolved,
    "hypercare_prolonged": _prolonged,
    "paused": _paused,
    "resumed": _resumed,
    "replanned": _replanned,
    "reassigned": _reassigned,
    "scope_change_requested": _scope_requested,
    "scope_change_decided": _scope_decided,
    "ended": _ended,
}
