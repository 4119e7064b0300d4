"""What goes on after the hand-off? Commands to look at a success programme, to change who is in it, and to end it."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from domain.news import ProgrammeEnding
from starter.cli.answers import answer, plain
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Onboarding, Where

if TYPE_CHECKING:
    from starter.doors.programmes import ProgrammeProgress

programme = App(name="programme", help="After the hand-off: the success programme, its people and its end.")

Person = Annotated[str | None, Parameter(help="An id or the e-mail address of somebody at the customer's.")]


@programme.command
async def show(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """Show who owns a success programme, whom it meets, and what comes next."""
    from starter.doors.programmes import programme_of

    installation = installation_at(where)
    _draw(where, await programme_of(await installation.door(), installation.meant(onboarding)))


@programme.command
async def change(
    onboarding: Onboarding,
    *,
    owner: Annotated[str | None, Parameter(help="A staff handle, or that person's e-mail address.")] = None,
    project_lead: Person = None,
    executive_sponsor: Person = None,
    hour: Annotated[str | None, Parameter(help="When its meetings begin, by the customer's clock, like 14:30.")] = None,
    by: Annotated[str | None, Parameter(help="Who orders it: a handle, an id, or an e-mail address.")] = None,
    where: Where = NOWHERE,
) -> None:
    """Give a success programme another owner, meet others of the customer, or at another hour, from now on."""
    from starter.doors.programmes import change_programme

    installation = installation_at(where)
    people = {"owner": owner, "project_lead": project_lead, "executive_sponsor": executive_sponsor, "by": by}
    given = {**people, "hour": hour}
    _draw(where, await change_programme(await installation.door(), installation.meant(onboarding), given))


@programme.command
async def end(onboarding: Onboarding, ending: ProgrammeEnding, *, where: Where = NOWHERE) -> None:
    """End a success programme: nobody is invited or written to any more. A customer who left counts as that."""
    from starter.doors.renewing import RenewalDoor
    from store.reads import one

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    at = installation.business_now(one(installation.engine, onboarding).as_of)
    door = RenewalDoor(engine=installation.engine, door=installation.door)
    _draw(where, await door.end_programme(onboarding, ending, via="cli", at=at))


def _draw(where: Where, shown: "ProgrammeProgress") -> None:
    met = {"project lead": shown.project_lead, "executive sponsor": shown.executive_sponsor}

    def draw(out: Console) -> None:
        out.print(plain(f"success programme of {shown.onboarding}", "bold"), soft_wrap=True)
        out.print(plain(f"  owner {shown.owner}"))
        for role, id in met.items():
            out.print(plain(f"  {role} {id or 'as in the deal'}"))
        out.print(plain(f"  meets at {shown.hour or 'an hour that is agreed for each meeting'}"))
        if shown.ended:
            out.print(plain(f"  ended: {shown.ended.replace('_', ' ')}"))
            return
        if shown.ends_at:
            out.print(plain(f"  ends on {shown.ends_at:%Y-%m-%d %H:%M} UTC: the customer leaves"))
        for occasion in shown.next:
            out.print(plain(f"  {occasion.on}  {occasion.cadence.replace('_', ' ')}"))

    answer(where.json, shown.model_dump(mode="json"), draw)
