"""How is a planned change of a playbook made for everybody in the plan? By the plan's hash; at the end it is told."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console

from domain.refusal import Refused
from starter.cli.answers import answer, count, plain
from starter.cli.codes import NOT_REACHABLE, OK, REFUSED
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Where
from starter.cli.progress import progress_of
from starter.trouble import NotFound, WrongOption

if TYPE_CHECKING:
    from domain.playbook import Playbook
    from domain.rehearsal.planning import Planned, PlanOfChange
    from starter.doors.applying import Applied, Outcome
    from store.change_plans import KeptPlan

SHORTEST = 8
"""Digits by which a plan may be named, as a version may."""


async def apply(
    plan: Annotated[str, Parameter(help="The plan's hash, or how it begins; `day90 playbook plan` shows it.")],
    *,
    when: Annotated[
        Literal["now", "next-stage", "never"],
        Parameter(help="never withdraws what this plan has left waiting for the next stage."),
    ] = "now",
    only: Annotated[
        tuple[str, ...], Parameter(help="Only onboardings whose id or account has that in it; may be repeated.")
    ] = (),
    reason: Annotated[str, Parameter(help="The reason; it is recorded, and our own side reads it.")],
    by: Annotated[str, Parameter(help="Who decides it: an approver's staff handle, or that person's e-mail address.")],
    where: Where = NOWHERE,
) -> int:
    """Make the change of a plan, for everybody in it. Again after it was cut short, it goes on where it was.

    Exit code 3 when some were refused or have moved on since the plan, 5 when some did not answer.
    """
    from starter.doors.applying import Applying, Order, taken
    from starter.doors.people import member
    from store.change_plans import SqlChangePlans

    installation = installation_at(where)
    plans = SqlChangePlans(installation.engine)
    kept = _kept(plans.beginning(plan) if len(plan) >= SHORTEST else (), plan)
    wanted = _wanted(kept.plan, only)
    to = _version(installation, kept)
    order = Order(when=when, reason=reason, by=member(by, team=installation.staff(), field="by"))
    door = await installation.door()
    async with taken(plans, kept):
        with progress_of("told", len(wanted), quiet=where.json) as told:
            applying = Applying(
                door=door,
                ledger=installation.ledger,
                engine=installation.engine,
                kept=kept,
                to=to,
                order=order,
                told=told,
            )
            applied = await applying.all(wanted)
    document: dict[str, Any] = {"plan": kept.plan.hash, "playbook": kept.plan.playbook, "to": kept.plan.to}
    document |= {"when": when, "onboardings": [one.model_dump(mode="json") for one in applied]}
    answer(where.json, document, lambda out: _draw(out, kept.plan, applied))
    outcomes = {one.outcome for one in applied}
    if "left" in outcomes:
        return NOT_REACHABLE
    return REFUSED if outcomes & {"refused", "outdated"} else OK


def _kept(plans: "Sequence[KeptPlan]", named: str) -> "KeptPlan":
    """The plan that is meant. Raises WrongOption, NotFound."""
    if len(named) < SHORTEST:
        raise WrongOption(f"PLAN: {named!r} is too short: give at least {SHORTEST} digits of the plan's hash")
    if len(plans) > 1:
        raise WrongOption(f"PLAN: {len(plans)} plans begin with {named!r}: give more of the hash")
    for kept in plans:
        return kept
    raise NotFound(
        f"no plan of the last 30 days begins with {named!r}: `day90 playbook plan KEY` makes one, and shows its hash"
    )


def _wanted(plan: "PlanOfChange", only: Sequence[str]) -> "list[Planned]":
    """Those of the plan that are meant. Raises WrongOption where a word fits nobody, Refused where nobody is left."""

    def fits(one: "Planned", word: str) -> bool:
        return any(word.casefold() in text.casefold() for text in (one.onboarding, one.account))

    for word in only:
        if not any(fits(one, word) for one in plan.onboardings):
            raise WrongOption(f"--only: {word!r} is part of no id and of no account in this plan")
    wanted = [one for one in plan.onboardings if not only or any(fits(one, word) for word in only)]
    if all(one.refused for one in wanted):
        raise Refused("nothing to do: nobody of this plan can be changed; the plan says why")
    return wanted


def _version(installation: Installation, kept: "KeptPlan") -> "Playbook":
    to = installation.ledger.playbook(kept.plan.to)
    if to is None:
        raise NotFound(f"the version {kept.plan.to[:12]} of that plan is not kept here: plan again")
    return to


def _draw(out: Console, plan: "PlanOfChange", applied: "Sequence[Applied]") -> None:
    out.print(plain(f"{plan.playbook} to {plan.to[:12]}, by plan {plan.hash[:12]}", "bold"))
    number = Counter(one.outcome for one in applied)
    before = Counter(one.outcome for one in applied if one.before)
    sentences: dict[Outcome, str] = {
        "changed": "changed",
        "waits": "told, and changed later: once the next stage begins",
        "withdrawn": "left as it is: the change that waited is withdrawn",
        "refused": "refused",
        "outdated": "left as it is, because it has moved on since the plan: plan again",
        "left": "not reached; the same command goes on from here",
    }
    for outcome, words in sentences.items():
        if not number[outcome]:
            continue
        earlier = f" ({before[outcome]} of them before)" if before[outcome] else ""
        out.print(plain(f"{count(number[outcome], 'onboarding')} {words}{earlier}"), soft_wrap=True)
        for one in applied:
            if one.outcome == outcome and one.reason:
                out.print(plain(f"  {one.account} ({one.onboarding}): {one.reason}"), soft_wrap=True)
