"""Which messages wait for one of ours, what do they say now, and when do they go by themselves?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from domain.agenda.state import DraftState, Entry, Fact
from domain.notice import Notice, NoticeKind
from domain.playbook import Draft
from domain.record import DraftChange
from domain.rules import letters
from domain.rules.briefing import Briefing, present

Notices = list[Notice]

WRITTEN_ON: Mapping[str, NoticeKind] = {"opened": "introduction"}
"""The kind of fact on which each kind of draft is written."""


def written(briefing: Briefing, facts: Sequence[Fact]) -> list[DraftState]:
    """The drafts that are written on these facts, as the playbook asks for them."""
    drafts = []
    for fact in facts:
        kind = WRITTEN_ON.get(fact.kind)
        definition = briefing.playbook.draft(kind) if kind else None
        if kind is None or definition is None or not RECEIVERS[kind](briefing):
            continue
        reached = briefing.state.milestone(definition.reaches) if definition.reaches else None
        if any(milestone and milestone.settled for milestone in (reached, briefing.state.playing("kickoff"))):
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
        )
        for to in RECEIVERS[kind](briefing)
    )


def _attachment(briefing: Briefing, kind: NoticeKind, to: str) -> str | None:
    """The process outline, for whoever has not had it before the close (PRE-05)."""
    if kind != "introduction" or briefing.deal.has_outline:
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


def tell_holders(briefing: Briefing, drafts: Sequence[DraftState]) -> Notices:
    """Whoever a draft belongs to gets it to read, at once: it goes by itself some time later."""
    told: Notices = []
    for draft in drafts:
        definition = briefing.playbook.draft(draft.kind)
        assert definition is not None, "drafts are written by the playbook"
        for to in dict.fromkeys([briefing.state.owner, *holders(definition)]):
            language = briefing.language_of(to)
            facts: dict[str, Any] = {
                **FACTS[draft.kind](briefing, to),
                "of_kind": draft.kind,
                "draft": draft.key,
                "readers": briefing.called(RECEIVERS[draft.kind](briefing), language, among_us=True),
                "after": briefing.title(draft.after, language) if draft.after else "",
                "hours": definition.hours,
            }
            told += present([briefing.notice("draft", to, draft.occasion, facts, about=draft.key, urgent=True)])
    return told


def holders(definition: Draft) -> list[str]:
    return ["seller"] if definition.holder == "seller" else []


def entries(briefing: Briefing) -> Iterator[Entry]:
    """When each draft goes by itself: once that is certain, it stays."""
    state = briefing.state
    if state.ending:
        return
    there = {entry.slot: entry for entry in state.entries}
    for draft in state.drafts:
        slot, definition = f"{draft.key}/draft", briefing.playbook.draft(draft.kind)
        after = state.milestone(draft.after) if draft.after else None
        if definition is None or (after is not None and not after.settled):
            continue
        if slot in there:
            yield there[slot]
            continue
        goes_at = briefing.office_hours_of_ours(state.owner, briefing.now, definition.hours)
        yield Entry(slot, str(goes_at.date()), goes_at, "draft", draft.key)


RECEIVERS: Mapping[str, Callable[[Briefing], list[str]]] = {"introduction": lambda briefing: briefing.rollout}
"""Who gets each kind of draft once it is sent."""
FACTS: Mapping[str, Callable[[Briefing, str], dict[str, Any]]] = {"introduction": letters.introduction_to}
"""What each kind of draft says to one of its receivers."""
