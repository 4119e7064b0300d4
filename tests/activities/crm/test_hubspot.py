"""What HubSpot's API says becomes the record of the mapping guide, or a trouble that names who must act."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from activities.crm.hubspot import HubSpot
from domain.refusal import Refused
from domain.trouble import NotFound, NotReachable
from playbooks.mappings.files import HUBSPOT, MappingFile
from tests.support import hubspot
from tests.support.hubspot import INVALID, MISSING_SCOPES, RATE_LIMITED, TOKEN, Account
from tests.support.servers import free_port

account = hubspot.account
PROPERTIES = MappingFile(HUBSPOT).properties()
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Pauses:
    """Records how long was waited, without waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
async def crm(account: Account, pauses: Pauses) -> AsyncIterator[HubSpot]:
    made = HubSpot(account.address, TOKEN, timeout=httpx2.Timeout(0.5), pause=pauses)
    yield made
    await made.aclose()


async def in_full(crm: HubSpot, id: str = "4711") -> Any:
    return await crm.in_full(await crm.deal(id, properties=PROPERTIES), properties=PROPERTIES)


async def test_a_deal_is_read_with_whatever_belongs_to_it(crm: HubSpot, account: Account) -> None:
    """Its primary company, its contacts with their labels, its owner, the page of it, and the account's currency."""
    record = await in_full(crm)

    assert "closedwon" == record["deal"]["properties"]["dealstage"]
    assert ("8102", "Germany") == (record["company"]["id"], record["company"]["properties"]["country"])
    assert [("511", ["Project lead"]), ("512", []), ("513", [])] == [
        (contact["id"], contact["labels"]) for contact in record["contacts"]
    ]
    assert "nina.hart@vendor.example" == record["owner"]["email"]
    assert "https://app.hubspot.com/contacts/62515/record/0-3/4711" == record["url"]
    assert "USD" == record["home_currency"]


async def test_the_record_maps_to_a_deal_file(crm: HubSpot) -> None:
    deal = MappingFile(HUBSPOT).deal(await in_full(crm))

    assert ("hubspot", "4711", "DE") == (deal.source, deal.id, deal.account.country)
    assert {"Stefan Vogel": "project_lead", "Katharina": "champion"} == {
        person.name: person.role for person in deal.stakeholders
    }


async def test_only_what_the_mapping_reads_is_asked_for(crm: HubSpot, account: Account) -> None:
    """Of the deal alone, it is one call."""
    account.change("4711", internal_margin="12")

    record = await crm.deal("4711", properties=PROPERTIES)

    assert "internal_margin" not in record["deal"]["properties"]
    assert ["GET /crm/v3/objects/deals/4711"] == account.calls


async def test_a_deal_of_nobody_with_nobody_is_read_too(crm: HubSpot, account: Account) -> None:
    """What to make of it is the mapping's matter."""
    account.linked.clear()
    account.change("4711", hubspot_owner_id=None)

    record = await in_full(crm)

    assert (None, [], None) == (record["company"], record["contacts"], record["owner"])


async def test_a_seller_who_has_left_is_the_seller_all_the_same(crm: HubSpot, account: Account) -> None:
    account.owners["77"]["archived"] = True

    assert "Hart" == (await in_full(crm))["owner"]["lastName"]


async def test_many_contacts_come_in_pages_and_batches(crm: HubSpot, account: Account) -> None:
    """A contact who was deleted meanwhile is left out."""
    account.largest_page = 70
    account.contacts = {str(number): {"email": f"p{number}@lindenau.example"} for number in range(1000, 1150)}
    plain = {"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}
    ids = [*account.contacts, "7"]
    account.linked["4711", "contacts"] = [{"toObjectId": int(id), "associationTypes": [plain]} for id in ids]

    record = await in_full(crm)

    assert list(account.contacts) == [contact["id"] for contact in record["contacts"]]
    assert 2 == account.calls.count("POST /crm/v3/objects/contacts/batch/read")


ENDLESS = {"results": [], "paging": {"next": {"after": "MQ"}}}


async def test_a_contact_that_is_linked_twice_has_the_labels_of_both(crm: HubSpot, account: Account) -> None:
    """Associations of one contact may come in several entries."""
    label = {"category": "USER_DEFINED", "typeId": 30, "label": "Champion"}
    account.linked["4711", "contacts"].append({"toObjectId": 511, "associationTypes": [label]})

    contact = next(one for one in (await in_full(crm))["contacts"] if one["id"] == "511")

    assert ["Project lead", "Champion"] == contact["labels"]


async def test_pages_that_never_end_are_a_trouble_with_a_name(crm: HubSpot, account: Account) -> None:
    """A stand-in that repeats its cursor, of what belongs to a deal and of closed deals alike."""
    record = await crm.deal("4711", properties=PROPERTIES)
    await crm.in_full(record, properties=PROPERTIES)
    account.first = [(200, {}, ENDLESS) for _ in range(1000)]

    with pytest.raises(NotReachable, match="come to no end"):
        await crm.in_full(record, properties=PROPERTIES)
    assert len(account.first) > 900
    with pytest.raises(NotReachable, match="same page again"):
        await crm.closed_since(LONG_AGO, closed=LONG_AGO, stages=["closedwon"], after="0/MQ")


async def test_closed_deals_are_found_page_by_page(crm: HubSpot, account: Account) -> None:
    """Only deals in the stages asked for that changed since then are found, the longest unchanged first."""
    account.largest_page = 2
    for number in range(5):
        account.close_deal(f"50{number}", hs_lastmodifieddate=f"2026-11-05T10:0{number}:00.000Z")
    account.close_deal("600", stage="closedlost")
    account.close_deal("601", hs_lastmodifieddate="2026-11-04T10:00:00.000Z")
    since = datetime(2026, 11, 5, tzinfo=UTC)

    ids, after = list[str](), None
    while True:
        page = await crm.closed_since(since, closed=LONG_AGO, stages=["closedwon"], after=after)
        ids += [deal.id for deal in page.deals]
        after = page.after
        if after is None:
            break

    assert [f"50{number}" for number in range(5)] == ids[:5]
    assert {"600", "601"}.isdisjoint(ids)


async def test_more_than_a_search_holds_is_found_by_another_search(
    crm: HubSpot, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HubSpot ends each at 10,000; the next one begins at the change of the last deal."""
    monkeypatch.setattr("activities.crm.hubspot.MOST_FOUND", 6)
    monkeypatch.setattr("activities.crm.hubspot.PER_SEARCH_PAGE", 2)
    del account.deals["4711"]
    for number in range(11):
        account.close_deal(f"5{number:02}", hs_lastmodifieddate=f"2026-11-05T10:{number:02}:00.000Z")

    ids, after = list[str](), None
    while True:
        page = await crm.closed_since(LONG_AGO, closed=LONG_AGO, stages=["closedwon"], after=after)
        ids += [deal.id for deal in page.deals]
        after = page.after
        if after is None:
            break

    assert sorted(account.deals) == sorted(set(ids))
    assert all(int(asked.get("after", 0)) < 6 for asked in account.searched)


async def test_properties_are_written(crm: HubSpot, account: Account) -> None:
    await crm.write("4711", {"onboarding_status": "on_track"})

    assert [("4711", {"onboarding_status": "on_track"})] == account.wrote


async def test_properties_that_hubspot_does_not_have_are_named_with_what_to_do(crm: HubSpot, account: Account) -> None:
    """Whoever sees it can create them; nothing of it was written."""
    account.lacks = {"day90_stage", "day90_link"}

    with pytest.raises(Refused, match="no property day90_stage, day90_link of deals: create it") as refusal:
        await crm.write("4711", {"day90_stage": "Kickoff", "day90_status": "on track", "day90_link": "https://x"})

    assert "write_back in the mapping file" in refusal.value.reason
    assert [] == account.wrote


@pytest.mark.parametrize("embedded", [True, False])
async def test_a_property_of_the_wrong_kind_is_named(crm: HubSpot, account: Account, embedded: bool) -> None:
    """In both shapes in which HubSpot says so; what was written is not repeated."""
    results = [{"isValid": False, "message": "x was not one of", "error": "INVALID_OPTION", "name": "day90_status"}]
    error: dict[str, Any] = {
        "status": "error",
        "message": "Property values were not valid",
        "validationResults": results,
    }
    if embedded:
        error = {"status": "error", "message": f"Property values were not valid: {json.dumps(results)}"}
    account.first = [(400, {}, error)]

    with pytest.raises(Refused, match="does not take what we write into day90_status") as refusal:
        await crm.write("4711", {"day90_stage": "Kickoff", "day90_status": "secret"})

    assert "secret" not in refusal.value.reason


# ------------------------------------------------------------------------------------------------ troubles


async def test_a_short_wait_that_hubspot_asks_for_is_waited(crm: HubSpot, account: Account, pauses: Pauses) -> None:
    account.first = [(429, {"Retry-After": "3"}, RATE_LIMITED), (429, {}, RATE_LIMITED)]

    assert "4711" == (await crm.deal("4711", properties=PROPERTIES))["deal"]["id"]
    assert [3.0, 1.0] == pauses.seconds


@pytest.mark.parametrize("headers", [{"Retry-After": "600"}, {"Retry-After": "soon"}])
async def test_a_long_wait_is_the_receivers(
    headers: dict[str, str], crm: HubSpot, account: Account, pauses: Pauses
) -> None:
    """It tries again later; others' deliveries are not held up meanwhile."""
    account.first = [(429, headers, RATE_LIMITED)] * 5

    with pytest.raises(NotReachable, match="asks to wait"):
        await crm.deal("4711", properties=PROPERTIES)
    assert sum(pauses.seconds) <= 2


TROUBLES: list[tuple[int, Any, type[Exception], str]] = [
    (401, hubspot.UNAUTHENTICATED, NotReachable, "DAY90_HUBSPOT_API_TOKEN needs another"),
    (403, MISSING_SCOPES, NotReachable, "crm.objects.deals.read"),
    (404, hubspot.NOT_FOUND, NotFound, "no such record"),
    (404, b"<html>Not found</html>", NotReachable, "DAY90_HUBSPOT_API"),
    (400, INVALID, Refused, "400 VALIDATION_ERROR"),
    (500, {"status": "error"}, NotReachable, "answers 500"),
    (502, b"<html>Bad gateway</html>", NotReachable, "answers 502"),
    (200, b"<html>welcome</html>", NotReachable, "DAY90_HUBSPOT_API"),
    (409, {"status": "error", "category": "CONFLICT"}, Refused, "409 CONFLICT"),
    *((status, b"", NotReachable, f"{status} does not speak as HubSpot") for status in (301, 302, 400, 405, 414, 431)),
    (400, b"<html>Bad request</html>", NotReachable, "DAY90_HUBSPOT_API"),
    (400, {"message": "Bad Request"}, NotReachable, "400 does not speak as HubSpot"),
    (404, {"message": "no route matched"}, NotReachable, "404 does not speak as HubSpot"),
    (405, {"status": "error", "message": "HTTP 405 Method Not Allowed"}, NotReachable, "as we make it: 405"),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=[f"{status}" for status, *_ in TROUBLES])
async def test_each_trouble_says_who_must_act(
    trouble: tuple[int, Any, type[Exception], str], crm: HubSpot, account: Account
) -> None:
    """Nothing that HubSpot said about data is repeated."""
    status, body, kind, words = trouble
    account.first = [(status, {}, body)]

    with pytest.raises(kind, match=words) as raised:
        await crm.deal("4711", properties=PROPERTIES)
    assert "Property" not in str(raised.value)
    assert TOKEN not in str(raised.value)


NO_PAGE: list[tuple[int, Any]] = [
    *((status, b"<html>no</html>") for status in (200, 302, 400, 403, 404, 405, 414)),
    (403, MISSING_SCOPES),
    (404, hubspot.NOT_FOUND),
    (405, {"status": "error", "message": "HTTP 405 Method Not Allowed"}),
    (200, {}),
    (204, b""),
]


@pytest.mark.parametrize("answer", NO_PAGE, ids=[f"{status}" for status, _ in NO_PAGE])
async def test_no_deal_waits_for_its_link(answer: tuple[int, Any], crm: HubSpot, account: Account) -> None:
    """A gateway may pass /crm alone. The link comes once its address can be asked."""
    record = await crm.deal("4711", properties=PROPERTIES)
    account.first = [(answer[0], {}, answer[1])]

    without = await crm.in_full(record, properties=PROPERTIES)

    assert (None, None) == (without["url"], without["home_currency"])
    assert "nina.hart@vendor.example" == without["owner"]["email"]
    assert (await in_full(crm))["url"].endswith("/4711")


@pytest.mark.parametrize("status", [401, 408, 429, 502])
async def test_a_link_is_waited_for_while_hubspot_is_away(status: int, crm: HubSpot, account: Account) -> None:
    record = await crm.deal("4711", properties=PROPERTIES)
    account.first = [(status, {"Retry-After": "600"}, {"status": "error"})]

    with pytest.raises(NotReachable):
        await crm.in_full(record, properties=PROPERTIES)


async def test_a_deal_that_has_become_another_is_not_there_any_more(crm: HubSpot, account: Account) -> None:
    """After a merge HubSpot shows the other one under the old id, and that must not pass for this one."""
    account.first = [(200, {}, {"id": "5000", "properties": {"dealstage": "closedwon"}})]

    with pytest.raises(NotFound, match="become another"):
        await crm.deal("4711", properties=PROPERTIES)


@pytest.mark.parametrize(
    "body",
    [{}, {"id": None}, {"results": [{}]}, {"results": [1]}, {"results": None}, {"id": "4711", "properties": [1]}],
)
async def test_an_answer_in_another_shape_is_no_crash(body: Any, crm: HubSpot, account: Account) -> None:
    """A proxy's, or that of a HubSpot to come: the delivery waits, and says so."""
    for ask in (
        lambda: in_full(crm),
        lambda: crm.closed_since(LONG_AGO, closed=LONG_AGO, stages=["closedwon"]),
    ):
        account.first = [(200, {}, body)] * 10
        with suppress(NotReachable):
            await ask()


async def test_a_hubspot_that_is_away_or_silent_is_tried_again(crm: HubSpot, account: Account) -> None:
    account.silent_for = 1.0
    with pytest.raises(NotReachable, match="in time"):
        await crm.deal("4711", properties=PROPERTIES)

    nobody = HubSpot(f"http://127.0.0.1:{free_port()}", TOKEN)
    with pytest.raises(NotReachable, match="cannot be reached"):
        await nobody.closed_since(datetime.now(UTC) - timedelta(days=1), closed=LONG_AGO, stages=["closedwon"])
    await nobody.aclose()
