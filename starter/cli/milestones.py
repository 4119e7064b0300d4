"""What is done? Orders about milestones and sign-offs."""

from typing import Annotated, Literal

from cyclopts import Parameter

from starter.cli.news import tell
from starter.cli.options import NOWHERE, UNSAID, Said, Where

Reason = Annotated[str, Parameter(help="Why; it is kept and told.")]
Reasons = Annotated[tuple[str, ...], Parameter(name="--reason", help="Why; may be repeated. A rejection needs one.")]


async def done(onboarding: str, milestone: str, *, said: Said = UNSAID, where: Where = NOWHERE) -> None:
    """A milestone has been reached.

    Parameters
    ----------
    onboarding
        Its id, the deal's id, or a part of the customer's name that only one has.
    milestone
        Its key, as `day90 show` lists it.
    """
    await tell(where, onboarding, "reach_milestone", said, milestone=milestone)


async def reopen(
    onboarding: str, milestone: str, *, reason: Reason, said: Said = UNSAID, where: Where = NOWHERE
) -> None:
    """A milestone was reported reached and is not."""
    await tell(where, onboarding, "reopen_milestone", said, milestone=milestone, reason=reason)


async def waive(
    onboarding: str, milestone: str, *, reason: Reason, said: Said = UNSAID, where: Where = NOWHERE
) -> None:
    """A milestone is not needed for this customer; takes the owner's manager (--by)."""
    await tell(where, onboarding, "waive_milestone", said, milestone=milestone, reason=reason)


async def sign_off(
    onboarding: str,
    milestone: str,
    decision: Literal["approve", "reject"],
    *,
    reasons: Reasons = (),
    said: Said = UNSAID,
    where: Where = NOWHERE,
) -> None:
    """Somebody who may sign approves or rejects; say who with --by."""
    fields = {"milestone": milestone, "decision": decision, "reasons": list(reasons)}
    await tell(where, onboarding, "sign_off", said, **fields)
