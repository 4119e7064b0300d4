"""Did the customer's people do what they were asked for, and in time? Their milestones, sign-offs and tasks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

from domain.deal import CustomerRole
from domain.playbook import Playbook

FIGURE = "engagement_pct"
CUSTOMERS = frozenset(get_args(CustomerRole))


class Ask(NamedTuple):
    """Something that somebody of the customer was to do by a day after the close; `done` is when they did it."""

    due: int
    done: int | None


def share_in_time(asks: Sequence[Ask], *, today: int) -> float | None:
    """The share that was done by its day, in %, of what has come to its day or is done; None where that is nothing."""
    came = [ask for ask in asks if ask.done is not None or ask.due < today]
    if not came:
        return None
    return 100 * sum(ask.done is not None and ask.done <= ask.due for ask in came) / len(came)


def asks_of(playbook: Playbook, settled: Mapping[str, int], due: Mapping[str, int]) -> Iterator[Ask]:
    """The milestones that customers do or sign, by their days as planned (`due`) and as they were (`settled`).

    One that could not be done by its day, since what comes before it was late, says nothing about them.
    """
    for milestone in playbook.milestones:
        day = due.get(milestone.key)
        doers = milestone.sign_off.by if milestone.sign_off else (milestone.raci.responsible,)
        if day is None or not CUSTOMERS.intersection(doers):
            continue
        done = settled.get(milestone.key)
        needs = [settled.get(key) for key in playbook.needs(milestone)]
        held_up = any(before is None or before >= day for before in needs)
        if held_up and (done is None or done > day):
            continue
        yield Ask(day, done)
