"""Which messages wait for one of ours, what do they say now, and when do they go by themselves?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from domain.agenda.state import DraftState, Entry, Fact
from domain.notice import Notice, NoticeKind
from domain.record import DraftChange
from domain.rules import letters
from domain.rules.briefing import Briefing, present
from domain.rules.plan_letter import asked_with_it, plan_to, readers

Notices = list[Notice]

INTRODUCTION: NoticeKind = "introduction"


def written(briefing: Briefing, facts: Sequence[Fact]) -> list[DraftState]:
    """The drafts that are written on these facts, as the playbook asks for them."""
    drafts = []
    for fact in facts:
        kind = _written_on(briefing, fact)
        definition = briefing.playbook.draft(kind) if kind else None
        if kind is None or definition is None or not RECEIVERS[kind](briefing) or briefing.state.draft(kind):
            continue
        reached = briefing.state.milestone(definition.reaches) if definition.reaches else None
        met = briefing.state.playing("kickoff") if kind == INTRODUCTION else None
        if any(milestone and milestone.settled for milestone in (reached, met)):
            continue
        drafts.append(
            DraftState(
                key=kind,
                kind=kind,
                occasion=fact.key,
                since=briefing.now,
                after=definition.after,
                reaches=definition.reaches,
            )
        )
    return drafts


def _written_on(briefing: Briefing, fact: Fact) -> NoticeKind | None:
    """The kind of draft that is written on such a fact: people are introduced at once, the plan follows the kickoff."""
    if fact.kind == "opened":
        return INTRODUCTION
    milestone = briefing.playbook.milestone(fact.about) if fact.kind == "milestone_reached" else None
    return "plan" if milestone is not None and milestone.role == "kickoff" else None


def notices(briefing: Briefing, facts: Sequence[Fact]) -> Notices:
    """Every message of a draft that waits, or that may go by these facts, as it reads now: dates may have moved."""
    if briefing.state.ending:
        return []
    waiting = [(draft.key, draft.kind, draft.occasion) for draft in briefing.state.drafts]
    sent = [(fact.about, fact.data["message"], fact.data["occasion"]) for fact in facts if fact.kind == "draft_sent"]
    return [notice for draft in (*waiting, *sent) for notice in _messages(briefing, *draft)]


def _messages(briefing: Briefing, key: str, kind: NoticeKind, occasion: str) -> Notices:
    return present(
        briefing.notice(
            kind,
            to,
            occasion,
            FACTS[kind](briefing, to),
            about=key,
            attachment=_attachment(briefing, kind, to),
            draft=key,
            while_open=asked_with_it(briefing, to) if kind == "plan" else None,
        )
        for to in RECEIVERS[kind](briefing)
    )


def _attachment(briefing: Briefing, kind: NoticeKind, to: str) -> str | None:
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
                    for id in RECEIVERS[fact.data["message"]](briefing)
                    if fact.data["language"] in (None, briefing.language_of(id))
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

    So does another owner, whose predecessor may have worded it.
    """
    told: Notices = []
    for draft in drafts:
        definition = briefing.playbook.draft(draft.kind)
        seller = ["seller"] if definition is not None and definition.holder == "seller" else []
        told += _to_read(briefing, draft, [briefing.state.owner, *seller], draft.occasion)
    if handed_on := _handed_on(briefing, facts):
        for draft in briefing.state.drafts:
            told += _to_read(briefing, draft, [briefing.state.owner], handed_on.key, handed_on=True)
    return told


def _to_read(
    briefing: Briefing, draft: DraftState, people: Sequence[str], occasion: str, *, handed_on: bool = False
) -> Notices:
    def facts(to: str) -> dict[str, Any]:
        language = briefing.language_of(to)
        return {
            **FACTS[draft.kind](briefing, to),
            "of_kind": draft.kind,
            "draft": draft.key,
            "readers": briefing.called(RECEIVERS[draft.kind](briefing), language, among_us=True),
            "after": briefing.title(draft.after, language) if draft.after and not _is_reached(briefing, draft) else "",
            "hours": _hours(briefing, draft),
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
    definition = briefing.playbook.draft(draft.kind)
    return definition.hours if definition else 0


def _is_reached(briefing: Briefing, draft: DraftState) -> bool:
    """Whether the milestone has come from which its hours count."""
    after = briefing.state.milestone(draft.after) if draft.after else None
    return after is None or after.settled


def entries(briefing: Briefing, facts: Sequence[Fact]) -> Iterator[Entry]:
    """When each draft goes by itself: once that is certain, it stays.

    After a pause, an ending that was taken back, and for another owner the hours count anew: nobody was to read then.
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
        goes_at = briefing.office_hours_of_ours(state.owner, briefing.now, _hours(briefing, draft))
        yield Entry(slot, str(goes_at.date()), goes_at, "draft", draft.key)


RECEIVERS: Mapping[str, Callable[[Briefing], list[str]]] = {
    INTRODUCTION: lambda briefing: briefing.rollout,
    "plan": readers,
}
"""Who gets each kind of draft once it is sent."""
FACTS: Mapping[str, Callable[[Briefing, str], dict[str, Any]]] = {
    INTRODUCTION: letters.introduction_to,
    "plan": plan_to,
}
"""What each kind of draft says to one of its receivers."""
