"""How does an onboarding go when everybody does their part? People who work a few hours ahead of the plan."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from domain.playbook import MilestoneRole
from tests.support.onboardings import RunningOnboarding
from tests.support.parts import LIBRARY

AHEAD = timedelta(hours=5)
"""Before its due hour, and off the instants at which the agenda's own timers fire."""


def workable(plan: dict[str, Any], without: Collection[str] = ()) -> list[dict[str, Any]]:
    """The open milestones that somebody can reach now, by date; hypercare's end comes by itself."""
    by_itself = playing("hypercare_end", plan)
    open_ones = [m for m in plan["milestones"] if m["status"] == "open" and not m["waits_for"]]
    return sorted((m for m in open_ones if m["key"] not in {by_itself, *without}), key=lambda m: str(m["due"]))


def playing(role: MilestoneRole, plan: dict[str, Any]) -> str:
    """The key of the milestone with that role in the playbook of a plan."""
    milestone = LIBRARY.get(plan["playbook"]).playing(role)
    assert milestone is not None
    return milestone.key


async def work_through(
    onboarding: RunningOnboarding, *, until: str | None = None, without: Collection[str] = ()
) -> None:
    """Reach or sign off milestone after milestone on its day, up to and without `until`."""
    while todo := workable(await onboarding.plan(), without):
        milestone = todo[0]
        if milestone["key"] == until:
            return
        await onboarding.until(datetime.fromisoformat(milestone["due"]) - AHEAD)
        # Something may have been reached by itself meanwhile.
        if milestone["key"] in {still["key"] for still in workable(await onboarding.plan(), without)}:
            await finish(onboarding, milestone)


async def finish(onboarding: RunningOnboarding, milestone: dict[str, Any]) -> None:
    if milestone["signers"]:
        signer = milestone["signers"][0]
        await onboarding.tell("sign_off", milestone=milestone["key"], by=signer, decision="approve")
    else:
        await onboarding.reached(milestone["key"])


async def attest_everything(onboarding: RunningOnboarding, by: str = "jonas.weber") -> None:
    """The customer vouches for the first; `by` for the rest, since an owner alone may not vouch for all."""
    for number, criterion in enumerate((await onboarding.plan())["hand_off"]["unmet"]):
        if (await onboarding.progress()).ending is None:
            who = by if number else "project_lead"
            await onboarding.tell("attest_criterion", criterion=criterion, by=who)
