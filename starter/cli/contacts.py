"""How do the people on the customer's side change? Commands to add, correct, replace, take off and list contacts."""

from dataclasses import dataclass
from typing import Annotated, Any, get_args

from cyclopts import App, Group, Parameter
from rich.console import Console

from domain.deal import CustomerRole, Stakeholder
from domain.text import Language
from starter.cli.answers import answer, in_words, plain, table
from starter.cli.installation import installation_at
from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Onboarding, Where, explained
from starter.cli.times import day

contact = App(name="contact", help="Add, correct, replace, take off and list the customer's contacts.")

Person = Annotated[str, Parameter(help="A contact's id, or their e-mail address.")]
Since = Annotated[str | None, Parameter(help="From which day on, like 2027-01-29; it may lie ahead. [default: today]")]
Role = Annotated[CustomerRole | None, Parameter(help=f"Their role: {', '.join(get_args(CustomerRole))}.")]
SayReason = Annotated[str | None, Parameter(help="The reason; it is recorded and told to the owner.")]
PERSON = Group("Person", sort_key=40)


@Parameter(name="*", group=PERSON)
@dataclass(frozen=True, kw_only=True)
class About:
    """What is known of a contact."""

    name: str | None = None
    "As it stands in mails."
    email: str | None = None
    "Where their mail goes."
    title: str | None = None
    "Their job title."
    language: Language | None = None
    "In which they are written to. [default: the account's]"
    time_zone: str | None = None
    "IANA name, like Asia/Tokyo. [default: the account's]"
    country: str | None = None
    "ISO 3166-1, like JP: its holidays are theirs."
    company: str | None = None
    "The third party they work for, like a reseller or an agency."

    def fields(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


NOTHING = About()


@contact.command(help=explained("add_contact"))
async def add(
    onboarding: Onboarding,
    *,
    role: Role = None,
    key: Annotated[
        str | None, Parameter(name="--id", help="Their id; by default the role, numbered from the second on.")
    ] = None,
    excluded: Annotated[bool, Parameter(help="They are known, and play no part in this onboarding.")] = False,
    since: Since = None,
    about: About = NOTHING,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields = {"person": key, "role": role, "included": False if excluded else None, "since": day(since, field="since")}
    await tell(where, onboarding, "add_contact", details, **about.fields(), **fields)


@contact.command(help=explained("correct_contact"))
async def correct(
    onboarding: Onboarding,
    person: Person,
    *,
    role: Role = None,
    included: Annotated[
        bool | None, Parameter(negative="--excluded", help="Whether they play a part in this onboarding.")
    ] = None,
    since: Annotated[str | None, Parameter(help="From which day on, like 2027-01-29. [default: today]")] = None,
    about: About = NOTHING,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields = {"role": role, "included": included, "since": day(since, field="since")}
    await tell(where, onboarding, "correct_contact", details, person=person, **about.fields(), **fields)


@contact.command(help=explained("replace_contact"))
async def replace(
    onboarding: Onboarding,
    person: Person,
    *,
    to: Annotated[
        str | None, Parameter(help="Id of who takes over: of a contact who takes part, or a new one's. [default: new]")
    ] = None,
    reason: SayReason = None,
    since: Since = None,
    about: About = NOTHING,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields = {"to": to, "reason": reason, "since": day(since, field="since")}
    await tell(where, onboarding, "replace_contact", details, person=person, **about.fields(), **fields)


@contact.command(help=explained("remove_contact"))
async def leave(
    onboarding: Onboarding,
    person: Person,
    *,
    reason: SayReason = None,
    since: Since = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields = {"reason": reason, "since": day(since, field="since")}
    await tell(where, onboarding, "remove_contact", details, person=person, **fields)


def _status(person: Stakeholder) -> str:
    if person.joins_on is not None:
        return "to come"
    if person.until is not None:
        return f"left {person.until}"
    part = "takes part" if person.in_rollout else "excluded"
    return f"{part} until {person.leaves_on}" if person.leaves_on else part


@contact.command(name="list")
def list_contacts(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List the contacts of an onboarding: who takes part, who is left out, who leaves or comes, and who has left."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    deal = installation.ledger.dossier(onboarding).deal
    rows = []
    for one in sorted(deal.stakeholders, key=lambda one: one.until is not None):
        since = str(one.joins_on or one.since or deal.closed_at.date())
        rows.append((one.id, one.name, in_words(one.role), one.email, one.company or "", _status(one), since))

    def draw(out: Console) -> None:
        heads = ("id", "name", "role", "address", "third party", "status", "since")
        out.print(table("Contacts", heads, rows, whole=("id", "address")))
        replaced = f"day90 contact replace {onboarding} ID --name NAME --email ADDRESS"
        out.print(plain(f"who takes over from somebody: {replaced}"))

    answer(where.json, [one.model_dump(mode="json") for one in deal.stakeholders], draw)
