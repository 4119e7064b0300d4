"""Which version of what is signed was somebody shown? Told with the signature, and compared when it counts."""

from collections.abc import Mapping
from datetime import datetime

from domain.agenda.state import MilestoneState, State
from domain.news import short

DIGITS = 12
"""Hexadecimal digits of a hash: enough to tell versions apart that nobody makes to be alike."""


def version_shown(*, rejections: int, playbook_hash: str, dues: Mapping[str, datetime] | None) -> str:
    """The version of a sign-off: how often it was refused, by which playbook, and of a plan its open dates.

    Each of the three parts is empty where it is not known, and then agrees with any.
    """
    dates = ""
    if dues is not None:
        lines = "\n".join(f"{key} {int(due.timestamp())}" for key, due in sorted(dues.items()))
        dates = short(lines)
    return f"{rejections}.{playbook_hash[:DIGITS]}.{dates}"


def version_now(state: State, milestone: MilestoneState) -> str:
    """The version of that sign-off as the onboarding stands now."""
    dues = {one.key: one.due for one in state.milestones if not one.settled}
    return version_shown(
        rejections=milestone.rejections,
        playbook_hash=state.playbook_hash,
        dues=dues if milestone.of_plan else None,
    )


def agree(shown: str, now: str) -> bool:
    """Whether two versions are the same, as far as both are known."""
    then, current = shown.split("."), now.split(".")
    if len(then) != len(current):
        return False
    return all(not one or not two or one == two for one, two in zip(then, current, strict=True))
