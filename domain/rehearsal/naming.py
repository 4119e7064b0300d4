"""Which milestone does a scenario mean? By its role, as the plan's sign-off, or by its key."""

from domain.agenda.state import MilestoneState, State
from domain.rehearsal.scenario import EVERY_SIGN_OFF, PLAN


def means(reference: str, milestone: MilestoneState) -> bool:
    """Whether that milestone is meant, alone or among others."""
    if reference == PLAN:
        return milestone.of_plan
    if reference == EVERY_SIGN_OFF:
        return bool(milestone.signers)
    return reference in (milestone.role, milestone.key)


def meant(reference: str, state: State) -> MilestoneState | None:
    """The first milestone that is meant; None where this playbook has none."""
    return next((milestone for milestone in state.milestones if means(reference, milestone)), None)
