"""Do both sides agree to a goal? Whoever said it has; the other side says yes to just these words and figures."""

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
    """A goal, and who has said yes to it as it stands."""

    goal: Goal
    said_by: Side
    consents: tuple[Consent, ...]

    @property
    def standing(self) -> Standing:
        sides = {self.said_by, *(consent.side for consent in self.consents)}
        if len(sides) > 1:
            return "agreed"
        return "waits_for_customer" if self.said_by == "vendor" else "waits_for_us"


def with_consents(
    goals: Sequence[Goal], consents: Sequence[Consent], *, contacts: Collection[str]
) -> list[WithConsents]:
    """Each goal with the consents that hold for it: none to what was said before. `contacts` are the customer's ids.

    What stands in the deal of the sale counts as said by us: our seller wrote it down.
    """
    return [
        WithConsents(
            goal,
            "customer" if goal.by in contacts else "vendor",
            tuple(one for one in consents if (one.goal, one.revision) == (goal.key, goal.revision)),
        )
        for goal in goals
    ]
