"""Who uses the product so much that others could learn from them, and who little? Shows them, thanks, asks."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from starter.cli.answers import answer, count, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.cli.waking import woken

if TYPE_CHECKING:
    from domain.measure.adoption import AdoptionSeen, UseOfPerson
    from starter.doors.adopting import AdoptionDoor, Word

adoption = App(
    name="adoption", help="Who uses the product, and who little: show them, thank them, ask what keeps them."
)
Ours = Annotated[str, Parameter(help="Who of ours: a handle, or that person's mail address.")]
Theirs = Annotated[str, Parameter(help="Who of the customer's: a contact's id or mail address.")]
HABITS = {"often": "could show others", "some": "uses it", "little": "no habit yet"}


@adoption.command
def show(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """Show the last four weeks: how many use it, and of whom it may be said how. People stand by their ids."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    seen = _door(installation).of(onboarding)
    answer(where.json, seen.model_dump(mode="json"), lambda out: _draw(out, seen))


@adoption.command
async def thank(onboarding: Onboarding, person: Theirs, *, by: Ours, where: Where = NOWHERE) -> None:
    """Thank somebody who uses it often, once for the same four weeks."""
    await _write(onboarding, person, "thank", by, where)


@adoption.command
async def ask(onboarding: Onboarding, person: Theirs, *, by: Ours, where: Where = NOWHERE) -> None:
    """Ask somebody who uses it little what keeps them, kindly, and once for the same four weeks."""
    await _write(onboarding, person, "ask", by, where)


async def _write(onboarding: str, person: str, word: "Word", by: str, where: Where) -> None:
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    channels = _door(installation).write_to(
        onboarding, person, word, installation.deeds().ours(onboarding, by, word, person)
    )
    goes = await woken(installation, channels)
    when = "it goes out now" if goes else "it goes once Temporal is reachable"
    said = {"onboarding": onboarding, "person": person, "word": word}
    answer(where.json, said, lambda out: out.print(plain(f"{person}: {when}")))


def _draw(out: Console, seen: "AdoptionSeen") -> None:
    users = count(seen.users, "person has", "people have")
    out.print(plain(f"{users} used it since {seen.since}, {count(seen.power_users, 'power user')} among them", "bold"))
    if not seen.by_person:
        out.print(plain("The customer has not agreed that one looks at single people."))
    elif seen.people:
        columns = ("person", "how", "days of 28", "core features")
        out.print(table("Who is known by name", columns, [_line(one, seen) for one in seen.people], whole=("person",)))
    else:
        out.print(plain("None of them is known by name."))


def _line(one: "UseOfPerson", seen: "AdoptionSeen") -> tuple[str, ...]:
    return one.person, HABITS[one.habit], f"{one.days}", f"{len(one.features)} of {seen.core_features}"


def _door(installation: Installation) -> "AdoptionDoor":
    from starter.doors.adopting import AdoptionDoor

    return AdoptionDoor(engine=installation.engine, ledger=installation.ledger, staff=installation.staff)
