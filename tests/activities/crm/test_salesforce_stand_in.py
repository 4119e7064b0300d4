"""Does a client that nobody here wrote take our stand-in for Salesforce? simple-salesforce, by its own flow."""

from collections.abc import Mapping
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce as SimpleSalesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

from activities.crm import soql
from playbooks.mappings.files import SALESFORCE, MappingFile
from tests.support import salesforce
from tests.support.salesforce import CLIENT_ID, CLIENT_SECRET, OPPORTUNITY, Organization

organization = salesforce.organization


class ToLoopback(HTTPAdapter):
    """Sends calls to *.salesforce.com, the only hosts that the client calls by https, to the stand-in."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert request.url
        _, _, path = request.url.removeprefix("https://").partition("/")
        request.url = f"{self._address}/{path}"
        return super().send(request, *args, **kwargs)


def connected(organization: Organization, *, secret: str = CLIENT_SECRET) -> SimpleSalesforce:
    """The client, logged in by the client credentials flow."""
    session = requests.Session()
    session.mount("https://", ToLoopback(organization.address))
    return SimpleSalesforce(
        consumer_key=CLIENT_ID, consumer_secret=secret, domain="vendor.my", version="64.0", session=session
    )


def test_it_logs_in_by_client_credentials(organization: Organization) -> None:
    """It sends them in a header, where ours stand in the body; Salesforce takes both."""
    assert organization.tokens == [connected(organization).session_id]

    with pytest.raises(SalesforceAuthenticationFailed, match="invalid client credentials"):
        connected(organization, secret="wrong")


def test_it_reads_what_our_own_questions_find(organization: Organization) -> None:
    """The answer to each in the shape that it knows: records, parents nested, lists of children."""
    client, properties = connected(organization), MappingFile(SALESFORCE).properties()

    [one] = client.query(soql.of_deal(OPPORTUNITY, properties), include_deleted=True)["records"]
    [all_of_it] = client.query(soql.of_what_belongs_to_it(OPPORTUNITY, properties))["records"]

    assert ("Opportunity", "Closed Won") == (one["attributes"]["type"], one["StageName"])
    assert "Lindenau Möbel GmbH" == all_of_it["Account"]["Name"]
    assert 3 == all_of_it["OpportunityContactRoles"]["totalSize"]


def test_it_turns_the_pages(organization: Organization) -> None:
    organization.page_size = 2
    ids = [f"006Qy0000000{number:03}IAA" for number in range(5)]
    for id in ids:
        organization.close_deal(id)

    rows = list(connected(organization).query_all_iter("SELECT Id, StageName FROM Opportunity"))

    assert {OPPORTUNITY, *ids} == {row["Id"] for row in rows}


def test_it_writes_and_is_refused_as_salesforce_does_it(organization: Organization) -> None:
    client = connected(organization)
    opportunities: Any = client.Opportunity

    assert 204 == opportunities.update(OPPORTUNITY, {"Day90_Stage__c": "Kickoff"})
    assert [(OPPORTUNITY, {"Day90_Stage__c": "Kickoff"})] == organization.wrote

    with pytest.raises(SalesforceMalformedRequest) as refusal:
        opportunities.update(OPPORTUNITY, {"No_Such__c": "x"})
    assert ["INVALID_FIELD"] == _codes(refusal.value.content)

    with pytest.raises(SalesforceMalformedRequest) as malformed:
        client.query("SELECT Nothing FROM Opportunity")
    assert ["INVALID_FIELD"] == _codes(malformed.value.content)

    organization.change(IsDeleted=True)
    with pytest.raises(SalesforceResourceNotFound) as gone:
        opportunities.update(OPPORTUNITY, {"Day90_Stage__c": "Kickoff"})
    assert ["ENTITY_IS_DELETED"] == _codes(gone.value.content)


def test_it_renews_a_token_that_is_not_taken_any_more(organization: Organization) -> None:
    """As ours does: by the answer, since nothing says for how long a token holds."""
    client = connected(organization)
    organization.expire()

    assert 1 == client.query("SELECT Id FROM Opportunity")["totalSize"]
    assert 2 == organization.given


def _codes(content: Any) -> list[str]:
    errors: list[Mapping[str, str]] = content
    return [error["errorCode"] for error in errors]
