"""Who plays which role in this onboarding? The playbook speaks of roles, a deal and a staff directory of people."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, get_args

from domain.deal import CustomerRole, DealClosed, Sale, Stakeholder
from domain.naming import honoured, role_title
from domain.notice import Person
from domain.playbook import Milestone, Role
from domain.record import Dossier
from domain.team import Member, Team, TouchModel, VendorRole, assign

SELLER = "seller"
"""Id of the seller, the one person on the vendor's side who is named by the deal and not by the staff directory."""
MOST_PER_ROLE = 5
"""Sign-offs, reminders and meetings go to the first five of a role: the two hundred end users get other channels."""
STANDS_IN: Mapping[CustomerRole, tuple[CustomerRole, ...]] = {
    "executive_sponsor": ("manager", "project_lead"),
    "project_lead": ("manager", "technical_lead", "champion", "executive_sponsor"),
    "technical_lead": ("project_lead",),
    "manager": ("project_lead",),
    "champion": ("power_user", "project_lead"),
    "power_user": ("champion", "project_lead"),
    "end_user": ("power_user", "champion", "project_lead"),
    "procurement": ("executive_sponsor", "project_lead"),
}
"""Who is asked where a deal names nobody for a role: the first of these roles for which it names somebody."""

CUSTOMER_ROLES: tuple[CustomerRole, ...] = get_args(CustomerRole)
VENDOR_ROLES: tuple[VendorRole, ...] = get_args(VendorRole)
Cast = dict[str, list[str]]


def cast_vendor(team: Team, deal: DealClosed, touch: TouchModel, load: Mapping[str, int]) -> Cast:
    """One member of staff for each vendor role; the owner is the CSM, and the manager is the owner's.

    `load` counts the open onboardings of each member, by handle.
    """
    named = team.member(deal.owner) if deal.owner else None
    owner = named or assign(team, "csm", touch=touch, account=deal.account, on=deal.closed_at, load=load)
    cast: Cast = {"csm": [owner.handle]}
    for role in VENDOR_ROLES:
        if role not in cast:
            member = assign(team, role, touch=touch, account=deal.account, on=deal.closed_at, load=load)
            cast[role] = [owner.handle if member.role == "csm" else member.handle]
    manager = team.manager_of(owner.handle)
    if manager is not None:
        cast["cs_manager"] = [manager.handle]
    return cast


def cast_customer(deal: DealClosed) -> Cast:
    """Ids of the roll-out's people by role; where nobody has a role, whoever stands in, at last the first named."""
    contacts = deal.contacts
    rollout = [person for person in contacts if person.in_rollout] or list(contacts)
    cast: Cast = {role: [] for role in CUSTOMER_ROLES}
    for person in rollout:
        cast[person.role].append(person.id)
    takes_part = deal.champion in {person.id for person in contacts}
    if deal.champion and takes_part and deal.champion not in cast["champion"]:
        cast["champion"].insert(0, deal.champion)
    filled = {role: people[:MOST_PER_ROLE] for role, people in cast.items()}
    for role in CUSTOMER_ROLES:
        stand_in = next((filled[other] for other in STANDS_IN[role] if cast[other]), [rollout[0].id])
        filled[role] = filled[role] or stand_in
    return filled


def predecessors(deal: DealClosed, id: str) -> list[Stakeholder]:
    """Who has left the roles that `id` plays because nobody else has them now: of each role whoever left last."""
    left = [person for person in deal.stakeholders if person.until is not None and person.in_rollout]
    if not left:
        return []
    cast = cast_customer(deal)
    filled = {person.role for person in deal.contacts if person.in_rollout}
    if deal.champion in {person.id for person in deal.contacts}:
        filled.add("champion")
    last = {person.role: person for person in sorted(left, key=lambda person: person.until or date.min)}
    return [last[role] for role in CUSTOMER_ROLES if role in last and role not in filled and id in cast[role]]


def in_their_place(dossier: Dossier, reader: Person) -> dict[str, Any]:
    """Facts of a message for one of the customer's who gets what was for people who have left: who, and since when.

    None of them for anybody else.
    """
    told = [
        {
            "name": honoured(person.name, dossier.person(person.id), reader.language),
            "role": role_title(person.role, reader.language),
            "since": str(person.until),
        }
        for person in predecessors(dossier.deal, reader.id)
    ]
    return {"predecessors": told} if told else {}


def cast_of(people: Iterable[Person], team: Team, owner: str) -> Cast:
    """The vendor's cast as far as the people of an onboarding tell it; whoever plays no role of theirs is left out."""
    cast: Cast = {}
    for person in people:
        if person.side == "vendor" and person.role in VENDOR_ROLES and team.member(person.id):
            cast.setdefault(person.role, [person.id])
    manager = team.manager_of(owner)
    return {**cast, "csm": [owner], "cs_manager": [manager.handle if manager else owner]}


def doers(dossier: Dossier, team: Team, owner: str) -> dict[str, list[str]]:
    """Who has to act for each milestone of the playbook, by its key: who signs it, else who is responsible for it."""
    vendor, customer = cast_of(dossier.people, team, owner), cast_customer(dossier.deal)
    acting: dict[str, list[str]] = {}
    for milestone in dossier.playbook.milestones:
        roles = milestone.sign_off.by if milestone.sign_off else (milestone.raci.responsible,)
        ids = (id for role in roles for id in playing(role, vendor=vendor, customer=customer))
        acting[milestone.key] = list(dict.fromkeys(ids))
    return acting


def approvers(team: Team, owner: str) -> list[str]:
    """Handles of those who may waive, decide on scope and hand over: manager, manager's deputy, executives.

    In a team of one it is the owner: nobody else could.
    """
    manager = team.manager_of(owner)
    handles = [manager.handle, manager.deputy] if manager else []
    handles += [member.handle for member in team.members if member.role == "executive"]
    return list(dict.fromkeys(handle for handle in handles if handle and handle != owner)) or [owner]


def playing(role: Role, *, vendor: Cast, customer: Cast) -> list[str]:
    """Who plays that role on either side; the CSM where nobody does."""
    return vendor.get(role) or customer.get(role) or vendor["csm"]


def staff_person(member: Member, language: str) -> Person:
    """A member as a receiver of mail, in the customer's language where they speak it."""
    spoken = language if language in member.languages else member.languages[0]
    return Person(
        id=member.handle,
        name=member.named(spoken),
        email=member.email,
        side="vendor",
        role=member.role,
        language=spoken,
        time_zone=member.time_zone,
        country=member.country or "",
        channel=member.channel,
    )


def concerns_customer(milestone: Milestone) -> bool:
    """Whether the customer reads of it; the rest is what we do among ourselves.

    Where the playbook does not say, they do if anybody of theirs has a part in it.
    """
    if milestone.audience is not None:
        return milestone.audience == "both"
    return bool(roles_of(milestone) & set(CUSTOMER_ROLES))


def roles_of(milestone: Milestone) -> set[str]:
    """Every role that has a part in the milestone, on either side."""
    raci = milestone.raci
    signers = milestone.sign_off.by if milestone.sign_off else ()
    return {raci.responsible, raci.accountable, *raci.consulted, *raci.informed, *signers}


def people_of(deal: Sale) -> list[Person]:
    """Everybody whom the deal names: stakeholders by id, the seller as `seller`."""
    people = [
        Person(
            id=person.id,
            name=person.name,
            email=person.email,
            side="customer",
            role=person.role,
            language=person.language or deal.account.language,
            time_zone=person.time_zone or deal.account.time_zone,
            country=person.country or "",
        )
        for person in deal.stakeholders
    ]
    if deal.seller:
        seller = deal.seller
        people.append(
            Person(
                id=SELLER,
                name=seller.name,
                email=seller.email,
                side="vendor",
                role="seller",
                language=deal.account.language,
            )
        )
    return people
