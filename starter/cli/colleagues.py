"""Whom has the customer named to take part? Commands that list them, take them in, and leave them out."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from domain.colleagues import Colleague
from starter.cli.answers import answer, in_words, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Numbered, Onboarding, Where

if TYPE_CHECKING:
    from starter.doors.colleagues import ColleagueDoor

colleague = App(name="colleague", help="Colleagues whom customers have named in their room: list, take in, decline.")
Number = Annotated[Numbered, Parameter(help="Theirs, as day90 colleague list shows it.")]
By = Annotated[str, Parameter(help="Who of ours: a handle, or that person's mail address.")]


@colleague.command(name="list")
def list_colleagues(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List whom the customer has named, with what became of it."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    each = _door(installation).kept.of(onboarding)

    def draw(out: Console) -> None:
        if not each:
            out.print(plain("nobody was named"))
            return
        columns = ("n", "name", "address", "role", "named by", "state")
        out.print(table("Colleagues", columns, [_line(one) for one in each], whole=("n",)))

    answer(where.json, [one.model_dump(mode="json") for one in each], draw)


@colleague.command
async def take_in(onboarding: Onboarding, number: Number, *, by: By, where: Where = NOWHERE) -> None:
    """Let somebody who was named take part: they become a contact, and are welcomed."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    deed = installation.deeds().ours(onboarding, by, "take in", number)
    _show(where, await _door(installation).take_in(onboarding, number, deed, door=installation.door))


@colleague.command
def decline(
    onboarding: Onboarding,
    number: Number,
    *,
    by: By,
    reason: Annotated[str | None, Parameter(help="Why not; who has named them reads it.")] = None,
    where: Where = NOWHERE,
) -> None:
    """Leave somebody who was named out."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    deed = installation.deeds().ours(onboarding, by, "decline", number)
    _show(where, _door(installation).decline(onboarding, number, deed, reason=reason))


def _door(installation: Installation) -> "ColleagueDoor":
    from starter.doors.colleagues import ColleagueDoor

    return ColleagueDoor(engine=installation.engine, ledger=installation.ledger, staff=installation.staff)


def _show(where: Where, one: Colleague) -> None:
    person = f" as {one.person}" if one.person else ""
    words = f"{one.number}  {one.name}, {one.email}: {in_words(one.state)}{person}"
    answer(where.json, one.model_dump(mode="json"), lambda out: out.print(plain(words)))


def _line(one: Colleague) -> tuple[str, ...]:
    return str(one.number), one.name, one.email, in_words(one.role), one.by, in_words(one.state)
