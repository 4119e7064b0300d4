"""Who would have too little time for a plan? The hours that it takes, beside all that is planned of our people."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Engine

from domain.playbook import Playbook
from domain.rules.workload import A_WEEK, Load, Window, available, mondays, planned
from domain.team import Team
from domain.text import Language
from portal.desk.desk import Desk
from store.workload import Taking, taking

LONGEST = 40
"""Weeks that are looked at: the longest plan has fewer, and what lies further ahead nobody has planned."""
LEAST = 0.05
"""Hours by which a week has to grow: less is nothing that a plan adds."""
Booked = Mapping[str, Mapping[date, tuple[float, float]]]
"""The least and the most hours of each person in each week."""


class Overbooked(NamedTuple):
    """Somebody who would have too little time, with the weeks in which they would: the least that is planned, and what
    they have."""

    handle: str
    name: str
    weeks: Sequence[tuple[date, Load]]


@dataclass(frozen=True, kw_only=True)
class Overbooking:
    """Looks at all that is planned of some people. `playbook` finds a version by its hash."""

    engine: Engine
    playbook: Callable[[str], Playbook | None]
    team: Team
    language: str

    def by(self, plan: Taking, *, today: date) -> Sequence[Overbooked]:
        """Whom that plan would overbook, in the place of what is planned so far for the same onboarding."""
        handles = {plan.owner, *plan.roles.values()}
        return self._beyond(self._planned(plan, handles, today), plan, handles, today)

    def as_owner(self, plan: Taking, handles: Collection[str], *, today: date) -> Mapping[str, Sequence[date]]:
        """The weeks in which each of them would have too little time if the onboarding were theirs."""
        # Counted once for all of them: of twenty people with thirty onboardings each it takes half a second.
        so_far = self._planned(plan, handles, today)
        each: dict[str, Sequence[date]] = {}
        for handle in handles:
            theirs = plan._replace(owner=handle, roles={**plan.roles, "csm": handle})
            each[handle] = [week for one in self._beyond(so_far, theirs, {handle}, today) for week, _ in one.weeks]
        return each

    def _planned(self, plan: Taking, handles: Collection[str], today: date) -> "_Planned":
        all_of_it, weeks = taking(self.engine, handles), weeks_of(plan, today)
        others = [one for one in all_of_it if one.onboarding != plan.onboarding]
        own = [one for one in all_of_it if one.onboarding == plan.onboarding]
        return _Planned(booked_hours(others, self.playbook, weeks), booked_hours(own, self.playbook, weeks))

    def _beyond(self, so_far: "_Planned", plan: Taking, handles: Collection[str], today: date) -> Sequence[Overbooked]:
        weeks = weeks_of(plan, today)
        then = booked_hours([plan], self.playbook, weeks)
        found = []
        for handle in sorted(handles):
            member = self.team.member(handle)
            if member is None:
                continue
            has = available(member, self.team, weeks)
            grown = []
            for week in weeks:
                (least, most), (of_plan, most_of_plan) = _of(so_far.others, handle, week), _of(then, handle, week)
                load = Load(least + of_plan, most + most_of_plan, has[week])
                if load.is_overbooked and of_plan > _of(so_far.own, handle, week)[0] + LEAST:
                    grown.append((week, load))
            if grown:
                found.append(Overbooked(handle, member.named(self.language), grown))
        return found


class _Planned(NamedTuple):
    """The hours that are planned of people so far: for all other onboardings, and for the one at hand."""

    others: Booked
    own: Booked


def overbooking_of(desk: Desk, language: str) -> Overbooking:
    """With the parts of the desk."""
    parts = desk.parts
    return Overbooking(engine=desk.engine, playbook=parts.ledger.playbook, team=parts.staff(), language=language)


def own_taking(engine: Engine, onboarding: str, owner: str) -> Taking | None:
    """What that onboarding takes as it is planned now; None where it is over."""
    return next((one for one in taking(engine, [owner]) if one.onboarding == onboarding), None)


def as_owner(desk: Desk, onboarding: str, owner: str, *, language: Language, today: date) -> Mapping[str, str]:
    """Of others who may lead onboardings, in how many weeks they would have too little time if this one were theirs.

    In the words of that language; those who have the time are left out.
    """
    overbooking, now = overbooking_of(desk, language), own_taking(desk.engine, onboarding, owner)
    if now is None:
        return {}
    leading = [one.handle for one in overbooking.team.members if one.role == "csm" and one.handle != owner]
    words, each = desk.pages.words(language), overbooking.as_owner(now, leading, today=today)
    return {handle: _in_words(len(weeks), words) for handle, weeks in each.items() if weeks}


def _in_words(weeks: int, words: Mapping[str, str]) -> str:
    return words["capacity_as_owner_one" if weeks == 1 else "capacity_as_owner_many"].format(count=weeks)


def weeks_of(plan: Taking, today: date) -> Sequence[date]:
    """The weeks of a plan from this one on."""
    first = max(plan.whole.first, today)
    last = max([plan.whole.last, *(window.last for window in plan.stages.values())])
    return mondays(first, min(max((last - first) // A_WEEK + 2, 1), LONGEST))


def booked_hours(
    all_of_it: Iterable[Taking], playbook: Callable[[str], Playbook | None], weeks: Sequence[date]
) -> Booked:
    """The least and the most hours that are planned of each person in those weeks.

    What nobody of the right role does is done by the onboarding's owner.
    """
    each: dict[str, dict[date, tuple[float, float]]] = defaultdict(dict)
    for one in all_of_it:
        book = playbook(one.playbook_hash) if one.playbook_hash else None
        if book is None:
            continue
        for role, hours in planned(book.resources, one.stages, one.whole, weeks).items():
            person = one.roles.get(role, one.owner)
            for week, (least, most) in hours.items():
                before = each[person].get(week, (0.0, 0.0))
                each[person][week] = (before[0] + least, before[1] + most)
    return each


def _of(booked: Booked, handle: str, week: date) -> tuple[float, float]:
    return booked.get(handle, {}).get(week, (0.0, 0.0))


def windows(stages: Iterable[tuple[str, date, date]]) -> Mapping[str, Window]:
    """Stages by their keys, each with the days on which it is open."""
    return {key: Window(first, last) for key, first, last in stages}
