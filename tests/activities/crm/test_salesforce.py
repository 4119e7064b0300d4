"""What Salesforce's API says becomes the record of the mapping guide, or a trouble that names who must act."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.crm import soql
from activities.crm.salesforce import Salesforce
from activities.ports import Crm
from domain.refusal import Refused
from domain.trouble import NotFound, NotReachable
from playbooks.mappings.files import SALESFORCE, MappingFile
from runtime.settings import Settings
from tests.activities.crm.test_hubspot import Pauses
from tests.support import salesforce
from tests.support.salesforce import (
    CLIENT_ID,
    CLIENT_SECRET,
    DELETED,
    LITERAL,
    LOCKED,
    OPPORTUNITY,
    Organization,
    stamp,
)
from tests.support.servers import free_port
from wiring.crms import salesforce as salesforce_of

organization = salesforce.organization
PROPERTIES = MappingFile(SALESFORCE).properties()
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TOKEN = "POST /services/oauth2/token"


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
async def crm(organization: Organization, pauses: Pauses) -> AsyncIterator[Salesforce]:
    made = Salesforce(organization.address, CLIENT_ID, CLIENT_SECRET, timeout=httpx2.Timeout(0.5), pause=pauses)
    yield made
    await made.aclose()


async def in_full(crm: Crm, *, properties: Any = PROPERTIES) -> Any:
    return await crm.in_full(await crm.deal(OPPORTUNITY, properties=properties), properties=properties)


async def all_closed(crm: Crm, since: datetime = LONG_AGO, *, stages: Any = ("Closed Won",)) -> list[str]:
    ids, after = list[str](), None
    while True:
        page = await crm.closed_since(since, closed=LONG_AGO, stages=stages, after=after)
        ids += [deal.id for deal in page.deals]
        after = page.after
        if after is None:
            return ids


# ------------------------------------------------------------------------------------------------ what is read


async def test_an_opportunity_is_read_with_whatever_belongs_to_it(crm: Salesforce, organization: Organization) -> None:
    """Its account, contacts with their roles, the primary one first, its owner, and the page of it."""
    record = await in_full(crm)

    assert ("Closed Won", 24500.0) == (record["Opportunity"]["StageName"], record["Opportunity"]["Amount"])
    assert ("Lindenau Möbel GmbH", "DE") == (record["Account"]["Name"], record["Account"]["BillingCountryCode"])
    assert [("Katharina Roth", "Decision Maker"), ("Stefan Vogel", "Project Lead"), ("Reception Desk", None)] == [
        (contact["Name"], contact["Role"]) for contact in record["Contacts"]
    ]
    assert "nina.hart@vendor.example" == record["Owner"]["Email"]
    assert f"{organization.address}/{OPPORTUNITY}" == record["Url"]


async def test_the_record_maps_to_a_deal_file(crm: Salesforce) -> None:
    deal = MappingFile(SALESFORCE).deal(await in_full(crm))

    assert ("salesforce", OPPORTUNITY, "DE") == (deal.source, deal.id, deal.account.country)
    assert {"Stefan Vogel": "project_lead", "Katharina Roth": "executive_sponsor"} == {
        person.name: person.role for person in deal.stakeholders
    }


@pytest.mark.parametrize("id", [OPPORTUNITY, OPPORTUNITY[:15]])
async def test_both_spellings_of_an_id_find_it_in_one_call(
    id: str, crm: Salesforce, organization: Organization
) -> None:
    """Only the fields that the mapping reads are asked for."""
    record = await crm.deal(id, properties=PROPERTIES)

    assert OPPORTUNITY == record["Opportunity"]["Id"]
    assert [TOKEN, "GET /services/data/v64.0/queryAll"] == organization.calls
    assert "Contract_Type__c" not in organization.asked[0]
    assert "Account" not in organization.asked[0]


async def test_fields_of_your_own_are_asked_for_by_what_the_mapping_reads(
    crm: Salesforce, organization: Organization, tmp_path: Path
) -> None:
    """Of the opportunity, the account, and beyond a relation; in expressions, lists and conditions."""
    file = tmp_path / "our.mapping.yaml"
    file.write_text(
        SALESFORCE.read_text(encoding="utf-8")
        + "  custom.contract_type: Opportunity.Contract_Type__c\n"
        + "  custom.segment: (Account.Segment__c || 'none')\n"
        + "  custom.department: Account.Owner.Department\n"
        + "  custom.primary: sort_by(Contacts[?IsPrimary], &Name)[0].LastName\n",
        encoding="utf-8",
    )
    organization.change(Contract_Type__c="framework")
    organization.records["Account"]["0015g00000LiNd1AAB"]["Segment__c"] = "Enterprise"
    organization.records["User"]["0055g00000NiNa1AAC"]["Department"] = "Sales DACH"
    mapping = MappingFile(file)

    deal = mapping.deal(await in_full(crm, properties=mapping.properties()))

    expected = {"contract_type": "framework", "segment": "Enterprise", "department": "Sales DACH", "primary": "Roth"}
    assert expected == deal.custom


async def test_a_contact_in_several_roles_is_one_person(crm: Salesforce, organization: Organization) -> None:
    """The uppermost in the mapping's table counts."""
    organization.take_part(OPPORTUNITY, "0035g00000StEf1AAD", role="Executive Sponsor")

    record = await in_full(crm)

    assert {"Stefan Vogel": ["Project Lead", "Executive Sponsor"]} == {
        contact["Name"]: contact["Role"] for contact in record["Contacts"] if isinstance(contact["Role"], list)
    }
    roles = {person.name: person.role for person in MappingFile(SALESFORCE).deal(record).stakeholders}
    assert "executive_sponsor" == roles["Stefan Vogel"]


async def test_an_opportunity_of_nobody_with_nobody_is_read_too(crm: Salesforce, organization: Organization) -> None:
    """What to make of it is the mapping's matter; contacts that may not be seen are nobody either."""
    organization.records["Contact"].clear()
    organization.change(AccountId=None)

    record = await in_full(crm)
    assert (None, []) == (record["Account"], record["Contacts"])

    organization.records["OpportunityContactRole"].clear()
    assert [] == (await in_full(crm))["Contacts"]


async def test_country_codes_that_an_organisation_does_not_have_are_left_out(
    crm: Salesforce, organization: Organization
) -> None:
    """Without state and country picklists there are none, and the country stands in words beside them."""
    organization.lacks = {"Account.BillingCountryCode", "Account.BillingStateCode", "Opportunity.CurrencyIsoCode"}

    deal = MappingFile(SALESFORCE).deal(await in_full(crm))

    assert "DE" == deal.account.country


@pytest.mark.parametrize("lacking", ["Opportunity.Amount", "Account.Name", "Contact.Title"])
async def test_any_other_field_that_is_missing_is_named_with_what_to_do(
    lacking: str, crm: Salesforce, organization: Organization
) -> None:
    """An amount that is not shown to us would choose another playbook."""
    organization.lacks = {lacking}
    of, _, field = lacking.partition(".")

    with pytest.raises(NotReachable, match=f"no field {field} of {of}, or does not show it"):
        await in_full(crm)


async def test_a_field_of_nobody_is_not_passed_over(crm: Salesforce, organization: Organization) -> None:
    """In `properties` of a mapping each stands with what it is a field of."""
    with pytest.raises(NotReachable, match=r"asks for Segment__c: say of what, like Opportunity\.Segment__c"):
        await crm.deal(OPPORTUNITY, properties=[*PROPERTIES, "Segment__c"])

    assert [] == organization.calls


async def test_a_relation_that_is_missing_is_named(crm: Salesforce) -> None:
    with pytest.raises(NotReachable, match="no field Partner__r of that object"):
        await crm.deal(OPPORTUNITY, properties=["Opportunity.Partner__r.Name"])


async def test_a_deleted_opportunity_is_not_there(crm: Salesforce, organization: Organization) -> None:
    organization.change(IsDeleted=True)

    with pytest.raises(NotFound):
        await crm.deal(OPPORTUNITY, properties=PROPERTIES)


async def test_one_that_our_user_may_not_see_is_not_taken_for_deleted(
    crm: Salesforce, organization: Organization
) -> None:
    """Its delivery would be settled as done, and a won deal would start nothing."""
    organization.opportunities.clear()

    with pytest.raises(Refused, match="give it View All"):
        await crm.deal(OPPORTUNITY, properties=PROPERTIES)


@pytest.mark.parametrize(
    "id", ["", "006", "x' OR Name LIKE '%", "006Qy00000Bx7L'", "00é6Qy00000Bx7L", f"{OPPORTUNITY}A"]
)
async def test_what_is_no_id_never_comes_into_a_question(id: str, crm: Salesforce, organization: Organization) -> None:
    with pytest.raises(Refused, match="15 or 18"):
        await crm.deal(id, properties=PROPERTIES)
    with pytest.raises(NotFound):
        await crm.write(id, {"Day90_Stage__c": "Kickoff"})

    assert [] == organization.asked


@pytest.mark.parametrize("name", ["Id FROM User --", "A,B", "(SELECT Id FROM Cases)", "", "1a", "a" * 90])
async def test_what_is_no_field_never_comes_into_a_question(
    name: str, crm: Salesforce, organization: Organization
) -> None:
    """The mapping may name anything: JMESPath takes any text between double quotes."""
    for part in ("Opportunity", "Account", "Contacts"):
        with pytest.raises(NotReachable, match=f"the mapping file reads {part}"):
            await in_full(crm, properties=[f"{part}.{name}"])

    assert not [asked for asked in organization.asked if "User" in asked or "Cases" in asked]


@given(st.text(max_size=40))
def test_a_text_never_ends_its_quotes(text: str) -> None:
    """Read back by the signs that SOQL escapes, it is what it was."""
    written = soql.text_in_soql(text)

    assert re.fullmatch(LITERAL, written, re.DOTALL)
    signs = {"n": "\n", "r": "\r", "t": "\t"}
    assert text == re.sub(r"\\(.)", lambda match: signs.get(match[1], match[1]), written[1:-1], flags=re.DOTALL)


@pytest.mark.parametrize("stage", ["Won't fix", "back\\slash", "') OR (Id != '"])
async def test_a_stage_may_be_called_anything(stage: str, crm: Salesforce, organization: Organization) -> None:
    organization.change(StageName=stage)

    assert [OPPORTUNITY] == await all_closed(crm, stages=[stage])


async def test_many_contacts_come_in_pages_and_no_more_than_a_deal_file_holds(
    crm: Salesforce, organization: Organization
) -> None:
    """Salesforce cuts lists within an answer, too."""
    organization.page_size = 70
    for number in range(250):
        id = f"0035g00000{number:05}AAA"
        organization.records["Contact"][id] = {"Name": f"P{number}", "Email": f"p{number}@lindenau.example"}
        organization.take_part(OPPORTUNITY, id, role=None)

    record = await in_full(crm)

    assert soql.MOST_CONTACTS == len(record["Contacts"])
    assert 2 == len([call for call in organization.calls if "/query/" in call])


# ------------------------------------------------------------------------------------------------ what is found


async def test_closed_deals_are_found_page_by_page(crm: Salesforce, organization: Organization) -> None:
    """Those in the stages asked for that changed since then, the longest unchanged first."""
    organization.page_size = 2
    ids = [f"006Qy0000000{number:03}IAA" for number in range(5)]
    for number, id in enumerate(ids):
        organization.close_deal(id, SystemModstamp=f"2026-11-05T10:0{number}:00.000+0000")
    organization.close_deal("006Qy0000000600IAA", stage="Closed Lost")
    organization.close_deal("006Qy0000000601IAA", SystemModstamp="2026-11-04T10:00:00.000+0000")

    closed = await all_closed(crm, datetime(2026, 11, 5, tzinfo=UTC))

    assert [*ids, OPPORTUNITY] == closed


async def test_a_day_of_closing_counts_wherever_it_was_that_day(crm: Salesforce, organization: Organization) -> None:
    """It has no hour: at two in the morning in UTC it is still yesterday in America."""
    at = datetime(2026, 11, 5, 2, tzinfo=UTC)
    organization.change(CloseDate="2026-11-04")
    organization.close_deal("006Qy0000000601IAA", CloseDate="2026-11-03")

    page = await crm.closed_since(LONG_AGO, closed=at, stages=["Closed Won"])

    assert [OPPORTUNITY] == [deal.id for deal in page.deals]


async def test_a_search_that_never_ends_is_given_up(
    crm: Salesforce, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark of the last look stays where it was."""
    monkeypatch.setattr("activities.crm.salesforce.MOST_PAGES", 3)
    organization.page_size = 1
    for number in range(4):
        organization.close_deal(f"006Qy0000000{number:03}IAA")

    with pytest.raises(NotReachable, match="does not end after 3 pages"):
        await all_closed(crm)


@pytest.mark.parametrize(
    "address", ["https://evil.example/services/data/v64.0/query/01g-1", "/services/../x", "", None]
)
async def test_no_other_address_is_called_as_a_next_page(
    address: Any, crm: Salesforce, organization: Organization
) -> None:
    """Our token would go along."""
    await crm.deal(OPPORTUNITY, properties=PROPERTIES)
    organization.first = [(200, {}, {"totalSize": 2, "done": False, "records": [], "nextRecordsUrl": address})]

    with pytest.raises(NotReachable, match="in a shape that we do not know"):
        await crm.closed_since(LONG_AGO, closed=LONG_AGO, stages=["Closed Won"])


async def test_a_search_that_has_gone_stale_is_begun_again_later(crm: Salesforce, organization: Organization) -> None:
    organization.page_size = 1
    organization.close_deal("006Qy0000000001IAA")
    first = await crm.closed_since(LONG_AGO, closed=LONG_AGO, stages=["Closed Won"])
    organization.cut.clear()

    with pytest.raises(NotReachable, match="gone stale"):
        await crm.closed_since(LONG_AGO, closed=LONG_AGO, stages=["Closed Won"], after=first.after)


# ------------------------------------------------------------------------------------------------ what is written


async def test_fields_are_written(crm: Salesforce, organization: Organization) -> None:
    fields = {"Day90_Stage__c": "Kickoff", "Day90_Go_Live__c": "2027-01-29"}

    await crm.write(OPPORTUNITY, fields)

    assert [(OPPORTUNITY, fields)] == organization.wrote


async def test_fields_that_were_not_created_are_named_with_what_to_do(
    crm: Salesforce, organization: Organization
) -> None:
    """Salesforce tells of the first alone; what was to be written is not repeated."""
    organization.lacks = {"Opportunity.Day90_Link__c"}

    with pytest.raises(Refused, match=r"no field Day90_Link__c of opportunities.* create it there") as refusal:
        await crm.write(OPPORTUNITY, {"Day90_Stage__c": "Kickoff", "Day90_Link__c": "https://secret"})

    assert "secret" not in refusal.value.reason
    assert [] == organization.wrote


def error(code: str, *fields: str, message: str = "It concerns Stefan Vogel.") -> list[dict[str, Any]]:
    return [{"message": message, "errorCode": code, "fields": list(fields)}]


NOT_WRITTEN: list[tuple[int, Any, type[Exception], str]] = [
    (404, DELETED, NotFound, "deleted"),
    (404, salesforce.NOT_FOUND, Refused, "give it View All"),
    (404, b"<html>Not found</html>", NotReachable, "DAY90_SALESFORCE_URL"),
    (400, error("FIELD_CUSTOM_VALIDATION_EXCEPTION"), Refused, "validation rule or trigger .* exempt the user"),
    (400, error("FIELD_CUSTOM_VALIDATION_EXCEPTION", "CloseDate"), Refused, "about CloseDate"),
    (400, error("INVALID_FIELD_FOR_INSERT_UPDATE", "Day90_Stage__c"), Refused, "edit Day90_Stage__c: make the field"),
    (400, error("INVALID_FIELD", message="Field is not there"), Refused, "no field Day90_Stage__c of opportunities"),
    (400, error("STRING_TOO_LONG", "Day90_Link__c"), Refused, r"too long for Day90_Link__c: make it Text\(255\)"),
    (400, error("JSON_PARSER_ERROR"), Refused, "a Date for the"),
    (400, error("CANNOT_EXECUTE_FLOW_TRIGGER"), Refused, "a flow on opportunities fails"),
    (400, error("INSUFFICIENT_ACCESS_OR_READONLY"), Refused, "may not edit this opportunity"),
    (400, error("ENTITY_IS_LOCKED"), Refused, "locked, as during an approval"),
    (400, error("SOMETHING_NEW"), Refused, "refuses the change: 400 SOMETHING_NEW"),
    (400, error("odd code"), Refused, "refuses the change: 400$"),
    (400, LOCKED, NotReachable, "somebody else is changing"),
    (500, LOCKED, NotReachable, "somebody else is changing"),
    (503, error("SERVER_UNAVAILABLE"), NotReachable, "not available"),
    (403, salesforce.LIMIT_EXCEEDED, NotReachable, "limit of API requests"),
    (200, {}, NotReachable, "not answer as documented"),
    *((status, b"", NotReachable, f"{status} does not speak as Salesforce") for status in (302, 400, 403, 414)),
    (405, error("METHOD_NOT_ALLOWED"), NotReachable, "as we make it: 405"),
]


@pytest.mark.parametrize("trouble", NOT_WRITTEN, ids=[f"{status}-{words[:20]}" for status, _, _, words in NOT_WRITTEN])
async def test_what_is_not_written_says_what_an_administrator_should_do(
    trouble: tuple[int, Any, type[Exception], str], crm: Salesforce, organization: Organization
) -> None:
    """And nothing of what Salesforce said about data."""
    await crm.deal(OPPORTUNITY, properties=PROPERTIES)
    status, body, kind, words = trouble
    organization.first = [(status, {}, body)] * 3

    with pytest.raises(kind, match=words) as raised:
        await crm.write(OPPORTUNITY, {"Day90_Stage__c": "Kickoff"})

    assert "Stefan" not in str(raised.value)
    assert "Kickoff" not in str(raised.value)


async def test_a_record_that_somebody_else_is_changing_is_tried_again_at_once(
    crm: Salesforce, organization: Organization, pauses: Pauses
) -> None:
    """Locks last moments."""
    await crm.deal(OPPORTUNITY, properties=PROPERTIES)
    organization.first = [(400, {}, LOCKED)] * 2

    await crm.write(OPPORTUNITY, {"Day90_Stage__c": "Kickoff"})

    assert [1.0, 1.0] == pauses.seconds
    assert 1 == len(organization.wrote)


# ------------------------------------------------------------------------------------------------ troubles


async def test_the_token_is_fetched_once_and_again_when_it_has_expired(
    crm: Salesforce, organization: Organization
) -> None:
    await asyncio.gather(*(crm.deal(OPPORTUNITY, properties=PROPERTIES) for _ in range(5)))
    assert 1 == organization.given

    organization.expire()
    await asyncio.gather(*(crm.deal(OPPORTUNITY, properties=PROPERTIES) for _ in range(5)))
    assert 2 == organization.given


async def test_a_token_that_is_not_taken_although_it_is_new_is_told(
    crm: Salesforce, organization: Organization
) -> None:
    """Once: fetching ever more of them helps nobody."""
    await crm.deal(OPPORTUNITY, properties=PROPERTIES)
    organization.calls.clear()
    fetched = {"access_token": "00D!new"}
    organization.first = [
        (401, {}, salesforce.SESSION_EXPIRED),
        (200, {}, fetched),
        (401, {}, salesforce.SESSION_EXPIRED),
    ]

    with pytest.raises(NotReachable, match="API Enabled"):
        await crm.deal(OPPORTUNITY, properties=PROPERTIES)
    assert 3 == len(organization.calls)


NO_TOKEN: list[tuple[int, Any, str]] = [
    (400, salesforce.WRONG_ID, r"does not know the app \(invalid_client_id\): DAY90_SALESFORCE_CLIENT_ID"),
    (400, salesforce.WRONG_SECRET, r"does not know the app \(invalid_client\)"),
    (400, salesforce.NO_USER, r"gives no token \(invalid_grant\): .* a user to run as"),
    (400, {"error": "Stefan Vogel!"}, "gives no token: the app"),
    (200, {"token_type": "Bearer"}, "gives no token"),
    (200, {"access_token": "é"}, "gives no token"),
    (200, b"<html>Login</html>", "DAY90_SALESFORCE_URL"),
    (302, b"", "DAY90_SALESFORCE_URL"),
    (503, b"", "answers 503"),
]


@pytest.mark.parametrize("trouble", NO_TOKEN, ids=[words[:30] for _, _, words in NO_TOKEN])
async def test_without_a_token_everything_waits_and_says_what_the_app_lacks(
    trouble: tuple[int, Any, str], crm: Salesforce, organization: Organization
) -> None:
    """Mended, it goes on by itself."""
    status, body, words = trouble
    organization.first = [(status, {}, body)]

    with pytest.raises(NotReachable, match=words) as raised:
        await crm.deal(OPPORTUNITY, properties=PROPERTIES)
    assert CLIENT_SECRET not in str(raised.value)
    assert "Stefan" not in str(raised.value)

    assert OPPORTUNITY == (await crm.deal(OPPORTUNITY, properties=PROPERTIES))["Opportunity"]["Id"]


TROUBLES: list[tuple[int, Any, type[Exception], str]] = [
    (403, salesforce.LIMIT_EXCEEDED, NotReachable, "limit of API requests"),
    (403, error("INSUFFICIENT_ACCESS"), NotReachable, "may not do that: INSUFFICIENT_ACCESS"),
    (403, error("API_DISABLED_FOR_ORG"), NotReachable, "API Enabled"),
    (400, salesforce.QUERY_TIMEOUT, NotReachable, "too long"),
    (400, salesforce.NOT_SUPPORTED, NotReachable, "may not read opportunities"),
    (400, error("INVALID_FIELD"), NotReachable, "no field that the mapping file reads"),
    (400, error("MALFORMED_QUERY"), Refused, "400 MALFORMED_QUERY"),
    (404, salesforce.NOT_FOUND, NotReachable, "DAY90_SALESFORCE_URL"),
    (404, b"<html>Not found</html>", NotReachable, "DAY90_SALESFORCE_URL"),
    (429, b"", NotReachable, "asks to wait"),
    (500, error("UNKNOWN_EXCEPTION"), NotReachable, "answers 500"),
    (502, b"<html>Bad gateway</html>", NotReachable, "answers 502"),
    (200, b"<html>welcome</html>", NotReachable, "DAY90_SALESFORCE_URL"),
    *((status, b"", NotReachable, f"{status} does not speak as Salesforce") for status in (301, 302, 400, 403, 413)),
    *((status, b"<html>no</html>", NotReachable, "DAY90_SALESFORCE_URL") for status in (400, 405, 414, 431)),
    (400, {"message": "Bad Request"}, NotReachable, "400 does not speak as Salesforce"),
    (405, error("METHOD_NOT_ALLOWED"), NotReachable, "as we make it: 405"),
    (414, error("URI_TOO_LONG"), NotReachable, "as we make it: 414"),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=[f"{status}-{words[:20]}" for status, _, _, words in TROUBLES])
async def test_each_trouble_says_who_must_act(
    trouble: tuple[int, Any, type[Exception], str], crm: Salesforce, organization: Organization
) -> None:
    """And nothing of what Salesforce said about data."""
    await crm.deal(OPPORTUNITY, properties=PROPERTIES)
    status, body, kind, words = trouble
    organization.first = [(status, {}, body)] * 3

    with pytest.raises(kind, match=words) as raised:
        await crm.deal(OPPORTUNITY, properties=PROPERTIES)
    assert "Stefan" not in str(raised.value)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_short_wait_that_salesforce_asks_for_is_waited(
    status: int, crm: Salesforce, organization: Organization, pauses: Pauses
) -> None:
    organization.first = [(status, {"Retry-After": "3"}, b"")]

    assert OPPORTUNITY == (await crm.deal(OPPORTUNITY, properties=PROPERTIES))["Opportunity"]["Id"]
    assert [3.0] == pauses.seconds


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"records": None},
        {"records": [1]},
        {"records": [{}], "done": True},
        {"records": [{"Id": 1, "SystemModstamp": "yesterday"}], "done": True},
        {"records": [{"Id": 1, "IsDeleted": False, "OpportunityContactRoles": [1]}], "done": True},
        {"records": [{"IsDeleted": False}, {"IsDeleted": False}], "done": True},
    ],
)
async def test_an_answer_in_another_shape_is_no_crash(body: Any, crm: Salesforce, organization: Organization) -> None:
    """A proxy's, or that of a Salesforce to come: the delivery waits, and says so."""
    await crm.deal(OPPORTUNITY, properties=PROPERTIES)
    for ask in (
        lambda: in_full(crm),
        lambda: crm.closed_since(LONG_AGO, closed=LONG_AGO, stages=["Closed Won"]),
    ):
        organization.first = [(200, {}, body)] * 10
        with suppress(NotReachable):
            await ask()


async def test_a_salesforce_that_is_away_or_silent_is_tried_again(crm: Salesforce, organization: Organization) -> None:
    organization.silent_for = 1.0
    with pytest.raises(NotReachable, match="Salesforce does not answer in time"):
        await crm.deal(OPPORTUNITY, properties=PROPERTIES)

    nobody = Salesforce(f"http://127.0.0.1:{free_port()}", CLIENT_ID, CLIENT_SECRET)
    with pytest.raises(NotReachable, match="Salesforce cannot be reached"):
        await nobody.closed_since(datetime.now(UTC) - timedelta(days=1), closed=LONG_AGO, stages=["Closed Won"])
    await nobody.aclose()


def test_a_moment_is_asked_for_in_utc() -> None:
    """The offset of the moment given does not matter."""
    at = datetime.fromisoformat("2026-11-05T09:00:00+09:00")

    assert "SystemModstamp >= 2026-11-05T00:00:00Z" in soql.of_closed(at, closed=at, stages=["Closed Won"])
    assert "2026-11-05T00:00:00.000+0000" == stamp(at)


def test_salesforce_is_asked_where_it_has_an_app_for_us() -> None:
    """Without an app in Salesforce, what it delivers is all that is known."""
    app = {"salesforce_url": "https://vendor.my.salesforce.com", "salesforce_client_id": CLIENT_ID}

    assert salesforce_of(Settings()).crm is None
    assert isinstance(salesforce_of(Settings.model_validate({**app, "salesforce_client_secret": "x"})).crm, Salesforce)
