"""What was agreed, and how far is it from what stands now? The plan as agreed to, and the slip of each milestone."""

from collections.abc import Iterable
from datetime import date

from pydantic import Field

from domain.agenda.state import MilestoneState
from domain.calendar import WorkCalendar
from domain.plan import Plan
from domain.playbook import Playbook
from domain.record import MilestoneRow
from domain.wire import Instant, Wire

AGREED_BY = ("milestone_reached", "milestone_waived", "taken_as_reached")
"""The kinds of facts about the milestone that makes the plan firm by which it is agreed to."""


class Baseline(Wire):
    """The plan as it stood when it was agreed to; whoever agrees anew sets a new one. `agreed_at` is business time."""

    agreed_at: Instant
    revision: int
    plan: Plan


class Slip(Wire):
    """How far a milestone is from the plan as agreed."""

    milestone: str
    agreed: date
    now: date = Field(description="its real day once it is reached, before that its date")
    days: int = Field(description="working days between the two, below 0 where it comes earlier")


def makes_firm(playbook: Playbook) -> str | None:
    """Key of the milestone by which the plan is agreed to: its sign-off, or the kickoff where nobody signs a plan."""
    signed = next((each for each in playbook.milestones if each.sign_off and each.sign_off.plan), None)
    milestone = signed or playbook.playing("kickoff")
    return milestone.key if milestone else None


class BaselineShown(Wire):
    """The plan as it was agreed to, beside the plan as it stands: how far each milestone has moved since."""

    agreed_at: Instant
    revision: int = Field(description="number of the plan that was agreed to")
    milestones: tuple[Slip, ...] = Field(description="each milestone's day as agreed, and as it stands")


def shown_beside(
    agreed: Baseline | None, milestones: Iterable[MilestoneRow], calendar: WorkCalendar
) -> BaselineShown | None:
    """The baseline as people and programs read it; None while nobody has agreed to a plan."""
    if agreed is None:
        return None
    slipped = slips(agreed, milestones, calendar)
    return BaselineShown(agreed_at=agreed.agreed_at, revision=agreed.revision, milestones=slipped)


def slips(
    baseline: Baseline, milestones: Iterable[MilestoneRow | MilestoneState], calendar: WorkCalendar
) -> tuple[Slip, ...]:
    """The slip of each of the milestones that was agreed and is not waived, in their order."""
    agreed = {planned.key: planned.on for planned in baseline.plan.milestones}
    return tuple(
        Slip(milestone=row.key, agreed=on, now=now, days=calendar.working_days_between(on, now))
        for row in milestones
        if row.status != "waived" and (on := agreed.get(row.key))
        for now in (calendar.day_of(row.at or row.due),)
    )
