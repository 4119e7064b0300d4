"""How is Salesforce queried? In SOQL, made from the fields that a mapping reads; whatever enters a query is checked."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from domain.refusal import Refused
from domain.trouble import NotReachable

ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}(?:\.[A-Za-z][A-Za-z0-9_]{0,79}){0,4}")
"""A field by its API name, through up to four relations: `Partner__r.Name`."""
MOST_CONTACTS = 200
"""The most that a deal file holds."""
OF_THE_ROLE = frozenset({"Role", "IsPrimary"})
"""Fields of a contact's role in the deal; all others are the contact's own."""
NOT_EVERYWHERE = re.compile(r"(?:Billing|Shipping|Mailing|Other)(?:Country|State)Code|CurrencyIsoCode|PersonEmail")
"""Standard fields that an organisation has only with state and country picklists, with several currencies, or with
accounts that are persons."""
PARENTS = ("Account", "Owner")
OBJECTS = {"Opportunity": "Opportunity", "Account": "Account", "Owner": "User", "Contacts": "Contact"}
"""What Salesforce calls the parts of a record."""
EARLIEST_ZONE = timedelta(hours=12)
"""A deal closes on a day, which begins 14 hours earlier than in UTC where it begins first, 12 hours later at last."""


def id_in_soql(id: str) -> str:
    """The id in quotes. Raises Refused for anything else: it never enters a query."""
    if not ID.fullmatch(id):
        raise Refused("should be an id of 15 or 18 letters and digits", field="Opportunity.Id")
    return f"'{id}'"


def text_in_soql(text: str) -> str:
    """The text in quotes, with whatever would end it escaped."""
    for sign, written in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(sign, written)
    return f"'{text}'"


def all_of_parts(properties: Collection[str]) -> None:
    """Raise NotReachable for a name in the mapping's `properties` without the part of the record it belongs to."""
    for name in properties:
        if name.partition(".")[0] not in OBJECTS:
            raise NotReachable(f"the mapping file asks for {name[:80]}: say of what, like Opportunity.{name[:80]}")


def fields_of(part: str, properties: Collection[str]) -> list[str]:
    """The fields of that part of a record that the mapping reads. Raises NotReachable for what cannot be a field."""
    names = [name.removeprefix(f"{part}.") for name in properties if name.startswith(f"{part}.")]
    for name in names:
        if not FIELD.fullmatch(name):
            raise NotReachable(f"the mapping file reads {part}.{name[:80]}, which can be no field of Salesforce")
    return sorted({*names})


def of_deal(id: str, properties: Collection[str]) -> str:
    """The query for an opportunity's own fields; a deleted one is found too, when asked by queryAll."""
    fields = dict.fromkeys(["Id", "IsDeleted", "IsClosed", "IsWon", *fields_of("Opportunity", properties)])
    return f"SELECT {', '.join(fields)} FROM Opportunity WHERE Id = {id_in_soql(id)}"


def of_what_belongs_to_it(id: str, properties: Collection[str]) -> str:
    """The query for an opportunity's account, owner, and contacts with their roles: the primary one, then by age."""
    parents = [f"{part}.{name}" for part in PARENTS for name in fields_of(part, properties)]
    asked = fields_of("Contacts", properties)
    roles = dict.fromkeys(["Contact.Id", *(name if name in OF_THE_ROLE else f"Contact.{name}" for name in asked)])
    return (
        f"SELECT {', '.join(['Id', *parents])},"
        f" (SELECT {', '.join(roles)} FROM OpportunityContactRoles ORDER BY IsPrimary DESC, CreatedDate"
        f" LIMIT {MOST_CONTACTS}) FROM Opportunity WHERE Id = {id_in_soql(id)}"
    )


def of_closed(changed: datetime, *, closed: datetime, stages: Collection[str]) -> str:
    """The query for deals in `stages`, closed since `closed` and changed since `changed`, longest unchanged first."""
    day = (closed.astimezone(UTC) - EARLIEST_ZONE).date().isoformat()
    since = changed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    named = ", ".join(text_in_soql(stage) for stage in sorted(stages))
    return (
        f"SELECT Id, SystemModstamp FROM Opportunity WHERE StageName IN ({named}) AND CloseDate >= {day}"
        f" AND SystemModstamp >= {since} ORDER BY SystemModstamp, Id"
    )


def without(properties: Collection[str], field: str, *, of: str) -> Sequence[str] | None:
    """The properties without a field that not every organisation has; None when every organisation should have it.

    `of` is the object that lacks the field, as Salesforce calls it.
    """
    if not NOT_EVERYWHERE.fullmatch(field):
        return None
    left = [name for name in properties if not _is(name, field, of=of)]
    return left if len(left) < len(properties) else None


def _is(name: str, field: str, *, of: str) -> bool:
    part, *way = name.split(".")
    return bool(way) and way[-1] == field and (len(way) > 1 or OBJECTS.get(part) == of)
