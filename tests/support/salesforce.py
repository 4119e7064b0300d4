"""What do tests talk to in Salesforce's place? A real HTTP server that answers as Salesforce's REST API is documented.

It reads the SOQL that it is sent, and knows no field that an organisation would not have.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.stand_in import StandIn, served

CLIENT_ID = "3MVG9IHf89I1t8hrvswazsWedXWY0iqK20PSFaInvUgLFB6vrcb9bbWFTSIHpO8G2jxBLJA6uZGyPFC5Aejq"
CLIENT_SECRET = "1955279925675241571"
OPPORTUNITY = "006Qy00000Bx7LmIAJ"
ORGANIZATION = "00D5i000000AbCdEAK"
SESSION_EXPIRED = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
LIMIT_EXCEEDED = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
QUERY_TIMEOUT = [{"message": "Your query request was running for too long.", "errorCode": "QUERY_TIMEOUT"}]
DELETED = [{"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED", "fields": []}]
NOT_FOUND = [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]
LOCKED = [
    {
        "message": "unable to obtain exclusive access to this record or 1 records: 006Qy00000Bx7LmIAJ",
        "errorCode": "UNABLE_TO_LOCK_ROW",
        "fields": [],
    }
]
NOT_SUPPORTED = [
    {
        "message": "\nSELECT Id FROM Opportunity\n               ^\nERROR at Row:1:Column:16\nsObject type"
        " 'Opportunity' is not supported. If you are attempting to use a custom object, be sure to append the '__c'"
        " after the entity name.",
        "errorCode": "INVALID_TYPE",
    }
]
WRONG_SECRET = {"error": "invalid_client", "error_description": "invalid client credentials"}
WRONG_ID = {"error": "invalid_client_id", "error_description": "client identifier invalid"}
NO_USER = {"error": "invalid_grant", "error_description": "no client credentials user enabled"}
FIELDS = {
    "Opportunity": {
        *("Id", "IsDeleted", "Name", "StageName", "CloseDate", "Amount", "Description", "SystemModstamp", "AccountId"),
        *("OwnerId", "LastModifiedDate", "CreatedDate", "Day90_Stage__c", "Day90_Go_Live__c", "Day90_Status__c"),
        *("Day90_Link__c", "Contract_Type__c", "CurrencyIsoCode", "IsClosed", "IsWon"),
    },
    "Account": {
        *(
            "Id",
            "Name",
            "BillingCountry",
            "BillingCountryCode",
            "BillingState",
            "BillingStateCode",
            "Website",
            "OwnerId",
        ),
        "Segment__c",
        "PersonEmail",
    },
    "User": {"Id", "Name", "Email", "FirstName", "LastName", "Department"},
    "Contact": {"Id", "Name", "FirstName", "LastName", "Email", "Title"},
    "OpportunityContactRole": {"Id", "Role", "IsPrimary", "ContactId", "OpportunityId", "CreatedDate"},
}
PARENTS = {("Opportunity", "Account"): "Account", ("Opportunity", "Owner"): "User", ("Account", "Owner"): "User",
           ("OpportunityContactRole", "Contact"): "Contact"}  # fmt: skip
LITERAL = r"'(?:[^'\\]|\\.)*'"
QUESTION = re.compile(
    rf"SELECT (?P<asked>.+?) FROM (?P<of>\w+)(?: WHERE (?P<where>(?:[^'(]|{LITERAL}|\()+?))?"
    r"(?: ORDER BY (?P<by>\w+(?: DESC)?(?:, \w+)*))?(?: LIMIT (?P<most>\d+))?"
)
Fields = dict[str, Any]


class Refusal(Exception):
    """An answer of Salesforce's that is none of what was asked for."""

    def __init__(self, status: int, said: Any) -> None:
        self.status, self.said = status, said


def stamp(at: datetime | None = None) -> str:
    """A moment as Salesforce writes it."""
    return (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


@dataclass(kw_only=True)
class Organization(StandIn):
    """A Salesforce organisation, whose app runs as a user who may read and edit all of it."""

    records: dict[str, dict[str, Fields]] = field(default_factory=lambda: {name: {} for name in FIELDS})
    lacks: set[str] = field(default_factory=set)
    """Fields, like `Account.BillingCountryCode`, that were never created or are not shown to the app's user."""
    tokens: list[str] = field(default_factory=list)
    """Those that it takes; the others have expired."""
    given: int = 0
    wrote: list[tuple[str, Fields]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    page_size: int = 2000
    cut: dict[str, list[Fields]] = field(default_factory=dict)

    @property
    def opportunities(self) -> dict[str, Fields]:
        return self.records["Opportunity"]

    def close_deal(self, id: str = OPPORTUNITY, *, stage: str = "Closed Won", **fields: Any) -> None:
        """An opportunity with an account, three contacts, one of them without an address, and an owner."""
        now = datetime.now(UTC)
        told: Fields = {"Name": f"Deal {id}", "StageName": stage, "CloseDate": now.date().isoformat()}
        told |= {"Amount": 24500.0, "AccountId": "0015g00000LiNd1AAB", "OwnerId": "0055g00000NiNa1AAC"}
        self.opportunities[id] = {**told, "SystemModstamp": stamp(now), "IsDeleted": False, **fields}
        account = {"Name": "Lindenau Möbel GmbH", "BillingCountry": "Germany", "BillingCountryCode": "DE"}
        self.records["Account"]["0015g00000LiNd1AAB"] = {**account, "OwnerId": "0055g00000NiNa1AAC"}
        self.records["User"]["0055g00000NiNa1AAC"] = {"Name": "Nina Hart", "Email": "nina.hart@vendor.example"}
        for person, name, email, role in (
            ("0035g00000StEf1AAD", "Stefan Vogel", "s.vogel@lindenau.example", "Project Lead"),
            ("0035g00000KaTh1AAE", "Katharina Roth", "k@lindenau.example", "Decision Maker"),
            ("0035g00000ReCe1AAF", "Reception Desk", None, None),
        ):
            first, _, last = name.partition(" ")
            self.records["Contact"][person] = {"Name": name, "FirstName": first, "LastName": last, "Email": email}
            self.take_part(id, person, role=role, primary=person.startswith("0035g00000KaTh"))

    def take_part(self, id: str, contact: str, *, role: str | None, primary: bool = False) -> None:
        number = len(self.records["OpportunityContactRole"])
        self.records["OpportunityContactRole"][f"00K5g0000{number:06}AAA"] = {
            "OpportunityId": id, "ContactId": contact, "Role": role, "IsPrimary": primary,
            "CreatedDate": f"2026-11-01T10:00:00.{number:03}+0000",
        }  # fmt: skip

    def change(self, id: str = OPPORTUNITY, **fields: Any) -> None:
        self.opportunities[id] |= {"SystemModstamp": stamp(), **fields}

    def expire(self) -> None:
        """Whoever has a token needs another."""
        self.tokens.clear()

    # --- what the server answers

    def respond(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        parts = urlsplit(path)
        if parts.path == "/services/oauth2/token":
            return self._token(headers, body)
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, SESSION_EXPIRED
        way = re.fullmatch(r"/services/data/v\d\d\.0/(.+?)/?", parts.path)
        if not way:
            return 404, NOT_FOUND
        try:
            if way[1] in ("query", "queryAll") and method == "GET":
                return 200, self._found(parse_qs(parts.query)["q"][0], deleted_too=way[1] == "queryAll")
            if (page := re.fullmatch(r"query/(\w+)-(\d+)", way[1])) and method == "GET":
                return 200, self._page(page[1], int(page[2]))
            if (one := re.fullmatch(r"sobjects/Opportunity/(\w+)", way[1])) and method == "PATCH":
                return self._written(one[1], json.loads(body))
        except Refusal as refusal:
            return refusal.status, refusal.said
        return 404, NOT_FOUND

    def _token(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """The credentials stand in the body, or in a header of basic authentication."""
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        id, secret = form.get("client_id", ""), form.get("client_secret", "")
        if basic := headers.get("authorization", "").removeprefix("Basic "):
            id, _, secret = base64.b64decode(basic).decode().partition(":")
        if headers.get("content-type") != "application/x-www-form-urlencoded":
            return 400, {"error": "unsupported_grant_type", "error_description": "grant type not supported"}
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type", "error_description": "grant type not supported"}
        if id != CLIENT_ID:
            return 400, WRONG_ID
        if secret != CLIENT_SECRET:
            return 400, WRONG_SECRET
        self.given += 1
        token = f"{ORGANIZATION[:15]}!AQEAQ.token.{self.given}"
        self.tokens.append(token)
        return 200, {
            "access_token": token,
            "signature": "7rZ3hRAlcRdhBWSHvzwXWKZVQuuXlHTEsZRgWAlBfTU=",
            "scope": "api",
            "instance_url": self.address,
            "id": f"https://login.salesforce.com/id/{ORGANIZATION}/0055g00000NiNa1AAC",
            "token_type": "Bearer",
            "issued_at": "1793872800000",
        }

    def _written(self, id: str, fields: Fields) -> tuple[int, Any]:
        there = self._by_id("Opportunity", id)
        if there is None:
            return 404, NOT_FOUND
        if there[1]["IsDeleted"]:
            return 404, DELETED
        for name in fields:
            if not self._has("Opportunity", name):
                message = f"No such column '{name}' on sobject of type Opportunity"
                return 400, [{"message": message, "errorCode": "INVALID_FIELD"}]
        self.wrote.append((there[0], fields))
        self.change(there[0], **fields)
        return 204, None

    def _found(self, question: str, *, deleted_too: bool) -> Fields:
        self.asked.append(question)
        read = QUESTION.fullmatch(question)
        if not read or read["of"] not in FIELDS:
            message = f"\n{question[:40]}\n^\nERROR at Row:1:Column:1\nunexpected token"
            raise Refusal(400, [{"message": message, "errorCode": "MALFORMED_QUERY"}])
        rows = self._rows(read["of"], read["where"] or "", read["by"], deleted_too=deleted_too)
        shown = [self._shown(read["of"], id, fields, _listed(read["asked"])) for id, fields in rows]
        # Also where nothing is found: what is asked for is looked at first.
        self._shown(read["of"], "", {}, _listed(read["asked"]))
        return self._cut(shown[: int(read["most"] or 50_000)])

    def _cut(self, rows: list[Fields]) -> Fields:
        if len(rows) <= self.page_size:
            return {"totalSize": len(rows), "done": True, "records": rows}
        locator = f"01g5g0000{len(self.cut):09}"
        self.cut[locator] = rows
        return self._page(locator, 0)

    def _page(self, locator: str, begin: int) -> Fields:
        if locator not in self.cut:
            raise Refusal(400, [{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}])
        rows, end = self.cut[locator], begin + self.page_size
        page: Fields = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[begin:end]}
        return page if page["done"] else {**page, "nextRecordsUrl": f"/services/data/v64.0/query/{locator}-{end}"}

    def _rows(self, of: str, where: str, by: str | None, *, deleted_too: bool) -> list[tuple[str, Fields]]:
        conditions = [_condition(one) for one in where.split(" AND ")] if where else []
        rows = [
            (id, fields)
            for id, fields in self.records[of].items()
            if (deleted_too or not fields.get("IsDeleted")) and all(fits({**fields, "Id": id}) for fits in conditions)
        ]
        for name in reversed([] if by is None else by.split(", ")):
            key, _, order = name.partition(" ")
            rows.sort(key=lambda row: {**row[1], "Id": row[0]}[key], reverse=order == "DESC")
        return rows

    def _shown(self, of: str, id: str, fields: Fields, asked: list[str]) -> Fields:
        """The record as the API shows it: what was asked for, its parents nested, lists of its children in pages."""
        shown: Fields = {"attributes": {"type": of, "url": f"/services/data/v64.0/sobjects/{of}/{id}"}}
        for name in asked:
            if name.startswith("("):
                shown["OpportunityContactRoles"] = self._children(id, name[1:-1])
                continue
            parent, dot, rest = name.partition(".")
            if not dot:
                shown[name] = id if name == "Id" else self._value(of, fields, name)
                continue
            kind = PARENTS.get((of, parent))
            if kind is None:
                message = f"Didn't understand relationship '{parent}' in field path."
                raise Refusal(400, [{"message": message, "errorCode": "INVALID_FIELD"}])
            theirs = self._by_id(kind, str(fields.get(f"{parent}Id")))
            nested = self._shown(kind, *(theirs or ("", {})), [rest])
            shown[parent] = {**(shown.get(parent) or {}), **nested} if theirs else None
        return shown

    def _children(self, id: str, question: str) -> Fields | None:
        read = QUESTION.fullmatch(question)
        assert read, question
        assert "OpportunityContactRoles" == read["of"]
        kind = "OpportunityContactRole"
        rows = self._rows(kind, "", read["by"], deleted_too=False)
        theirs = [(role, fields) for role, fields in rows if fields["OpportunityId"] == id]
        shown = [self._shown(kind, role, fields, _listed(read["asked"])) for role, fields in theirs]
        self._shown(kind, "", {}, _listed(read["asked"]))
        return self._cut(shown[: int(read["most"])]) if shown else None

    def _value(self, of: str, fields: Fields, name: str) -> Any:
        if not self._has(of, name):
            message = (
                f"\n{name} FROM {of}\n^\nERROR at Row:1:Column:8\nNo such column '{name}' on entity '{of}'. If you are"
                " attempting to use a custom field, be sure to append the '__c' after the custom field name. Please"
                " reference your WSDL or the describe call for the appropriate names."
            )
            raise Refusal(400, [{"message": message, "errorCode": "INVALID_FIELD"}])
        return fields.get(name)

    def _has(self, of: str, name: str) -> bool:
        return name in FIELDS[of] and f"{of}.{name}" not in self.lacks

    def _by_id(self, kind: str, id: str) -> tuple[str, Fields] | None:
        """By 15 characters or by 18."""
        return next(((known, told) for known, told in self.records[kind].items() if known[:15] == id[:15]), None)


def _listed(asked: str) -> list[str]:
    """`A, B.C, (SELECT D, E FROM Fs)` in parts."""
    return [part.strip() for part in re.findall(r"\([^)]*\)|[^,()]+", asked) if part.strip()]


def _condition(text: str) -> Callable[[Fields], bool]:
    """One that the stand-in understands, by the field and value that it compares."""
    read = re.fullmatch(rf"(\w+) (=|>=|IN) ({LITERAL}|\((?:{LITERAL}(?:, )?)+\)|[\d:TZ-]+)", text)
    if not read:
        raise Refusal(400, [{"message": "unexpected token", "errorCode": "MALFORMED_QUERY"}])
    name, sign, value = read.groups()
    texts = [re.sub(r"\\(.)", r"\1", literal[1:-1]) for literal in re.findall(LITERAL, value)]
    if name == "Id":
        return lambda fields: fields["Id"][:15] == texts[0][:15]
    if sign == "IN":
        return lambda fields: fields[name] in texts
    assert ">=" == sign
    at = datetime.fromisoformat
    return lambda fields: at(fields[name]) >= at(value)


@pytest.fixture
def organization() -> Iterator[Organization]:
    """An organisation with one won opportunity."""
    made = Organization()
    made.close_deal()
    with served(made) as there:
        yield there
