"""Who is at the customer's once a contact was added, corrected, replaced or has left? And who was at the beginning?

Whoever leaves or joins on a day ahead is on record with that day; an entry of the agenda wakes the onboarding then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from pydantic import ValidationError

from domain.agenda.contacts import OF_A_PERSON
from domain.agenda.state import Entry, Rule
from domain.calendar import WorkCalendar
from domain.deal import MOST_STAKEHOLDERS, DealClosed, Stakeholder
from domain.record import Contacts, Dossier, JournalRow
from domain.refusal import Refused, what_is_wrong
from domain.rules.casting import SELLER
from domain.team import Team
from domain.text import folded

KINDS = frozenset({"contact_added", "contact_corrected", "contact_replaced", "contact_left"})
"""Facts by which the customer's people change."""
REFUSED = "contact_change_refused"
ON_ITS_DAY: Rule = "contact_change"
"""The agenda's rule, and the kind of the journal's row, by which a change counts that was told before its day."""
LEAVES = "leaves"
JOINS = "joins"
MIDNIGHT = time(0)
PRIVATE = ("name", "email", "title", "company")
"""What no journal has of a person: the people of an onboarding have it, and the journal their ids."""
OF_A_DEAL = {"included": "in_rollout"}
"""What a deal calls it, where its news has another word."""


def changed(deal: DealClosed, kind: str, person: str, given: Mapping[str, Any], *, team: Team, on: date) -> DealClosed:
    """The deal after that change of its contacts; `kind` is the fact's. Raises Refused, naming the field of the news.

    `given` is what the news says besides; `on` is the customer's day, from which it counts where the news names none.
    Where the news names a later one, whoever leaves takes part until then, and who joins does not yet.
    """
    since = date.fromisoformat(given["since"]) if given.get("since") else on
    if kind == "contact_added":
        if _leaving(deal, person):
            return _staying(deal, person, given)
        return _with(deal, _joining(deal, person, given, team=team, since=since, on=on, field="person"))
    if kind == "contact_corrected":
        there = _known(deal, person)
        _refuse_last(deal, there, leaves=given.get("included") is False)
        return _with(deal, _read({**there.model_dump(), **_fields(given)}))
    if kind == "contact_left":
        there = _known(deal, person)
        if not there.takes_part:
            return _without(deal, there)
        _refuse_last(deal, there, leaves=True, now=since <= on)
        return _with(deal, _going(there, since=since, on=on))
    if given.get("to") == person:
        raise Refused(f"{person} is the same person: name who takes over, or use correct_contact", field="to")
    there = _taking_part(deal, person)
    deal = _without_successors(deal, person, but=str(given["to"]))
    part = {"role": there.role, "included": there.in_rollout, **given}
    successor = _joining(deal, str(given["to"]), part, team=team, since=since, on=on, field="to", takes_over=person)
    if folded(successor.email) == folded(there.email):
        raise Refused(f"is that of {person}, who is to be replaced: use correct_contact for one person", field="email")
    deal = _with(_with(deal, _going(there, since=since, on=on)), successor)
    return deal if since > on else _with_champion(deal, person, successor.id)


def _going(person: Stakeholder, *, since: date, on: date) -> Stakeholder:
    ahead = since > on
    return person.model_copy(update={"leaves_on": since if ahead else None, "until": None if ahead else since})


def _with_champion(deal: DealClosed, old: str, new: str) -> DealClosed:
    return deal.model_copy(update={"champion": new}) if deal.champion == old else deal


def _leaving(deal: DealClosed, id: str) -> bool:
    return any(person.id == id and person.leaves_on is not None for person in deal.contacts)


def _staying(deal: DealClosed, id: str, given: Mapping[str, Any]) -> DealClosed:
    """The deal where somebody who was to leave stays, so that nobody takes over from them."""
    there = _taking_part(deal, id)
    return _with(_without_successors(deal, id), _read({**there.model_dump(), **_fields(given), "leaves_on": None}))


def _without_successors(deal: DealClosed, id: str, *, but: str = "") -> DealClosed:
    for person in deal.stakeholders:
        if person.takes_over == id and person.joins_on is not None and person.id != but:
            deal = _without(deal, person)
    return deal


def _without(deal: DealClosed, person: Stakeholder) -> DealClosed:
    """The deal where somebody does not join after all: as it was before that was told."""
    if person.until is not None:
        return _with(deal, person.model_copy(update={"joins_on": None, "takes_over": None}))
    return deal.model_copy(update={"stakeholders": tuple(one for one in deal.stakeholders if one.id != person.id)})


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the news says of a person, in the words of a deal."""
    return {OF_A_DEAL.get(name, name): given[name] for name in OF_A_PERSON if given.get(name) is not None}


def _joining(
    deal: DealClosed,
    id: str,
    given: Mapping[str, Any],
    *,
    team: Team,
    since: date,
    on: date,
    field: str,
    takes_over: str | None = None,
) -> Stakeholder:
    """Somebody who takes part from that day on: a new one, or one who comes back. Raises Refused."""
    there = next((person for person in deal.stakeholders if person.id == id), None)
    if there is not None and there.takes_part:
        raise Refused(f"{id} takes part already: give another id, or use correct_contact", field=field)
    if id == SELLER or team.member(id) is not None:
        raise Refused(f"{id!r} names somebody of the staff: give the contact another id", field=field)
    known = there.model_dump() if there is not None else {"id": id, "in_sale": False}
    day = {"joins_on": since} if since > on else {"joins_on": None, "since": since, "until": None}
    fields = {**known, **_fields(given), **day, "leaves_on": None, "takes_over": takes_over}
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


def _known(deal: DealClosed, id: str) -> Stakeholder:
    """Somebody who takes part, or is going to. Raises Refused."""
    joining = (person for person in deal.stakeholders if person.id == id and person.joins_on is not None)
    return next(joining, None) or _taking_part(deal, id)


def _taking_part(deal: DealClosed, id: str) -> Stakeholder:
    there = next((person for person in deal.contacts if person.id == id), None)
    if there is None:
        known = next((person for person in deal.stakeholders if person.id == id), None)
        ids = ", ".join(person.id for person in deal.contacts)
        what = "has left already" if known else "is nobody of the customer's"
        if known and known.joins_on:
            what = f"takes part only from {known.joins_on} on"
        raise Refused(f"{id!r} {what}; taking part: {ids}", field="person")
    return there


def _refuse_last(deal: DealClosed, person: Stakeholder, *, leaves: bool, now: bool = True) -> None:
    """Refuse that nobody would be left who is written to: from today on, or once whoever is to leave has left."""
    others = [one for one in deal.stakeholders if one.in_rollout and one.id != person.id]
    there = any(one.takes_part for one in others) or not now
    stays = any((one.takes_part or one.joins_on is not None) and one.leaves_on is None for one in others)
    if leaves and not (there and stays):
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


class OnItsDay(NamedTuple):
    """A change that was told before its day, which has come: `person` leaves, or `joins` does, in their place or anew.

    `key` is that of the entry of the agenda.
    """

    key: str
    on: date
    person: str = ""
    joins: str = ""

    @property
    def kind(self) -> str:
        """The kind of the fact that it would be, told on the day."""
        if not self.person:
            return "contact_added"
        return "contact_replaced" if self.joins else "contact_left"


def entries(deal: DealClosed, calendar: WorkCalendar) -> Iterator[Entry]:
    """For everybody who leaves or joins on a day ahead, the moment at which that day begins where the customer is."""
    for person in deal.stakeholders:
        for day, what in ((person.leaves_on, LEAVES), (person.joins_on, JOINS)):
            if day is not None:
                yield Entry(f"{person.id}/contact", f"{day}/{what}", calendar.at(day, MIDNIGHT), ON_ITS_DAY, person.id)


def on_their_day(deal: DealClosed, due: Iterable[Entry]) -> list[OnItsDay]:
    """What those entries are about that are due. Where it was written down already, they tell the same once more."""
    days = {(entry.about, entry.occurrence.partition("/")[2]): entry for entry in due if entry.rule == ON_ITS_DAY}
    come: list[OnItsDay] = []
    replacing: set[str] = set()
    for (id, what), entry in days.items():
        if what == LEAVES:
            theirs = (one.id for one in deal.stakeholders if one.takes_over == id and (one.id, JOINS) in days)
            successor = next((one for one in theirs if _day_of(days[one, JOINS]) == _day_of(entry)), "")
            replacing.add(successor)
            come.append(OnItsDay(entry.key, _day_of(entry), person=id, joins=successor))
    return come + [
        OnItsDay(entry.key, _day_of(entry), joins=id)
        for (id, what), entry in days.items()
        if what == JOINS and id not in replacing
    ]


def _day_of(entry: Entry) -> date:
    return date.fromisoformat(entry.occurrence.partition("/")[0])


def carried_out(deal: DealClosed, come: OnItsDay) -> DealClosed:
    """The deal from that day on; unchanged where it was carried out before."""
    for person in deal.stakeholders:
        if person.id == come.person and person.leaves_on is not None:
            deal = _with(deal, person.model_copy(update={"leaves_on": None, "until": come.on}))
        if person.id == come.joins and person.joins_on is not None:
            deal = _with(deal, person.model_copy(update={"joins_on": None, "since": come.on, "until": None}))
    return _with_champion(deal, come.person, come.joins) if come.person and come.joins else deal


def as_of(dossier: Dossier, now: datetime) -> Dossier:
    """The dossier with the contacts of that day, for what goes on when no agenda wakes for a change any more."""
    deal = on_day(dossier.deal, dossier.calendar.day_of(now))
    return dossier if deal is dossier.deal else dossier.with_contacts(contacts_of(deal))


def on_day(deal: DealClosed, day: date) -> DealClosed:
    """The deal with its contacts as they are on that day of the customer's."""
    for person in deal.stakeholders:
        if person.leaves_on is not None and person.leaves_on <= day:
            theirs = (one for one in deal.stakeholders if one.takes_over == person.id and one.joins_on)
            successor = next((one.id for one in theirs if one.joins_on == person.leaves_on), "")
            deal = carried_out(deal, OnItsDay("", person.leaves_on, person.id, successor))
        elif person.joins_on is not None and person.joins_on <= day:
            deal = carried_out(deal, OnItsDay("", person.joins_on, joins=person.id))
    return deal


def as_it_began(dossier: Dossier, rows: Sequence[JournalRow]) -> Dossier:
    """The dossier with the contacts with which the onboarding began: what the journal says of them is undone."""
    deal = dossier.deal
    refused = {row.key.removesuffix("/refused") for row in rows if row.kind == REFUSED}
    people = {person.id: person for person in deal.stakeholders}
    for row in reversed([row for row in rows if row.kind in KINDS and row.key not in refused]):
        on = row.at.date()
        joined = {"contact_added": row.about, "contact_replaced": str(row.data.get("to"))}.get(row.kind)
        if joined in people:
            people[joined] = people[joined].model_copy(update={"until": on, "joins_on": None, "takes_over": None})
        if row.kind in ("contact_replaced", "contact_left") and row.about in people:
            people[row.about] = people[row.about].model_copy(update={"until": None, "leaves_on": None})
        if (was := row.data.get("was")) and row.about in people:
            had = {"role": was["role"], "in_rollout": was["included"]}
            people[row.about] = people[row.about].model_copy(update=had)
    if people == {person.id: person for person in deal.stakeholders}:
        return dossier
    return dossier.with_contacts(Contacts(stakeholders=tuple(people.values()), champion=deal.champion))
