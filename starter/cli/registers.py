"""What is worth writing down? Criteria that somebody vouches for, risks and wins."""

from typing import Annotated, Any, Literal

from cyclopts import Parameter

from starter.cli.news import tell
from starter.cli.options import NOWHERE, UNSAID, Said, Where
from starter.cli.times import day


async def attest(
    onboarding: str,
    criterion: str,
    *,
    withdraw: Annotated[bool, Parameter(negative="", help="It does not hold after all.")] = False,
    said: Said = UNSAID,
    where: Where = NOWHERE,
) -> None:
    """Vouch for a criterion of the hand-off; say who with --by."""
    await tell(where, onboarding, "attest_criterion", said, criterion=criterion, holds=not withdraw)


async def risk(
    onboarding: str,
    key: str,
    *,
    title: str | None = None,
    probability: Annotated[int | None, Parameter(help="1 to 5.")] = None,
    impact: Annotated[int | None, Parameter(help="1 to 5.")] = None,
    mitigation: str | None = None,
    owner: str | None = None,
    review_on: Annotated[str | None, Parameter(help="A date, like 2027-01-29.")] = None,
    closed: Annotated[bool, Parameter(negative="", help="It is over.")] = False,
    said: Said = UNSAID,
    where: Where = NOWHERE,
) -> None:
    """Put a risk into the register, or what changed about it."""
    fields: dict[str, Any] = {"title": title, "probability": probability, "impact": impact}
    fields |= {"mitigation": mitigation, "owner": owner, "review_on": day(review_on, field="review_on")}
    await tell(where, onboarding, "record_risk", said, risk=key, closed=closed, **fields)


async def win(
    onboarding: str,
    title: str,
    *,
    slot: Annotated[Literal[30, 60, 90], Parameter(help="Until which day it counts.")] = 30,
    baseline: Annotated[str | None, Parameter(help="How it was before.")] = None,
    result: Annotated[str | None, Parameter(help="How it is now.")] = None,
    said: Said = UNSAID,
    where: Where = NOWHERE,
) -> None:
    """Record a quick win."""
    await tell(where, onboarding, "record_win", said, title=title, slot=slot, baseline=baseline, result=result)
