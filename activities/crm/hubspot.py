"""What does HubSpot say of a deal? Its CRM API (v3, associations v4) by a private app's token."""

import asyncio
import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx2

from activities.crm.calls import (
    TIMEOUT,
    Calls,
    Pause,
    asked_to_wait,
    json_of,
    raise_if_astray,
    raise_if_away,
    understood,
)
from domain.crm import DealPage, FoundDeal
from domain.refusal import Refused
from domain.trouble import NotFound, NotReachable

BATCH = 100
"""So many records one batch read takes."""
PER_SEARCH_PAGE = 200
MOST_FOUND = 10_000
"""A search of HubSpot ends here; what follows is another search, from the last one's change on."""
PRIMARY = 5
"""HubSpot's type of the association of a deal with its primary company."""
ALWAYS = ("dealstage", "pipeline", "hubspot_owner_id")
MOST_CONTACTS = 200
"""As many as a deal file holds."""
MOST_PAGES = 50
"""Of what belongs to one deal; HubSpot gives 500 on each. More do not come from HubSpot, and might never end."""
WRONG_TOKEN = "HubSpot does not know our access token: DAY90_HUBSPOT_API_TOKEN needs another one"
OF_ERRORS = frozenset({"category", "correlationId"})
"""What HubSpot's own errors have; gateways word theirs otherwise."""


class HubSpot:
    """A HubSpot account, read and written with an access token. May be shared by tasks of one event loop."""

    name = "HubSpot"

    def __init__(
        self, address: str, token: str, *, timeout: httpx2.Timeout = TIMEOUT, pause: Pause = asyncio.sleep
    ) -> None:
        client = httpx2.AsyncClient(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=timeout, follow_redirects=False
        )
        self._calls = Calls(self.name, client, waits=_wait, pause=pause)
        self._page: str | None = None

    async def aclose(self) -> None:
        await self._calls.aclose()

    @understood
    async def deal(self, id: str, *, properties: Collection[str]) -> Mapping[str, Any]:
        """The deal alone as it is now: one call.

        Raises NotFound for a deal that is not there (any more), Refused, NotReachable.
        """
        wanted = ",".join(dict.fromkeys([*ALWAYS, *properties]))
        found = await self._get(f"/crm/v3/objects/deals/{quote(id, safe='')}", {"properties": wanted})
        became = int(found["id"])
        if str(became) != id:
            # Under the id of a deal that was merged HubSpot shows the one that it has become.
            raise NotFound(f"deal {id} has become another one")
        return {"deal": {"id": id, "properties": dict(found.get("properties") or {})}}

    @understood
    async def in_full(self, record: Mapping[str, Any], *, properties: Collection[str]) -> Mapping[str, Any]:
        """The same with its primary company, contacts, owner and page: the record of docs/mapping.md."""
        id: str = record["deal"]["id"]
        page = await self._page_of_deals()
        return {
            **record,
            "company": await self._company(id, properties),
            "contacts": await self._contacts(id, properties),
            "owner": await self._owner(record["deal"]["properties"].get("hubspot_owner_id")),
            "url": f"{page}{id}" if page else None,
        }

    @understood
    async def closed_since(
        self, changed: datetime, *, closed: datetime, stages: Collection[str], after: str | None = None
    ) -> DealPage:
        """Deals in one of those stages that closed and were changed since those moments. Raises Refused, NotReachable.

        HubSpot's search runs some seconds behind.
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
        found = await self._post("/crm/v3/objects/deals/search", asked)
        if offset and _after(found) == offset:
            raise NotReachable("a search gives the same page again and again: is DAY90_HUBSPOT_API right?")
        deals = tuple(FoundDeal(id=str(deal["id"]), changed_at=_changed(deal)) for deal in found.get("results", ()))
        return DealPage(deals=deals, after=_next_of_search(found, deals, since=since))

    async def write(self, id: str, properties: Mapping[str, str]) -> None:
        """Set properties of the deal. Raises NotFound, Refused naming what HubSpot does not take, NotReachable."""
        address = f"/crm/v3/objects/deals/{quote(id, safe='')}"
        await self._call("PATCH", address, json={"properties": dict(properties)}, names=tuple(properties))

    async def _company(self, deal: str, properties: Collection[str]) -> Mapping[str, Any] | None:
        """The primary company, else the first; None where the deal has none."""
        linked = await self._associated(deal, "companies")
        if not linked:
            return None
        primary = [to for to, kinds, _ in linked if PRIMARY in kinds]
        found = await self._records("companies", [(primary or [linked[0][0]])[0]], properties)
        return found[0] if found else None

    async def _contacts(self, deal: str, properties: Collection[str]) -> Sequence[Mapping[str, Any]]:
        linked = (await self._associated(deal, "contacts"))[:MOST_CONTACTS]
        labels = {to: list(said) for to, _, said in linked}
        found = await self._records("contacts", list(labels), properties)
        return [{**contact, "labels": labels.get(contact["id"], [])} for contact in found]

    async def _associated(self, deal: str, what: str) -> list[tuple[str, set[int], tuple[str, ...]]]:
        """Id, types and labels of each association, page by page."""
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
        """In the order of the ids; what was deleted meanwhile is left out."""
        found: dict[str, dict[str, Any]] = {}
        for first in range(0, len(ids), BATCH):
            inputs = [{"id": id} for id in ids[first : first + BATCH]]
            asked = {"properties": sorted(properties), "inputs": inputs}
            answer = await self._post(f"/crm/v3/objects/{what}/batch/read", asked)
            for record in answer.get("results", ()):
                found[str(record["id"])] = {"id": str(record["id"]), "properties": record.get("properties") or {}}
        return [found[id] for id in ids if id in found]

    async def _owner(self, id: str | None) -> Mapping[str, Any] | None:
        """Who owns the deal; somebody who has left is archived, and was the seller all the same."""
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
        """What the addresses of deals in HubSpot begin with; asked until it is known.

        Empty where something between, like a gateway that passes /crm alone, or a missing scope keeps it from us: no
        deal waits for the sake of a link. Raises NotReachable for what passes by itself, and for a wrong token.
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
            self._page = f"https://{host}/contacts/{account['portalId']}/record/0-3/"
        return self._page

    async def _get(self, path: str, query: Mapping[str, str]) -> Any:
        return await self._call("GET", path, params=dict(query))

    async def _post(self, path: str, asked: Mapping[str, Any]) -> Any:
        return await self._call("POST", path, json=dict(asked))

    async def _call(self, method: str, path: str, *, names: Collection[str] = (), **asked: Any) -> Any:
        """The JSON of the answer. `names` are what is written."""
        return _read(await self._calls(method, path, **asked), names)


def _read(answer: httpx2.Response, names: Collection[str] = ()) -> Any:
    """What it says. Raises what the status stands for; of HubSpot's words only those that name no data."""
    raise_if_away(HubSpot.name, answer)
    status, said = answer.status_code, json_of(answer)
    category = str(said.get("category", "")) if isinstance(said, dict) else ""
    if status == 401:
        # Not refused: everything waits until the operator has mended the token, and then goes on.
        raise NotReachable(WRONG_TOKEN)
    if status == 403:
        raise NotReachable(f"the HubSpot app may not do that: it needs more scopes{_scopes(said)}")
    # A page of a proxy, or of a wrong address: who takes it for HubSpot never looks at that deal again.
    raise_if_astray(HubSpot.name, answer, own=_is_own(said), setting="DAY90_HUBSPOT_API")
    if status == 404:
        raise NotFound("HubSpot has no such record")
    if status == 400 and (reason := _not_taken(said, names)):
        raise Refused(reason, field="crm")
    if status >= 300:
        raise Refused(f"HubSpot refuses the request: {status} {category}".strip(), field="crm")
    if not isinstance(said, dict):
        raise NotReachable("HubSpot answers something else than JSON: is DAY90_HUBSPOT_API right?")
    return said


def _is_own(said: Any) -> bool:
    """Whether it is an error as HubSpot words them: gateways answer in JSON, too."""
    return isinstance(said, dict) and (said.get("status") == "error" or not OF_ERRORS.isdisjoint(said))


def _not_taken(said: Any, names: Collection[str]) -> str:
    """Which of the properties that we write HubSpot does not have, or not of that kind; of its words, our own names."""
    message = json.dumps(said)
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


def _scopes(said: Any) -> str:
    """Those that HubSpot names in an error of the category MISSING_SCOPES."""
    try:
        named = said["errors"][0]["context"]["requiredGranularScopes"]
        return f" ({', '.join(str(scope) for scope in named)})"
    except (LookupError, TypeError):
        return ""


def _wait(answer: httpx2.Response) -> float | None:
    """Seconds that HubSpot asks us to wait; None when it does not."""
    return asked_to_wait(answer) if answer.status_code == 429 else None


def _after(page: Mapping[str, Any]) -> str | None:
    following = (page.get("paging") or {}).get("next") or {}
    return str(following["after"]) if following.get("after") else None


def _next_of_search(found: Mapping[str, Any], deals: Sequence[FoundDeal], *, since: str) -> str | None:
    """`since/offset`: where the search ends, another begins at the last one's change."""
    after = _after(found)
    if after is None or not deals:
        return None
    if not after.isdigit() or int(after) + PER_SEARCH_PAGE <= MOST_FOUND:
        return f"{since}/{after}"
    last = _milliseconds(deals[-1].changed_at)
    # More than a search holds, all changed in the same millisecond: an import, of which the webhooks tell, too.
    return f"{last}/0" if last != since else None


def _changed(deal: Mapping[str, Any]) -> datetime:
    said = deal.get("updatedAt") or (deal.get("properties") or {}).get("hs_lastmodifieddate")
    return datetime.fromisoformat(str(said))


def _milliseconds(at: datetime) -> str:
    return str((at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))
