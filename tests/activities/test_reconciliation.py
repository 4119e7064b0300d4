"""A deal whose webhook was lost is found again: from the mark on, page by page, and once the CRM is back."""

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from temporalio.client import WorkflowFailureError

from activities.crm.hubspot import HubSpot
from activities.crm.salesforce import Salesforce
from activities.inbox.deal_stages import FOUND
from activities.inbox.same_deal import SameDeal
from activities.reconciliation import FIRST_LOOK, OVERLAP, Reconciled, Reconciling, Source
from domain.census import Line
from domain.crm import Recheck
from domain.inbox import Incoming
from playbooks.mappings.files import HUBSPOT, SALESFORCE, MappingFile
from tests.support import hubspot, salesforce
from tests.support.fakes import MemoryMerges
from tests.support.hubspot import TOKEN, Account
from tests.support.onboardings import QUEUE, world
from tests.support.salesforce import CLIENT_ID, CLIENT_SECRET, OPPORTUNITY, Organization, stamp
from workflows.reconciliation import Reconciliation

account = hubspot.account
organization = salesforce.organization


@dataclass
class Store:
    """The store: lines, marks, and deliveries by their key."""

    begun: set[str] = field(default_factory=set)
    marks: dict[str, Recheck] = field(default_factory=dict)
    kept: dict[str, Incoming] = field(default_factory=dict)
    merges: MemoryMerges = field(default_factory=MemoryMerges)
    rung: int = 0
    waits_no_longer: bool = False

    def line(self, onboarding: str) -> Line | None:
        return Line(onboarding=onboarding, kept_at=datetime.now(UTC)) if onboarding in self.begun else None

    def recheck(self, source: str) -> Recheck | None:
        return self.marks.get(source)

    def looked(self, recheck: Recheck) -> None:
        self.marks[recheck.source] = recheck

    def keep(self, deliveries: Sequence[Incoming]) -> None:
        for one in deliveries:
            self.kept.setdefault(one.key, one)

    def due(self) -> bool:
        return self.waits_no_longer

    async def wake(self) -> None:
        self.rung += 1


@dataclass
class Night:
    account: Account
    store: Store
    reconciling: Reconciling
    now: datetime

    async def look(self) -> Reconciled:
        """Run the workflow once."""
        async with world(reconciling=self.reconciling) as here:
            reconciled: Reconciled = await here.env.client.execute_workflow(
                Reconciliation.run, id="reconciliation", task_queue=QUEUE
            )
            return reconciled


@pytest.fixture
async def night(account: Account) -> AsyncIterator[Night]:
    store, crm = Store(), HubSpot(account.address, TOKEN)
    made: Night
    with ThreadPoolExecutor(2) as threads:
        reconciling = Reconciling(
            sources={"hubspot": Source(crm, MappingFile(HUBSPOT))},
            rechecks=store,
            same_deal=SameDeal(store, store.merges),
            inbox=store,
            wake=store.wake,
            now=lambda: made.now,
            threads=threads,
        )
        made = Night(account, store, reconciling, datetime.now(UTC))
        yield made
    await crm.aclose()


async def test_what_nobody_told_of_is_delivered(night: Night) -> None:
    """A deal whose onboarding has begun is not delivered."""
    night.account.close_deal("4712")
    night.account.close_deal("4713", stage="closedlost")
    night.store.begun.add("onboarding-hubspot-4712")

    with capture_logs() as lines:
        reconciled = await night.look()

    assert ["4711"] == list(reconciled.looked[0].missing)
    assert "hubspot: 2 closed since" in reconciled.says
    assert "1 of them missing here" in reconciled.says
    [one] = night.store.kept.values()
    assert (FOUND, "hubspot-4711", "hubspot") == (one.kind, one.subject, one.source)
    assert 1 == night.store.rung
    assert "deals_found" in [line["event"] for line in lines]


async def test_a_record_that_absorbed_an_onboarded_deal_is_not_missing(night: Night) -> None:
    """A person has heard of the merge; each write-back changes the record, and would bring it again."""
    night.account.close_deal("4712")
    night.account.close_deal("4713")
    night.store.begun.add("onboarding-hubspot-4000")
    night.store.merges.became("hubspot", ["4000"], "4500")
    night.store.merges.became("hubspot", ["4500"], "4711")
    night.store.merges.became("hubspot", ["4100"], "4712")

    assert ["4712", "4713"] == sorted((await night.look()).looked[0].missing)


async def test_a_deal_that_has_renewed_a_contract_is_not_missing(night: Night) -> None:
    """It comes again all the same: the delivery of its moved day may be lost as well."""
    reconciling = replace(night.reconciling, has_renewed={"hubspot-4711"}.__contains__)

    with capture_logs() as lines:
        reconciled = await replace(night, reconciling=reconciling).look()

    [look] = reconciled.looked
    assert (1, ()) == (look.renewals, look.missing)
    assert ["hubspot-4711"] == [one.subject for one in night.store.kept.values()]
    assert 1 == night.store.rung
    assert "deals_found" not in [line["event"] for line in lines]


async def test_nothing_missing_wakes_nobody(night: Night) -> None:
    night.store.begun.add("onboarding-hubspot-4711")

    assert "none of them missing here" in (await night.look()).says
    assert 0 == night.store.rung


async def test_what_waited_for_its_day_is_tried_again_by_itself(night: Night) -> None:
    """A deal that is dated ahead is delivered by nobody once more."""
    night.store.begun.add("onboarding-hubspot-4711")
    night.store.waits_no_longer = True

    await night.look()

    assert 1 == night.store.rung


async def test_the_first_look_goes_back_a_day_and_no_further(night: Night) -> None:
    """What was closed before day90 came is brought in on purpose, also when somebody touches it later."""
    for id, days in (("4712", 0.9), ("4713", 1.2), ("4714", 400)):
        night.account.close_deal(id, closedate=(night.now - timedelta(days=days)).isoformat())

    assert {"4711", "4712"} == set((await night.look()).looked[0].missing)

    night.now += timedelta(minutes=15)
    night.account.change("4714", amount="1")
    await night.look()
    assert "hubspot-4714" not in {one.subject for one in night.store.kept.values()}
    assert night.now - timedelta(minutes=15) - FIRST_LOOK == night.store.marks["hubspot"].first


async def test_a_deal_that_closed_weeks_ago_and_was_missed_is_found(night: Night) -> None:
    """The mark is as old as the outage."""
    begun = night.now - timedelta(days=60)
    night.store.marks["hubspot"] = Recheck(source="hubspot", first=begun, mark=night.now - timedelta(days=21))
    weeks_ago = (night.now - timedelta(days=20)).isoformat()
    night.account.close_deal("4712", closedate=weeks_ago, hs_lastmodifieddate=weeks_ago)

    assert "4712" in (await night.look()).looked[0].missing


async def test_looks_overlap_and_deliver_once(night: Night) -> None:
    """A search that runs behind may show a deal only in the next look."""
    late = (night.now - OVERLAP + timedelta(minutes=1)).isoformat()
    first = await night.look()
    night.account.close_deal("4712", hs_lastmodifieddate=late)

    second = await night.look()

    assert ("4711",) == first.looked[0].missing
    assert {"4711", "4712"} == set(second.looked[0].missing)
    assert 2 == len(night.store.kept)


async def test_a_deal_that_was_mended_comes_again(night: Night) -> None:
    """The first delivery was refused, and somebody has changed the deal since."""
    await night.look()
    night.account.change("4711", amount="1")

    await night.look()

    assert ["hubspot-4711"] * 2 == [one.subject for one in night.store.kept.values()]


async def test_every_page_is_looked_at(night: Night) -> None:
    night.account.largest_page = 3
    for number in range(10):
        night.account.close_deal(f"50{number}")

    assert 11 == len((await night.look()).looked[0].missing)


async def test_while_the_crm_is_away_the_mark_stays(night: Night) -> None:
    """What closed meanwhile is found by the first look that comes through."""
    await night.look()
    mark = night.store.marks["hubspot"]
    night.now += timedelta(minutes=15)
    night.account.first = [(503, {}, {"status": "error"})] * 500

    with pytest.raises(WorkflowFailureError):
        await night.look()
    assert mark == night.store.marks["hubspot"]

    night.account.first.clear()
    night.account.close_deal("4712")
    assert "4712" in (await night.look()).looked[0].missing
    assert night.now == night.store.marks["hubspot"].mark


async def test_an_outage_within_the_look_is_sat_out(night: Night) -> None:
    night.account.first = [(503, {}, {"status": "error"})] * 3

    assert ("4711",) == (await night.look()).looked[0].missing


async def test_a_mapping_without_won_stages_asks_for_nothing(night: Night, tmp_path: Path) -> None:
    """HubSpot would refuse the question."""
    file = tmp_path / "our.mapping.yaml"
    file.write_text(HUBSPOT.read_text(encoding="utf-8").replace("won: [closedwon]", "won: []"), encoding="utf-8")
    [source] = night.reconciling.sources.values()
    night.reconciling = replace(night.reconciling, sources={"hubspot": Source(source.crm, MappingFile(file))})

    assert () == (await night.look()).looked[0].missing
    assert [] == night.account.searched


async def test_without_a_crm_it_says_so(night: Night) -> None:
    night.reconciling = replace(night.reconciling, sources={})

    assert "no CRM is connected" == (await night.look()).says


# ------------------------------------------------------------------------------------------------ two CRMs


@pytest.fixture
async def two(night: Night, organization: Organization) -> AsyncIterator[Night]:
    """HubSpot and Salesforce side by side."""
    crm = Salesforce(organization.address, CLIENT_ID, CLIENT_SECRET)
    sources = {**night.reconciling.sources, "salesforce": Source(crm, MappingFile(SALESFORCE))}
    night.reconciling = replace(night.reconciling, sources=sources)
    yield night
    await crm.aclose()


async def test_an_opportunity_that_nobody_told_of_is_delivered(two: Night, organization: Organization) -> None:
    """Those that have begun here, or are lost, are not delivered; the search has several pages."""
    organization.page_size = 1
    organization.close_deal("006Qy0000000001IAA")
    organization.close_deal("006Qy0000000002IAA", stage="Closed Lost")
    two.store.begun |= {"onboarding-hubspot-4711", "onboarding-salesforce-006Qy0000000001IAA"}

    reconciled = await two.look()

    assert {"hubspot": (), "salesforce": (OPPORTUNITY,)} == {one.source: one.missing for one in reconciled.looked}
    assert "salesforce: 2 closed since" in reconciled.says
    [one] = two.store.kept.values()
    assert (FOUND, f"salesforce-{OPPORTUNITY}", "salesforce") == (one.kind, one.subject, one.source)
    assert 1 == two.store.rung


async def test_an_opportunity_that_closed_before_is_left_alone_and_one_missed_weeks_ago_is_found(
    two: Night, organization: Organization
) -> None:
    weeks_ago = two.now - timedelta(days=20)
    changes = {"CloseDate": weeks_ago.date().isoformat(), "SystemModstamp": stamp(weeks_ago)}
    organization.close_deal("006Qy0000000001IAA", **changes)
    assert (OPPORTUNITY,) == (await two.look()).looked[1].missing

    begun = two.now - timedelta(days=60)
    two.store.marks["salesforce"] = Recheck(source="salesforce", first=begun, mark=two.now - timedelta(days=21))
    assert "006Qy0000000001IAA" in (await two.look()).looked[1].missing


@pytest.mark.parametrize("away", ["hubspot", "salesforce"])
async def test_a_crm_that_is_away_keeps_no_other_from_being_looked_through(
    away: str, two: Night, organization: Organization
) -> None:
    """Its own mark stays where it was, and the look says what was wrong."""
    played = {"hubspot": two.account, "salesforce": organization}[away]
    played.first = [(503, {}, [])] * 500

    with pytest.raises(WorkflowFailureError) as failure:
        await two.look()

    assert f"{away}: " in str(failure.value.cause.__cause__)
    assert {"hubspot", "salesforce"} - {away} == set(two.store.marks)
    assert {"hubspot", "salesforce"} - {away} == {one.source for one in two.store.kept.values()}
    assert two.store.rung >= 1
