"""How are deals of Salesforce received? From a Flow as JSON, and from Outbound Messages as a SOAP client sends them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import zeep

from starter.web.app import web_app
from starter.web.intake.outbound_message import ACKNOWLEDGED
from starter.web.intake.salesforce import long
from tests.support.servers import free_port
from tests.support.serving import served
from tests.support.web import Web, problem, web_on

TOKEN = "open-sesame"
ORGANIZATION = "00D5i000000AbCdEAK"
WSDL = str(Path(__file__).resolve().parents[3] / "support" / "outbound_message.wsdl")
OPPORTUNITY = {"Id": "006Qy00000Bx7LmIAJ", "StageName": "Closed Won", "CloseDate": "2026-11-20", "Amount": 120000.0}
soap: Any = zeep
"""zeep has no types."""
XML = {"content-type": "text/xml; charset=utf-8"}
AT = f"/intake/salesforce?token={TOKEN}"


def envelope(*notifications: str, organization: str = ORGANIZATION, before: str = "") -> bytes:
    """A message as Salesforce's guide shows it."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{organization}</OrganizationId><ActionId>04k5i000000TNbdAAG</ActionId>"
        '<SessionId xsi:nil="true"/><EnterpriseUrl>https://x.my.salesforce.com</EnterpriseUrl>'
        f"<PartnerUrl>https://x.my.salesforce.com</PartnerUrl>{''.join(notifications)}"
        "</notifications></soapenv:Body></soapenv:Envelope>"
    ).encode()


def notification(id: str = "04l5i000001hXgYAAU", *, kind: str = "Opportunity", fields: str = "") -> str:
    elements = fields or "<sf:Id>006Qy00000Bx7LmIAJ</sf:Id><sf:StageName>Closed Won</sf:StageName>"
    return (
        f'<Notification><Id>{id}</Id><sObject xsi:type="sf:{kind}"'
        f' xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{elements}</sObject></Notification>'
    )


@asynccontextmanager
async def listening(web: Web) -> AsyncIterator[str]:
    """The web process on a port, for clients that are not asynchronous."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(web_app(web.parts), port=port, log_config=None))
    async with served(server):
        yield f"http://127.0.0.1:{port}"


async def test_a_soap_client_sends_an_outbound_message(tmp_path: Path) -> None:
    """Zeep reads the WSDL, and accepts our answer as the acknowledgement that it promises."""
    async with web_on(tmp_path, salesforce_token=TOKEN) as web, listening(web) as address:

        def send() -> Any:
            client = soap.Client(WSDL)
            service = client.create_service(
                "{http://soap.sforce.com/2005/09/outbound}NotificationBinding", f"{address}{AT}"
            )
            record = client.get_type("{urn:sobject.enterprise.soap.sforce.com}Opportunity")(**OPPORTUNITY)
            one = {"Id": "04l5i000001hXgYAAU", "sObject": record}
            return service.notifications(ORGANIZATION, "04k5i000000TNbdAAG", None, "https://x", "https://x", [one])

        assert await asyncio.to_thread(send) is True

        [delivery] = web.kept
        assert ("salesforce", "opportunity_notified", "salesforce-006Qy00000Bx7LmIAJ") == (
            delivery.source,
            delivery.kind,
            delivery.subject,
        )
        assert "Closed Won" == delivery.body["Opportunity"]["StageName"]


async def test_a_message_of_several_is_kept_whole_and_once(tmp_path: Path) -> None:
    """Salesforce sends again what it thinks was lost, together with what is new."""
    first, second = notification("04l000000000001"), notification("04l000000000002")
    async with web_on(tmp_path, salesforce_token=TOKEN) as web:
        for sent in (envelope(first), envelope(second, first), envelope(first)):
            answer = await web.client.post(AT, content=sent, headers=XML)
            assert (200, ACKNOWLEDGED) == (answer.status_code, answer.text)

        assert ["04l000000000001", "04l000000000002"] == [row.key.partition("/")[0] for row in web.kept]


async def test_other_records_are_acknowledged_and_dropped(tmp_path: Path) -> None:
    """If they were refused, Salesforce would send them for a day."""
    async with web_on(tmp_path, salesforce_token=TOKEN) as web:
        answer = await web.client.post(AT, content=envelope(notification(kind="Case")), headers=XML)

        assert (200, []) == (answer.status_code, web.kept)


async def test_only_our_own_organisation_is_heard(tmp_path: Path) -> None:
    """In either spelling of its id."""
    async with web_on(tmp_path, salesforce_token=TOKEN, salesforce_organizations=ORGANIZATION[:15]) as web:
        ours = await web.client.post(AT, content=envelope(notification()), headers=XML)
        theirs = await web.client.post(
            AT, content=envelope(notification("04l2"), organization="00D000000000001EAA"), headers=XML
        )

        assert (200, 403) == (ours.status_code, problem(theirs)["status"])
        assert 1 == len(web.kept)


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no XML"),
        (b"<a", "no XML"),
        (b"\xff\xfe<", "no XML"),
        (envelope(notification(), before=BOMB), "document type or entities"),
        (envelope(notification(fields="<sf:Id>&x;</sf:Id>"), before=EXTERNAL), "document type or entities"),
        (b"<?xml version='1.0' encoding='bogus'?><a/>", "no XML"),
        (b"<a/>", "no Outbound Message"),
        (envelope(), "there are 0"),
        (envelope(*(notification(str(number)) for number in range(101))), "there are 101"),
        (envelope(notification(id="")), "is missing"),
        (envelope("<Notification><Id>04l1</Id></Notification>"), "is missing"),
        (envelope(notification(fields="<sf:StageName>Won</sf:StageName>")), "15 or 18"),
        (envelope(notification(fields="<sf:Id>../../etc</sf:Id>")), "15 or 18"),
    ],
)
async def test_bad_xml_is_refused_with_a_reason(body: bytes, words: str, tmp_path: Path) -> None:
    """And nothing of the message is kept."""
    async with web_on(tmp_path, salesforce_token=TOKEN) as web:
        answer = await web.client.post(AT, content=body, headers=XML)

        assert words in problem(answer)["detail"]
        assert answer.status_code in (400, 422)
        assert [] == web.kept


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("token=sf+token/with==signs", 200),
        ("token=sf%2Btoken%2Fwith%3D%3Dsigns", 200),
        ("org=1&token=sf+token/with==signs", 200),
        ("token=sf%20token/with==signs", 401),
        ("token=sf-token", 401),
        ("token=", 401),
    ],
)
async def test_a_token_in_the_address_may_be_pasted_as_it_is(query: str, status: int, tmp_path: Path) -> None:
    """`openssl rand -base64` makes tokens with + and =."""
    async with web_on(tmp_path, salesforce_token="sf+token/with==signs") as web:
        headers = {"content-type": "text/xml"}
        answer = await web.client.post(f"/intake/salesforce?{query}", content=envelope(notification()), headers=headers)

        assert status == answer.status_code


async def test_a_flow_sends_json_with_a_bearer_token(tmp_path: Path) -> None:
    """Sent again, the same change counts once."""
    opportunity = {**OPPORTUNITY, "SystemModstamp": "2026-11-20T09:12:44.000+0000"}
    sent = {"Opportunity": opportunity, "Account": {"Name": "Aozora"}, "Contacts": []}
    async with web_on(tmp_path, salesforce_token=TOKEN) as web:
        header = {"authorization": f"Bearer {TOKEN}"}
        answers = [await web.client.post("/intake/salesforce", json=sent, headers=header) for _ in range(2)]

        assert [202, 202] == [answer.status_code for answer in answers]
        assert [("opportunity_sent", "salesforce-006Qy00000Bx7LmIAJ")] == [(row.kind, row.subject) for row in web.kept]


async def test_without_a_time_each_delivery_counts(tmp_path: Path) -> None:
    """Won, open again, won again: the third looks like the first, and is another change all the same."""
    async with web_on(tmp_path, salesforce_token=TOKEN) as web:
        for _ in range(2):
            sent = {"Opportunity": {"Id": OPPORTUNITY["Id"]}}
            await web.client.post("/intake/salesforce", json=sent, headers={"authorization": f"Bearer {TOKEN}"})

        assert ["salesforce-006Qy00000Bx7LmIAJ"] * 2 == [row.subject for row in web.kept]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ([], "Opportunity"),
        ({}, "Opportunity"),
        ({"Opportunity": []}, "Opportunity"),
        ({"Opportunity": {"Id": 6}}, "Opportunity.Id"),
        ({"Opportunity": {"Id": "six"}}, "Opportunity.Id"),
        ({"Opportunity": {"Id": "é" * 15}}, "Opportunity.Id"),
    ],
)
async def test_a_flow_that_sends_no_opportunity_hears_what_is_missing(sent: Any, field: str, tmp_path: Path) -> None:
    """Its administrator reads it in the Flow's error mail."""
    async with web_on(tmp_path, salesforce_token=TOKEN) as web:
        answer = await web.client.post("/intake/salesforce", json=sent, headers={"authorization": f"Bearer {TOKEN}"})

        assert field == problem(answer)["field"]


async def test_an_endless_id_is_refused_before_it_is_written(tmp_path: Path) -> None:
    """PostgreSQL's indexes would refuse it, and with it everything kept in the same transaction."""
    async with web_on(tmp_path, salesforce_token=TOKEN) as web:
        body = envelope(notification("".join(str(number) for number in range(2000))))
        answer = await web.client.post(AT, content=body, headers=XML)

        assert ("id", 422) == (problem(answer)["field"], answer.status_code)
        assert [] == web.kept


@pytest.mark.parametrize("query", ["", "?token=wrong", "?token="])
async def test_without_the_token_nothing_is_taken(query: str, tmp_path: Path) -> None:
    """Outbound Messages are not signed: the secret stands in their address."""
    async with web_on(tmp_path, salesforce_token=TOKEN) as web:
        answer = await web.client.post(f"/intake/salesforce{query}", content=envelope(notification()), headers=XML)

        assert 401 == problem(answer)["status"]
        assert [] == web.kept


async def test_a_notification_that_is_sent_again_with_other_data_is_another_one(tmp_path: Path) -> None:
    """Salesforce sends what the record is at that moment; the same once more is the same."""
    async with web_on(tmp_path, salesforce_token=TOKEN) as web:
        for stage in ("Prospecting", "Closed Won", "Closed Won"):
            told = notification(fields=f"<sf:Id>006Qy00000Bx7LmIAJ</sf:Id><sf:StageName>{stage}</sf:StageName>")
            await web.client.post(AT, content=envelope(told), headers={"content-type": "text/xml"})

        assert ["Prospecting", "Closed Won"] == [row.body["Opportunity"]["StageName"] for row in web.kept]


def test_both_spellings_of_an_id_are_one_deal() -> None:
    """Reports and formulas of Salesforce give the short one, its API the long one."""
    assert "006Qy00000Bx7LmIAJ" == long("006Qy00000Bx7Lm") == long("006Qy00000Bx7LmIAJ")
