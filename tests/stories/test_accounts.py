"""Does a customer's next deal begin with the people and the CSM they know? On the real dev server, worker and store."""

import asyncio
from typing import Any
from uuid import uuid4

from starter.doors.introductions import IntroductionDoor
from starter.doors.onboardings import OnboardingDoor
from store import reads
from store.engine import open_store
from tests.stories import test_introduction_to_onboarding as parts
from tests.support.introductions import sample_prospect
from tests.support.onboardings import sample_deal

temporal_address = parts.temporal_address
client = parts.client
store = parts.store
door = parts.door
introductions = parts.introductions
worker = parts.worker
WITHIN = 30.0
"""Seconds: an opening takes half a one, on a busy machine five."""


def next_deal(id: str, **more: Any) -> dict[str, Any]:
    """Names nobody but who leads it."""
    raw = sample_deal(id=id, closed_at="2026-11-09T10:00:00+01:00", **more)
    leads = [person for person in raw["stakeholders"] if person["role"] == "project_lead"]
    return {**raw, "stakeholders": leads, "champion": None}


async def begun(door: OnboardingDoor, onboarding: str) -> None:
    async with asyncio.timeout(WITHIN):
        while (await door.ask(onboarding, "progress"))["status"] == "opening":
            await asyncio.sleep(0.05)


async def test_the_next_deal_of_a_customer_goes_to_their_csm_with_their_people(
    door: OnboardingDoor, worker: None, store: str
) -> None:
    """And each of the two names the other; a repeated start changes nothing."""
    first = await door.start(sample_deal(id=uuid4().hex, owner="grace.lee", closed_at="2026-11-02T10:00:00+01:00"))
    await begun(door, first.onboarding)

    second = await door.start(next_deal(uuid4().hex))
    await begun(door, second.onboarding)
    await door.start(next_deal(second.onboarding.rpartition("-")[2]))

    dossier = door.deals.dossier(second.onboarding)
    people = {person.id: person.known_from for person in dossier.deal.stakeholders}
    assert {
        "project_lead": None,
        **dict.fromkeys(["executive_sponsor", "technical_lead", "champion"], first.onboarding),
    } == people
    assert {"champion", "grace.lee"} <= {person.id for person in dossier.people}
    engine = open_store(store)
    assert "grace.lee" == reads.one(engine, second.onboarding).owner
    [opened] = [row for row in reads.journal(engine, second.onboarding) if row.kind == "opened"]
    assert first.onboarding == opened.data["owner_from"] == opened.data["people_from"]["champion"]
    assert [first.onboarding] == [other.onboarding for other in reads.also_of_account(engine, second.onboarding)]
    assert [second.onboarding] == [other.onboarding for other in reads.also_of_account(engine, first.onboarding)]


async def test_before_the_close_the_customer_meets_the_csm_they_have(
    door: OnboardingDoor, introductions: IntroductionDoor, worker: None
) -> None:
    """Not one that is drawn anew."""
    first = await door.start(sample_deal(id=uuid4().hex, owner="mika.sato", closed_at="2026-11-02T10:00:00+01:00"))
    await begun(door, first.onboarding)

    prospect = sample_prospect(id=uuid4().hex, owner=None, expected_close=None)
    introduction = await introductions.begin(prospect)

    async with asyncio.timeout(WITHIN):
        while not (progress := await introductions.ask(introduction)).owner:
            await asyncio.sleep(0.05)
    assert "mika.sato" == progress.owner
