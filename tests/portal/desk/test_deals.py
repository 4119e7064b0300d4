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
