"""How is the course of an onboarding changed? Commands to pause, resume, re-plan, reassign, re-scope or end it."""

from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from domain.news import Ending
from starter.cli.ending import ask_before_the_end
from starter.cli.news import show_what_would_move, tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Onboarding, Where, explained
from starter.cli.times import day

Request = Annotated[str, Parameter(help="The change of the scope, as day90 show lists it.")]

Reason = Annotated[str, Parameter(help="The reason; it is recorded and passed on.")]
SayReason = Annotated[str | None, Parameter(help="The reason; it is recorded and passed on.")]
Day = Annotated[str | None, Parameter(help="A date, like 2027-01-29.")]


async def pause(
    onboarding: Onboarding, *, reason: Reason, until: Day = None, details: Details = NO_DETAILS, where: Where = NOWHERE
) -> None:
    await tell(where, onboarding, "pause", details, reason=reason, until=day(until, field="until"))


async def resume(onboarding: Onboarding, *, details: Details = NO_DETAILS, where: Where = NOWHERE) -> None:
    await tell(where, onboarding, "resume", details)


async def replan(
    onboarding: Onboarding,
    milestone: Annotated[str | None, Parameter(help="Whose date moves, as day90 show lists it.")] = None,
    *,
    to: Day = None,
    hand_off_by: Day = None,
    alone: Annotated[bool, Parameter(help="What leads up to a go-live stays where it is.")] = False,
    reason: Reason,
    dry_run: Annotated[bool, Parameter(help="Only show what would move, and tell nobody.")] = False,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    dates = {"to": day(to, field="to"), "hand_off_by": day(hand_off_by, field="hand_off_by"), "alone": alone or None}
    if dry_run:
        await show_what_would_move(where, onboarding, "replan", details, milestone=milestone, reason=reason, **dates)
    else:
        await tell(where, onboarding, "replan", details, milestone=milestone, reason=reason, **dates)


async def end(
    onboarding: Onboarding,
    ending: Ending,
    *,
    reason: SayReason = None,
    exceptions: Annotated[
        tuple[str, ...], Parameter(name="--exception", help="A criterion that need not hold; may be repeated.")
    ] = (),
    at_once: Annotated[bool, Parameter(help="It counts now, and cannot be taken back.")] = False,
    yes: Annotated[bool, Parameter(help="Do it without asking.")] = False,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields: dict[str, Any] = {"ending": ending, "reason": reason, "exceptions": list(exceptions)}
    fields["grace_hours"] = 0.0 if at_once else None
    if not yes:
        await ask_before_the_end(where, onboarding, details, **fields)
    await tell(where, onboarding, "end_onboarding", details, **fields)


async def take_back(
    onboarding: Onboarding, *, reason: SayReason = None, details: Details = NO_DETAILS, where: Where = NOWHERE
) -> None:
    await tell(where, onboarding, "take_back_ending", details, reason=reason)


scope = App(name="scope", help="Request and decide changes of the scope.")


@scope.command(help=explained("request_scope_change"))
async def request(
    onboarding: Onboarding,
    title: str,
    *,
    effort_days: float | None = None,
    key: Annotated[str | None, Parameter(name="--request", help="Its id; by default change-1, change-2 …")] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields: dict[str, Any] = {"title": title, "effort_days": effort_days, "request": key}
    await tell(where, onboarding, "request_scope_change", details, **fields)


@scope.command(help=explained("decide_scope_change"))
async def decide(
    onboarding: Onboarding,
    request: Request,
    decision: Literal["approve", "reject", "phase_2"],
    *,
    reason: SayReason = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields: dict[str, Any] = {"request": request, "decision": decision, "reason": reason}
    await tell(where, onboarding, "decide_scope_change", details, **fields)
