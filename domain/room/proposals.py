"""May somebody of the customer's propose that goal, and in which words is it kept?"""

from collections.abc import Collection, Sequence

from domain.measure.goals import GoalGiven
from domain.refusal import Refused
from domain.room.consents import WithConsents

MOST_PROPOSED = 20
"""Goals of one onboarding that customers proposed and that are not agreed yet: each is a message to the owner."""


class DecidedByOthers(Refused):
    """A goal of that key is there, and others decide on it. Who must act: whoever proposed it, by another title."""


class TooManyProposed(Refused):
    """Too many proposed goals wait to be agreed. Who must act: both sides, by agreeing to some of them."""


def as_proposed(
    given: GoalGiven, there: Sequence[WithConsents], *, by: str, deciders: Collection[str]
) -> GoalGiven | None:
    """The goal as it is to be kept beside those that are there; None where it is there in the same words.

    Whether it is the main one, and how it is measured, stays as it was: a proposal says nothing of either.
    Raises DecidedByOthers, TooManyProposed.
    """
    before = next((one.goal for one in there if one.goal.key == given.key), None)
    if before is None:
        if sum(one.said_for != "vendor" and one.standing != "agreed" for one in there) >= MOST_PROPOSED:
            raise TooManyProposed(f"{MOST_PROPOSED} proposed goals wait to be agreed already", field="title")
        return given
    meant = given.model_copy(update={"main": before.main, "method": before.method})
    if meant.model_dump() == before.model_dump(include=set(GoalGiven.model_fields)):
        return None
    if by not in deciders:
        raise DecidedByOthers(f"{by} may not decide on goals; {', '.join(deciders)} may", field="by")
    return meant
