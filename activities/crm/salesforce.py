"""How are deals read from Salesforce and written to? By its REST API, as the user of an app with client credentials."""

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import httpx2

from activities.crm import soql
from activities.crm.calls import TIMEOUT, Calls, Pause, authorities, understood
from activities.crm.salesforce_troubles import (
    NAME,
    NoSuchField,
    answer_in,
    raise_if_not_written,
    token_in,
    unseen,
    wait_of,
)
from domain.crm import DealPage, FoundDeal
from domain.refusal import Refused
from domain.trouble import NotFound, NotReachable

VERSION = "v64.0"
"""The API of Summer '25: all organisations have it, and Salesforce keeps a version for three years at least."""
API = f"/services/data/{VERSION}"
MOST_PAGES = 500
"""Pages of one search, of up to 2,000 deals: no outage lets more close, and a search without an end is an error."""
PAGE = re.compile(r"/services/data/v\d{1,3}\.\d/query/[A-Za-z0-9]{1,64}-\d{1,9}")
"""The address of a next page. No other is called, since our token goes along."""


class Salesforce:
    """Reads and writes opportunities of a Salesforce organisation. May be shared by tasks of one event loop.

    `address` is the organisation's My Domain. The token is fetched with the first call, reused, and renewed when it is
    no longer taken: Salesforce does not say for how long it is valid.
    """

    name = NAME

    def __init__(
        self,
        address: str,
        client_id: str,
        client_secret: str,
        *,
        timeout: httpx2.Timeout = TIMEOUT,
        pause: Pause = asyncio.sleep,
    ) -> None:
        client = httpx2.AsyncClient(base_url=address, verify=authorities(), timeout=timeout, follow_redirects=False)
        self._calls = Calls(self.name, client, waits=wait_of, pause=pause)
        self._address = address
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._token: str | None = None
        self._fetching = asyncio.Lock()

    async def aclose(self) -> None:
        await self._calls.aclose()

    @understood
    async def deal(self, id: str, *, properties: Collection[str]) -> Mapping[str, Any]:
        """The opportunity alone, as it is now: one call, and another for each field that the organisation lacks.

        Raises NotFound for one that was deleted, Refused for one that our user does not see, NotReachable.
        """
        soql.all_of_parts(properties)
        wanted: Sequence[str] = [name for name in properties if name.startswith("Opportunity.")]
        while True:
            try:
                answer = await self._ask(soql.of_deal(id, wanted), deleted_too=True)
                break
            except NoSuchField as lacking:
                wanted = _left(wanted, lacking)
        if answer["totalSize"] == 0:
            raise Refused(unseen(), field="Opportunity.Id")
        [opportunity] = answer["records"]
        if opportunity["IsDeleted"]:
            raise NotFound(f"opportunity {id} was deleted")
        return {"Opportunity": _plain(opportunity)}

    def absorbed(self, record: Mapping[str, Any]) -> Collection[str]:  # noqa: ARG002  # the port asks of a record
        """Nothing: Salesforce merges accounts and contacts, and no opportunities."""
        return ()

    def closed_as(self, record: Mapping[str, Any]) -> Literal["won", "lost"] | None:
        """By the type of the opportunity's stage, whatever the stage is called."""
        opportunity = record["Opportunity"]
        if opportunity.get("IsWon") is True:
            return "won"
        return "lost" if opportunity.get("IsClosed") is True and opportunity.get("IsWon") is False else None

    async def other_account(self, body: Any) -> str:  # noqa: ARG002  # the port asks of a body
        """None: what an id names is looked up in our organisation, and ids of two organisations differ."""
        return ""

    @understood
    async def in_full(self, record: Mapping[str, Any], *, properties: Collection[str]) -> Mapping[str, Any]:
        """The record with the opportunity's account, contacts, owner and page, in the shape of docs/mapping.md.

        Raises Refused, NotReachable.
        """
        id: str = record["Opportunity"]["Id"]
        wanted: Sequence[str] = [name for name in properties if not name.startswith("Opportunity.")]
        while True:
            try:
                answer = await self._ask(soql.of_what_belongs_to_it(id, wanted))
                break
            except NoSuchField as lacking:
                wanted = _left(wanted, lacking)
        if answer["totalSize"] == 0:
            raise NotReachable("the opportunity has gone while it was read")
        [belonging] = answer["records"]
        return {
            **record,
            "Account": _plain(belonging.get("Account")),
            "Contacts": _people(await self._all_roles(belonging.get("OpportunityContactRoles"))),
            "Owner": _plain(belonging.get("Owner")),
            "Url": f"{self._address}/{id}",
        }

    @understood
    async def closed_since(
        self, changed: datetime, *, closed: datetime, stages: Collection[str], after: str | None = None
    ) -> DealPage:
        """A page of opportunities in `stages`, closed since `closed` and changed since `changed`.

        The longest unchanged come first. Anything written to an opportunity counts as a change (SystemModstamp); of
        `closed` only the day counts. Raises Refused, NotReachable.
        """
        number, _, address = (after or "0").partition("/")
        if address:
            page = await self._get(f"/{address}")
        else:
            page = await self._ask(soql.of_closed(changed, closed=closed, stages=stages))
        deals = tuple(
            FoundDeal(id=str(row["Id"]), changed_at=datetime.fromisoformat(row["SystemModstamp"]))
            for row in page["records"]
        )
        following = _next_page(page)
        if following is None:
            return DealPage(deals=deals)
        if int(number) + 1 >= MOST_PAGES:
            raise NotReachable(f"Salesforce's search does not end after {MOST_PAGES} pages")
        return DealPage(deals=deals, after=f"{int(number) + 1}{following}")

    @understood
    async def write(self, id: str, properties: Mapping[str, str]) -> None:
        """Set fields of the opportunity. Raises NotFound, Refused saying what a person has to do, NotReachable."""
        if not soql.ID.fullmatch(id):
            raise NotFound(f"{id} is no id of an opportunity")
        answer = await self._call("PATCH", f"{API}/sobjects/Opportunity/{id}", json=dict(properties))
        raise_if_not_written(answer, properties)

    async def _all_roles(self, page: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
        """The contact roles of a query: those of its own answer and, where that was cut, of the pages after it."""
        roles: list[Mapping[str, Any]] = []
        while page is not None:
            roles += page["records"]
            following = _next_page(page)
            if following is None or not page["records"] or len(roles) >= soql.MOST_CONTACTS:
                break
            page = await self._get(following)
        return roles[: soql.MOST_CONTACTS]

    async def _ask(self, question: str, *, deleted_too: bool = False) -> Mapping[str, Any]:
        return await self._get(f"{API}/{'queryAll' if deleted_too else 'query'}", params={"q": question})

    async def _get(self, path: str, **asked: Any) -> Mapping[str, Any]:
        return answer_in(await self._call("GET", path, **asked))

    async def _call(self, method: str, path: str, **asked: Any) -> httpx2.Response:
        """The answer to one call with our token; when the token is not taken, it is renewed and the call made again."""
        token = self._token or await self._renewed(None)
        answer = await self._calls(method, path, headers={"Authorization": f"Bearer {token}"}, **asked)
        if answer.status_code != 401:
            return answer
        token = await self._renewed(token)
        return await self._calls(method, path, headers={"Authorization": f"Bearer {token}"}, **asked)

    async def _renewed(self, stale: str | None) -> str:
        """A token other than `stale`. Of tasks that find it stale at the same time, one fetches the new one."""
        async with self._fetching:
            if self._token is None or self._token == stale:
                self._token = None
                form = {"grant_type": "client_credentials", **self._credentials}
                self._token = token_in(await self._calls("POST", "/services/oauth2/token", data=form))
            return self._token


def _left(wanted: Sequence[str], lacking: NoSuchField) -> Sequence[str]:
    """The fields that can still be asked for. Raises NoSuchField when the missing one should be there."""
    left = soql.without(wanted, lacking.field, of=lacking.of)
    if left is None:
        raise lacking
    return left


def _next_page(page: Mapping[str, Any]) -> str | None:
    if page["done"]:
        return None
    address = str(page["nextRecordsUrl"])
    if not PAGE.fullmatch(address):
        raise NotReachable("Salesforce names a next page in a shape that we do not know")
    return address


def _people(roles: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each contact once, with its role or list of roles; contacts that our user may not see are left out."""
    people: dict[str, dict[str, Any]] = {}
    named: dict[str, list[str]] = {}
    for role in roles:
        contact = _plain(role.get("Contact"))
        if contact is None:
            continue
        id = str(contact["Id"])
        people.setdefault(id, {**contact, **({"IsPrimary": role["IsPrimary"]} if "IsPrimary" in role else {})})
        named.setdefault(id, []).extend([role["Role"]] if role.get("Role") else [])
    return [{**person, "Role": _one_or_all(named[id])} for id, person in people.items()]


def _one_or_all(roles: Sequence[str]) -> str | Sequence[str] | None:
    return roles[0] if len(roles) == 1 else list(roles) or None


def _plain(record: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The record's fields, without what Salesforce says about its type and address."""
    if record is None:
        return None
    return {
        name: _plain(value) if isinstance(value, Mapping) else value
        for name, value in record.items()
        if name != "attributes"
    }
