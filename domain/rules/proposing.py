"""Which contacts does a CRM have otherwise than we? It proposes them to the owner, and changes nobody by itself."""

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.deal import DealClosed, Stakeholder
from domain.naming import honoured, role_title
from domain.news import short
from domain.notice import Notice, Person
from domain.rules.composing import Letterhead, compose
from domain.text import folded
from domain.wire import Wire

COMPARED = ("name", "email", "role", "title", "language", "time_zone", "country")
OPTIONS = {"time_zone": "--time-zone"}


class Proposal(Wire):
    """One contact that the CRM has otherwise: `person` is our id, empty for somebody whom we do not know yet."""

    what: Literal["add", "correct", "replace", "leave"]
    person: str = ""
    before: str = ""
    fields: Mapping[str, str] = Field(default_factory=dict)

    def command(self, onboarding: str) -> str:
        """The command by which it is accepted."""
        named = [self.person] if self.person else []
        given = [part for name, value in self.fields.items() for part in (OPTIONS.get(name, f"--{name}"), value)]
        return shlex.join(["day90", "contact", self.what, onboarding, *named, *given])


def proposals(deal: DealClosed, later: DealClosed) -> list[Proposal]:
    """What the `later` delivery has otherwise than the deal as it stands.

    People are recognised by their address, else by the id of the delivery. Who came by another deal of the account, or
    was added by one of us, is not missed in a delivery; what a delivery leaves empty says nothing.
    """
    by_address = {folded(person.email): person for person in deal.contacts}
    away = {folded(person.email) for person in deal.stakeholders if not person.takes_part}
    matched: set[str] = set()
    unknown: list[Stakeholder] = []
    found: list[Proposal] = []
    for person in later.stakeholders:
        there = by_address.get(folded(person.email))
        if there is None:
            unknown.append(person)
            continue
        matched.add(there.id)
        if fields := _differing(there, person):
            found.append(Proposal(what="correct", person=there.id, before=there.name, fields=fields))
    for person in unknown:
        if folded(person.email) in away:
            continue  # Taken off by one of us, or awaited: a CRM that has another day for it is no news.
        there = next((one for one in deal.contacts if one.id == person.id and one.id not in matched), None)
        if there is None:
            found.append(Proposal(what="add", fields=_fields(person, ("name", "email", "role", "title", "language"))))
            continue
        matched.add(there.id)
        if folded(there.name) == folded(person.name):
            found.append(Proposal(what="correct", person=there.id, before=there.name, fields=_differing(there, person)))
        else:
            fields = _fields(person, ("name", "email", "title", "language"))
            found.append(Proposal(what="replace", person=there.id, before=there.name, fields=fields))
    return found + [
        Proposal(what="leave", person=person.id, before=person.name)
        for person in deal.contacts
        if person.id not in matched and person.known_from is None and person.since is None and not person.leaves_on
    ]


def _fields(person: Stakeholder, names: Sequence[str]) -> dict[str, str]:
    return {name: value for name in names if (value := getattr(person, name))}


def _differing(there: Stakeholder, person: Stakeholder) -> dict[str, str]:
    given = _fields(person, COMPARED)
    if folded(person.email) == folded(there.email):
        given.pop("email")
    return {name: value for name, value in given.items() if value != getattr(there, name)}


def proposal_notice(
    onboarding: str, deal: DealClosed, found: Sequence[Proposal], owner: Person, *, at: datetime
) -> Notice:
    """One message to the owner about all of them. The same proposals again have the same key."""
    words = short("\n".join(one.model_dump_json() for one in found))
    facts = {
        "proposals": [
            {
                "what": one.what,
                "before": _named(one.before, owner),
                "now": _named(one.fields.get("name", ""), owner),
                "role": role_title(one.fields["role"], owner.language) if "role" in one.fields else "",
                "email": one.fields.get("email", ""),
                "command": one.command(onboarding),
            }
            for one in found
        ]
    }
    return compose(
        "contact_proposed",
        owner,
        Letterhead(deal.account.name, owner.name, owner.email, onboarding),
        facts,
        key=f"contacts/{words}/contact_proposed/{owner.id}",
        not_before=at,
        staff=True,
        onboarding=onboarding,
    )


def _named(name: str, owner: Person) -> str:
    """A customer's name as one of us reads it."""
    customer = owner.model_copy(update={"side": "customer"})
    return honoured(name, customer, owner.language, among_us=True) if name else ""
