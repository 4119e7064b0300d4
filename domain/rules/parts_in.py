"""Who is somebody in an onboarding, and what part have they in a milestone? Sentences about why they hear of it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.playbook import Milestone, Role
from domain.record import Dossier, JournalRow, MilestoneRow
from domain.rules.casting import CUSTOMER_ROLES, VENDOR_ROLES, Cast, cast_customer, cast_of, playing
from domain.team import Team
from domain.wording import day_in_words

Called = Callable[[str], str]
"""How a person is called in a sentence, by their id."""


class Reader(NamedTuple):
    """Somebody as a reader of messages; `ids` are theirs in the onboarding, all with one address."""

    id: str
    ids: Collection[str]
    dossier: Dossier
    team: Team
    owner: str
    called: Called

    @property
    def name(self) -> str:
        return self.called(self.id)

    @property
    def _casts(self) -> tuple[Cast, Cast]:
        return cast_of(self.dossier.people, self.team, self.owner), cast_customer(self.dossier.deal)

    def who_plays(self, role: Role) -> list[str]:
        """Ids of those who play that role now."""
        vendor, customer = self._casts
        return playing(role, vendor=vendor, customer=customer)

    @property
    def roles(self) -> list[Role]:
        """The roles that they play, standing in included."""
        vendor, customer = self._casts
        return [
            role
            for role in (*VENDOR_ROLES, *CUSTOMER_ROLES)
            if set(self.ids) & set(vendor.get(role, ()) if role in VENDOR_ROLES else customer[role])
        ]


def standing(reader: Reader, *, now: datetime) -> Iterator[str]:
    """Who they are, and what keeps all messages from them: left, excluded, or away; `now` is business time."""
    contact = next((one for one in reader.dossier.deal.stakeholders if one.id == reader.id), None)
    member = reader.team.member(reader.id)
    if contact is not None:
        role = _words(contact.role) + (f", for {contact.company}" if contact.company else "")
        since = f" since {day_in_words(contact.since)}" if contact.since else ""
        if contact.until is not None:
            yield f"{reader.name} took part as {role} until {day_in_words(contact.until)}, and hears nothing more."
        elif contact.joins_on is not None:
            day = day_in_words(contact.joins_on)
            yield f"{reader.name} takes part as {role} from {day} on, and hears nothing before."
        elif not contact.in_rollout:
            yield f"{reader.name} is on record as {role}, and is excluded from the mail of this onboarding."
        else:
            yield f"{reader.name} takes part as {role}{since}{_plays(reader, contact.role)}."
        if contact.takes_part and contact.leaves_on is not None:
            yield f"{reader.name} leaves on {day_in_words(contact.leaves_on)}, and hears nothing more from that day on."
        return
    if member is None:
        person = reader.dossier.person(reader.id)
        role = f" as {_words(person.role)}" if person else ""
        yield f"{reader.name} is on our side{role}, and is not in the staff directory{_plays(reader, '')}."
        return
    if not reader.roles:
        yield f"{reader.name} is of the staff and plays no role in this onboarding."
    else:
        owns = " They own this onboarding." if reader.id == reader.owner else ""
        yield f"{reader.name} is of the staff{_plays(reader, '')}.{owns}"
    if (last := member.away_until(now)) is not None:
        stand_in = reader.team.stand_in_for(reader.id, now) or reader.team.manager_of(reader.id)
        copies = f"{reader.called(stand_in.handle)} gets copies of what cannot wait" if stand_in else "nobody stands in"
        yield f"{reader.name} is away until {day_in_words(last)}: {copies}, and all of it waits for them as well."


def part_in(reader: Reader, milestone: Milestone) -> Iterator[str]:
    """What part they have in the milestone, and who else has one where they have none."""
    roles, raci = set(reader.roles), milestone.raci
    parts: list[str] = []
    if milestone.sign_off and roles & set(milestone.sign_off.by):
        parts.append("signs it, and is asked and reminded to")
    if raci.responsible in roles:
        parts.append("is responsible for it, and is reminded of it")
    if raci.accountable in roles:
        parts.append("is accountable for it")
    if roles & set(raci.consulted):
        parts.append("is consulted")
    if roles & set(raci.informed):
        parts.append("is to be told when it is reached")
    if parts:
        yield f"{reader.name} {' and '.join(parts)}."
        if not {raci.responsible, *raci.informed, *(milestone.sign_off.by if milestone.sign_off else ())} & roles:
            yield "Being accountable or consulted brings no reminder of it, and no word when it is reached."
        return
    named = [("responsible", [raci.responsible]), ("accountable", [raci.accountable])]
    named += [("consulted", list(raci.consulted)), ("informed", list(raci.informed))]
    others = "; ".join(f"{part} {_each(reader, of)}" for part, of in named if of)
    yield f"{reader.name} has no part in {milestone.key}: {others}."


def silence(
    reader: Reader,
    milestone: Milestone,
    row: MilestoneRow,
    journal: Sequence[JournalRow],
    *,
    open_keys: Collection[str],
) -> Iterator[str]:
    """Why nothing was written to somebody about a milestone in which they have a part."""
    entries = [entry for entry in journal if entry.about == milestone.key]
    if row.status == "open":
        if waits := [key for key in milestone.requires if key in open_keys]:
            yield f"{milestone.key} is open and waits for {', '.join(waits)}: nobody is reminded of it before."
        else:
            yield f"{milestone.key} is open: nothing about it has been due yet."
        return
    if row.status == "waived":
        yield f"{milestone.key} was waived, which has no message of its own."
        return
    if any(entry.kind == "taken_as_reached" for entry in entries):
        yield f"{milestone.key} was reached before this onboarding was taken up: nobody was told."
        return
    by = next((entry.by for entry in reversed(entries) if entry.kind in ("milestone_reached", "sign_off_given")), None)
    if by in reader.ids:
        yield f"{reader.name} reported {milestone.key}: nobody is told what they did themselves."
    contact = next((one for one in reader.dossier.deal.stakeholders if one.id == reader.id), None)
    if contact and contact.since and row.at and contact.since > reader.dossier.calendar.day_of(row.at):
        yield f"{reader.name} takes part since {day_in_words(contact.since)}, after {milestone.key} was reached."
    if contact and any(draft.reaches == milestone.key for draft in reader.dossier.playbook.drafts):
        yield f"The customer's people are not told of {milestone.key}: they have the message itself."


def _plays(reader: Reader, own: str) -> str:
    """The roles that they play besides that one, in words with a comma before."""
    others = ", ".join(_words(role) for role in reader.roles if role != own)
    return f", and plays {others}" if others else ""


def _each(reader: Reader, roles: Sequence[Role]) -> str:
    return ", ".join(f"{_words(role)} ({', '.join(map(reader.called, reader.who_plays(role)))})" for role in roles)


def _words(role: str) -> str:
    return role.replace("_", " ").replace("csm", "CSM").replace("cs manager", "CS manager")
