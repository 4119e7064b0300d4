"""How are criteria, risks, quick wins and notes recorded? Commands about what an onboarding keeps."""

from typing import Annotated, Any, Literal

from cyclopts import Parameter

from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NO_ORIGIN, NOWHERE, Details, Onboarding, Origin, Where
from starter.cli.times import day

Criterion = Annotated[str, Parameter(help="Its key, as day90 show lists what the hand-off needs.")]
Risk = Annotated[str, Parameter(help="Its key: one of the risks that day90 show lists, or a new one.")]


async def attest(
    onboarding: Onboarding,
    criterion: Criterion,
    *,
    withdraw: Annotated[
        bool, Parameter(negative="", help="Take it back: the criterion does not hold after all.")
    ] = False,
    reason: Annotated[str | None, Parameter(help="Why it holds, although a figure speaks against it.")] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    await tell(where, onboarding, "attest_criterion", details, criterion=criterion, holds=not withdraw, reason=reason)


async def risk(
    onboarding: Onboarding,
    key: Risk,
    *,
    title: str | None = None,
    probability: Annotated[int | None, Parameter(help="1 to 5.")] = None,
    impact: Annotated[int | None, Parameter(help="1 to 5.")] = None,
    mitigation: str | None = None,
    owner: str | None = None,
    review_on: Annotated[str | None, Parameter(help="A date, like 2027-01-29.")] = None,
    closed: Annotated[bool, Parameter(negative="", help="The risk is over.")] = False,
    came_true: Annotated[str | None, Parameter(help="The issue or red flag that it has become, like issue-3.")] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields: dict[str, Any] = {"title": title, "probability": probability, "impact": impact}
    fields |= {"mitigation": mitigation, "owner": owner, "review_on": day(review_on, field="review_on")}
    fields["came_true"] = came_true
    await tell(where, onboarding, "record_risk", details, risk=key, closed=closed, **fields)


async def win(
    onboarding: Onboarding,
    title: str,
    *,
    slot: Annotated[
        Literal[30, 60, 90] | None,
        Parameter(help="The day of the plan that it belongs to; without it that of the win which was asked for last."),
    ] = None,
    baseline: Annotated[str | None, Parameter(help="How it was before.")] = None,
    result: Annotated[str | None, Parameter(help="How it is now.")] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    await tell(where, onboarding, "record_win", details, title=title, slot=slot, baseline=baseline, result=result)


async def note(
    onboarding: Onboarding,
    text: Annotated[str, Parameter(help="What there is to know.")],
    *,
    origin: Origin = NO_ORIGIN,
    where: Where = NOWHERE,
) -> None:
    await tell(where, onboarding, "note", origin, note=text)
