"""Who is at the customer's once a contact was added, corrected, replaced or has left? And who was at the beginning?"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from domain.agenda.contacts import OF_A_PERSON
from domain.deal import MOST_STAKEHOLDERS, DealClosed, Stakeholder
from domain.record import Contacts, Dossier, JournalRow
from domain.refusal import Refused, what_is_wrong
from domain.rules.casting import SELLER
from domain.team import Team
from domain.text import folded

KINDS = frozenset({"contact_added", "contact_corrected", "contact_replaced", "contact_left"})
"""Facts by which the customer's people change."""
REFUSED = "contact_change_refused"
PRIVATE = ("name", "email", "title", "company")
"""What no journal has of a person: the people of an onboarding have it, and the journal their ids."""
OF_A_DEAL = {"included": "in_rollout"}
"""What a deal calls it, where its news has another word."""


def changed(deal: DealClosed, kind: str, person: str, given: Mapping[str, Any], *, team: Team, on: date) -> DealClosed:
    """The deal after that change of its contacts; `kind` is the fact's. Raises Refused, naming the field of the news.

    `given` is what the news says besides; `on` is the customer's day, where it names none.
    """
    since = date.fromisoformat(given["since"]) if given.get("since") else on
    if kind == "contact_added":
        return _with(deal, _joining(deal, person, given, team=team, since=since, field="person"))
    there = _taking_part(deal, person)
    if kind == "contact_corrected":
        _refuse_last(deal, there, leaves=given.get("included") is False)
        return _with(deal, _read({**there.model_dump(), **_fields(given)}))
    left = there.model_copy(update={"until": since})
    if kind == "contact_left":
        _refuse_last(deal, there, leaves=True)
        return _with(deal, left)
    if given.get("to") == person:
        raise Refused(f"{person} is the same person: name who takes over, or use correct_contact", field="to")
    part = {"role": there.role, "included": there.in_rollout, **given}
    successor = _joining(deal, str(given["to"]), part, team=team, since=since, field="to")
    if folded(successor.email) == folded(there.email):
        raise Refused(f"is that of {person}, who is to be replaced: use correct_contact for one person", field="email")
    champion = successor.id if deal.champion == person else deal.champion
    return _with(_with(deal, left), successor).model_copy(update={"champion": champion})


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the news says of a person, in the words of a deal."""
    return {OF_A_DEAL.get(name, name): given[name] for name in OF_A_PERSON if given.get(name) is not None}


def _joining(
    deal: DealClosed, id: str, given: Mapping[str, Any], *, team: Team, since: date, field: str
) -> Stakeholder:
    """Somebody who takes part from now on: a new one, or one who comes back. Raises Refused."""
    there = next((person for person in deal.stakeholders if person.id == id), None)
    if there is not None and there.until is None:
        raise Refused(f"{id} takes part already: give another id, or use correct_contact", field=field)
    if id == SELLER or team.member(id) is not None:
        raise Refused(f"{id!r} names somebody of the staff: give the contact another id", field=field)
    known = there.model_dump() if there is not None else {"id": id, "in_sale": False}
    fields = {**known, **_fields(given), "since": since, "until": None}
    for name in ("name", "email", "role"):
        if not fields.get(name):
            raise Refused("is missing: nobody of that id has taken part before", field=name)
    if there is None and len(deal.stakeholders) >= MOST_STAKEHOLDERS:
        raise Refused(f"{MOST_STAKEHOLDERS} people are on record already", field=field)
    return _read(fields)


def _read(fields: Mapping[str, Any]) -> Stakeholder:
    try:
        return Stakeholder.model_validate(fields)
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise Refused(reason, field=field) from None


def _taking_part(deal: DealClosed, id: str) -> Stakeholder:
    there = next((person for person in deal.contacts if person.id == id), None)
    if there is None:
        left = any(person.id == id for person in deal.stakeholders)
        ids = ", ".join(person.id for person in deal.contacts)
        what = "has left already" if left else "is nobody of the customer's"
        raise Refused(f"{id!r} {what}; taking part: {ids}", field="person")
    return there


def _refuse_last(deal: DealClosed, person: Stakeholder, *, leaves: bool) -> None:
    """Refuse that nobody would be left who is written to."""
    if leaves and not any(other.in_rollout for other in deal.contacts if other.id != person.id):
        raise Refused(
            f"{person.id} is the last person at the customer's whom we can reach: name who takes over with"
            " replace_contact, add somebody first, or end the onboarding",
            field="person",
        )


def _with(deal: DealClosed, person: Stakeholder) -> DealClosed:
    there = [one.id for one in deal.stakeholders]
    people = [person if one.id == person.id else one for one in deal.stakeholders]
    stakeholders = (*people, *(() if person.id in there else (person,)))
    return deal.model_copy(update={"stakeholders": stakeholders})


def contacts_of(deal: DealClosed) -> Contacts:
    return Contacts(stakeholders=deal.stakeholders, champion=deal.champion)


def as_it_began(dossier: Dossier, rows: Sequence[JournalRow]) -> Dossier:
    """The dossier with the contacts with which the onboarding began: what the journal says of them is undone."""
    deal = dossier.deal
    refused = {row.key.removesuffix("/refused") for row in rows if row.kind == REFUSED}
    people = {person.id: person for person in deal.stakeholders}
    for row in reversed([row for row in rows if row.kind in KINDS and row.key not in refused]):
        on = row.at.date()
        joined = {"contact_added": row.about, "contact_replaced": str(row.data.get("to"))}.get(row.kind)
        if joined in people:
            people[joined] = people[joined].model_copy(update={"until": on})
        if row.kind in ("contact_replaced", "contact_left") and row.about in people:
            people[row.about] = people[row.about].model_copy(update={"until": None})
        if (was := row.data.get("was")) and row.about in people:
            had = {"role": was["role"], "in_rollout": was["included"]}
            people[row.about] = people[row.about].model_copy(update=had)
    if people == {person.id: person for person in deal.stakeholders}:
        return dossier
    return dossier.with_contacts(Contacts(stakeholders=tuple(people.values()), champion=deal.champion))
