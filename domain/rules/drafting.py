"""Which messages wait for one of ours, what do they say now, and when do they go by themselves?"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from domain.agenda.gates import by_itself
from domain.agenda.state import DraftState, Entry, Fact
from domain.news import HANDED_OVER, VENDOR_ONLY
from domain.notice import Notice, NoticeKind
from domain.playbook import Draft
from domain.record import DraftChange
from domain.rules import escalating, letters, meetings
from domain.rules.briefing import Briefing, present
from domain.rules.plan_letter import asked_with_it, plan_to, readers

Notices = list[Notice]

INTRODUCTION: NoticeKind = "introduction"


def definition_of(briefing: Briefing, kind: str) -> Draft | None:
    """What the playbook says of drafts of that kind: a proposal to pause is an escalation to the sponsor as well."""
    return briefing.playbook.draft("escalation" if kind in escalating.ESCALATIONS else kind)


def written(briefing: Briefing, facts: Sequence[Fact]) -> list[DraftState]:
    """The drafts that are written on these facts, as the playbook asks for them; of a kind the last one."""
    drafts: dict[str, DraftState] = {}
    for fact in facts:
        kind = _written_on(briefing, fact)
        definition = definition_of(briefing, kind) if kind else None
        if kind is None or definition is None or not WAITING[kind].receivers(briefing) or briefing.state.draft(kind):
            continue
        reached = briefing.state.milestone(definition.reaches) if definition.reaches else None
        met = briefing.state.playing("kickoff") if kind == INTRODUCTION else None
        if any(milestone and milestone.settled for milestone in (reached, met)):
            continue
        drafts[kind] = DraftState(
            key=kind,
            kind=kind,
            occasion=fact.key,
            since=briefing.now,
            after=definition.after,
            reaches=definition.reaches,
        )
    return list(drafts.values())


def _written_on(briefing: Briefing, fact: Fact) -> NoticeKind | None:
    """The kind of draft that is written on such a fact.

    People are introduced at once, the plan follows the kickoff, and what tells of an ending waits until that counts.
    """
    if fact.kind == "opened":
        return INTRODUCTION
    ahead = briefing.state.ending_ahead
    if fact.kind == "ending_announced" and ahead is not None and fact.data["ending"] == ahead.news["ending"]:
        ending = fact.data["ending"]
        return None if ending in VENDOR_ONLY else "hand_off" if ending in HANDED_OVER else "ended"
    milestone = briefing.playbook.milestone(fact.about) if fact.kind == "milestone_reached" else None
    return "plan" if milestone is not None and milestone.role == "kickoff" else None


def escalations(briefing: Briefing, due: Iterable[Entry]) -> list[DraftState]:
    """The messages to the sponsor that are written at these steps of ladders; one that waits already is not doubled."""
    return [
        DraftState(key=one.key, kind=one.kind, occasion=one.occasion, since=briefing.now, while_late=one.milestone)
        for entry in due
        if entry.rule == "nudge"
        for one in escalating.to_sponsors(briefing, entry)
        if briefing.state.draft(one.key) is None
    ]


def notices(briefing: Briefing, facts: Sequence[Fact]) -> Notices:
    """Every message of a draft that waits, or that may go by these facts, as it reads now: dates may have moved."""
    sent = [
        DraftState(key=fact.about, kind=fact.data["message"], occasion=fact.data["occasion"], since=fact.at)
        for fact in facts
        if fact.kind == "draft_sent"
    ]
    drafts = [*briefing.state.drafts, *sent]
    if briefing.state.ending:
        drafts = [draft for draft in sent if draft.goes_with_the_ending]
    return [notice for draft in drafts for notice in _messages(briefing, draft)]


def _messages(briefing: Briefing, draft: DraftState) -> Notices:
    waiting = WAITING[draft.kind]
    return present(
        briefing.notice(
            waiting.kind,
            to,
            draft.occasion,
            facts,
            about=waiting.about(draft),
            attachment=_attachment(briefing, draft.kind, to),
            draft=draft.key,
            while_open=waiting.while_open(briefing, draft, to),
        )
        for to in waiting.receivers(briefing)
        if (facts := waiting.says(briefing, draft, to)) is not None
    )


def _attachment(briefing: Briefing, kind: str, to: str) -> str | None:
    """The process outline, for whoever has not had it before the close (PRE-05)."""
    if kind != INTRODUCTION or briefing.deal.has_outline:
        return None
    return f"process/{briefing.state.onboarding}/{'ja' if briefing.language_of(to) == 'ja' else 'en'}"


def changes(briefing: Briefing, facts: Sequence[Fact]) -> list[DraftChange]:
    """What becomes of the drafts by these facts."""
    changed = []
    for fact in facts:
        match fact.kind:
            case "draft_edited":
                people = [
                    id
                    for id in WAITING[fact.data["message"]].receivers(briefing)
                    if fact.data["language"] in (None, briefing.language_of(id))
                    and fact.data.get("reader") in (None, id)
                ]
                words = {"subject": fact.data["subject"], "text": fact.data["text"]}
                changed.append(DraftChange(draft=fact.about, what="edited", people=tuple(people), **words))
            case "draft_sent":
                changed.append(DraftChange(draft=fact.about, what="sent"))
            case "draft_stopped":
                reason = fact.data.get("reason") or f"{fact.data['milestone']} was reached without it"
                changed.append(DraftChange(draft=fact.about, what="stopped", reason=reason))
    return changed


def tell_holders(briefing: Briefing, drafts: Sequence[DraftState], facts: Sequence[Fact]) -> Notices:
    """Whoever a draft belongs to gets it to read, at once: it goes by itself some time later.

    So does another owner, whose predecessor may have worded it. What no fresh fact has led to was told of before, but
    for what is late, which no fact tells.
    """
    told: Notices = []
    for draft in (draft for draft in drafts if facts or draft.while_late):
        definition = definition_of(briefing, draft.kind)
        seller = ["seller"] if definition is not None and definition.holder == "seller" else []
        told += _to_read(briefing, draft, [briefing.state.owner, *seller], draft.occasion)
    if handed_on := _handed_on(briefing, facts):
        for draft in briefing.state.drafts:
            told += _to_read(briefing, draft, [briefing.state.owner], handed_on.key, handed_on=True)
    return told


def _to_read(
    briefing: Briefing, draft: DraftState, people: Sequence[str], occasion: str, *, handed_on: bool = False
) -> Notices:
    waiting = WAITING[draft.kind]

    def facts(to: str) -> dict[str, Any]:
        language = briefing.language_of(to)
        return {
            **(waiting.says(briefing, draft, to) or {}),
            "of_kind": draft.kind,
            "draft": draft.key,
            "readers": briefing.called(waiting.receivers(briefing), language, among_us=True),
            "after": briefing.title(draft.after, language) if draft.after and not _is_reached(briefing, draft) else "",
            "hours": _hours(briefing, draft),
            **_ending(briefing, draft),
            "handed_on": handed_on,
        }

    return present(
        briefing.notice("draft", to, occasion, facts(to), about=draft.key, urgent=True) for to in dict.fromkeys(people)
    )


def _handed_on(briefing: Briefing, facts: Sequence[Fact]) -> Fact | None:
    """The fact by which somebody of ours has become the owner."""
    return next((fact for fact in facts if fact.kind == "reassigned" and fact.about == briefing.state.owner), None)


def _hours(briefing: Briefing, draft: DraftState) -> float:
    """The office hours after which it goes by itself: none by a version that has no drafts any more."""
    definition = definition_of(briefing, draft.kind)
    return definition.hours if definition else 0


def _ending(briefing: Briefing, draft: DraftState) -> dict[str, Any]:
    """What is said of the ending with which a message goes: when that is, and whether it can be taken back."""
    ahead = briefing.state.ending_ahead
    if not draft.goes_with_the_ending or ahead is None or ahead.until is None:
        return {"goes_at": ""}
    return {"goes_at": ahead.until.isoformat(), "ending": ahead.news["ending"], "by_itself": by_itself(ahead)}


def _is_reached(briefing: Briefing, draft: DraftState) -> bool:
    """Whether the milestone has come from which its hours count."""
    after = briefing.state.milestone(draft.after) if draft.after else None
    return after is None or after.settled


def entries(briefing: Briefing, facts: Sequence[Fact]) -> Iterator[Entry]:
    """When each draft goes by itself: once that is certain, it stays.

    After a pause, an ending that was taken back, and for another owner the hours count anew: nobody was to read then.
    What tells of an ending goes with that, and has none.
    """
    state = briefing.state
    if state.ending or state.ending_ahead or state.paused_at:
        return
    there = {} if _handed_on(briefing, facts) else {entry.slot: entry for entry in state.entries}
    for draft in state.drafts:
        slot = f"{draft.key}/draft"
        if not _is_reached(briefing, draft):
            continue
        if slot in there:
            yield there[slot]
            continue
        goes_at = briefing.after_office_hours(state.owner, briefing.now, _hours(briefing, draft))
        yield Entry(slot, str(goes_at.date()), goes_at, "draft", draft.key)


def _escalation_to(briefing: Briefing, draft: DraftState, to: str) -> dict[str, Any] | None:
    """What it says to the sponsor; None where the playbook has its milestone no more."""
    found = escalating.rung_of(briefing, draft.occasion)
    return escalating.escalation_to(briefing, *found, to, among_us=False) if found else None


def _nothing_open(_: Briefing, __: DraftState, ___: str) -> None:
    """It goes whatever is settled meanwhile."""


class Waiting(NamedTuple):
    """A kind of message that may wait: who gets it once it is sent, what it says to each, and what it is about."""

    kind: NoticeKind
    receivers: Callable[[Briefing], list[str]]
    says: Callable[[Briefing, DraftState, str], dict[str, Any] | None]
    while_open: Callable[[Briefing, DraftState, str], str | None] = _nothing_open
    about: Callable[[DraftState], str] = lambda draft: draft.key


def _to_sponsor(kind: NoticeKind) -> Waiting:
    return Waiting(
        kind,
        lambda briefing: briefing.playing(escalating.SPONSOR),
        _escalation_to,
        lambda _, draft, __: draft.occasion.partition("/")[0],
        lambda draft: draft.occasion.partition("/")[0],
    )


WAITING: Mapping[str, Waiting] = {
    one.kind: one
    for one in (
        Waiting(
            INTRODUCTION,
            lambda briefing: briefing.rollout,
            lambda briefing, _, to: letters.introduction_to(briefing, to),
        ),
        Waiting(
            "plan",
            readers,
            lambda briefing, _, to: plan_to(briefing, to),
            lambda briefing, _, to: asked_with_it(briefing, to),
        ),
        *map(_to_sponsor, escalating.ESCALATIONS),
        Waiting(
            "hand_off",
            lambda briefing: briefing.rollout,
            lambda briefing, _, to: {**letters.hand_off_to(briefing, to), **meetings.not_held(briefing, to)},
            about=lambda _: "",
        ),
        Waiting(
            "ended",
            lambda briefing: briefing.playing("project_lead"),
            lambda briefing, _, __: letters.ended(briefing),
            about=lambda _: "",
        ),
    )
}
