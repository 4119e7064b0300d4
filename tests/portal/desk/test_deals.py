"""Is an onboarding started at the desk as it was shown before, and a prospect introduced? By a client, on a port."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from domain.introduction import IntroductionProgress
from domain.prospect import introduction_id
from domain.rules.admission import read_prospect
from starter.doors.introductions import IntroductionDoor
from store import reads
from store.introductions import SqlIntroductions
from tests.support.desk import DeskSite, desk_on
from tests.support.desk_door import with_real_door

YESTERDAY = str((datetime.now(UTC) - timedelta(days=1)).date())
TYPED = {
    "account.name": "Kranich Druck GmbH",
    "account.country": "DE",
    "account.time_zone": "Europe/Berlin",
    "account.language": "en",
    "source": "desk",
    "id": "HL-4711",
    "yearly_value": "46,000",
    "products": "- Orders\n- Stock",
    "custom": "- Contract number: 2026-117\nsla：gold: 4 h",
    "stakeholders.0.name": "Ada Kranich",
    "stakeholders.0.email": "ada@kranich.test",
    "stakeholders.0.role": "project_lead",
    "stakeholders.2.name": "Bo Specht",
    "stakeholders.2.email": "bo@kranich.test",
    "stakeholders.2.role": "executive_sponsor",
}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    async with desk_on(tmp_path) as site:
        with_real_door(site)
        yield site


@pytest.fixture
async def csm(site: DeskSite) -> AsyncIterator[httpx2.AsyncClient]:
    async with site.signed_in("csm") as browser:
        yield browser


async def test_a_deal_is_planned_first_and_started_as_it_was_shown(site: DeskSite, csm: httpx2.AsyncClient) -> None:
    """Nothing is kept before the second button, which leads to the new customer's page."""
    shown = await csm.post("/desk/start", data={**TYPED, "closed_at": YESTERDAY})
    assert "Go-live" in shown.text
    assert not re.search(r"\d{4} \d+ working days to sign", shown.text)
    assert SqlIntroductions(site.engine).kept("x") is None
    with pytest.raises(Exception, match="there is no onboarding"):
        reads.one(site.engine, "onboarding-desk-HL-4711")
    [file] = re.findall(r'name="file">\n(.*?)</textarea>', shown.text, re.DOTALL)

    begun = await csm.post("/desk/start", data={"file": _unescaped(file), "confirmed": "yes"})

    assert str(begun.url).endswith("/desk/onboardings/onboarding-desk-HL-4711?told=deal_started")
    assert "Kranich Druck GmbH" in begun.text
    people = site.door.onboardings["onboarding-desk-HL-4711"].dossier.deal.stakeholders
    assert ["Ada Kranich", "Bo Specht"] == [one.name for one in people]
    custom = site.door.onboardings["onboarding-desk-HL-4711"].dossier.deal.custom
    assert {"contract_number": "2026-117", "sla": "gold: 4 h"} == custom
    assert ("contract number", "2026-117") == (*re.findall(r"<dt>(contract number)</dt><dd>(.*?)</dd>", begun.text)[0],)


async def test_whom_a_start_would_overbook_is_told_before_it_begins(site: DeskSite, csm: httpx2.AsyncClient) -> None:
    """Of a specialist who has 32 hours a week it takes no more than there are, of one who has four it does."""
    closed = {**TYPED, "closed_at": str(datetime.now(UTC).date()), "playbook": "high-touch", "owner": "jonas.weber"}
    before = await csm.post("/desk/start", data=closed)
    short = [
        one.model_copy(update={"hours_a_week": 4.0}) if one.handle == "ines.moreau" else one
        for one in site.team.members
    ]
    team = site.team.model_copy(update={"members": tuple(short)})
    site.parts.staff = lambda: team

    shown = await csm.post("/desk/start", data=closed)

    assert "Too little time" not in before.text
    assert re.search(r"<strong>Inès Moreau</strong>: \d+ of 4 h in the week of", shown.text)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"account.name": ""}, "account.name"),
        ({"account.country": "Germany"}, "account.country"),
        ({"id": "HL/2041"}, "id"),
        ({"stakeholders.2.email": "nowhere"}, "stakeholders.2.email"),
        ({"yearly_value": "much"}, "yearly_value"),
        ({"owner": "nobody.here"}, "owner"),
        ({"custom": "契約番号: 1"}, "custom"),
        ({"custom": "Support level: gold\nsupport  level: silver"}, "custom"),
        ({"go_live_by": "2020-01-01"}, "go_live_by"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    csm: httpx2.AsyncClient, changed: Mapping[str, str], field: str
) -> None:
    answer = await csm.post("/desk/start", data={**TYPED, "closed_at": YESTERDAY, **changed})

    assert 422 == answer.status_code
    assert f'id="{field}-error"' in answer.text, re.findall(r'class="error".*', answer.text)
    assert "Bo Specht" in answer.text


async def test_a_deal_file_counts_in_place_of_the_fields(csm: httpx2.AsyncClient) -> None:
    whole = (Path("examples") / "lindenau-germany.json").read_text("utf-8")

    broken = await csm.post("/desk/start", data={"file": "{"})
    wrong = await csm.post("/desk/start", data={"file": json.dumps({**json.loads(whole), "seats": 0})})

    assert "This is no JSON object" in broken.text
    assert "seats" in wrong.text
    assert 422 == wrong.status_code


async def test_starting_takes_a_csm(site: DeskSite) -> None:
    async with site.signed_in("specialist") as browser:
        assert 403 == (await browser.get("/desk/start")).status_code
        assert 403 == (await browser.post("/desk/introductions/begin", data=TYPED)).status_code
        assert "Start an onboarding" not in (await browser.get("/desk/me")).text


@dataclass
class Introducing:
    """Introductions as their door takes them, without a server."""

    store: SqlIntroductions
    told: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    async def begin(self, raw: Mapping[str, Any]) -> str:
        prospect = read_prospect(raw)
        id = introduction_id(prospect.source, prospect.id)
        self.store.keep(id, prospect)
        return id

    async def tell(self, introduction: str, kind: str, raw: Mapping[str, Any]) -> IntroductionProgress:
        self.told.append((introduction, kind, raw))
        return IntroductionProgress(introduction=introduction, status="waiting")


async def test_a_prospect_is_introduced_and_what_is_found_is_told(site: DeskSite, csm: httpx2.AsyncClient) -> None:
    introducing = Introducing(SqlIntroductions(site.engine))

    async def door_of(via: str, *, proved: bool) -> IntroductionDoor:
        assert ("desk", True) == (via, proved)
        return cast("IntroductionDoor", introducing)

    site.parts.introduction_door = door_of  # type: ignore[method-assign]  # a door that needs no server

    begun = await csm.post("/desk/introductions/begin", data={**TYPED, "expected_close": "2033-01-31"})
    [once] = set(re.findall(r'name="once" value="([^"]+)"', begun.text))
    empty = await csm.post(str(begun.url), data={"once": once, "what": "report_issue", "severity": "high"})
    told = await csm.post(
        str(begun.url), data={"once": once, "what": "report_issue", "severity": "high", "title": "No SSO"}
    )
    listed = await csm.get("/desk/introductions")

    assert "introduction-desk-HL-4711" in str(begun.url)
    assert 'id="report_issue.title-error"' in empty.text
    assert "Recorded." in told.text
    [(_, kind, news)] = introducing.told
    assert ("report_issue", "No SSO", "jonas.weber") == (kind, news["title"], news["by"])
    assert "Kranich Druck GmbH" in listed.text


def _unescaped(text: str) -> str:
    from html import unescape

    return unescape(text)


BESIDE = {
    "sow_url": "https://files.vendor.test/sow-4711",
    "roi_method": "Hours saved times wages",
    "success_metrics.1.name": "Order to delivery",
    "success_metrics.1.baseline": "20 days",
    "success_metrics.1.target": "14 days",
    "success_metrics.1.by_day": "90",
    "quick_wins.0.what": "One list of orders",
    "quick_wins.0.visibility": "5",
    "quick_wins.0.effort": "1",
    "quick_wins.0.slot": "60",
    "quick_wins.1.visibility": "3",
    "quick_wins.1.effort": "3",
    "quick_wins.1.slot": "30",
    "near_term.0.what": "Audit",
    "near_term.0.on": "2033-02-01",
    "busy_seasons.0.first": "2033-12-01",
    "busy_seasons.0.last": "2033-12-20",
    "busy_seasons.0.why": "Christmas",
    "closures.0.first": "2033-08-01",
    "closures.0.last": "2033-08-05",
    "closures.0.why": "Summer",
    "circumstances.complexity": "high",
    "circumstances.integrations": "3",
    "circumstances.large_data": "yes",
    "notes.0.by": "Petra Lang",
    "notes.0.text": "They had a bad start with another vendor.",
    "champion": "2",
}


async def test_a_deal_has_all_that_the_sale_knows(site: DeskSite, csm: httpx2.AsyncClient) -> None:
    """Rows may stay empty in between, and a row that holds nothing but what it began with is none."""
    shown = await csm.post("/desk/start", data={**TYPED, **BESIDE, "closed_at": YESTERDAY})
    [file] = re.findall(r'name="file">\n(.*?)</textarea>', shown.text, re.DOTALL)
    await csm.post("/desk/start", data={"file": _unescaped(file), "confirmed": "yes"})

    sold = site.door.onboardings[f"onboarding-desk-{TYPED['id']}"].dossier.deal
    [metric], [win], [date], [note] = sold.success_metrics, sold.quick_wins, sold.near_term, sold.notes
    assert ("Order to delivery", "20 days", "14 days", 90) == (
        *(metric.name, metric.baseline, metric.target, metric.by_day),
    )
    assert ("One list of orders", 5, 1, 60) == (win.what, win.visibility, win.effort, win.slot)
    assert ("Audit", "Petra Lang", "Hours saved times wages") == (date.what, note.by, sold.roi_method)
    assert ("Christmas", "Summer") == (sold.busy_seasons[0].why, sold.closures[0].why)
    assert ("high", 3, True, False) == (*sold.circumstances.model_dump().values(),)
    assert ("executive_sponsor", "https://files.vendor.test/sow-4711") == (sold.champion, sold.sow_url)


async def test_more_rows_come_by_a_button_and_nothing_that_was_typed_goes(csm: httpx2.AsyncClient) -> None:
    """Without a script; what is not yet filled in is no mistake. Past twenty there are no more."""
    form = {**TYPED, "account.name": "", "success_metrics.0.name": "Errors", "rows.success_metrics": "2"}
    once = await csm.post("/desk/start", data={**form, "more": "success_metrics"})
    last = await csm.post("/desk/start", data={**form, "rows.success_metrics": "9999999", "more": "success_metrics"})
    many = await csm.post("/desk/start", data={**form, "rows.success_metrics": "19", "more": "success_metrics"})

    assert (200, 5) == (once.status_code, len(re.findall(r'name="success_metrics\.\d+\.name"', once.text)))
    assert 'name="success_metrics.0.name" type="text" value="Errors"' in once.text
    assert '<details class="why part" open>' in once.text
    assert "Bo Specht" in once.text
    assert "error" not in once.text.split("<main", 1)[1]
    assert 200 == last.status_code
    assert 20 == len(re.findall(r'name="success_metrics\.\d+\.name"', many.text))
    assert 'value="success_metrics" formaction' not in many.text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"success_metrics.1.by_day": "soon"}, "success_metrics.1.by_day"),
        ({"success_metrics.1.by_day": "2000"}, "success_metrics.1.by_day"),
        ({"near_term.0.on": ""}, "near_term.0.on"),
        ({"busy_seasons.0.last": "2033-11-01"}, "busy_seasons.0.first"),
        ({"closures.0.last": "2033-12-01"}, "closures.0.first"),
        ({"circumstances.integrations": "-1"}, "circumstances.integrations"),
        ({"quick_wins.0.slot": "45"}, "quick_wins.0.slot"),
        ({"sow_url": "somewhere"}, "sow_url"),
    ],
)
async def test_what_is_wrong_beside_the_deal_is_said_at_its_field_too(
    csm: httpx2.AsyncClient, changed: Mapping[str, str], field: str
) -> None:
    answer = await csm.post("/desk/start", data={**TYPED, **BESIDE, "closed_at": YESTERDAY, **changed})

    assert 422 == answer.status_code
    assert f'id="{field}-error"' in answer.text, re.findall(r'class="error".*', answer.text)
    assert '<details class="why part" open>' in answer.text


FILLED = {
    "once": "a" * 22,
    "problem": "Orders are typed twice.",
    "success_metrics.0.name": "Order to delivery",
    "success_metrics.0.baseline": "20 days",
    "success_metrics.0.target": "14 days",
    "champion": "end_user",
    "custom": "SLA: gold",
    "notes.0.text": "They had a bad start with another vendor.",
}
BARE: Mapping[str, Any] = {"problem": None, "success_metrics": [], "champion": None, "custom": {}, "notes": []}


async def test_what_the_record_lacks_is_filled_in_at_the_desk(site: DeskSite, csm: httpx2.AsyncClient) -> None:
    """A metric becomes a goal at once; what is there is not asked for. Twice is once, in the journal under a name."""
    onboarding = site.opened(**BARE, present_state="By telephone.")
    path = f"/desk/onboardings/{onboarding.id}/record"
    before = await csm.get(path)
    form = await csm.get(f"{path}/fill")

    for _ in range(2):
        filled = await csm.post(f"{path}/fill", data=FILLED)

    assert f"{path}/fill" in before.text
    assert ('name="problem"' in form.text, 'name="present_state"' in form.text) == (True, False)
    assert '<option value="">Not known yet</option>' in form.text
    assert "Filled in. It stands in the record." in filled.text
    sold = site.parts.ledger.dossier(onboarding.id).deal
    assert ("Orders are typed twice.", "end_user", "gold") == (sold.problem, sold.champion, sold.custom["sla"])
    assert [("Jonas Weber", "They had a bad start with another vendor.")] == [(one.by, one.text) for one in sold.notes]
    assert "from 20 days to 14 days" in (await csm.get(f"/desk/onboardings/{onboarding.id}/goals")).text
    [row] = reads.journal(site.engine, onboarding.id, kinds=("hand_off_completed",))
    assert ("jonas.weber", "desk", True) == (row.by, row.via, row.proved)


async def test_what_somebody_has_filled_in_meanwhile_stays_and_the_second_is_told(
    site: DeskSite, csm: httpx2.AsyncClient
) -> None:
    """Nothing of theirs is saved until they have seen it, and the rest goes by the same form."""
    onboarding = site.opened(**BARE)
    path = f"/desk/onboardings/{onboarding.id}/record/fill"
    async with site.signed_in("manager") as manager:
        await manager.post(path, data={"once": "b" * 22, "problem": "Their stock is a guess."})

    second = await csm.post(path, data=FILLED)
    rest = await csm.post(path, data={name: value for name, value in FILLED.items() if name != "problem"})

    assert 409 == second.status_code
    assert "Somebody has filled this in meanwhile" in second.text
    assert "Orders are typed twice." in second.text
    assert 'name="success_metrics.0.name" type="text" value="Order to delivery"' in second.text
    assert "Filled in" in rest.text
    sold = site.parts.ledger.dossier(onboarding.id).deal
    assert ("Their stock is a guess.", "Order to delivery") == (sold.problem, sold.success_metrics[0].name)
    assert 2 == len(reads.journal(site.engine, onboarding.id, kinds=("hand_off_completed",)))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"once": ""}, "form"),
        ({"once": "a" * 22}, "form"),
        ({"once": "a" * 22, "success_metrics.1.name": "x" * 201}, "success_metrics.1.name"),
        ({"once": "a" * 22, "champion": "nobody"}, "champion"),
        ({"once": "a" * 22, "custom": "tier: gold"}, "custom"),
        ({"once": "a" * 22, "seats": "many", "problem": "x"}, "seats"),
    ],
)
async def test_what_cannot_be_filled_in_is_said_at_its_field(
    site: DeskSite, csm: httpx2.AsyncClient, form: Mapping[str, str], field: str
) -> None:
    onboarding = site.opened(**{**BARE, "custom": {"tier": "silver"}, "seats": None})

    answer = await csm.post(f"/desk/onboardings/{onboarding.id}/record/fill", data=form)

    assert answer.status_code in (409, 422)
    assert f'href="#{field}"' in answer.text
    assert () == reads.journal(site.engine, onboarding.id, kinds=("hand_off_completed",))


async def test_dates_and_promises_of_the_plan_cannot_be_filled_in(site: DeskSite, csm: httpx2.AsyncClient) -> None:
    """They have made the plan: a form that was made by hand changes them no more than a delivery of the CRM."""
    onboarding = site.opened(**BARE, busy_seasons=[], go_live_by=None)
    path = f"/desk/onboardings/{onboarding.id}/record/fill"
    late = {name: value for name, value in BESIDE.items() if name.startswith(("busy", "closures", "circumstances"))}

    answer = await csm.post(path, data={"once": "a" * 22, "go_live_by": "2033-05-01", **late})

    assert 422 == answer.status_code
    sold = site.parts.ledger.dossier(onboarding.id).deal
    assert ((), None, "normal") == (sold.busy_seasons, sold.go_live_by, sold.circumstances.complexity)


async def test_filling_in_takes_a_csm_and_an_onboarding_that_goes_on(site: DeskSite, csm: httpx2.AsyncClient) -> None:
    onboarding = site.opened(**BARE)
    path = f"/desk/onboardings/{onboarding.id}/record/fill"
    async with site.signed_in("specialist") as specialist:
        refused = await specialist.post(path, data=FILLED)
    onboarding.tell("end_onboarding", ending="churned", reason="They have left.", by="nora.lindqvist")
    onboarding.to_day(30)

    ended = await csm.post(path, data=FILLED)

    assert (403, 200) == (refused.status_code, ended.status_code)
    assert f"{path}" not in ended.text
    assert site.parts.ledger.dossier(onboarding.id).deal.problem is None
