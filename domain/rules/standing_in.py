"""What does somebody get in the place of a colleague who is away? What cannot wait until they are back."""

from collections.abc import Callable, Iterable
from datetime import date
from operator import methodcaller

from domain.notice import Notice, NoticeKind, Person
from domain.rules.briefing import Briefing
from domain.rules.casting import staff_person
from domain.team import Member

CANNOT_WAIT: frozenset[NoticeKind] = frozenset(
    {
        "assigned",
        "taken_up",
        "draft",
        "reminder",
        "overdue_summary",
        "escalation",
        "pause_proposal",
        "pause_decision",
        "sign_off_request",
        "sign_off_rejected",
        "issue_raised",
        "service_level_missed",
        "hypercare_prolonged",
        "scope_change_requested",
        "task_given",
        "task_due",
        "correction_opened",
        "correction_due",
        "criterion_doubted",
        "hand_off_decision",
        "contact_changed",
        "ending_announced",
    }
)
"""Kinds that ask one of ours to do or decide something, or that somebody answers for by a deadline. The rest is read
on their return: who is away gets their own mail as ever, so that all is there when they are back."""
STAND_IN = "deputy"
"""Role, among the people of an onboarding, of who plays none in it and stood in for somebody."""


def away(briefing: Briefing) -> dict[str, date]:
    """Who of ours takes part and is away now, with the last day of that."""
    state = briefing.state
    handles = dict.fromkeys([state.owner, *state.approvers, *(h for hs in state.cast.values() for h in hs)])
    members = (member for handle in handles if (member := briefing.team.member(handle)) is not None)
    return {member.handle: last for member in members if (last := member.away_until(briefing.now)) is not None}


def instead_of(briefing: Briefing, handle: str) -> Member | None:
    """Who gets it: the deputy, else the manager, or who stands in for them; None where nobody is there."""
    deputy = briefing.team.stand_in_for(handle, briefing.now)
    manager = briefing.team.manager_of(handle)
    if deputy is not None or manager is None or manager.handle == handle:
        return deputy
    if manager.away_until(briefing.now) is None:
        return manager
    return briefing.team.stand_in_for(manager.handle, briefing.now)


Seen = Callable[[Briefing], Briefing]
"""The table on which an occasion lies, as somebody sees it."""


def in_their_place(briefing: Briefing, notices: Callable[[Seen], list[Notice]]) -> list[Notice]:
    """Copies of what cannot wait, for those who stand in, in their own language.

    `notices` makes all notices of an occasion as somebody sees it. Without a deputy the manager gets the copy: that is
    how they hear of it.
    """
    copies: list[Notice] = []
    for handle, last in away(briefing).items():
        instead = instead_of(briefing, handle)
        if instead is None:
            continue
        language = staff_person(instead, briefing.deal.account.language).language
        facts = {
            "in_place_of": briefing.name(handle, language),
            "in_place_until": str(last),
            "no_deputy": briefing.team.stand_in_for(handle, briefing.now) is None,
        }
        for notice in notices(methodcaller("in_place_of", handle, instead)):
            if notice.to == handle and notice.kind in CANNOT_WAIT:
                key = f"{notice.key.removesuffix(f'/{handle}')}/{instead.handle}"
                copies.append(
                    notice.model_copy(update={"key": key, "to": instead.handle, "facts": {**notice.facts, **facts}})
                )
    return copies


def people(briefing: Briefing, notices: Iterable[Notice]) -> list[Person]:
    """Those of ours who are written to and are not among the people of the onboarding."""
    known = {person.id for person in briefing.dossier.people}
    members = {id: briefing.team.member(id) for id in sorted({notice.to for notice in notices} - known)}
    language = briefing.deal.account.language
    return [
        staff_person(member, language).model_copy(update={"role": STAND_IN}) for member in members.values() if member
    ]
