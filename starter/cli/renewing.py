"""Did a customer renew, or leave, after the hand-off? Commands that record it, and list what is recorded."""

from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

from cyclopts import App, Parameter
from rich.console import Console

from domain.measure.renewals import RenewalOutcome, WhyLeft
from domain.refusal import read_as
from domain.text import amount_of_money
from starter.cli.answers import answer, in_words, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.cli.times import day

if TYPE_CHECKING:
    from domain.measure.renewals import Renewal
    from starter.doors.renewing import RenewalDoor

renewal = App(name="renewal", help="After the hand-off: record that a customer renewed or left, list renewals.")
By = Annotated[str, Parameter(help="Who says so: a staff handle, a contact's id, or the mail address of either.")]
PROGRAMMES = {
    "ended": "the success programme has ended",
    "ends_ahead": "the success programme ends on that day",
    "over": "no success programme is under way",
    "not_reached": "the success programme has not heard of it: give the same command once Temporal is reachable",
}


@renewal.command
async def record(
    onboarding: Onboarding,
    outcome: RenewalOutcome,
    *,
    on: Annotated[str, Parameter(help="The first day of the renewed contract, or that on which the customer leaves.")],
    by: By,
    yearly_value: Annotated[str | None, Parameter(help="What is paid a year from then on.")] = None,
    why: Annotated[WhyLeft | None, Parameter(help="Why the customer leaves.")] = None,
    where: Where = NOWHERE,
) -> None:
    """Record a renewal, that a customer left, or that either was mistaken; of a day the last word counts."""
    from domain.measure.renewals import RenewalGiven

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    said = {"on": day(on, field="on"), "outcome": outcome, "yearly_value": yearly_value, "why": why}
    given = read_as(RenewalGiven, said)
    # Each command is a word of its own: the last one counts, also one that was said before and otherwise since.
    deed = installation.deeds().of(onboarding, by, key=uuid4().hex)
    recorded = await _door(installation).record(onboarding, given, deed)
    words = f"{onboarding}: {outcome} on {given.on}{'' if recorded.new else ', as was recorded before'}"
    more = PROGRAMMES.get(recorded.programme)
    shown = f"{words}; {more}" if more else words
    answer(where.json, recorded.model_dump(mode="json"), lambda out: out.print(plain(shown), soft_wrap=True))


@renewal.command(name="list")
def list_renewals(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List the renewals of a customer, each with what is paid a year before and after."""
    installation = installation_at(where)
    shown = _door(installation).of(installation.meant(onboarding))

    def draw(out: Console) -> None:
        if not shown.items:
            out.print(plain("no renewal is recorded"))
            return
        columns = ("on", "outcome", "a year before", "a year after", "why", "by")
        out.print(table("Renewals", columns, [_line(one) for one in shown.items], whole=("on",)))

    answer(where.json, shown.model_dump(mode="json"), draw)


def _line(one: "Renewal") -> tuple[str, ...]:
    before, after = (amount_of_money(value) if value is not None else "" for value in (one.before, one.after))
    return str(one.on), one.outcome, before, after, in_words(one.why) if one.why else "", one.by or one.via


def _door(installation: Installation) -> "RenewalDoor":
    from starter.doors.renewing import RenewalDoor

    return RenewalDoor(engine=installation.engine, door=installation.door)
