"""Does a playbook say who reads of something? Finds what customers read of although none of them has a part in it.

All of it works as written, so these are warnings.
"""

from collections.abc import Callable, Iterator
from typing import get_args

from domain.deal import CustomerRole
from domain.playbook import Playbook
from playbooks.complaint import Spot

Finding = tuple[Spot, str]


def whoever_is_only_informed_is_meant_to_read(playbook: Playbook) -> Iterator[Finding]:
    """Milestones of ours alone that somebody of the customer's is only told of: they stand in what both sides read."""
    theirs = set(get_args(CustomerRole))
    for number, stage in enumerate(playbook.stages):
        for place, milestone in enumerate(stage.milestones):
            raci, signers = milestone.raci, milestone.sign_off.by if milestone.sign_off else ()
            active = {raci.responsible, raci.accountable, *raci.consulted, *signers} & theirs
            told = [role for role in raci.informed if role in theirs]
            if milestone.audience is None and told and not active:
                spot = ("stages", number, "milestones", place)
                what = f"{milestone.key!r}: the customer reads of it in plans, because {told[0]} is informed"
                yield spot, f"{what}; say audience: both, or audience: vendor"


WARNINGS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (whoever_is_only_informed_is_meant_to_read,)
