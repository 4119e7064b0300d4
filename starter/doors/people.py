"""Who is meant? People named by id, staff handle or e-mail address, as news may only hold their ids."""

from domain.record import Dossier
from domain.team import Team
from starter.trouble import InvalidNews, NotFound


def person(named: str, *, team: Team, dossier: Dossier | None, onboarding: str) -> str:
    """The id of somebody who takes part.

    Without a dossier (nobody has opened the onboarding yet) an id is taken as it is. Raises InvalidNews, NotFound.
    """
    if dossier is None:
        if "@" in named:
            raise NotFound(f"{onboarding}: no such onboarding")
        return named
    known = {staff.handle: staff.email.casefold() for staff in team.members}
    known |= {person.id: person.email.casefold() for person in dossier.people}
    if named in known:
        return named
    if with_address := [id for id, address in known.items() if address == named.casefold()]:
        return with_address[0]
    who = "nobody with that address takes part" if "@" in named else f"{named!r} takes no part"
    customers = ", ".join(person.id for person in dossier.people if person.side == "customer")
    raise InvalidNews(f"{who}; it is the handle of staff or one of {customers}", field="by")


def member(named: str, *, team: Team, field: str = "owner") -> str:
    """The handle of somebody of the staff. Raises InvalidNews."""
    for staff in team.members:
        if named == staff.handle or named.casefold() == staff.email.casefold():
            return staff.handle
    raise InvalidNews(f"{named!r} is nobody of the staff directory", field=field)
