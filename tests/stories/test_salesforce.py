"""`day90 up` with Salesforce: what a Flow names is read and becomes an onboarding, once; what was not told is found."""

import asyncio
import random
from typing import Any

import httpx2
import pytest

from starter.embedded.folder import running_on
from tests.stories.test_hubspot import lines, reconcile
from tests.support import salesforce, servers
from tests.support.salesforce import CLIENT_ID, CLIENT_SECRET, OPPORTUNITY, Organization
from tests.support.servers import Stack
from tests.support.waiting import wait_until

organization = salesforce.organization
stack = servers.stack
TOKEN = "open-sesame"
ONBOARDING = f"onboarding-salesforce-{OPPORTUNITY}"
SECOND, UNTOLD, LATE, UNKNOWN = (f"006Qy000000000{number}IAA" for number in (2, 3, 4, 9))


@pytest.fixture
def house(stack: Stack, organization: Organization, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The stack, connected to the organisation."""
    settings = {
        "TOKEN": TOKEN,
        "URL": organization.address,
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"DAY90_SALESFORCE_{name}", value)
    stack.up()
    return stack


def deliver(stack: Stack, *ids: str) -> None:
    """A Flow's callouts, in any order: the id is all that they hold."""
    running = running_on(stack.data)
    assert running is not None
    for id in random.sample(ids, len(ids)):
        answer = httpx2.post(
            f"{running.web}/intake/salesforce",
            json={"Opportunity": {"Id": id}},
            headers={"authorization": f"Bearer {TOKEN}"},
        )
        assert 202 == answer.status_code


def delivered(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.asked("inbox", "--source", "salesforce", "--limit", "1000")["rows"]
    return found


def outcomes(stack: Stack, id: str) -> set[str]:
    return {row["outcome"] for row in delivered(stack) if row["subject"] == f"salesforce-{id}"}


def risks(stack: Stack) -> dict[str, str]:
    shown = stack.asked("show", ONBOARDING)["registers"]
    return {row["key"]: row["status"] for row in shown if row["key"] == "deal-reopened"}


def test_a_quarter_with_salesforce(house: Stack, organization: Organization) -> None:
    """Won, told again, reopened, won, lost; another deal of the account; one nobody told of; one introduced before."""
    organization.close_deal(SECOND)

    deliver(house, OPPORTUNITY, OPPORTUNITY[:15], OPPORTUNITY, SECOND, UNKNOWN)
    wait_until(lambda: {ONBOARDING, f"onboarding-salesforce-{SECOND}"} == set(lines(house)))
    wait_until(lambda: all(row["state"] != "waiting" for row in delivered(house)))
    [unknown] = [row for row in delivered(house) if row["subject"] == f"salesforce-{UNKNOWN}"]
    assert "refused" == unknown["state"]
    assert "View All" in unknown["outcome"]

    shown = house.asked("show", ONBOARDING)
    assert [f"onboarding-salesforce-{SECOND}"] == shown["also_of_account"]
    wait_until(lambda: organization.opportunities[OPPORTUNITY].get("Day90_Status__c") == "on track")
    assert organization.opportunities[OPPORTUNITY]["Day90_Stage__c"]
    wait_until(lambda: house.asked("show", ONBOARDING)["write_back"]["state"] == "written")

    organization.change(StageName="Negotiation/Review")
    deliver(house, OPPORTUNITY)
    wait_until(lambda: risks(house) == {"deal-reopened": "open"})
    organization.expire()
    organization.change(StageName="Closed Won")
    deliver(house, OPPORTUNITY)
    wait_until(lambda: risks(house) == {"deal-reopened": "closed"})

    organization.change(StageName="Closed Lost")
    deliver(house, OPPORTUNITY)
    wait_until(lambda: lines(house)[ONBOARDING]["ending"] == "deal_reversed")
    wait_until(lambda: organization.opportunities[OPPORTUNITY]["Day90_Status__c"] == "deal reversed")
    organization.change(StageName="Closed Won")
    deliver(house, OPPORTUNITY)
    wait_until(lambda: any("won again, but" in outcome for outcome in outcomes(house, OPPORTUNITY)))

    organization.close_deal(UNTOLD)
    [looked] = asyncio.run(reconcile(house))["looked"]
    assert ("salesforce", [UNTOLD]) == (looked["source"], [id for id in looked["missing"] if id != OPPORTUNITY])
    wait_until(lambda: f"onboarding-salesforce-{UNTOLD}" in lines(house))

    organization.close_deal(LATE, stage="Negotiation/Review")
    deliver(house, LATE)
    wait_until(lambda: any("introduced" in outcome for outcome in outcomes(house, LATE)))
    organization.change(LATE, StageName="Closed Won")
    deliver(house, LATE)
    wait_until(lambda: f"onboarding-salesforce-{LATE}" in lines(house))

    organization.change(SECOND, IsDeleted=True)
    deliver(house, SECOND)
    wait_until(lambda: any("was deleted or merged in Salesforce" in outcome for outcome in outcomes(house, SECOND)))
