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

    `again` says that it was refused once and is asked for again.
    """

    kind: StepKind
    key: str
    title: str
    due: date
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
    for milestone in standing.shown():
        who = acting[milestone.key]
        if standing.is_settled(milestone.key) or not mine & set(who) or milestone.role in COME_BY_THEMSELVES:
            continue
        step = _step(milestone, standing, person, others=tuple(id for id in who if id not in mine))
        if step is not None:
            (later if step.waits_for else now).append(step)
    now += [_task(row, standing) for row in standing.tasks if row.status == "open" and row.data.get("owner") in mine]
    for steps in (now, later):
        steps.sort(key=lambda step: (step.due, order.get(step.key, len(order))))
    return Steps(tuple(now), tuple(later))


def _step(milestone: Milestone, standing: Standing, person: Person, *, others: tuple[str, ...]) -> Step | None:
    waits_for = standing.waits_for(milestone)
    asked = standing.sign_offs.get(milestone.key, SignOff(milestone.key))
    if milestone.sign_off is not None:
        if standing.same(person) & set(asked.signed):
            return None
        if not asked.asked and not waits_for:
            # It was refused, and what it needs is being worked on.
            waits_for = (milestone.key,)
        title = milestone.sign_off.what or milestone.title
    else:
        title = milestone.title
    stage = next(s.key for s in standing.dossier.playbook.stages if milestone in s.milestones)
    return Step(
        kind="sign_off" if milestone.sign_off else "milestone",
        key=milestone.key,
        title=in_language(title, person.language),
        due=standing.day(milestone.key),
        stage=stage,
        others=others,
        waits_for=waits_for,
        again=asked.again,
    )


def _task(row: RegisterRow, standing: Standing) -> Step:
    due = row.data.get("due")
    day = date.fromisoformat(str(due)[:10]) if due else standing.dossier.calendar.day_of(row.at)
    return Step(kind="task", key=row.key, title=row.title, due=day)
