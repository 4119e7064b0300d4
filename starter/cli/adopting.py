"""Who uses the product so much that others could learn from them, and who little? Shows them, thanks, asks."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from domain.measure.health import half_up
from domain.measure.teams import FEWEST
from starter.cli.answers import answer, count, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.cli.waking import woken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.measure.adoption import AdoptionSeen, UseOfPerson
    from domain.measure.teams import UseByTeam, UseOfTeam
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
def teams(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """Show how teams and roles use it, as of the last whole week; no figure is of fewer than five people."""
    from starter.doors.teams import TeamDoor

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    door = TeamDoor(engine=installation.engine, ledger=installation.ledger)
    use = door.of(installation.ledger.dossier(onboarding))
    document = {trait: one.model_dump(mode="json") for trait, one in use.items()}
    answer(where.json, document, lambda out: _draw_traits(out, use.values()))


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


def _draw_traits(out: Console, each: "Iterable[UseByTeam]") -> None:
    for use in each:
        _draw_teams(out, use)


def _draw_teams(out: Console, use: "UseByTeam") -> None:
    if use.all is None:
        people = count(use.people, "person uses it", "people use it")
        out.print(plain(f"{people}: figures of fewer than {FEWEST} would say what single persons do."))
        return
    named = [(one.team, one) for one in use.teams]
    named += [(f"smaller ones, and without a {use.trait}", use.others)] if use.others else []
    columns = (use.trait, "people", "last week", "four weeks earlier", "ever", "core features", "a person")
    lines = [_team_line(name, one, use) for name, one in [*named, ("all together", use.all)]]
    out.print(table(f"By {use.trait}, as of {use.until}", columns, lines, whole=(use.trait,)))
    if use.without:
        out.print(plain(f"Without a known {use.trait}: {use.without} of {use.people}."))


def _team_line(name: str, one: "UseOfTeam", use: "UseByTeam") -> tuple[str, ...]:
    before = f"{half_up(one.before_pct)} %" if one.before_pct is not None else ""
    features = f"{one.core_features} of {use.core_features}" if use.core_features else ""
    each = f"{one.features_per_user}" if one.features_per_user is not None else ""
    week = f"{one.weekly_users} ({half_up(one.weekly_pct)} %)"
    return name, f"{one.people}", week, before, f"{half_up(one.activated_pct)} %", features, each


def _line(one: "UseOfPerson", seen: "AdoptionSeen") -> tuple[str, ...]:
    return one.person, HABITS[one.habit], f"{one.days}", f"{len(one.features)} of {seen.core_features}"


def _door(installation: Installation) -> "AdoptionDoor":
    from starter.doors.adopting import AdoptionDoor

    return AdoptionDoor(engine=installation.engine, ledger=installation.ledger, staff=installation.staff)
