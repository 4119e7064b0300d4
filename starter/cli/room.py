"""How does one of ours get into a customer's room? By a link of their own, which the journal tells of."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console

from domain.notice import Person
from starter.cli.answers import answer, plain
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.trouble import InvalidNews, WrongOption

if TYPE_CHECKING:
    from store.links import LinkMaker

FIRST_ROLES = ("project_lead", "champion", "manager", "technical_lead", "executive_sponsor")
"""Whose room it is where nobody is named: the first of these roles that somebody has."""


def room(onboarding: Onboarding, *, person: str | None = None, by: str | None = None, where: Where = NOWHERE) -> None:
    """Make a link into the customer's room, for one of the customer's people: what they see there, and do.

    It is good for a day, and whoever opens it acts as that person: pass it on to them alone. The journal says that it
    was made, and by whom.

    Parameters
    ----------
    person
        Whose room: a contact's id or mail address. [default: the project lead]
    by
        Who of ours makes it: a handle.
    """
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    meant = somebody(installation.ledger.dossier(onboarding).people, person)
    address = way_in(installation, onboarding, meant, by=by)

    def draw(console: Console) -> None:
        console.print(plain(f"{meant.name}, {meant.role.replace('_', ' ')}"))
        console.print(plain(address), soft_wrap=True)

    answer(where.json, {"onboarding": onboarding, "person": meant.id, "link": address}, draw)


def somebody(people: "tuple[Person, ...]", named: str | None) -> Person:
    """The customer's person who is meant. Raises InvalidNews."""
    theirs = [person for person in people if person.side == "customer"]
    if named is None:
        by_role = [person for role in FIRST_ROLES for person in theirs if person.role == role]
        meant = (by_role or theirs)[:1]
    else:
        meant = [person for person in theirs if named.casefold() in (person.id, person.email.casefold())]
    if not meant:
        known = ", ".join(person.id for person in theirs) or "nobody"
        raise InvalidNews(
            f"{named or 'nobody'} takes no part on the customer's side; who does: {known}", field="person"
        )
    return meant[0]


def way_in(installation: Installation, onboarding: str, person: Person, *, by: str | None = None) -> str:
    """A new link into the room for that person.

    Raises WrongOption where there are no pages, or no key, and InvalidNews where they may not come in.
    """
    from store.admission import is_admitted
    from store.engine import write_transaction

    with write_transaction(installation.engine) as connection:
        if not is_admitted(connection, onboarding, person, installation.settings.domains_of_rooms):
            raise InvalidNews(f"{person.id} has an address at none of DAY90_ROOM_DOMAINS", field="person")
        return maker_of(installation).way_in(connection, onboarding, person, by=by, now=datetime.now(UTC))


def address_of_pages(installation: Installation) -> str | None:
    """Where people reach the pages: by the setting, else where the running stack has them; None for nowhere."""
    return installation.settings.pages_url or (installation.stack.pages if installation.stack else None)


def maker_of(installation: Installation) -> "LinkMaker":
    """What makes links to the pages of this installation. Raises WrongOption."""
    from wiring.links import link_maker_at

    address = address_of_pages(installation)
    maker = link_maker_at(address, installation.settings) if address else None
    if maker is None:
        raise WrongOption(
            "DAY90_PAGES_URL and DAY90_SEALING_KEY should be set: without them there are no links to pages"
        )
    return maker
