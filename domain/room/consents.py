"""Do both sides agree to a goal? Whoever decides and said it has; the other side says yes to just these words."""

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from domain.files import Side
from domain.measure.goals import Goal
from domain.wire import Instant, Wire

Standing = Literal["agreed", "waits_for_customer", "waits_for_us"]


class Consent(Wire):
    """The yes of one side to a goal, as it was worded in that revision."""

    goal: str
    revision: int
    side: Side
    by: str
    at: Instant


class WithConsents(NamedTuple):
    """A goal, and who has said yes to it as it stands.

    `said_for` is the side in whose name it was said: None where somebody of the customer's said it who does not decide.
    """

    goal: Goal
    said_for: Side | None
    consents: tuple[Consent, ...]

    @property
    def standing(self) -> Standing:
        sides = {self.said_for, *(consent.side for consent in self.consents)}
        if sides >= {"vendor", "customer"}:
            return "agreed"
        return "waits_for_us" if "customer" in sides else "waits_for_customer"


def with_consents(
    goals: Sequence[Goal], consents: Sequence[Consent], *, contacts: Collection[str], deciders: Collection[str]
) -> list[WithConsents]:
    """Each goal with the consents that hold for it: none to what was said before.

    `contacts` are the customer's ids, `deciders` those of them who decide on goals. What stands in the deal of the sale
    counts as said by us: our seller wrote it down.
    """

    def said_for(goal: Goal) -> Side | None:
        if goal.by not in contacts:
            return "vendor"
        return "customer" if goal.by in deciders else None

    return [
        WithConsents(
            goal,
            said_for(goal),
            tuple(one for one in consents if (one.goal, one.revision) == (goal.key, goal.revision)),
        )
        for goal in goals
    ]
