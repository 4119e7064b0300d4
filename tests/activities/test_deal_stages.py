"""What follows from a deal's stage: by what the CRM has now, whatever was delivered, and only once."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import Client

from activities.crm.hubspot import HubSpot
from activities.inbox.deal_stages import DealStages
from activities.inbox.same_deal import SameDeal
from domain.census import Line
from domain.inbox import InboxRow, Settled
from domain.record import RegisterRow
from domain.refusal import InvalidDeal, Refused
from domain.rules.admission import read_prospect
from domain.trouble import NotFound, NotReachable
from playbooks.mappings.files import HUBSPOT, MappingFile
from runtime.settings import PREFIX, Settings
from tests.support import hubspot
from tests.support.fakes import Doors, MemoryMerges, delivered
from tests.support.hubspot import TOKEN, Account
from wiring.parts import parts_of

account = hubspot.account
ONBOARDING = "onboarding-hubspot-4711"


@dataclass
class Told(Doors):
    """The door, with the lines and registers that the store would have afterwards."""

    kept: dict[str, Line] = field(default_factory=dict)
    risks: dict[str, RegisterRow] = field(default_factory=dict)
    unknown: bool = False

    def line(self, onboarding: str) -> Line | None:
        for raw in self.started:
            id = f"onboarding-{raw['source']}-{raw['id']}"
            self.kept.setdefault(id, Line(onboarding=id, kept_at=datetime.now(UTC)))
        return self.kept.get(onboarding)

    def registers(self, onboarding: str) -> Sequence[RegisterRow]:
        return [self.risks[onboarding]] if onboarding in self.risks else []

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> None:
        if self.unknown:
            raise NotFound(f"{onboarding}: no such onboarding in Temporal")
        if kind == "end_onboarding":
            if self.kept[onboarding].ending:
                raise Refused("this onboarding has ended")
            self.kept[onboarding] = self.kept[onboarding].model_copy(update={"ending": raw["ending"]})
        if kind == "record_risk":
            status = "closed" if raw.get("closed") else "open"
            self.risks[onboarding] = RegisterRow(
                kind="risk", key=raw["risk"], title="", status=status, at=datetime.now(UTC)
            )
        await super().tell(onboarding, kind, raw)


@dataclass
class Introduced:
    """A door to introductions that records its calls."""

    begun: list[Mapping[str, Any]] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)

    async def begin(self, raw: Mapping[str, Any]) -> str:
        self.begun.append(raw)
        return f"introduction-{raw['source']}-{raw['id']}"

    async def won(self, source: str, deal_id: str) -> None:
        return None

    async def lost(self, source: str, deal_id: str) -> str:
        self.ended.append((source, deal_id))
        return f"introduction-{source}-{deal_id}"


@dataclass
class Desk:
    """The handler with its CRM, door and introductions."""

    account: Account
    door: Told
    crm: HubSpot
    introductions: Introduced | None = None
    merges: MemoryMerges = field(default_factory=MemoryMerges)

    async def hears(self, kind: str = "stage_changed", id: str = "4711", **more: Any) -> Settled:
        row = delivered("hubspot", more.pop("body", {"objectId": int(id)}), kind=kind, subject=f"hubspot-{id}", **more)
        return await self.made()(row)

    def made(self) -> DealStages:
        return DealStages(
            name="HubSpot",
            setting="DAY90_HUBSPOT_API_TOKEN",
            crm=self.crm,
            mapping=MappingFile(HUBSPOT),
            door=self.door,
            same_deal=SameDeal(self.door, self.merges),
            registers=self.door,
            now=lambda: datetime.now(UTC),
            introductions=self.introductions,
        )


def won(**more: Any) -> InboxRow:
    return delivered("hubspot", {"objectId": 4711}, kind="stage_changed", subject="hubspot-4711", **more)


@pytest.fixture
async def desk(account: Account) -> AsyncIterator[Desk]:
    crm = HubSpot(account.address, TOKEN)
    yield Desk(account, Told(), crm)
    await crm.aclose()


async def test_a_won_deal_starts_once(desk: Desk) -> None:
    first = await desk.hears()
    again = await desk.hears(key="2")

    assert ("done", ONBOARDING) == (first.state, first.onboarding)
    assert f"{ONBOARDING} had been started before" == again.outcome
    [raw] = desk.door.started
    assert {"project_lead", "champion"} == {person["role"] for person in raw["stakeholders"]}
    assert "as_of" not in raw


async def test_what_was_delivered_does_not_matter_but_what_is(desk: Desk) -> None:
    """The delivery of the win overtook that of the stage before."""
    await desk.hears(body={"objectId": 4711, "propertyValue": "appointmentscheduled"})

    assert 1 == len(desk.door.started)


async def test_a_deal_found_weeks_late_is_taken_up_at_its_day(desk: Desk) -> None:
    closed = datetime.now(UTC) - timedelta(days=40)
    desk.account.change("4711", closedate=closed.isoformat())

    settled = await desk.hears()

    [raw] = desk.door.started
    assert datetime.now(UTC) - datetime.fromisoformat(raw["as_of"]) < timedelta(minutes=1)
    assert f"{ONBOARDING} started, 40 days after its close" == settled.outcome


async def test_the_inbox_says_what_could_not_be_kept_as_it_came(desk: Desk) -> None:
    """The onboarding begins all the same."""
    desk.account.contacts["512"]["email"] = "k@localhost"
    desk.account.change("4711", description="What was said. " * 800)

    settled = await desk.hears()

    assert f"{ONBOARDING} started; not kept as it came: " in settled.outcome
    assert "problem was cut" in settled.outcome
    assert "stakeholders.1.email" in settled.outcome
    [raw] = desk.door.started
    assert ["problem", "stakeholders.1.email"] == sorted(one["field"] for one in raw["left_out"])


@pytest.mark.parametrize(
    ("stage", "closed", "won_in_hubspot"), [("closedwon", "true", "false"), ("closedlost", "true", "true")]
)
async def test_a_stage_that_means_the_opposite_in_the_crm_is_refused(
    stage: str, closed: str, won_in_hubspot: str, desk: Desk
) -> None:
    """A pipeline was given other stages, and their ids stayed: the lost ones are called closedwon."""
    desk.account.change("4711", dealstage=stage, hs_is_closed=closed, hs_is_closed_won=won_in_hubspot)

    with pytest.raises(Refused, match="set the stages of the mapping file right"):
        await desk.hears()

    assert [] == desk.door.started


@pytest.mark.parametrize("flags", [("true", "true"), ("false", "false"), (None, None)])
async def test_what_the_crm_says_otherwise_of_a_stage_contradicts_nothing(
    flags: tuple[str | None, str | None], desk: Desk
) -> None:
    """A house may begin before HubSpot calls the deal closed."""
    closed, won_in_hubspot = flags
    desk.account.change("4711", hs_is_closed=closed, hs_is_closed_won=won_in_hubspot)

    assert ONBOARDING == (await desk.hears()).onboarding


@pytest.mark.parametrize("kind", ["deal_deleted", "deal_merged", "stage_changed"])
async def test_another_account_of_the_crm_says_nothing_about_our_deals(kind: str, desk: Desk) -> None:
    """A sandbox with the same app has deals by the same ids."""
    await desk.hears()
    body = {"objectId": 4711, "portalId": 999, "mergedInto": 5000, "merged": [4711]}

    settled = await desk.hears(kind, body=body)

    assert "from another account of HubSpot (999): nothing follows" == settled.outcome
    assert [] == list(desk.merges.absorbed("hubspot", "5000"))
    with pytest.raises(Refused):
        await desk.hears("deal_deleted", body={**body, "portalId": hubspot.PORTAL})


AHEAD = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(days=33)
"""As the customer's calendar has it."""


@pytest.mark.parametrize(
    ("closed", "noted"),
    [
        (AHEAD.isoformat(), f"as of today: it is won, and its close lies ahead, on {AHEAD.date()}"),
        (f"{AHEAD.date()}T00:00:00Z", "as of today: it is won, and its close lies ahead"),
        ((datetime.now(UTC) + timedelta(hours=48)).isoformat(), "as of today"),
        (None, "as of today: it is won, and has no close date"),
        ("", "as of today: it is won, and has no close date"),
    ],
    ids=["next month", "a day of next month", "in two days", "none", "empty"],
)
async def test_a_deal_that_is_won_now_closes_now(closed: str | None, noted: str, desk: Desk) -> None:
    """A workflow of the CRM that moves a deal leaves its close date at the end of the quarter, or empty."""
    desk.account.close_deal("4711", closedate=closed)

    settled = await desk.hears()

    [raw] = desk.door.started
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(raw["closed_at"]) < timedelta(minutes=1)
    assert noted in settled.outcome
    assert "as of today" not in (await desk.hears(key="2")).outcome


async def test_a_promised_go_live_before_a_close_that_was_left_ahead_is_no_contradiction(desk: Desk) -> None:
    """The close is set before the two are compared."""
    mapping = MappingFile(HUBSPOT)
    now = datetime.now(UTC)
    record = {
        "deal": {"id": "4711", "properties": {"closedate": AHEAD.isoformat()}},
        "company": {"properties": {"name": "Lindenau", "country": "Germany"}},
        "contacts": [{"properties": {"email": "s.vogel@lindenau.example"}, "labels": []}],
    }

    assert now == mapping.deal(record, won_by=now).closed_at
    with pytest.raises(InvalidDeal, match="closed_at"):
        mapping.deal({**record, "deal": {"id": "4711", "properties": {"closedate": "soon"}}}, won_by=now)


async def test_a_close_ahead_may_be_waited_for(desk: Desk) -> None:
    """By setting, where people date it so on purpose; what closes within a day is not waited for."""
    desk.account.close_deal("4711", closedate=AHEAD.isoformat())
    handler = replace(desk.made(), close_ahead="wait")

    settled = await handler(won())

    assert ("waiting", []) == (settled.state, desk.door.started)
    assert f"waits for its close on {AHEAD.date()}" in settled.outcome
    assert settled.not_before is not None
    assert abs(settled.not_before - AHEAD) < timedelta(days=2)
    for closed in ((datetime.now(UTC) + timedelta(hours=9)).isoformat(), None):
        desk.account.close_deal("4711", closedate=closed)
        assert "done" == (await handler(won())).state


async def test_a_deal_that_does_not_map_is_refused_with_field_and_expression(desk: Desk) -> None:
    """Once mended in the CRM, the deal is tried again."""
    desk.account.companies["8102"]["country"] = "Narnia"

    with pytest.raises(InvalidDeal) as refused:
        await desk.hears()
    assert "account.country" == refused.value.field
    assert "company.properties.country" in refused.value.reason
    assert "Narnia" not in refused.value.reason

    desk.account.companies["8102"]["country"] = "Germany"
    assert ONBOARDING == (await desk.hears()).onboarding


async def test_a_deal_in_another_stage_is_none_of_our_business(desk: Desk) -> None:
    desk.account.change("4711", dealstage="qualifiedtobuy")

    settled = await desk.hears()

    assert ("done", "") == (settled.state, settled.onboarding)
    assert 1 == len(desk.account.calls)
    assert [] == desk.door.started


async def test_a_deal_that_is_lost_ends_its_onboarding_as_reversed_once(desk: Desk) -> None:
    await desk.hears()
    desk.account.change("4711", dealstage="closedlost")

    settled = await desk.hears(key="2")
    again = await desk.hears(key="3")

    [(onboarding, kind, news)] = desk.door.told
    assert (ONBOARDING, "end_onboarding", "deal_reversed") == (onboarding, kind, news["ending"])
    assert news["reason"]
    assert "ends as a reversed deal" in settled.outcome
    assert "had ended before" in again.outcome


async def test_a_deal_that_is_lost_before_anything_began_ends_nothing(desk: Desk) -> None:
    desk.account.change("4711", dealstage="closedlost")

    assert "no onboarding had begun" in (await desk.hears()).outcome
    desk.door.kept[ONBOARDING] = Line(onboarding=ONBOARDING, kept_at=datetime.now(UTC), taken=False)
    desk.door.unknown = True
    assert "no onboarding had begun" in (await desk.hears()).outcome


async def test_a_deal_that_ended_meanwhile_is_no_trouble(desk: Desk) -> None:
    """The store did not have the ending yet when it was asked."""
    await desk.hears()
    desk.account.change("4711", dealstage="closedlost")
    running = desk.door.line(ONBOARDING)
    assert running is not None
    desk.door.kept[ONBOARDING] = running.model_copy(update={"ending": "churned"})
    seen = iter([running])
    ended = desk.door.line
    desk.door.line = lambda onboarding: next(seen, None) or ended(onboarding)  # type: ignore[method-assign]  # once

    assert "done" == (await desk.hears()).state


async def test_a_reopened_deal_is_a_risk_until_it_is_won_again(desk: Desk) -> None:
    """Its onboarding goes on: sales are sorting something out."""
    await desk.hears()
    desk.account.change("4711", dealstage="contractsent")
    for key in ("2", "3"):
        assert "reopened" in (await desk.hears(key=key)).outcome
    assert [("record_risk", "deal-reopened", False)] == [
        (kind, news["risk"], news.get("closed", False)) for _, kind, news in desk.door.told
    ]

    desk.account.change("4711", dealstage="closedwon")
    assert "won again" in (await desk.hears(key="4")).outcome
    assert "had been started before" in (await desk.hears(key="5")).outcome
    assert [False, True] == [news.get("closed", False) for _, _, news in desk.door.told]
    assert 2 == len({news["news_id"] for _, _, news in desk.door.told})


async def test_a_deal_that_is_won_again_after_it_was_reversed_waits_for_a_person(desk: Desk) -> None:
    """A deal has one onboarding for ever; the reason says what to do."""
    await desk.hears()
    for stage in ("closedlost", "closedwon"):
        desk.account.change("4711", dealstage=stage)
        if stage == "closedlost":
            await desk.hears(key=stage)
    with pytest.raises(Refused, match="clone the deal"):
        await desk.hears(key="2")


async def test_a_late_stage_begins_the_introduction(desk: Desk) -> None:
    """The introduction begins with what is known, and ends when the deal is lost; without one nothing follows."""
    desk.account.change("4711", dealstage="contractsent", closedate=None)
    assert "nothing follows before it is won" in (await desk.hears()).outcome

    desk.introductions = Introduced()
    await desk.hears()
    [raw] = desk.introductions.begun
    assert ("hubspot", "4711", "DE") == (raw["source"], raw["id"], raw["account"]["country"])
    assert "closed_at" not in raw

    desk.account.change("4711", dealstage="closedlost")
    assert "lost: introduction-hubspot-4711 has ended" == (await desk.hears()).outcome
    assert [("hubspot", "4711")] == desk.introductions.ended


async def test_the_day_of_closing_of_an_open_deal_is_the_expected_one(desk: Desk) -> None:
    """A prospect file, which the door reads; unknown fields would be refused there."""
    desk.introductions = Introduced()
    desk.account.change("4711", dealstage="contractsent", closedate="2027-03-31T10:00:00Z")

    await desk.hears()

    [raw] = desk.introductions.begun
    assert date(2027, 3, 31) == read_prospect(raw).expected_close


async def test_a_deleted_deal_waits_for_a_person_while_its_onboarding_runs(desk: Desk) -> None:
    """A deletion may be a mistake, and is no reversal."""
    assert "done" == (await desk.hears("deal_deleted")).state
    await desk.hears()

    with pytest.raises(Refused, match=f"{ONBOARDING} is under way"):
        await desk.hears("deal_deleted")
    desk.account.deals.clear()
    with pytest.raises(Refused, match="deleted or merged in HubSpot"):
        await desk.hears()
    assert "done" == (await desk.hears(id="999")).state


async def test_a_merged_deal_waits_for_a_person_while_its_onboarding_runs(desk: Desk) -> None:
    """The one that lives on is looked at; the one that was swallowed may not go on unseen."""
    desk.account.close_deal("5000")
    body = {"objectId": 4711, "mergedInto": 5000}

    assert "onboarding-hubspot-5000" == (await desk.hears("deal_merged", body=body)).onboarding

    await desk.hears()
    with pytest.raises(Refused, match="merged into 5000"):
        await desk.hears("deal_merged", body=body)


async def onboarded_and_merged_into(desk: Desk, new: str, *, told: bool = True) -> None:
    """4711 is onboarded and becomes `new`, a record of its own; `told` is whether HubSpot delivered the merge."""
    await desk.hears()
    desk.account.close_deal(new, hs_merged_object_ids="4711;4712")
    desk.account.became |= {"4711": new, "4712": new}
    if told:
        with pytest.raises(Refused, match=f"merged into {new}"):
            await desk.hears("deal_merged", body={"objectId": 4711, "mergedInto": int(new), "merged": [4711, 4712]})


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("kind", ["deal_created", "stage_changed", "deal_found", "deal_restored"])
@pytest.mark.parametrize("stage", ["closedwon", "closedlost", "contractsent", "qualifiedtobuy"])
async def test_a_record_that_absorbed_an_open_onboarding_starts_and_ends_nothing(
    kind: str, stage: str, told: bool, desk: Desk
) -> None:
    """By whatever road it comes: which of the two is meant is for a person to say."""
    desk.introductions = Introduced()
    await onboarded_and_merged_into(desk, "5000", told=told)
    desk.account.change("5000", dealstage=stage)

    with pytest.raises(Refused, match=f"has absorbed another in HubSpot, whose {ONBOARDING} is under way"):
        await desk.hears(kind, id="5000")

    assert ["4711"] == [raw["id"] for raw in desk.door.started]
    assert [] == desk.door.told
    assert [] == desk.introductions.begun


async def test_of_two_that_became_one_either_may_be_looked_at_first(desk: Desk) -> None:
    """The duplicate that was never won does not start what absorbed it: its own delivery names both."""
    await desk.hears()
    desk.account.close_deal("5000")
    body = {"objectId": 4712, "mergedInto": 5000, "merged": [4711, 4712]}

    with pytest.raises(Refused, match=f"{ONBOARDING} is under way"):
        await desk.hears("deal_merged", id="4712", body=body)


async def test_what_merged_records_absorbed_is_remembered_through_further_merges(desk: Desk) -> None:
    await onboarded_and_merged_into(desk, "5000")
    desk.account.close_deal("6000")
    body = {"objectId": 5000, "mergedInto": 6000, "merged": [5000]}

    with pytest.raises(Refused, match=f"{ONBOARDING} is under way"):
        await desk.hears("deal_merged", id="5000", body=body)
    with pytest.raises(Refused, match=f"{ONBOARDING} is under way"):
        await desk.hears("deal_found", id="6000")


async def test_a_record_that_absorbed_an_open_onboarding_and_is_deleted_waits_for_a_person(desk: Desk) -> None:
    await onboarded_and_merged_into(desk, "5000")

    with pytest.raises(Refused, match=f"{ONBOARDING} is under way"):
        await desk.hears("deal_deleted", id="5000")


@pytest.mark.parametrize(
    ("ending", "begun"), [("handed_over", []), ("churned", []), ("duplicate", ["5000"]), ("deal_reversed", ["5000"])]
)
async def test_after_the_absorbed_onboarding_has_ended_its_ending_decides(
    ending: str, begun: list[str], desk: Desk
) -> None:
    """Whoever was onboarded is not onboarded again; a person who ends the old one as a duplicate lets the new begin."""
    await onboarded_and_merged_into(desk, "5000")
    ended = desk.door.line(ONBOARDING)
    assert ended is not None
    desk.door.kept[ONBOARDING] = ended.model_copy(update={"ending": ending})

    settled = await desk.hears("deal_found", id="5000")

    assert "done" == settled.state
    assert ["4711", *begun] == [raw["id"] for raw in desk.door.started]


async def test_a_deal_that_became_another_is_followed_there(desk: Desk) -> None:
    """Nobody told of the merge, and the delivery is about the record that is gone; its introduction ends."""
    desk.introductions = Introduced()
    desk.account.close_deal("5000")
    desk.account.became["4711"] = "5000"

    assert "onboarding-hubspot-5000" == (await desk.hears()).onboarding
    assert [("hubspot", "4711")] == desk.introductions.ended
    assert ["4711"] == list(desk.merges.absorbed("hubspot", "5000"))


async def test_while_the_crm_is_away_or_has_no_token_the_delivery_waits(desk: Desk) -> None:
    desk.account.first = [(503, {}, {"status": "error"})]
    with pytest.raises(NotReachable):
        await desk.hears()

    desk.crm = None  # type: ignore[assignment]  # no token
    with pytest.raises(NotReachable, match="DAY90_HUBSPOT_API_TOKEN"):
        await desk.hears()


@pytest.mark.parametrize(
    ("source", "setting"), [("hubspot", "DAY90_HUBSPOT_API_TOKEN"), ("salesforce", "DAY90_SALESFORCE_URL")]
)
async def test_a_crm_that_cannot_be_read_names_its_own_setting(source: str, setting: str, tmp_path: Path) -> None:
    """The worker is wired so, and the setting exists."""
    client = await Client.connect("nobody:7233", lazy=True)
    handler = parts_of(Settings(data=tmp_path), client).handlers[source]
    assert isinstance(handler, DealStages)

    with pytest.raises(NotReachable, match=f": {setting} is not set"):
        await replace(handler, crm=None)(won())

    assert setting.removeprefix(PREFIX).lower() in Settings.model_fields


async def test_two_deals_of_an_account_are_two_onboardings(desk: Desk) -> None:
    desk.account.close_deal("4712")

    for id in ("4711", "4712"):
        await desk.hears(id=id)

    assert ["4711", "4712"] == [raw["id"] for raw in desk.door.started]
