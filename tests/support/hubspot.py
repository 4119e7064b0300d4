"""What do tests talk to in HubSpot's place? A real HTTP server that answers as HubSpot's documentation says."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.stand_in import StandIn, served

TOKEN = "pat-eu1-open-sesame"
PORTAL = 62515
RATE_LIMITED = {
    "status": "error",
    "message": "You have reached your ten_secondly_rolling limit.",
    "errorType": "RATE_LIMIT",
    "correlationId": "c033cdaa-2c40-4a64-ae48-b4cec88dad24",
    "policyName": "TEN_SECONDLY_ROLLING",
    "requestId": "3d3e35b7-0dae-4b9f-a6e3-9c230cbcf8dd",
}
UNAUTHENTICATED = {
    "status": "error",
    "message": "Authentication credentials not found.",
    "correlationId": "be5f1e5c-9f5a-4b64-9ac3-1d1f0c2f1e3c",
    "category": "INVALID_AUTHENTICATION",
}
NOT_FOUND = {
    "status": "error",
    "message": "Object not found.  objectId are usually numeric.",
    "correlationId": "c033cdaa-2c40-4a64-ae48-b4cec88dad24",
    "category": "OBJECT_NOT_FOUND",
}
MISSING_SCOPES = {
    "status": "error",
    "message": "This app hasn't been granted all required scopes to make this call.",
    "correlationId": "f4c1d5f3-5d7c-4b3f-9c56-2f0b3a4c8a11",
    "errors": [
        {
            "message": "One or more of the following scopes are required.",
            "context": {"requiredGranularScopes": ["crm.objects.deals.read"]},
        }
    ],
    "category": "MISSING_SCOPES",
}
INVALID = {
    "status": "error",
    "message": 'Property values were not valid: [{"isValid":false,"message":"Property \\"x\\" does not exist"}]',
    "correlationId": "85f2e2a4-9a3b-41cf-8dc7-f0a6b2d9c1aa",
    "category": "VALIDATION_ERROR",
}


@dataclass(kw_only=True)
class Account(StandIn):
    """A HubSpot account. Ids are HubSpot's: numbers in text."""

    deals: dict[str, dict[str, Any]] = field(default_factory=dict)
    companies: dict[str, dict[str, Any]] = field(default_factory=dict)
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    owners: dict[str, dict[str, Any]] = field(default_factory=dict)
    linked: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    became: dict[str, str] = field(default_factory=dict)
    """Merged deals: under each old id the record that it has become is shown."""
    wrote: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    searched: list[dict[str, Any]] = field(default_factory=list)
    largest_page: int = 200
    lacks: set[str] = field(default_factory=set)
    """Properties that were never created."""
    currency: str = "USD"
    """That of the account."""

    def close_deal(self, id: str, *, stage: str = "closedwon", **properties: Any) -> None:
        """A deal with a company, two contacts and an owner."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = {"dealname": f"Deal {id}", "dealstage": stage, "pipeline": "default", "closedate": at}
        told |= {"amount": "24500.00", "hubspot_owner_id": "77", "hs_lastmodifieddate": at, **properties}
        self.deals[id] = told
        self.companies["8102"] = {"name": "Lindenau Möbel GmbH", "country": "Germany", "domain": "lindenau.example"}
        self.contacts["511"] = {
            "firstname": "Stefan", "lastname": "Vogel", "email": "s.vogel@lindenau.example", "jobtitle": "Head of IT",
        }  # fmt: skip
        self.contacts["512"] = {"firstname": "Katharina", "lastname": None, "email": "k@lindenau.example",
                                "hs_buying_role": "DECISION_MAKER;CHAMPION"}  # fmt: skip
        self.contacts["513"] = {"firstname": "Reception", "lastname": "Desk", "email": None}
        self.owners["77"] = {"email": "nina.hart@vendor.example", "firstName": "Nina", "lastName": "Hart"}
        primary = {"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary"}
        other = {"category": "HUBSPOT_DEFINED", "typeId": 341, "label": None}
        self.linked[id, "companies"] = [{"toObjectId": 8102, "associationTypes": [primary, other]}]
        plain = {"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}
        lead = {"category": "USER_DEFINED", "typeId": 28, "label": "Project lead"}
        self.linked[id, "contacts"] = [
            {"toObjectId": 511, "associationTypes": [plain, lead]},
            {"toObjectId": 512, "associationTypes": [plain]},
            {"toObjectId": 513, "associationTypes": [plain]},
        ]

    def change(self, id: str, **properties: Any) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.deals[id] |= {"hs_lastmodifieddate": at, **properties}

    # --- what the server answers

    def respond(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, UNAUTHENTICATED
        return self.answer(method, path, json.loads(body) if body else None)

    def answer(self, method: str, address: str, sent: Any) -> tuple[int, Any]:
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path
        if path == "/crm/v3/objects/deals/search":
            return 200, self._found(sent)
        if found := re.fullmatch(r"/crm/v3/objects/deals/(\w+)", path):
            return self._deal(method, found[1], asked, sent)
        if found := re.fullmatch(r"/crm/v4/objects/deals/(\w+)/associations/(companies|contacts)", path):
            return 200, self._associations(found[1], found[2], asked)
        if found := re.fullmatch(r"/crm/v3/objects/(companies|contacts)/batch/read", path):
            return self._batch(getattr(self, found[1]), sent)
        if found := re.fullmatch(r"/crm/v3/owners/(\w+)", path):
            return self._owner(found[1], asked)
        if path == "/account-info/v3/details":
            account = {"portalId": PORTAL, "accountType": "STANDARD", "uiDomain": "app.hubspot.com"}
            return 200, {**account, "companyCurrency": self.currency}
        return 404, NOT_FOUND

    def _deal(self, method: str, id: str, asked: dict[str, str], sent: Any) -> tuple[int, Any]:
        id = self.became.get(id, id)
        if id not in self.deals:
            return 404, NOT_FOUND
        if method == "PATCH":
            if any(name.startswith("no_such") for name in sent["properties"]):
                return 400, INVALID
            if missing := sorted(self.lacks & set(sent["properties"])):
                return 400, _do_not_exist(missing)
            self.wrote.append((id, sent["properties"]))
            self.deals[id] |= sent["properties"]
        return 200, _object(id, self.deals[id], asked.get("properties", "").split(","))

    def _associations(self, id: str, what: str, asked: dict[str, str]) -> Any:
        rows, begin = self.linked.get((id, what), []), int(asked.get("after", 0))
        size = min(int(asked["limit"]), self.largest_page)
        page: dict[str, Any] = {"results": rows[begin : begin + size]}
        if begin + size < len(rows):
            page["paging"] = {"next": {"after": str(begin + size), "link": "https://api.hubapi.com/…"}}
        return page

    def _batch(self, records: dict[str, dict[str, Any]], sent: Any) -> tuple[int, Any]:
        ids = [one["id"] for one in sent["inputs"]]
        if len(ids) > 100:
            return 400, INVALID
        there = [_object(id, records[id], sent["properties"]) for id in ids if id in records]
        gone = [id for id in ids if id not in records]
        told = {"status": "COMPLETE", "results": there, "startedAt": "2026-11-05T10:00:00Z"}
        if not gone:
            return 200, told
        errors = [{"status": "error", "category": "OBJECT_NOT_FOUND", "message": "…", "context": {"ids": gone}}]
        return 207, {**told, "numErrors": 1, "errors": errors}

    def _owner(self, id: str, asked: dict[str, str]) -> tuple[int, Any]:
        owner = self.owners.get(id)
        if owner is None or str(owner.get("archived", False)).lower() != asked.get("archived", "false"):
            return 404, NOT_FOUND
        return 200, {"id": id, "userId": 9_999, "type": "PERSON", "archived": False, **owner}

    def _found(self, sent: Any) -> Any:
        self.searched.append(sent)
        [group] = sent["filterGroups"]
        there = {id: deal for id, deal in self.deals.items() if id not in self.became}
        fits = [id for id, deal in there.items() if all(_fits(deal, one) for one in group["filters"])]
        fits.sort(key=lambda id: str(self.deals[id]["hs_lastmodifieddate"]))
        begin, size = int(sent.get("after", 0)), min(sent["limit"], self.largest_page)
        results = [_object(id, self.deals[id], sent["properties"]) for id in fits[begin : begin + size]]
        page: dict[str, Any] = {"total": len(fits), "results": results}
        if begin + size < len(fits):
            page["paging"] = {"next": {"after": str(begin + size)}}
        return page


def _do_not_exist(names: list[str]) -> dict[str, Any]:
    results = [
        {
            "isValid": False,
            "message": f'Property "{name}" does not exist',
            "error": "PROPERTY_DOESNT_EXIST",
            "name": name,
            "localizedErrorMessage": f'Property "{name}" does not exist',
        }
        for name in names
    ]
    return {**INVALID, "message": f"Property values were not valid: {json.dumps(results)}"}


def _object(id: str, properties: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    """As HubSpot shows an object: what was asked for and is known, and what it always shows. Values are text."""
    at = properties.get("hs_lastmodifieddate", "2026-11-05T10:00:00.000Z")
    shown = {name: properties.get(name) for name in wanted if name in properties}
    always = {"createdate": "2026-09-01T08:00:00.000Z", "hs_lastmodifieddate": at, "hs_object_id": id}
    return {
        "id": id,
        "properties": {**always, **shown},
        "createdAt": "2026-09-01T08:00:00.000Z",
        "updatedAt": at,
        "archived": False,
    }


def _fits(deal: dict[str, Any], asked: dict[str, Any]) -> bool:
    value = deal.get(asked["propertyName"])
    if asked["operator"] == "IN":
        return value in asked["values"]
    assert "GTE" == asked["operator"]
    return value is not None and datetime.fromisoformat(value).timestamp() * 1000 >= int(asked["value"])


@pytest.fixture
def account() -> Iterator[Account]:
    """An account with one won deal, 4711."""
    made = Account()
    made.close_deal("4711")
    with served(made) as there:
        yield there
