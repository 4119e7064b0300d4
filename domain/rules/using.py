"""Which milestones has use of the product reached, by the playbook's `reached_by_usage`?"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.clock import DAY
from domain.playbook import Milestone, Playbook, ReachedByUsage
from domain.wire import Instant, Wire

WITHIN_DAYS = 7
"""Days of use that count where a playbook names none: a week shows a habit, and has every working day once."""
USERS = 1


class Using(Wire):
    """An onboarding whose playbook lets usage reach milestones, as it stands.

    `told` are the milestones that usage has reached once already: whoever reopened one knows better.
    """

    onboarding: str
    playbook: Playbook
    seats: int | None
    closed_at: Instant
    groups: frozenset[str]
    open: frozenset[str]
    settled: frozenset[str]
    told: frozenset[str] = frozenset()


def lets_usage_reach(playbook: Playbook) -> bool:
    """Whether usage can reach any of the playbook's milestones."""
    return any(_looked_at(milestone) for milestone in playbook.milestones)


def reachable(using: Using) -> Sequence[tuple[Milestone, ReachedByUsage]]:
    """The milestones that usage could reach now: open, not reached by it before, nothing before them open."""
    return [
        (milestone, milestone.reached_by_usage)
        for milestone in using.playbook.milestones
        if milestone.reached_by_usage is not None
        and _looked_at(milestone)
        and milestone.key in using.open - using.told
        and using.settled.issuperset(_needs(using.playbook, milestone))
    ]


def counts_from(rule: ReachedByUsage, using: Using, *, now: datetime, day_length: timedelta = DAY) -> datetime:
    """The moment from which use counts: the rule's last days, and on the real clock nothing before the close."""
    if rule.event is None:
        return using.closed_at if day_length == DAY else now - DAY * 30
    since = now - (rule.within_days or WITHIN_DAYS) * day_length
    return max(since, using.closed_at) if day_length == DAY else since


def is_reached(rule: ReachedByUsage, *, users: int, seats: int | None) -> bool:
    """Whether that many users reach the milestone: those who did the rule's event, or who were active at all."""
    if rule.activated_pct is not None:
        return seats is not None and users * 100 >= rule.activated_pct * seats
    return users >= (rule.users or USERS)


def in_words(rule: ReachedByUsage, *, users: int, seats: int | None) -> str:
    """The note of a milestone that usage reached, like `12 of 40 seats are in use`."""
    if rule.activated_pct is not None:
        return f"{users} of {seats} seats are in use"
    days = rule.within_days or WITHIN_DAYS
    return f"{rule.event}: {users} {'user' if users == 1 else 'users'} in the last {days} days"


def _looked_at(milestone: Milestone) -> bool:
    return milestone.reached_by_usage is not None and not milestone.sign_off and milestone.role != "hypercare_end"


def _needs(playbook: Playbook, milestone: Milestone) -> frozenset[str]:
    return frozenset({other.key for other in playbook.milestones}.intersection(playbook.needs(milestone)))
