"""Does a stage mean the same for a record that any system delivers as for a deal of a CRM?"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from activities.crm.last_delivered import AsDelivered
from activities.inbox.deal_stages import DealStages
from activities.inbox.deals import DealStarts, RecordsInStages
from activities.inbox.renewals import RenewalDeals
from activities.inbox.same_deal import SameDeal
from domain.inbox import Settled
from domain.measure.renewals import ProgrammeThen, RenewalGiven, RenewalRecorded
from domain.refusal import InvalidDeal, Refused
from domain.room.deeds import Deed
from domain.rules.admission import read_prospect
from domain.trouble import NotReachable, UnknownOnboarding
from playbooks.mappings.files import MappingFile
from tests.activities.test_deal_stages import Introduced, Told
from tests.playbooks.test_mapping import RECORD, SMALL
from tests.support.fakes import MemoryMerges, delivered

ONBOARDING = "onboarding-orders-A2041"
RECENT = (datetime.now(UTC) - timedelta(days=2)).strftime("%d.%m.%Y")


@dataclass
class Renewed:
    """Keeps renewals; nobody but those named is handed over."""

    kept: list[tuple[str, RenewalGiven, str]] = field(default_factory=list)
    unknown: bool = False
    programme: ProgrammeThen = "goes_on"

    async def record(self, onboarding: str, given: RenewalGiven, deed: Deed, *, deal: str = "") -> RenewalRecorded:
        assert deed.proved
        if self.unknown:
            raise UnknownOnboarding(onboarding)
        new = (onboarding, given, deal) not in self.kept
        self.kept += [(onboarding, given, deal)] if new else []
        return RenewalRecorded(onboarding=onboarding, new=new, programme=self.programme)


@dataclass
class OrderDesk:
    """The handler of records that the guide's small mapping reads, changed by `mapping`."""

    folder: Path
    mapping: dict[str, Any] = field(default_factory=dict)
    door: Told = field(default_factory=Told)
    introductions: Introduced = field(default_factory=Introduced)
    renewed: Renewed = field(default_factory=Renewed)

    async def hears(self, **changes: Any) -> Settled:
        file = self.folder / "orders.mapping.yaml"
        file.write_text(yaml.safe_dump({**yaml.safe_load(SMALL), **self.mapping}), encoding="utf-8")
        stages = DealStages(
            name="",
            setting="DAY90_DEALS_MAPPING",
            crm=None,
            mapping=MappingFile(file),
            door=self.door,
            same_deal=SameDeal(self.door, MemoryMerges()),
            registers=self.door,
            now=lambda: datetime.now(UTC),
            introductions=self.introductions,
            renewal_deals=RenewalDeals(renewals=self.renewed, now=lambda: datetime.now(UTC)),
        )
        return await RecordsInStages(stages, as_crm=AsDelivered)(delivered("deals", order(**changes)))


def order(**changes: Any) -> dict[str, Any]:
    return {**RECORD, "signed_on": RECENT, **changes}


@pytest.fixture
def desk(tmp_path: Path) -> OrderDesk:
    return OrderDesk(tmp_path)


async def test_a_won_order_starts_once(desk: OrderDesk) -> None:
    settled = await desk.hears()
    await desk.hears()

    assert ("done", ONBOARDING) == (settled.state, settled.onboarding)
    assert ["A2041"] == [raw["id"] for raw in desk.door.started]


async def test_a_stage_that_the_mapping_does_not_name_starts_nothing(desk: OrderDesk) -> None:
    settled = await desk.hears(status="draft")

    assert ("done", "") == (settled.state, settled.onboarding)
    assert [] == desk.door.started


async def test_a_cancelled_order_ends_its_onboarding_as_reversed(desk: OrderDesk) -> None:
    """However little the cancellation repeats of the order; the reason names the system."""
    await desk.hears()

    settled = await desk.hears(status="cancelled", total="much", customer=None, signed_on=None)
    again = await desk.hears(status="cancelled")

    assert f"lost: {ONBOARDING} ends as a reversed deal" == settled.outcome
    assert "had ended before" in again.outcome
    [(onboarding, kind, news)] = desk.door.told
    assert (ONBOARDING, "end_onboarding", "deal_reversed") == (onboarding, kind, news["ending"])
    assert "orders" in news["reason"]


async def test_a_cancelled_order_that_is_signed_again_waits_for_a_person(desk: OrderDesk) -> None:
    for status in ("signed", "cancelled"):
        await desk.hears(status=status)

    with pytest.raises(Refused, match="has ended as a reversed deal"):
        await desk.hears()


async def test_a_cancelled_order_that_never_began_ends_its_introduction(desk: OrderDesk) -> None:
    assert "lost: introduction-orders-A2041 has ended" == (await desk.hears(status="cancelled")).outcome


async def test_a_late_stage_introduces(desk: OrderDesk) -> None:
    desk.mapping = {"stages": {"introduction": ["offered"], "won": ["signed"]}}

    await desk.hears(status="offered", signed_on="31.03.2027")

    [raw] = desk.introductions.begun
    assert date(2027, 3, 31) == read_prospect(raw).expected_close
    assert [] == desk.door.started


async def test_an_order_that_is_open_again_is_a_risk_until_it_is_signed_again(desk: OrderDesk) -> None:
    await desk.hears()

    assert "reopened" in (await desk.hears(status="draft")).outcome
    assert "won again" in (await desk.hears()).outcome


async def test_without_a_won_stage_whatever_comes_has_closed(desk: OrderDesk) -> None:
    """But for what the mapping calls lost: order systems send their orders, and the cancellation of one."""
    desk.mapping = {"stages": {"lost": ["cancelled"]}}

    assert ONBOARDING == (await desk.hears(status="anything")).onboarding
    assert "ends as a reversed deal" in (await desk.hears(status="cancelled")).outcome


async def test_a_repeated_order_completes_the_hand_off_record(desk: OrderDesk) -> None:
    """What the CRMs' records do not do, any sender's do, with a mapping or without."""
    await desk.hears()
    desk.door.completes = ("problem",)

    assert "the hand-off record got problem" in (await desk.hears()).outcome


async def test_what_cannot_be_read_is_refused_with_its_field(desk: OrderDesk) -> None:
    with pytest.raises(InvalidDeal, match="yearly_value"):
        await desk.hears(total="much")
    with pytest.raises(InvalidDeal, match="id: is missing"):
        await desk.hears(number=None)


async def test_while_the_mapping_cannot_be_used_the_order_waits(desk: OrderDesk) -> None:
    desk.mapping = {"deal": {"id": "number"}}

    with pytest.raises(NotReachable, match="mapping"):
        await desk.hears()


# ------------------------------------------------------------------------------------------------ renewals


def renews(desk: OrderDesk) -> None:
    """Let the mapping read which deal an order renews, and from which day."""
    fields = {"custom.renewal_of": "renews", "custom.renews_on": {"from": "renews_on", "as": "date"}}
    desk.mapping = {"deal": {**yaml.safe_load(SMALL)["deal"], **fields}}


async def test_a_won_renewal_starts_nothing_and_is_recorded_with_its_day_and_value(desk: OrderDesk) -> None:
    renews(desk)

    first = await desk.hears(number="B7", renews="A2041", renews_on="01.12.2026")
    again = await desk.hears(number="B7", renews="A2041", renews_on="01.12.2026")

    assert (f"{ONBOARDING}: renewed from 2026-12-01", ONBOARDING) == (first.outcome, first.onboarding)
    assert again.outcome.endswith("as was recorded before")
    [(onboarding, given, deal)] = desk.renewed.kept
    assert (ONBOARDING, "renewed", Decimal(24500), "orders-B7") == (
        onboarding, given.outcome, given.yearly_value, deal
    )  # fmt: skip
    assert [] == desk.door.started


async def test_a_won_renewal_of_which_nobody_can_tell_the_day_says_so(desk: OrderDesk) -> None:
    renews(desk)
    desk.mapping["deal"]["closed_at"] = "nowhere"

    with pytest.raises(Refused, match="as is the close: when does the new contract begin") as refused:
        await desk.hears(number="B7", renews="A2041")

    assert "custom.renews_on" == refused.value.field
    assert [] == desk.renewed.kept


async def test_a_lost_renewal_is_a_customer_who_left_and_an_open_one_is_nothing_yet(desk: OrderDesk) -> None:
    """Lost, it says on which day the customer leaves: it is lost long before the contract ends."""
    renews(desk)

    open_ = await desk.hears(number="B7", renews="A2041", status="draft")
    assert [] == desk.renewed.kept
    with pytest.raises(Refused, match="on which day does the customer leave") as refused:
        await desk.hears(number="B7", renews="A2041", status="cancelled")
    await desk.hears(number="B7", renews="A2041", status="cancelled", renews_on="01.12.2026")

    assert "custom.renews_on" == refused.value.field
    assert "nothing follows before it is won or lost" in open_.outcome
    [(_, given, _)] = desk.renewed.kept
    assert ("left", None, date(2026, 12, 1)) == (given.outcome, given.yearly_value, given.on)
    assert [] == [kind for _, kind, _ in desk.door.told]


async def test_a_customer_who_left_comes_again_until_the_success_programme_has_heard_of_it(desk: OrderDesk) -> None:
    renews(desk)
    desk.renewed.programme = "not_reached"

    with pytest.raises(NotReachable):
        await desk.hears(number="B7", renews="A2041", status="cancelled", renews_on="01.12.2026")

    desk.renewed.programme = "ended"
    again = await desk.hears(number="B7", renews="A2041", status="cancelled", renews_on="01.12.2026")
    assert "leaves on 2026-12-01" in again.outcome
    assert 1 == len(desk.renewed.kept)


async def test_a_renewal_of_nobody_waits_for_a_person(desk: OrderDesk) -> None:
    renews(desk)
    desk.renewed.unknown = True

    with pytest.raises(Refused, match="there is no onboarding-orders-A1") as refused:
        await desk.hears(number="B7", renews="A1")

    assert "custom.renewal_of" == refused.value.field


async def test_a_deal_that_renews_nothing_starts_as_ever(desk: OrderDesk) -> None:
    renews(desk)

    assert ONBOARDING == (await desk.hears(renews="")).onboarding
    assert ["A2041"] == [raw["id"] for raw in desk.door.started]


async def test_a_deal_file_that_renews_another_starts_nothing(desk: OrderDesk) -> None:
    handled = DealStarts(desk.door, RenewalDeals(renewals=desk.renewed, now=lambda: datetime.now(UTC)))
    file = {"source": "file", "id": "2", "closed_at": "2027-09-01T10:00:00+02:00", "yearly_value": 5}

    await handled(delivered("deals", {**file, "custom": {"renewal_of": "1"}}))
    with pytest.raises(Refused, match="valid decimal") as refused:
        await handled(delivered("deals", {**file, "yearly_value": "much", "custom": {"renewal_of": "1"}}))

    assert [("onboarding-file-1", date(2027, 9, 1))] == [(of, given.on) for of, given, _ in desk.renewed.kept]
    assert ("yearly_value", []) == (refused.value.field, desk.door.started)
