"""Does the CRM's record of a deal say how its onboarding gets on, and does a person see when it does not?

Both databases, HubSpot's client, and a server that answers as HubSpot does.
"""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from activities.crm.hubspot import HubSpot
from activities.crm.salesforce import Salesforce
from activities.ports import Office, WriteBacks
from activities.write_backs import AGAIN_DAILY, PUT_OFF, CrmOffice, channel_of
from domain.mapping import WriteBack
from domain.record import Writing
from domain.refusal import Refused
from domain.trouble import ChannelDown, NotReachable
from playbooks.mappings.files import HUBSPOT, SALESFORCE, MappingFile
from store.ledger import SqlLedger
from store.write_backs import SqlWriteBacks
from tests.support import databases, hubspot, salesforce
from tests.support.databases import HOUR, NOON, deal, dossier, milestone, standing
from tests.support.hubspot import TOKEN, Account
from tests.support.salesforce import CLIENT_ID, CLIENT_SECRET, LIMIT_EXCEEDED, LOCKED, OPPORTUNITY, Organization

database = databases.database
engine = databases.engine
account = hubspot.account
organization = salesforce.organization

NAMES = WriteBack(stage="day90_stage", go_live="day90_go_live", status="day90_status", link="day90_link")
UI = "https://temporal.example.test/workflows/{id}"
ID = "onboarding-hubspot-4711"


@dataclass
class Desk:
    """An onboarding of a CRM's deal, and the office that writes it back."""

    ledger: SqlLedger
    write_backs: SqlWriteBacks
    office: CrmOffice
    account: Account
    id: str = ID
    turns: int = 0

    def turn(self, **more: Any) -> None:
        """The onboarding takes a turn."""
        self.turns += 1
        stands = standing(as_of=NOON + self.turns * HOUR, **more)
        self.ledger.write(Writing(onboarding=self.id, standing=stands))

    async def write(self, *, later: timedelta = timedelta(0)) -> list[str]:
        """What comes of all that may be written, by that much later."""
        outcomes = []
        for id in self.office.ready(now=datetime.now(UTC) + later, most=100):
            try:
                outcomes.append(await self.office.deliver(id))
            except ChannelDown as down:
                outcomes.append(str(down))
        return outcomes

    def state(self) -> tuple[str, str]:
        line = self.write_backs.of(self.id)
        assert line is not None
        return line.state, line.reason


def names() -> WriteBack | None:
    return NAMES


@pytest.fixture
async def desk(engine: Engine, account: Account) -> AsyncIterator[Desk]:
    ledger, write_backs = SqlLedger(engine), SqlWriteBacks(engine)
    ledger.admit(dossier(deal("4711", source="hubspot")), run="run-1")
    crm = HubSpot(account.address, TOKEN)
    office = CrmOffice(
        source="hubspot", crm=crm, names=names, write_backs=write_backs, dossiers=ledger,
        threads=ThreadPoolExecutor(2), now=lambda: datetime.now(UTC), ui=UI,
    )  # fmt: skip
    yield Desk(ledger, write_backs, office, account)
    await crm.aclose()


def test_office_and_store_fit_their_ports(desk: Desk) -> None:
    """The type checker proves it here and in worker.py."""
    office: Office = desk.office
    write_backs: WriteBacks = desk.write_backs

    assert "crm-hubspot" == channel_of("hubspot")
    assert write_backs.take(1) is None
    assert office.next_ready(after=NOON) is None


async def test_the_record_says_how_its_onboarding_stands(desk: Desk) -> None:
    """The record has stage, status and link from the first turn on."""
    desk.turn(status="behind")

    assert ["sent"] == await desk.write()

    properties = {"day90_stage": "Begin", "day90_status": "behind", "day90_link": UI.format(id=ID)}
    assert [("4711", properties)] == desk.account.wrote
    assert ("written", "") == desk.state()


async def test_the_go_live_is_the_planned_day_and_then_the_real_one(desk: Desk) -> None:
    """In the customer's zone: noon in UTC is 21:00 in Tokyo, 16:00 the next day."""
    book = databases.playbook()
    live = book.stages[0].milestones[0].model_copy(update={"role": "go_live"})
    stage = book.stages[0].model_copy(update={"milestones": (live,)})
    other = deal("4712", source="hubspot")
    desk.account.close_deal("4712")
    given = dossier(other).model_copy(update={"playbook": book.model_copy(update={"stages": (stage,)})})
    desk.ledger.admit(given, run="run-2")

    def stands(number: int, **more: Any) -> Writing:
        moved = standing(milestone(due=NOON, **more), as_of=NOON + number * HOUR)
        return Writing(onboarding="onboarding-hubspot-4712", standing=moved)

    desk.ledger.write(stands(1))
    await desk.write()
    desk.ledger.write(stands(2, status="reached", at=NOON + 4 * HOUR))
    await desk.write()

    assert ["2026-09-01", "2026-09-02"] == [properties["day90_go_live"] for _, properties in desk.account.wrote]


async def test_a_turn_that_changes_nothing_of_it_is_not_written(desk: Desk) -> None:
    """Most do not: a CRM counts calls."""
    desk.turn()
    await desk.write()
    desk.turn(next_key="other")

    assert [] == await desk.write()

    desk.turn(open_stages=(), status="handed_over", ending="handed_over", stages=())
    assert ["sent"] == await desk.write()
    _, properties = desk.account.wrote[-1]
    assert ("", "handed over") == (properties["day90_stage"], properties["day90_status"])
    assert 2 == len(desk.account.wrote)


async def test_what_is_written_is_how_it_stands_at_that_moment(desk: Desk) -> None:
    """How it stood when its record was found to be behind does not count."""
    desk.turn(status="behind")
    [id] = desk.office.ready(now=datetime.now(UTC), most=9)
    desk.turn(status="on_track")

    await desk.office.deliver(id)

    assert ["on track"] == [properties["day90_status"] for _, properties in desk.account.wrote]
    assert [] == await desk.write()


@pytest.mark.parametrize("taken", [True, False])
async def test_a_turn_that_is_looked_at_while_the_one_before_is_written_is_not_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    """Else the record of an onboarding that has ended would say for ever that it goes on."""
    desk.turn(status="behind")
    [id] = desk.office.ready(now=datetime.now(UTC), most=9)
    write = desk.office.crm.write

    async def meanwhile(*args: Any) -> None:
        await write(*args)
        desk.turn(status="churned", ending="churned")
        assert [id] == desk.office.ready(now=datetime.now(UTC), most=9)
        if not taken:
            raise Refused("a validation rule", field="crm")

    with monkeypatch.context() as patch:
        patch.setattr(desk.office.crm, "write", meanwhile)
        assert ("sent" if taken else "refused") == await desk.office.deliver(id)

    assert ["sent"] == await desk.write()
    assert "churned" == desk.account.deals["4711"]["day90_status"]


async def test_other_sources_are_not_written(desk: Desk) -> None:
    desk.ledger.admit(dossier(deal("1")), run="run-2")
    desk.ledger.write(Writing(onboarding="onboarding-file-1", standing=standing()))

    assert [] == await desk.write()
    assert desk.write_backs.of("onboarding-file-1") is None


async def test_a_property_that_is_missing_is_a_refusal_that_says_what_to_do_and_is_tried_daily(desk: Desk) -> None:
    """Once somebody has created it, nobody has to say so."""
    desk.account.lacks = {"day90_stage"}
    desk.turn()

    assert ["refused"] == await desk.write()
    assert [] == await desk.write()
    state, reason = desk.state()
    assert "refused" == state
    assert "HubSpot has no property day90_stage of deals: create it there" in reason

    desk.account.lacks = set()
    assert ["sent"] == await desk.write(later=AGAIN_DAILY + HOUR)
    assert ("written", "") == desk.state()


async def test_a_change_is_written_at_once_although_the_one_before_was_refused(desk: Desk) -> None:
    desk.account.lacks = {"day90_stage"}
    desk.turn()
    await desk.write()
    desk.account.lacks = set()
    desk.turn(status="behind")

    assert ["sent"] == await desk.write()


async def test_while_hubspot_is_away_it_waits_with_the_reason(desk: Desk) -> None:
    """It is written by itself later."""
    desk.account.first = [(502, {}, {"status": "error"})]
    desk.turn()

    assert ["HubSpot answers 502"] == await desk.write()
    assert ("waiting", "HubSpot answers 502") == desk.state()
    next_at = desk.office.next_ready(after=datetime.now(UTC))
    assert next_at is not None
    assert ["sent"] == await desk.write(later=PUT_OFF + HOUR)


async def test_a_deal_that_was_deleted_is_told(desk: Desk) -> None:
    del desk.account.deals["4711"]
    desk.turn()

    assert ["refused"] == await desk.write()
    assert ("refused", "the deal is not there any more") == desk.state()


async def test_a_whole_portfolio_is_found_page_by_page(desk: Desk) -> None:
    """So it is after the first start with a token."""
    for number in range(120):
        desk.ledger.admit(dossier(deal(f"9{number}", source="hubspot")), run=f"run-{number}")
        desk.ledger.write(Writing(onboarding=f"onboarding-hubspot-9{number}", standing=standing()))

    assert 120 == len(desk.office.ready(now=datetime.now(UTC), most=1000))


def test_the_shipped_mapping_names_the_properties_and_one_without_the_block_writes_nothing(desk: Desk) -> None:
    """Also one that cannot be read just now: whoever mends it sees the complaint elsewhere."""
    assert NAMES == MappingFile(HUBSPOT).write_back()
    desk.turn()

    def broken() -> WriteBack | None:
        raise NotReachable("the mapping file cannot be used")

    for unnamed in (lambda: None, broken):
        office = CrmOffice(**{**desk.office.__dict__, "names": unnamed})
        assert () == tuple(office.ready(now=datetime.now(UTC), most=9))
        assert office.next_ready(after=NOON) is None


# ------------------------------------------------------------------------------------------------ Salesforce


@pytest.fixture
async def sales_desk(engine: Engine, account: Account, organization: Organization) -> AsyncIterator[Desk]:
    """A desk with an onboarding of a Salesforce opportunity."""
    ledger, write_backs = SqlLedger(engine), SqlWriteBacks(engine)
    ledger.admit(dossier(deal(OPPORTUNITY, source="salesforce")), run="run-1")
    crm = Salesforce(organization.address, CLIENT_ID, CLIENT_SECRET, pause=no_pause)
    office = CrmOffice(
        source="salesforce", crm=crm, names=MappingFile(SALESFORCE).write_back, write_backs=write_backs,
        dossiers=ledger, threads=ThreadPoolExecutor(2), now=lambda: datetime.now(UTC), ui=UI,
    )  # fmt: skip
    yield Desk(ledger, write_backs, office, account, id=f"onboarding-salesforce-{OPPORTUNITY}")
    await crm.aclose()


async def no_pause(_: float) -> None:
    return


async def test_an_opportunity_says_how_its_onboarding_stands(sales_desk: Desk, organization: Organization) -> None:
    """In the four fields that the shipped mapping names; a turn that changes nothing of it is not written."""
    sales_desk.turn(status="behind")

    assert ["sent"] == await sales_desk.write()

    link = UI.format(id=sales_desk.id)
    properties = {"Day90_Stage__c": "Begin", "Day90_Status__c": "behind", "Day90_Link__c": link}
    assert [(OPPORTUNITY, properties)] == organization.wrote
    assert ("written", "") == sales_desk.state()

    sales_desk.turn(status="behind", next_key="other")
    assert [] == await sales_desk.write()


async def test_a_field_that_an_administrator_has_not_created_is_tried_daily(
    sales_desk: Desk, organization: Organization
) -> None:
    """The reason says what to do."""
    organization.lacks = {"Opportunity.Day90_Stage__c"}
    sales_desk.turn()

    assert ["refused"] == await sales_desk.write()
    state, reason = sales_desk.state()
    assert "refused" == state
    assert "no field Day90_Stage__c of opportunities" in reason
    assert "create it there (Text(255)" in reason

    organization.lacks = set()
    assert ["sent"] == await sales_desk.write(later=AGAIN_DAILY + HOUR)


async def test_a_validation_rule_and_a_deletion_are_told(sales_desk: Desk, organization: Organization) -> None:
    rule = [{"message": "Ask Bob.", "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "fields": ["Amount"]}]
    await sales_desk.office.crm.deal(OPPORTUNITY, properties=())
    organization.first = [(400, {}, rule)]
    sales_desk.turn()

    assert ["refused"] == await sales_desk.write()
    assert (
        "a validation rule or trigger of opportunities refuses the change (it is about Amount)" in sales_desk.state()[1]
    )

    organization.change(IsDeleted=True)
    sales_desk.turn(status="behind")
    assert ["refused"] == await sales_desk.write()
    assert ("refused", "the deal is not there any more") == sales_desk.state()


async def test_a_lock_that_lasts_and_a_limit_that_is_reached_wait_with_the_reason(
    sales_desk: Desk, organization: Organization
) -> None:
    """They are written by themselves later."""
    await sales_desk.office.crm.deal(OPPORTUNITY, properties=())
    sales_desk.turn()
    organization.first = [(400, {}, LOCKED)] * 3

    assert ["somebody else is changing the opportunity at this moment"] == await sales_desk.write()
    assert "waiting" == sales_desk.state()[0]

    organization.first = [(403, {}, LIMIT_EXCEEDED)]
    [waits] = await sales_desk.write(later=PUT_OFF + HOUR)
    assert "limit of API requests" in waits
    assert ["sent"] == await sales_desk.write(later=2 * PUT_OFF + HOUR)


async def test_each_crm_is_written_its_own(desk: Desk, sales_desk: Desk, organization: Organization) -> None:
    desk.turn()
    sales_desk.turn()

    assert ["sent"] == await desk.write()
    assert [] == organization.wrote

    assert ["sent"] == await sales_desk.write()
    assert ["4711"] == [id for id, _ in desk.account.wrote]
    assert [OPPORTUNITY] == [id for id, _ in organization.wrote]
