"""What does another version of its playbook change about an onboarding, and why may it not go by it?"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple, Protocol

from domain.agenda.changing import lay_over, why_not_now
from domain.agenda.state import PlaybookAhead, Skeleton, State
from domain.news import short
from domain.notice import Notice
from domain.playbook import Playbook
from domain.record import JournalRow
from domain.rules.briefing import Briefing, present
from domain.rules.casting import cast_customer
from domain.rules.opening import skeleton_of
from domain.wire import Wire

ORDERED = "playbook_change_ordered"
"""The journal's kind of a change that was decided."""


class Entry(Protocol):
    """A fact, or the row of the journal that it has become."""

    @property
    def key(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def data(self) -> Mapping[str, Any]: ...


class NewDate(Wire):
    milestone: str
    was: date
    now: date


class PlaybookDifference(Wire):
    """What changes for one onboarding, each thing by its key; settled milestones that go stay as `retired`."""

    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    moved: tuple[NewDate, ...] = ()
    waits_for: Mapping[str, tuple[str, ...]] = {}
    """What milestones wait for, where that is something else."""
    signed_by: Mapping[str, tuple[str, ...]] = {}
    """Who signs milestones off, where that is somebody else; nobody where it is empty."""
    cadences: tuple[str, ...] = ()
    """Cadences that are new, changed or gone."""
    criteria: tuple[str, ...] = ()
    """Criteria of the hand-off that are new or gone."""


class Change(NamedTuple):
    """A change that was due: what the version asks, or why it is not made."""

    ahead: PlaybookAhead
    skeleton: Skeleton | None = None
    refused: str = ""


def change_in(briefing: Briefing, to: Playbook | None) -> Change | None:
    """The change that is due in that state, to the version whose hash it names; None where none is."""
    ahead = briefing.state.change_due
    if ahead is None:
        return None
    if to is None:
        return Change(ahead, refused="no playbook of that hash is kept here")
    if reason := why_not(briefing.state, briefing.playbook, to) or why_not_now(briefing.state):
        return Change(ahead, refused=reason)
    drawn = skeleton_of(
        to,
        briefing.calendar,
        # What it asks for as of now: the days of what is there already are set by the turn.
        Briefing(
            briefing.dossier.model_copy(update={"playbook": to}),
            briefing.state,
            briefing.team,
            briefing.now,
            drafting=briefing.drafting,
        ).plan,
        vendor=briefing.state.cast,
        customer=cast_customer(briefing.deal),
        at=briefing.now,
    )
    return Change(ahead, _with_signers_as_they_are(drawn, briefing.state, briefing.playbook, to, ahead))


def _with_signers_as_they_are(
    drawn: Skeleton, state: State, before: Playbook, to: Playbook, ahead: PlaybookAhead
) -> Skeleton:
    """People of the same roles stay who they were, whoever plays the role by now; the hash is that which was named."""
    drawn = drawn.model_copy(update={"playbook_hash": ahead.to})
    for asked in drawn.milestones:
        live, old, new = state.milestone(asked.key), before.milestone(asked.key), to.milestone(asked.key)
        if live and old and new and old.sign_off and new.sign_off and old.sign_off.by == new.sign_off.by:
            asked.signers = list(live.signers)
    if before.overruled_by == to.overruled_by:
        drawn.overrulers = list(state.overrulers)
    return drawn


def why_not(state: State, before: Playbook, to: Playbook) -> str | None:
    """Why that onboarding cannot go by that version; None where it can."""
    if to.key != before.key or to.touch != before.touch:
        return (
            f"that is a version of {to.key} ({to.touch}), and this onboarding goes by {before.key} ({before.touch}): "
            "name a version of that one"
        )
    go_live = state.playing("go_live")
    then = to.milestone(go_live.key) if go_live else None
    if go_live is not None and (then is None or then.role != "go_live"):
        return f"that version lacks {go_live.key}, the go-live of this onboarding: keep it in the version"
    held = {one.milestone for one in state.held}
    for milestone in state.milestones:
        there = to.milestone(milestone.key)
        if milestone.settled:
            continue
        if milestone.key in held and (there is None or there.sign_off):
            what = "lacks" if there is None else "asks for a sign-off of"
            return f"that version {what} {milestone.key}, which was reported before its gate is open: settle it first"
        under_way = milestone.asked or milestone.rework or milestone.approvals
        if milestone.signers and under_way and there is None:
            return f"that version lacks {milestone.key}, whose sign-off is under way: let it be signed or waived first"
    return None


def reason_in(entries: Iterable[Entry], change: PlaybookAhead) -> str:
    """Why that change was decided; empty where none of the entries is its order."""
    orders = (one for one in entries if one.kind == ORDERED and short(one.key) == change.key)
    return next((str(one.data.get("reason") or "") for one in orders), "")


def laid_over(state: State, skeleton: Skeleton) -> State:
    """A copy of the state that goes by what the skeleton asks for."""
    changed = state.model_copy()
    lay_over(changed, skeleton)
    return changed


def difference(before: Briefing, after: Briefing) -> PlaybookDifference:
    """What differs between an onboarding and itself by another version, at the same moment."""
    old = {milestone.key: milestone for milestone in before.state.milestones if not milestone.retired}
    new = {milestone.key: milestone for milestone in after.state.milestones if not milestone.retired}
    both = [key for key in new if key in old and not new[key].settled]
    open_now = [key for key in new if not new[key].settled]
    signers = {key: milestone.signers for key, milestone in old.items()}
    was = {planned.key: planned.on for planned in before.plan.milestones}
    days = {planned.key: planned.on for planned in after.plan.milestones}
    needs = {key: tuple(after.state.needs(new[key])) for key in both}
    return PlaybookDifference(
        added=tuple(key for key in new if key not in old),
        gone=tuple(key for key, one in old.items() if key not in new and not one.settled),
        retired=tuple(key for key, one in old.items() if key not in new and one.settled),
        moved=tuple(NewDate(milestone=k, was=was[k], now=days[k]) for k in both if was[k] != days[k]),
        waits_for={k: keys for k, keys in needs.items() if set(keys) != set(before.state.needs(old[k]))},
        signed_by={k: tuple(new[k].signers) for k in open_now if new[k].signers != signers.get(k, [])},
        cadences=_differing(_cadences(before.playbook), _cadences(after.playbook)),
        criteria=_differing(_criteria(before.playbook), _criteria(after.playbook)),
    )


def version_before(rows: Iterable[JournalRow]) -> str | None:
    """The hash of the version before the last change that was not taken back; None where there is none.

    A change to the version before is that change taken back: reverted twice, it goes on two steps back.
    """
    versions: list[str] = []
    for row in rows:
        if row.kind != "playbook_changed":
            continue
        versions = versions or [row.data["from"]]
        if versions[-2:-1] == [row.data["to"]]:
            versions.pop()
        else:
            versions.append(row.data["to"])
    return versions[-2] if len(versions) > 1 else None


def _cadences(playbook: Playbook) -> dict[str, Any]:
    return {cadence.key: cadence for cadence in playbook.cadences}


def _criteria(playbook: Playbook) -> dict[str, Any]:
    return {criterion.key: criterion for criterion in playbook.hand_off.criteria}


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key))


def row(change: Change, before: Briefing, after: Briefing) -> JournalRow:
    """The journal's row of a change that was made, or of one that was not."""
    named, now = change.ahead.key, after.now
    if change.skeleton is None:
        key = f"playbook_change_refused/{named}"
        refused = {"reason": change.refused}
        return JournalRow(
            key=key, at=now, kind="playbook_change_refused", about=change.ahead.to, by=change.ahead.by, data=refused
        )
    return JournalRow(
        key=f"playbook_changed/{named}",
        at=now,
        kind="playbook_changed",
        about=after.playbook.key,
        by=change.ahead.by,
        data={
            "from": before.state.playbook_hash,
            "to": change.ahead.to,
            **difference(before, after).model_dump(mode="json", exclude_defaults=True),
        },
    )


def tell(change: Change, before: Briefing, after: Briefing, *, reason: str) -> list[Notice]:
    """Which dates have moved, to both sides, where any has; the reason to ours alone.

    That it is not made hears who decided it, or a manager where that person has gone.
    """
    if change.skeleton is None:
        return _tell_of_refusal(change, before, reason=reason)
    moved = difference(before, after).moved
    if not moved:
        return []
    people = [
        after.state.owner,
        *after.managers,
        *after.playing("project_lead", "executive_sponsor"),
    ]
    receivers = [id for id in dict.fromkeys(people) if not after.are_one(id, change.ahead.by)]
    occasion = f"playbook_changed/{change.ahead.key}"

    def facts(to: str) -> dict[str, Any]:
        language = after.language_of(to)
        return {
            "reason": "" if after.is_customer(to) else reason,
            "moved": [
                {"title": after.title(one.milestone, language), "was": str(one.was), "now": str(one.now)}
                for one in moved
            ],
            "hand_off_by": "",
        }

    return present(after.notice("replanned", to, occasion, facts(to), about=after.playbook.key) for to in receivers)


def _tell_of_refusal(change: Change, briefing: Briefing, *, reason: str) -> list[Notice]:
    by = change.ahead.by
    receivers = [by] if by and briefing.person(by) else briefing.managers[:1]
    facts = {"playbook": briefing.playbook.key, "version": change.ahead.to[:12], "refused": change.refused}
    occasion = f"playbook_changed/{change.ahead.key}"
    return present(
        briefing.notice("playbook_change_refused", to, occasion, {**facts, "reason": reason}, about=facts["playbook"])
        for to in receivers
    )
