"""Which milestones are reached or signed off? Commands about milestones."""

from typing import Annotated, Literal

from cyclopts import Parameter

from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Milestone, Onboarding, Where

Reason = Annotated[str, Parameter(help="The reason; it is recorded and passed on.")]
Reasons = Annotated[
    tuple[str, ...], Parameter(name="--reason", help="The reason; may be repeated. A rejection needs one.")
]


async def done(
    onboarding: Onboarding, milestone: Milestone, *, details: Details = NO_DETAILS, where: Where = NOWHERE
) -> None:
    """Sends `reach_milestone`.

    Parameters
    ----------
    milestone
        Its key, as `day90 show` lists it.
    """
    await tell(where, onboarding, "reach_milestone", details, milestone=milestone)


async def reopen(
    onboarding: Onboarding,
    milestone: Milestone,
    *,
    reason: Reason,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    await tell(where, onboarding, "reopen_milestone", details, milestone=milestone, reason=reason)


async def waive(
    onboarding: Onboarding,
    milestone: Milestone,
    *,
    reason: Reason,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    await tell(where, onboarding, "waive_milestone", details, milestone=milestone, reason=reason)


async def sign_off(
    onboarding: Onboarding,
    milestone: Milestone,
    decision: Literal["approve", "reject"],
    *,
    reasons: Reasons = (),
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields = {"milestone": milestone, "decision": decision, "reasons": list(reasons)}
    await tell(where, onboarding, "sign_off", details, **fields)


async def ask_again(
    onboarding: Onboarding, milestone: Milestone, *, details: Details = NO_DETAILS, where: Where = NOWHERE
) -> None:
    await tell(where, onboarding, "ask_sign_off", details, milestone=milestone)
