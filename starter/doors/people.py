"""Which person is meant by an id, a staff handle or an e-mail address? News may hold only ids."""

from domain.record import Dossier
from domain.team import Team
from starter.trouble import InvalidNews, NotFound


def person(named: str, *, team: Team, dossier: Dossier | None, onboarding: str, field: str = "by") -> str:
    """The id of a person who takes part in an onboarding.

    Without a dossier (the onboarding is not open yet) an id is taken as it is. Raises InvalidNews, naming `field`, when
    nobody of that name takes part, and NotFound for an address without a dossier to look it up in.
    """
    if dossier is None:
        if "@" in named:
            raise NotFound(f"{onboarding}: no such onboarding")
        return named
    addresses = {staff.handle: staff.email.casefold() for staff in team.members}
    addresses |= {person.id: person.email.casefold() for person in dossier.people}
    if named in addresses:
        return named
    if with_address := [id for id, address in addresses.items() if address == named.casefold()]:
        return with_address[0]
    who = "nobody with that address takes part" if "@" in named else f"{named!r} takes no part"
    customers = ", ".join(person.id for person in dossier.people if person.side == "customer")
    raise InvalidNews(f"{who}; it is the handle of staff or one of {customers}", field=field)


def member(named: str, *, team: Team, field: str = "owner") -> str:
    """The handle of a member of staff, named by handle or address. Raises InvalidNews, naming `field`."""
    for staff in team.members:
        if named == staff.handle or named.casefold() == staff.email.casefold():
            return staff.handle
    raise InvalidNews(f"{named!r} is nobody of the staff directory", field=field)
