"""How is Salesforce asked? Questions in SOQL, made from what a mapping reads; whatever enters one is checked first."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from domain.refusal import Refused
from domain.trouble import NotReachable

ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}(?:\.[A-Za-z][A-Za-z0-9_]{0,79}){0,4}")
"""A field by its API name, beyond up to four relations: `Partner__r.Name`."""
MOST_CONTACTS = 200
"""As many as a deal file holds."""
OF_THE_ROLE = frozenset({"Role", "IsPrimary"})
"""Fields of a contact's role in the deal; all others are the contact's own."""
NOT_EVERYWHERE = re.compile(r"(?:Billing|Shipping|Mailing|Other)(?:Country|State)Code|CurrencyIsoCode")
"""Standard fields that an organisation has only with state and country picklists, or with several currencies."""
PARENTS = ("Account", "Owner")
OBJECTS = {"Opportunity": "Opportunity", "Account": "Account", "Owner": "User", "Contacts": "Contact"}
"""What Salesforce calls the parts of a record."""
EARLIEST_ZONE = timedelta(hours=12)
"""A deal closes on a day, which begins first 14 hours before it does in UTC, and last 12 hours after."""


def id_in_soql(id: str) -> str:
    """Raises Refused for what is no id: it never comes near a question."""
    if not ID.fullmatch(id):
        raise Refused("should be an id of 15 or 18 letters and digits", field="Opportunity.Id")
    return f"'{id}'"


def text_in_soql(text: str) -> str:
    """Between quotes, with whatever would end it escaped."""
    for sign, written in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(sign, written)
    return f"'{text}'"


def all_of_parts(properties: Collection[str]) -> None:
    """Raises NotReachable for a name that stands in `properties` of the mapping without the part it belongs to."""
    for name in properties:
        if name.partition(".")[0] not in OBJECTS:
            raise NotReachable(f"the mapping file asks for {name[:80]}: say of what, like Opportunity.{name[:80]}")


def fields_of(part: str, properties: Collection[str]) -> list[str]:
    """The fields of that part of a record that the mapping reads. Raises NotReachable for what can be no field."""
    names = [name.removeprefix(f"{part}.") for name in properties if name.startswith(f"{part}.")]
    for name in names:
        if not FIELD.fullmatch(name):
            raise NotReachable(f"the mapping file reads {part}.{name[:80]}, which can be no field of Salesforce")
    return sorted({*names})


def of_deal(id: str, properties: Collection[str]) -> str:
    """The opportunity's own fields, also of one that was deleted."""
    fields = dict.fromkeys(["Id", "IsDeleted", *fields_of("Opportunity", properties)])
    return f"SELECT {', '.join(fields)} FROM Opportunity WHERE Id = {id_in_soql(id)}"


def of_what_belongs_to_it(id: str, properties: Collection[str]) -> str:
    """Its account, owner, and contacts with their roles: the primary one first, then as they came."""
    parents = [f"{part}.{name}" for part in PARENTS for name in fields_of(part, properties)]
    asked = fields_of("Contacts", properties)
    roles = dict.fromkeys(["Contact.Id", *(name if name in OF_THE_ROLE else f"Contact.{name}" for name in asked)])
    return (
        f"SELECT {', '.join(['Id', *parents])},"
        f" (SELECT {', '.join(roles)} FROM OpportunityContactRoles ORDER BY IsPrimary DESC, CreatedDate"
        f" LIMIT {MOST_CONTACTS}) FROM Opportunity WHERE Id = {id_in_soql(id)}"
    )


def of_closed(changed: datetime, *, closed: datetime, stages: Collection[str]) -> str:
    """Deals in those stages that closed and were changed since those moments, the longest unchanged first."""
    day = (closed.astimezone(UTC) - EARLIEST_ZONE).date().isoformat()
    since = changed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    named = ", ".join(text_in_soql(stage) for stage in sorted(stages))
    return (
        f"SELECT Id, SystemModstamp FROM Opportunity WHERE StageName IN ({named}) AND CloseDate >= {day}"
        f" AND SystemModstamp >= {since} ORDER BY SystemModstamp, Id"
    )


def without(properties: Collection[str], field: str, *, of: str) -> Sequence[str] | None:
    """Those that are left where an organisation lacks a field that not everybody has; None where it should be there.

    `of` is the object that lacks it, as Salesforce calls it.
    """
    if not NOT_EVERYWHERE.fullmatch(field):
        return None
    left = [name for name in properties if not _is(name, field, of=of)]
    return left if len(left) < len(properties) else None


def _is(name: str, field: str, *, of: str) -> bool:
    part, *way = name.split(".")
    return bool(way) and way[-1] == field and (len(way) > 1 or OBJECTS.get(part) == of)
