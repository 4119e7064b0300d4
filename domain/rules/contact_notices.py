"""Who hears that the customer's people have changed? Whoever joins or takes over, and the onboarding's owner."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from domain.agenda.state import Fact
from domain.deal import CustomerRole, DealClosed, Stakeholder
from domain.naming import role_title
from domain.notice import Notice
from domain.rules import letters
from domain.rules.briefing import Briefing, present


class Change(NamedTuple):
    """One fact about contacts, with the deal before and after it; `refused` is why it changes nothing.

    `on_its_day` says that it was told before, and `again` that it was written down in a turn that is tried once more.
    """

    fact: Fact
    before: DealClosed
    after: DealClosed
    refused: str = ""
    on_its_day: bool = False
    again: bool = False

    @property
    def joins(self) -> str:
        """Id of who takes part from now on because of it; empty where nobody does."""
        fact = self.fact
        id = {"contact_added": fact.about, "contact_replaced": str(fact.data.get("to"))}.get(fact.kind, "")
        there = [{one.id for one in deal.contacts} for deal in (self.before, self.after)]
        return id if id in there[1] - there[0] else ""

    @property
    def stays(self) -> bool:
        """Whether somebody who was to leave takes part after all."""
        was = next((one for one in self.before.contacts if one.id == self.fact.about), None)
        return self.fact.kind == "contact_added" and was is not None and was.leaves_on is not None

    @property
    def ahead(self) -> date | None:
        """The day from which it counts, where that lies ahead."""
        fact = self.fact
        if fact.kind not in ("contact_added", "contact_replaced", "contact_left"):
            return None
        after = next((one for one in self.after.stakeholders if one.id == fact.about), None)
        return (after.joins_on or after.leaves_on) if after else None


def tell_of(briefing: Briefing, change: Change) -> list[Notice]:
    """A welcome to whoever joins or takes over, and word to the owner of what they did not do themselves.

    A role that nobody has now is the owner's business at once, whoever said it, and when. Of what was told before its
    day the owner has heard.
    """
    fact = change.fact
    joined = change.joins
    if fact.kind == "contact_corrected" and _is_taken_in(change):
        joined = fact.about
    notices = _welcome(briefing, change, joined) if joined else []
    empty = [role for role in _roles_filled(change.before) if role not in _roles_filled(change.after)]
    owner = briefing.state.owner
    quiet = fact.kind == "contact_corrected" or change.on_its_day or briefing.are_one(owner, fact.by)
    if quiet and not empty:
        return notices
    language = briefing.language_of(owner)
    facts = {
        "what": "stays" if change.stays else fact.kind.removeprefix("contact_"),
        "since": str(change.ahead or ""),
        "who": briefing.called([fact.about], language, among_us=True),
        "now": briefing.called([fact.data.get("to")], language, among_us=True),
        "by": "" if briefing.are_one(owner, fact.by) else briefing.called([fact.by], language, among_us=True),
        "role": role_title(_who(change, str(fact.data.get("to") or fact.about)).role, language),
        "reason": fact.data.get("reason") or "",
        "person": fact.about,
        "empty": [
            {
                "key": role,
                "role": role_title(role, language),
                "stand_in": briefing.called(briefing.customer[role], language, among_us=True),
                "waits": _waits_for(briefing, role, language),
            }
            for role in empty
        ],
    }
    told = briefing.notice("contact_changed", owner, fact.key, facts, about=fact.about, urgent=bool(empty))
    return [*notices, *present([told])]


def _is_taken_in(change: Change) -> bool:
    """Whether somebody who was left out plays a part from now on."""
    before, after = (_person(deal, change.fact.about).in_rollout for deal in (change.before, change.after))
    return after and not before


def _who(change: Change, id: str) -> Stakeholder:
    """Somebody as they are after the change, or were before it where they do not join after all."""
    return next(person for deal in (change.after, change.before) for person in deal.stakeholders if person.id == id)


def _welcome(briefing: Briefing, change: Change, person: str) -> list[Notice]:
    who = _person(change.after, person)
    if not who.in_rollout:
        return []
    fact, language = change.fact, briefing.language_of(person)
    facts = {
        "role": role_title(who.role, language),
        "before": briefing.called([fact.about], language) if person != fact.about else "",
        "waits": _waits_for(briefing, who.role, language),
        # Whoever gets the weekly report reads it there, and often in the same message.
        "next": [] if person in letters.reported_weekly(briefing) else _next(briefing, language),
        "stranger": True,
    }
    return present([briefing.notice("contact_welcome", person, fact.key, facts, about=person)])


def _next(briefing: Briefing, language: str) -> list[dict[str, Any]]:
    return letters.upcoming(briefing, language, without=letters.among_us(briefing))


def newly_asked(briefing: Briefing, before: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Who signs a milestone now that was asked for before they did, by its key."""
    return {
        milestone.key: [id for id in milestone.deciders if id not in before[milestone.key]]
        for milestone in briefing.state.milestones
        if milestone.key in before and milestone.asked and not milestone.settled
    }


def _roles_filled(deal: DealClosed) -> list[CustomerRole]:
    return list(dict.fromkeys(person.role for person in deal.contacts if person.in_rollout))


def _person(deal: DealClosed, id: str) -> Stakeholder:
    return next(person for person in deal.stakeholders if person.id == id)


def _waits_for(briefing: Briefing, role: str, language: str) -> list[dict[str, Any]]:
    """What that role can do now, by signing or by doing it: the milestones whose gate is open, each with its day."""
    waiting: list[dict[str, Any]] = []
    for milestone in briefing.state.milestones:
        definition = briefing.playbook.milestone(milestone.key)
        if milestone.settled or definition is None or briefing.state.gate(milestone):
            continue
        signs = definition.sign_off is not None
        acting = definition.sign_off.by if definition.sign_off else (definition.raci.responsible,)
        if role in acting:
            title = briefing.signed(milestone.key, language) if signs else briefing.title(milestone.key, language)
            late = briefing.is_past(milestone.key)
            day = {"due": briefing.due_on(milestone.key), "late": late}
            # By its key the outbox finds out right before the message goes what was settled since.
            waiting.append({"milestone": milestone.key, "title": title, "signs": signs, **day})
    return waiting
