"""How are deals read from HubSpot and written to? By its CRM API (v3, associations v4), with a private app's token."""

import asyncio
import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

import httpx2

from activities.crm.calls import (
    TIMEOUT,
    Calls,
    Pause,
    asked_to_wait,
    authorities,
    json_of,
    raise_if_astray,
    raise_if_away,
    understood,
)
from domain.crm import DealPage, FoundDeal
from domain.refusal import Refused
from domain.trouble import BecameAnother, NotFound, NotReachable

BATCH = 100
"""Records in one batch read: HubSpot's limit."""
PER_SEARCH_PAGE = 200
MOST_FOUND = 10_000
"""Results after which a search of HubSpot ends; another search goes on from the change of the last result."""
PRIMARY = 5
"""HubSpot's type of the association of a deal with its primary company."""
MERGED_INTO_IT = "hs_merged_object_ids"
"""HubSpot's property of a record with the ids of those that were merged into it, separated by semicolons."""
CLOSED, CLOSED_WON = "hs_is_closed", "hs_is_closed_won"
"""HubSpot's properties of a deal by the probability of its stage, whatever the stage's id says."""
ALWAYS = ("dealstage", "pipeline", "hubspot_owner_id", MERGED_INTO_IT, CLOSED, CLOSED_WON)
MOST_CONTACTS = 200
"""The most that a deal file holds."""
MOST_PAGES = 50
"""Pages of associations of one deal, 500 each. More do not come from HubSpot, and might never end."""
WRONG_TOKEN = "HubSpot does not know our access token: DAY90_HUBSPOT_API_TOKEN needs another one"
OF_ERRORS = frozenset({"category", "correlationId"})
"""Keys of HubSpot's own errors; gateways word theirs otherwise."""


class HubSpot:
    """Reads and writes deals of a HubSpot account. May be shared by tasks of one event loop."""

    name = "HubSpot"

    def __init__(
        self, address: str, token: str, *, timeout: httpx2.Timeout = TIMEOUT, pause: Pause = asyncio.sleep
    ) -> None:
        client = httpx2.AsyncClient(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            verify=authorities(),
            timeout=timeout,
            follow_redirects=False,
        )
        self._calls = Calls(self.name, client, waits=_wait, pause=pause)
        self._page: str | None = None
        self._portal = ""
        self._currency: str | None = None

    async def aclose(self) -> None:
        await self._calls.aclose()

    @understood
    async def deal(self, id: str, *, properties: Collection[str]) -> Mapping[str, Any]:
        """The deal alone, as it is now, in one call.

        Raises NotFound for a deal that is not there (any more), BecameAnother for a merged one, Refused, NotReachable.
        """
        wanted = ",".join(dict.fromkeys([*ALWAYS, *properties]))
        deal = await self._get(f"/crm/v3/objects/deals/{quote(id, safe='')}", {"properties": wanted})
        if (there := str(int(deal["id"]))) != id:
            # Under the id of a deal that was merged HubSpot shows the one that it has become.
            raise BecameAnother(id, there)
        return {"deal": {"id": id, "properties": dict(deal.get("properties") or {})}}

    def absorbed(self, record: Mapping[str, Any]) -> Collection[str]:
        """The ids in the deal's own property of what was merged into it: a webhook may have been lost."""
        given = str(record["deal"]["properties"].get(MERGED_INTO_IT) or "")
        return [id for part in given.split(";") if (id := part.strip()).isdigit() and id != record["deal"]["id"]]

    def closed_as(self, record: Mapping[str, Any]) -> Literal["won", "lost"] | None:
        """By the probability of the deal's stage: where a pipeline was renamed, `closedwon` may be a lost one."""
        properties = record["deal"]["properties"]
        if properties.get(CLOSED_WON) == "true":
            return "won"
        return "lost" if properties.get(CLOSED) == "true" and properties.get(CLOSED_WON) == "false" else None

    @understood
    async def other_account(self, body: Any) -> str:
        """The portal of an event, where it is another than that of our token: a sandbox with the same app.

        Raises NotReachable.
        """
        portal = body.get("portalId") if isinstance(body, Mapping) else None
        if portal is None or not await self._page_of_deals() or str(portal) == self._portal:
            return ""
        return str(portal)

    @understood
    async def in_full(self, record: Mapping[str, Any], *, properties: Collection[str]) -> Mapping[str, Any]:
        """The record with the deal's primary company, contacts, owner and page, and the account's currency.

        In the shape of docs/mapping.md.

        Raises Refused, NotReachable.
        """
        id: str = record["deal"]["id"]
        page = await self._page_of_deals()
        return {
            **record,
            "company": await self._company(id, properties),
            "contacts": await self._contacts(id, properties),
            "owner": await self._owner(record["deal"]["properties"].get("hubspot_owner_id")),
            "url": f"{page}{id}" if page else None,
            "home_currency": self._currency,
        }

    @understood
    async def closed_since(
        self, changed: datetime, *, closed: datetime, stages: Collection[str], after: str | None = None
    ) -> DealPage:
        """A page of deals in `stages`, closed since `closed` and changed since `changed`, the longest unchanged first.

        HubSpot's search is some seconds behind. Raises Refused, NotReachable.
        """
        since, _, offset = (after or "").partition("/")
        since = since or _milliseconds(changed)
        filters = [
            {"propertyName": "dealstage", "operator": "IN", "values": sorted(stages)},
            {"propertyName": "closedate", "operator": "GTE", "value": _milliseconds(closed)},
            {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": since},
        ]
        asked: dict[str, Any] = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}],
            "properties": ["hs_lastmodifieddate", "closedate", "dealstage"],
            "limit": PER_SEARCH_PAGE,
        }
        if offset and offset != "0":
            asked["after"] = offset
        page = await self._post("/crm/v3/objects/deals/search", asked)
        if offset and _after(page) == offset:
            raise NotReachable("a search gives the same page again and again: is DAY90_HUBSPOT_API right?")
        deals = tuple(FoundDeal(id=str(deal["id"]), changed_at=_changed(deal)) for deal in page.get("results", ()))
        return DealPage(deals=deals, after=_next_of_search(page, deals, since=since))

    async def write(self, id: str, properties: Mapping[str, str]) -> None:
        """Set properties of the deal. Raises NotFound, Refused naming the property that HubSpot lacks, NotReachable."""
        address = f"/crm/v3/objects/deals/{quote(id, safe='')}"
        await self._call("PATCH", address, json={"properties": dict(properties)}, names=tuple(properties))

    async def _company(self, deal: str, properties: Collection[str]) -> Mapping[str, Any] | None:
        """The primary company, else the first; None where the deal has none."""
        linked = await self._associated(deal, "companies")
        if not linked:
            return None
        primary = [to for to, kinds, _ in linked if PRIMARY in kinds]
        companies = await self._records("companies", [(primary or [linked[0][0]])[0]], properties)
        return companies[0] if companies else None

    async def _contacts(self, deal: str, properties: Collection[str]) -> Sequence[Mapping[str, Any]]:
        """The deal's contacts with the labels of their associations."""
        linked = (await self._associated(deal, "contacts"))[:MOST_CONTACTS]
        # One contact may come in several entries, each with labels of its own.
        labels: dict[str, list[str]] = {}
        for to, _, names in linked:
            theirs = labels.setdefault(to, [])
            theirs += [name for name in names if name not in theirs]
        contacts = await self._records("contacts", list(labels), properties)
        return [{**contact, "labels": labels.get(contact["id"], [])} for contact in contacts]

    async def _associated(self, deal: str, what: str) -> list[tuple[str, set[int], tuple[str, ...]]]:
        """Id, types and labels of each association of the deal, from all pages."""
        linked: list[tuple[str, set[int], tuple[str, ...]]] = []
        asked: dict[str, str] = {"limit": "500"}
        for _ in range(MOST_PAGES):
            page = await self._get(f"/crm/v4/objects/deals/{deal}/associations/{what}", asked)
            for one in page.get("results", ()):
                types = one.get("associationTypes") or []
                labels = tuple(str(kind["label"]) for kind in types if kind.get("label"))
                linked.append((str(one["toObjectId"]), {kind.get("typeId") for kind in types}, labels))
            after = _after(page)
            if after is None or len(linked) >= MOST_CONTACTS:
                return linked
            asked = {**asked, "after": after}
        raise NotReachable(f"the {what} of a deal come to no end, page after page: is DAY90_HUBSPOT_API right?")

    async def _records(self, what: str, ids: Sequence[str], properties: Collection[str]) -> list[dict[str, Any]]:
        """The records with those ids, in their order; one that was deleted meanwhile is left out."""
        records: dict[str, dict[str, Any]] = {}
        for first in range(0, len(ids), BATCH):
            inputs = [{"id": id} for id in ids[first : first + BATCH]]
            asked = {"properties": sorted(properties), "inputs": inputs}
            answer = await self._post(f"/crm/v3/objects/{what}/batch/read", asked)
            for record in answer.get("results", ()):
                records[str(record["id"])] = {"id": str(record["id"]), "properties": record.get("properties") or {}}
        return [records[id] for id in ids if id in records]

    async def _owner(self, id: str | None) -> Mapping[str, Any] | None:
        """The owner of the deal, also one who has left: HubSpot calls those archived, and they were the seller."""
        if not id:
            return None
        for archived in ("false", "true"):
            try:
                owner = await self._get(f"/crm/v3/owners/{quote(str(id), safe='')}", {"archived": archived})
            except NotFound:
                continue
            return {name: owner.get(name) for name in ("id", "email", "firstName", "lastName")}
        return None

    async def _page_of_deals(self) -> str:
        """The beginning of the addresses of deals in HubSpot, asked for until an answer has it.

        Empty when a gateway that passes /crm alone, or a missing scope, keeps it from us: no deal waits for the sake
        of a link. Raises NotReachable for what passes by itself, and for a wrong token.
        """
        if self._page is None:
            answer = await self._calls("GET", "/account-info/v3/details")
            raise_if_away(self.name, answer)
            if answer.status_code == 401:
                raise NotReachable(WRONG_TOKEN)
            account = json_of(answer) if answer.is_success else None
            if not isinstance(account, dict) or "portalId" not in account:
                return ""
            host = account.get("uiDomain") or "app.hubspot.com"
            self._portal = str(account["portalId"])
            self._currency = account.get("companyCurrency") or None
            self._page = f"https://{host}/contacts/{account['portalId']}/record/0-3/"
        return self._page

    async def _get(self, path: str, query: Mapping[str, str]) -> Any:
        return await self._call("GET", path, params=dict(query))

    async def _post(self, path: str, asked: Mapping[str, Any]) -> Any:
        return await self._call("POST", path, json=dict(asked))

    async def _call(self, method: str, path: str, *, names: Collection[str] = (), **asked: Any) -> Any:
        """The JSON of the answer to one call. `names` are the properties that the call writes."""
        return _read(await self._calls(method, path, **asked), names)


def _read(answer: httpx2.Response, names: Collection[str] = ()) -> Any:
    """The JSON of the answer. Raises the error for its status, without those of HubSpot's words that may hold data."""
    raise_if_away(HubSpot.name, answer)
    status, body = answer.status_code, json_of(answer)
    category = str(body.get("category", "")) if isinstance(body, dict) else ""
    if status == 401:
        # Not refused: everything waits until the operator has mended the token, and then goes on.
        raise NotReachable(WRONG_TOKEN)
    if status == 403:
        raise NotReachable(f"the HubSpot app may not do that: it needs more scopes{_scopes(body)}")
    # A page of a proxy, or of a wrong address: who takes it for HubSpot never looks at that deal again.
    raise_if_astray(HubSpot.name, answer, own=_is_own(body), setting="DAY90_HUBSPOT_API")
    if status == 404:
        raise NotFound("HubSpot has no such record")
    if status == 400 and (reason := _not_taken(body, names)):
        raise Refused(reason, field="crm")
    if status >= 300:
        raise Refused(f"HubSpot refuses the request: {status} {category}".strip(), field="crm")
    if not isinstance(body, dict):
        raise NotReachable("HubSpot answers something else than JSON: is DAY90_HUBSPOT_API right?")
    return body


def _is_own(body: Any) -> bool:
    """Whether an error is worded as HubSpot words its own: gateways answer in JSON, too."""
    return isinstance(body, dict) and (body.get("status") == "error" or not OF_ERRORS.isdisjoint(body))


def _not_taken(body: Any, names: Collection[str]) -> str:
    """Which properties that we write HubSpot lacks, or has of another kind; empty when the error is about neither.

    Of HubSpot's words only our own names are repeated.
    """
    message = json.dumps(body)
    missing = [name for name in names if re.search(rf"Property \W*{re.escape(name)}\W+does not exist", message)]
    if missing:
        return (
            f"HubSpot has no property {', '.join(missing)} of deals: create it there (single-line text; a date for the"
            " go-live), or take it out of write_back in the mapping file"
        )
    wrong = [name for name in names if re.search(rf'"name\W+{re.escape(name)}\W', message)]
    if wrong:
        return (
            f"HubSpot does not take what we write into {', '.join(wrong)}: it should be single-line text, and a date"
            " for the go-live"
        )
    return ""


def _scopes(body: Any) -> str:
    """The scopes that HubSpot names in an error of the category MISSING_SCOPES, in brackets; else empty."""
    try:
        named = body["errors"][0]["context"]["requiredGranularScopes"]
        return f" ({', '.join(str(scope) for scope in named)})"
    except (LookupError, TypeError):
        return ""


def _wait(answer: httpx2.Response) -> float | None:
    """The seconds that HubSpot asks us to wait; None when it does not."""
    return asked_to_wait(answer) if answer.status_code == 429 else None


def _after(page: Mapping[str, Any]) -> str | None:
    following = (page.get("paging") or {}).get("next") or {}
    return str(following["after"]) if following.get("after") else None


def _next_of_search(page: Mapping[str, Any], deals: Sequence[FoundDeal], *, since: str) -> str | None:
    """The cursor `since/offset` of the next page; where a search ends, another begins at its last result's change."""
    after = _after(page)
    if after is None or not deals:
        return None
    if not after.isdigit() or int(after) + PER_SEARCH_PAGE <= MOST_FOUND:
        return f"{since}/{after}"
    last = _milliseconds(deals[-1].changed_at)
    # More than a search holds, all changed in the same millisecond: an import, of which the webhooks tell, too.
    return f"{last}/0" if last != since else None


def _changed(deal: Mapping[str, Any]) -> datetime:
    at = deal.get("updatedAt") or (deal.get("properties") or {}).get("hs_lastmodifieddate")
    return datetime.fromisoformat(str(at))


def _milliseconds(at: datetime) -> str:
    return str((at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))
