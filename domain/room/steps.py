"""What may somebody of the customer's do now, and what comes after that? From plan, sign-offs, tasks and people."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from domain.notice import Person
from domain.playbook import Milestone
from domain.record import Dossier, MilestoneRow, RegisterRow
from domain.room.signing import SignOff
from domain.rules.casting import concerns_customer, doers
from domain.team import Team
from domain.text import folded, in_language

StepKind = Literal["sign_off", "milestone", "task"]
COME_BY_THEMSELVES = ("hypercare_end", "first_value")
"""Roles of milestones that nobody reports: time or a win reaches them."""


class Step(NamedTuple):
    """Something that a person has to do. `others` may do it instead; what it `waits_for` is to be reached first.

    `by` is the id under which they do it: a deal may name one person twice. `again` says that it was refused once and
    is asked for again.
    """

    kind: StepKind
    key: str
    title: str
    due: date
    by: str
    stage: str = ""
    others: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    again: bool = False


class Steps(NamedTuple):
    """What a person may do now, the most urgent first, and what will be theirs once its gate is open."""

    now: tuple[Step, ...]
    later: tuple[Step, ...]


class Standing(NamedTuple):
    """How an onboarding stands, as far as its steps hang on it: what a room is drawn from.

    `sign_offs` has those that were ever asked for, by their milestones; `halted` says that it is paused or over, and
    nothing is asked of anybody.
    """

    dossier: Dossier
    team: Team
    owner: str
    milestones: Mapping[str, MilestoneRow]
    sign_offs: Mapping[str, SignOff]
    tasks: Sequence[RegisterRow]
    halted: bool = False

    def day(self, key: str) -> date:
        """The day on which the milestone is due, in the customer's calendar."""
        return self.dossier.calendar.day_of(self.milestones[key].due)

    def shown(self) -> tuple[Milestone, ...]:
        """The milestones of the playbook that the customer reads of and that are in the plan."""
        each = self.dossier.playbook.milestones
        return tuple(one for one in each if one.key in self.milestones and concerns_customer(one))

    def is_settled(self, key: str) -> bool:
        row = self.milestones.get(key)
        return row is None or row.status != "open"

    def waits_for(self, milestone: Milestone) -> tuple[str, ...]:
        """What has to be reached before that milestone may be."""
        return tuple(key for key in self.dossier.playbook.needs(milestone) if not self.is_settled(key))

    def takes(self, milestone: Milestone, who: Sequence[str]) -> tuple[str, ...]:
        """Of those who act for the milestone the ones whose deed it still takes."""
        if milestone.sign_off is None:
            return tuple(who)
        state = self.sign_offs.get(milestone.key, SignOff(milestone.key))
        return state.takes(who, all_of_them=milestone.sign_off.needs == "all")

    def same(self, person: Person) -> frozenset[str]:
        """The ids under which that person takes part: a deal may name one twice, with two roles."""
        return frozenset(
            one.id
            for one in self.dossier.people
            if one.side == person.side and folded(one.email) == folded(person.email)
        )


def steps_of(person: Person, standing: Standing) -> Steps:
    """What that person has to do, now and later. Nothing while the onboarding is halted."""
    if standing.halted:
        return Steps((), ())
    mine, acting = standing.same(person), doers(standing.dossier, standing.team, standing.owner)
    now: list[Step] = []
    later: list[Step] = []
    order = {milestone.key: number for number, milestone in enumerate(standing.dossier.playbook.milestones)}
    stages = {milestone.key: stage.key for stage in standing.dossier.playbook.stages for milestone in stage.milestones}
    for milestone in standing.shown():
        if standing.is_settled(milestone.key) or milestone.role in COME_BY_THEMSELVES:
            continue
        who = standing.takes(milestone, acting[milestone.key])
        if own := [id for id in who if id in mine]:
            others = tuple(id for id in who if id not in mine)
            step = _step(milestone, standing, person, by=own[0], stage=stages[milestone.key], others=others)
            (later if step.waits_for else now).append(step)
    now += [_task(row, standing) for row in standing.tasks if row.status == "open" and row.data.get("owner") in mine]
    for steps in (now, later):
        steps.sort(key=lambda step: (step.due, order.get(step.key, len(order))))
    return Steps(tuple(now), tuple(later))


def _step(
    milestone: Milestone, standing: Standing, person: Person, *, by: str, stage: str, others: tuple[str, ...]
) -> Step:
    waits_for = standing.waits_for(milestone)
    asked = standing.sign_offs.get(milestone.key, SignOff(milestone.key))
    if milestone.sign_off is not None:
        if not asked.asked and not waits_for:
            # It was refused, and what it needs is being worked on.
            waits_for = (milestone.key,)
        title = milestone.sign_off.what or milestone.title
    else:
        title = milestone.title
    return Step(
        kind="sign_off" if milestone.sign_off else "milestone",
        key=milestone.key,
        title=in_language(title, person.language),
        due=standing.day(milestone.key),
        by=by,
        stage=stage,
        others=others,
        waits_for=waits_for,
        again=asked.refused is not None,
    )


def _task(row: RegisterRow, standing: Standing) -> Step:
    due = row.data.get("due")
    day = date.fromisoformat(str(due)[:10]) if due else standing.dossier.calendar.day_of(row.at)
    return Step(kind="task", key=row.key, title=row.title, due=day, by=str(row.data.get("owner") or ""))
