"""Does the course change? Orders to pause, resume, move, reassign, change the scope or end."""

from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from domain.news import Ending
from starter.cli.news import tell
from starter.cli.options import NOWHERE, UNSAID, Said, Where
from starter.cli.times import day

Reason = Annotated[str, Parameter(help="Why; it is kept and told.")]
SayReason = Annotated[str | None, Parameter(help="Why; it is kept and told.")]
Day = Annotated[str | None, Parameter(help="A date, like 2027-01-29.")]


async def pause(
    onboarding: str, *, reason: Reason, until: Day = None, said: Said = UNSAID, where: Where = NOWHERE
) -> None:
    """Hold everything but what live users need; the days do not count."""
    await tell(where, onboarding, "pause", said, reason=reason, until=day(until, field="until"))


async def resume(onboarding: str, *, said: Said = UNSAID, where: Where = NOWHERE) -> None:
    """Go on after a pause; every date moves by its length."""
    await tell(where, onboarding, "resume", said)


async def replan(
    onboarding: str,
    milestone: str | None = None,
    *,
    to: Day = None,
    hand_off_by: Day = None,
    reason: Reason,
    said: Said = UNSAID,
    where: Where = NOWHERE,
) -> None:
    """Move a milestone, and all that hangs on it, to another date; or the last day for the hand-off."""
    dates = {"to": day(to, field="to"), "hand_off_by": day(hand_off_by, field="hand_off_by")}
    await tell(where, onboarding, "replan", said, milestone=milestone, reason=reason, **dates)


async def reassign(
    onboarding: str, owner: str, *, reason: SayReason = None, said: Said = UNSAID, where: Where = NOWHERE
) -> None:
    """Give it to another owner: a staff handle or address."""
    await tell(where, onboarding, "reassign", said, owner=owner, reason=reason)


async def end(
    onboarding: str,
    ending: Ending,
    *,
    reason: SayReason = None,
    exceptions: Annotated[
        tuple[str, ...], Parameter(name="--exception", help="A criterion that is let pass; may be repeated.")
    ] = (),
    said: Said = UNSAID,
    where: Where = NOWHERE,
) -> None:
    """End it; everybody who takes part is told. A hand-off takes the owner's manager (--by)."""
    fields: dict[str, Any] = {"ending": ending, "reason": reason, "exceptions": list(exceptions)}
    await tell(where, onboarding, "end_onboarding", said, **fields)


scope = App(name="scope", help="Request and decide changes of the scope.")


@scope.command
async def request(
    onboarding: str,
    title: str,
    *,
    effort_days: float | None = None,
    key: Annotated[str | None, Parameter(name="--request", help="Its id; by default change-1, change-2 …")] = None,
    said: Said = UNSAID,
    where: Where = NOWHERE,
) -> None:
    """The customer wants something that was not agreed."""
    fields: dict[str, Any] = {"title": title, "effort_days": effort_days, "request": key}
    await tell(where, onboarding, "request_scope_change", said, **fields)


@scope.command
async def decide(
    onboarding: str,
    request: str,
    decision: Literal["approve", "reject", "phase_2"],
    *,
    reason: SayReason = None,
    said: Said = UNSAID,
    where: Where = NOWHERE,
) -> None:
    """Approve it, reject it, or put it on the list for later; takes the owner's manager (--by)."""
    fields: dict[str, Any] = {"request": request, "decision": decision, "reason": reason}
    await tell(where, onboarding, "decide_scope_change", said, **fields)
