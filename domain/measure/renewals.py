"""Did a customer renew or leave after the hand-off? And what share of customers and of their money stays?"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from domain.measure.statistics import Share, wilson
from domain.news import HANDED_OVER
from domain.refusal import Refused
from domain.wire import Instant, StrictWire, Wire

RenewalOutcome = Literal["renewed", "left", "mistaken"]
WhyLeft = Literal[
    "price", "value", "product", "support", "competitor", "champion_left", "merged", "closed_down", "other"
]
"""Why customers leave, from a closed list: it can be counted, and no words about people stand in it."""
ProgrammeThen = Literal["goes_on", "ends_ahead", "ended", "over", "not_reached"]
AHEAD = timedelta(days=366)
"""A renewal may be agreed, or notice given, as long ahead as a contract of a year; what lies further is a slip."""
YearlyValue = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2, allow_inf_nan=False)]


class RenewalGiven(StrictWire):
    """A renewal, or a customer leaving, as somebody records it. A day has one outcome: the last one that was said."""

    on: date = Field(description="the first day of the renewed contract, or the day on which the customer leaves")
    outcome: RenewalOutcome = Field(
        description="`mistaken` takes back what was recorded for that day: nothing was renewed or ended then"
    )
    yearly_value: YearlyValue | None = Field(
        None, description="what is paid a year from then on; without it the renewal counts as a customer alone"
    )
    why: WhyLeft | None = Field(None, description="why the customer leaves")


class Renewal(Wire):
    """A renewal, or a customer leaving, as it is recorded now; `revision` counts what was said of that day.

    `before` is the yearly value until then, of the renewal before or of the deal; None where nobody has said it.
    """

    onboarding: str
    on: date
    outcome: RenewalOutcome
    yearly_value: Decimal | None = None
    before: Decimal | None = None
    why: WhyLeft | None = None
    by: str | None = None
    via: str = ""
    at: Instant
    revision: int = 1

    @property
    def after(self) -> Decimal | None:
        """What is paid a year from then on; nothing by who left."""
        return Decimal(0) if self.outcome == "left" else self.yearly_value

    def has_come(self, today: date) -> bool:
        """Whether its day is over by then, or was when it was recorded: a compressed clock runs ahead of the wall's."""
        return self.on <= max(today, self.at.date())


class RenewalRecorded(Wire):
    """What was recorded; `new` is false where it was so before. `programme` is what became of the success programme.

    It ends with a customer who has left, and ends by itself on the day where that lies ahead.
    """

    onboarding: str
    new: bool
    programme: ProgrammeThen = Field(
        description="`ends_ahead` where it ends when the customer leaves, `over` where it had ended before, "
        "`not_reached` while Temporal is away"
    )


def leaving(recorded: Iterable[Renewal]) -> Renewal | None:
    """The word of those that count that the customer leaves, or has left: there is one at most."""
    return next((one for one in recorded if one.outcome == "left"), None)


class Retention(NamedTuple):
    """Of the customers whose contract was `due`, so many were `kept`, with the bounds of that share.

    Money is counted of the `valued` ones, of whom it is known what they paid a year before and after: what they paid
    `before`, what those who `left` paid, by how much others pay `less` and `more`.
    """

    due: int
    kept: int
    customers: Share
    valued: int
    before: Decimal
    left: Decimal
    less: Decimal
    more: Decimal

    @property
    def gross(self) -> float | None:
        """The share of the money that stayed, without what was added: never above 1. None where nothing is known."""
        return float((self.before - self.left - self.less) / self.before) if self.before else None

    @property
    def net(self) -> float | None:
        """The share of the money that there is now, with what was added. None where nothing is known."""
        return float((self.before - self.left - self.less + self.more) / self.before) if self.before else None


def checked_renewal(
    given: RenewalGiven, recorded: Sequence[Renewal], *, ending: str | None, closed_on: date, today: date
) -> RenewalGiven:
    """The renewal, where it can be. `recorded` are those that count now, `ending` is that of the onboarding.

    Raises Refused naming the field.
    """
    if ending not in HANDED_OVER:
        raise Refused("comes after the hand-off: who leaves before it ends the onboarding as churned", field="outcome")
    if given.on <= closed_on:
        raise Refused(f"lies before the contract of {closed_on}", field="on")
    if given.on > today + AHEAD:
        raise Refused("lies more than a year ahead", field="on")
    if given.outcome != "renewed" and given.yearly_value:
        raise Refused("belongs to a renewal: who leaves pays nothing", field="yearly_value")
    if given.outcome != "left" and given.why is not None:
        raise Refused("is for customers who leave", field="why")
    if given.outcome == "mistaken" and not any(one.on == given.on for one in recorded):
        raise Refused("has no renewal that could be mistaken", field="on")
    left = next((one for one in recorded if one.outcome == "left" and one.on != given.on), None)
    if left is not None and given.outcome != "mistaken" and (given.outcome == "left" or given.on > left.on):
        raise Refused(f"the customer has left on {left.on}: say first that this was mistaken", field="outcome")
    if given.outcome == "left" and (later := next((one for one in recorded if one.on > given.on), None)):
        raise Refused(f"was renewed on {later.on}: say first that this was mistaken", field="on")
    return given


def same_as(given: RenewalGiven, recorded: Renewal) -> bool:
    """Whether that is recorded already."""
    return RenewalGiven.model_validate(recorded.model_dump(include=set(RenewalGiven.model_fields))) == given


def with_values_before(recorded: Iterable[Renewal], *, sold_for: Decimal | None) -> list[Renewal]:
    """The renewals of one customer that count, by their days, each with what was paid a year until then."""
    before, renewals = sold_for, list[Renewal]()
    for one in sorted(recorded, key=lambda one: one.on):
        if one.outcome == "mistaken":
            continue
        renewals.append(one.model_copy(update={"before": before}))
        before = one.after if one.after is not None else before
    return renewals


def retention(renewals: Iterable[Renewal]) -> Retention:
    """What stayed of those customers, one renewal of each.

    By customers it is logo retention; by money gross and net revenue retention, in the terms of the field
    (docs/glossary.md), over those whose contract was due and not over all that there are.
    """
    due = list(renewals)
    kept = sum(one.outcome != "left" for one in due)
    before = left = less = more = Decimal(0)
    valued = 0
    for one in due:
        if one.before is None or one.after is None:
            continue
        valued, before = valued + 1, before + one.before
        if one.outcome == "left":
            left += one.before
        less += max(one.before - one.after, Decimal(0)) if one.outcome != "left" else 0
        more += max(one.after - one.before, Decimal(0))
    return Retention(len(due), kept, wilson(kept, len(due)), valued, before, left, less, more)
