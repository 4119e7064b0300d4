"""`day90 up` with HubSpot: what its SDK signs becomes an onboarding, once; what it did not tell is found."""

import asyncio
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from hubspot.utils.signature import Signature  # type: ignore[import-untyped]

from runtime.connection import connect
from starter.embedded.folder import running_on
from tests.starter.web.intake.test_hubspot import SECRET, event, generic
from tests.support import hubspot, servers
from tests.support.hubspot import TOKEN, Account
from tests.support.servers import Stack
from tests.support.waiting import wait_until

account = hubspot.account
stack = servers.stack


@pytest.fixture
def house(stack: Stack, account: Account, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The stack, connected to the account."""
    settings = {"SECRET": SECRET, "API_TOKEN": TOKEN, "API": account.address}
    for name, value in settings.items():
        monkeypatch.setenv(f"DAY90_HUBSPOT_{name}", value)
    stack.up()
    return stack


def deliver(stack: Stack, events: list[dict[str, Any]]) -> httpx2.Response:
    """As HubSpot does it."""
    running = running_on(stack.data)
    assert running is not None
    url, body = f"{running.web}/intake/hubspot", json.dumps(events)
    stamp = str(int(time.time() * 1000))
    signature = Signature.get_signature(SECRET, body, "v3", http_uri=url, http_method="POST", timestamp=stamp)
    told = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}
    return httpx2.post(url, content=body, headers=told)


def lines(stack: Stack) -> dict[str, dict[str, Any]]:
    return {line["onboarding"]: line for line in stack.asked("list")["lines"]}


def delivered(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.asked("inbox", "--source", "hubspot", "--limit", "1000")["rows"]
    return found


def settled(stack: Stack, rows: int) -> Callable[[], bool]:
    return lambda: len(found := delivered(stack)) == rows and all(row["state"] not in ("waiting",) for row in found)


def test_a_quarter_with_hubspot(house: Stack, account: Account) -> None:
    """Won, told again, reopened, won, lost; another deal of the account; one nobody told of; one introduced before."""
    account.close_deal("4712")
    batch = [event(), generic(), event(objectId=4712), event(objectId=999), event(propertyName="amount")]

    for _ in range(3):
        random.shuffle(batch)
        assert 202 == deliver(house, batch).status_code
    wait_until(settled(house, 3))

    wait_until(lambda: {"onboarding-hubspot-4711", "onboarding-hubspot-4712"} == set(lines(house)))
    became = {row["subject"]: row for row in delivered(house)}
    assert "onboarding-hubspot-4711 started" == became["hubspot-4711"]["outcome"]
    assert "no onboarding is under way" in became["hubspot-999"]["outcome"]
    assert "running" in asyncio.run(status_in_temporal(house, "onboarding-hubspot-4711")).lower()

    assert ["onboarding-hubspot-4712"] == house.asked("show", "onboarding-hubspot-4711")["also_of_account"]
    wait_until(lambda: account.deals["4711"].get("day90_status") == "on track")
    assert account.deals["4711"]["day90_stage"]
    assert "written" == house.asked("show", "onboarding-hubspot-4711")["write_back"]["state"]

    account.change("4711", dealstage="contractsent")
    deliver(house, [event(propertyValue="contractsent", occurredAt=2)])
    wait_until(settled(house, 4))
    account.change("4711", dealstage="closedwon")
    wait_until(lambda: risks(house) == {"deal-reopened": "open"})
    deliver(house, [event(occurredAt=3)])
    wait_until(lambda: risks(house) == {"deal-reopened": "closed"})

    account.change("4711", dealstage="closedlost")
    deliver(house, [event(propertyValue="closedlost", occurredAt=4)])
    wait_until(lambda: lines(house).get("onboarding-hubspot-4711", {}).get("ending") == "deal_reversed")
    account.change("4711", dealstage="closedwon")
    deliver(house, [event(occurredAt=5)])
    wait_until(lambda: "refused" in {row["state"] for row in delivered(house)})

    wait_until(lambda: account.deals["4711"]["day90_status"] == "deal reversed")
    account.close_deal("4713")
    told = asyncio.run(reconcile(house))
    assert ["4713"] == [id for id in told["looked"][0]["missing"] if id != "4711"]
    wait_until(lambda: "onboarding-hubspot-4713" in lines(house))
    assert "deal_found" in {row["kind"] for row in delivered(house)}

    account.close_deal("4714", stage="contractsent", closedate=None)
    deliver(house, [event(objectId=4714, propertyValue="contractsent", occurredAt=6)])
    wait_until(lambda: any("introduced" in row["outcome"] for row in delivered(house)))
    account.change("4714", dealstage="closedwon", closedate=datetime.now(UTC).isoformat())
    deliver(house, [event(objectId=4714, occurredAt=7)])
    wait_until(lambda: "onboarding-hubspot-4714" in lines(house))


def risks(stack: Stack) -> dict[str, str]:
    shown = stack.asked("show", "onboarding-hubspot-4711")["registers"]
    return {row["key"]: row["status"] for row in shown if row["key"] == "deal-reopened"}


async def status_in_temporal(stack: Stack, onboarding: str) -> str:
    running = running_on(stack.data)
    assert running is not None
    client = await connect(address=running.temporal)
    described = await client.get_workflow_handle(onboarding).describe()
    return described.status.name if described.status else ""


async def reconcile(stack: Stack) -> Any:
    """The schedule, triggered by hand as one may in the Temporal UI."""
    running = running_on(stack.data)
    assert running is not None
    client = await connect(address=running.temporal)
    schedule = client.get_schedule_handle("reconciliation")
    await schedule.trigger()
    while not (ran := (await schedule.describe()).info.recent_actions):
        await asyncio.sleep(0.2)
    action = ran[-1].action
    return await client.get_workflow_handle(getattr(action, "workflow_id", "")).result()
