"""Do managers see use by team, users their own, and nobody what another does?"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import expect

from domain.notice import Notice
from portal.room.targets import target
from tests.support.adoption import OFTEN, belongs, used
from tests.support.browsers import a_browser, complaints_in_both_schemes, needs_a_browser
from tests.support.room import Onboarding, RoomSite, into, room_on

GROUP = "lindenau"
SALES = tuple(f"sales-{number}" for number in range(6))
LAW = tuple(f"law-{number}" for number in range(3))
PEOPLE: list[dict[str, str]] = [
    {"id": "lead", "name": "Stefan Vogel", "email": "lead@customer.test", "role": "project_lead", "language": "en"},
    {"id": "head", "name": "Mara Head", "email": "mara@customer.test", "role": "manager", "language": "en"},
    {"id": "often", "name": "Eve User", "email": "eve@customer.test", "role": "power_user", "language": "en"},
    {"id": "tech", "name": "Timo Tech", "email": "timo@customer.test", "role": "technical_lead", "language": "en"},
]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path) as site:
        yield site


def opened(site: RoomSite, *, agreed: bool = True, in_use: bool = True) -> Onboarding:
    """Six of Sales and three of Law, four of whom nobody knows the team, and Eve with a habit."""
    custom: dict[str, Any] = {"usage_group": GROUP, **({"usage_by_person": True} if agreed else {})}
    onboarding = site.opened(custom=custom, stakeholders=PEOPLE, champion="often")
    onboarding.to_day(3)
    if in_use:
        belongs(site.engine, SALES, "team", "Sales <b>North</b>")
        belongs(site.engine, LAW, "team", "Law")
        belongs(site.engine, SALES, "role", "end_user")
        days = {**dict.fromkeys(SALES[:4], (2, 9)), **dict.fromkeys((*LAW, "x1", "x2", "x3", "x4"), (2,))}
        used(site.engine, GROUP, "Report Created", {**days, SALES[4]: (9,), SALES[5]: (9,), "eve@customer.test": OFTEN})
    return onboarding


def section(page: httpx2.Response, id: str) -> str:
    [html] = re.findall(rf'<section id="{id}".*?</section>', page.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_a_manager_reads_of_each_team_that_is_large_enough(site: RoomSite) -> None:
    """Law has three people: no word of it, and none of who they are."""
    onboarding = opened(site)

    async with into(site, onboarding, "lead") as lead:
        page = await lead.get("/use")

    by_team = section(page, "by-team")
    assert "Sales &lt;b&gt;North&lt;/b&gt; 6 people" in by_team
    assert "4 of 6 used it in the last week (67 %)" in by_team
    assert "Smaller teams, and whoever has no team 8 people 8 of 8" in by_team
    assert "All together 14 people 12 of 14" in by_team
    assert "Without a known team: 5 of 14." in by_team
    assert "Law" not in page.text
    assert "End user 6 people" in section(page, "by-role")
    assert 'id="own"' not in page.text


async def test_a_user_reads_of_themselves_alone(site: RoomSite) -> None:
    onboarding = opened(site)

    async with into(site, onboarding, "often") as eve:
        page = await eve.get("/use")

    assert "You used it on 12 days" in section(page, "own")
    assert "Sales" not in page.text
    assert "by-team" not in page.text


async def test_a_manager_who_uses_it_reads_both(site: RoomSite) -> None:
    """Of somebody who was not seen nothing is counted up."""
    onboarding = opened(site)

    async with into(site, onboarding, "head") as head:
        page = await head.get("/use")

    assert "We have not seen you in the product in these four weeks" in section(page, "own")
    assert "Sales" in section(page, "by-team")


async def test_without_the_customers_agreement_nobodys_own_use_is_looked_at(site: RoomSite) -> None:
    """Teams are told all the same: no figure of theirs is anybody's."""
    onboarding = opened(site, agreed=False)

    async with into(site, onboarding, "head") as head:
        page = await head.get("/use")

    assert "is not looked at in your onboarding" in section(page, "own")
    assert "Sales" in section(page, "by-team")


async def test_who_neither_uses_it_nor_answers_for_others_has_no_such_page(site: RoomSite) -> None:
    """Nor a way to it; who has one finds it on their home, and where a telephone's bar ends."""
    onboarding = opened(site)

    async with into(site, onboarding, "tech") as tech, into(site, onboarding, "lead") as lead:
        assert 404 == (await tech.get("/use")).status_code
        for path in ("/", "/more"):
            links = [re.search(r'href="[^"]*/use"', (await browser.get(path)).text) for browser in (tech, lead)]
            assert [False, True] == [link is not None for link in links]


async def test_the_page_is_read_in_japanese(site: RoomSite) -> None:
    onboarding = opened(site)

    async with into(site, onboarding, "lead") as lead:
        page = await lead.get("/use?language=ja")

    assert "先週の利用者：6名中4名（67%）" in section(page, "by-team")
    assert "小規模なチーム、チーム未登録の方 8名" in section(page, "by-team")
    assert "利用者 6名" in section(page, "by-role")
    assert set() == set(re.findall(r"[A-Za-z]{3,}", section(page, "by-role")))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Nobody has used the product so far"), ("ja", "まだ利用の記録がなく")]
)
async def test_before_anybody_was_seen_the_page_says_what_will_come(site: RoomSite, language: str, words: str) -> None:
    onboarding = opened(site, in_use=False)

    async with into(site, onboarding, "lead") as lead:
        page = await lead.get(f"/use?language={language}")

    assert words in section(page, "by-team")


async def test_of_four_people_no_figure_is_shown(site: RoomSite) -> None:
    onboarding = opened(site, in_use=False)
    belongs(site.engine, SALES[:4], "team", "Sales")
    used(site.engine, GROUP, "Report Created", dict.fromkeys(SALES[:4], (2,)))

    async with into(site, onboarding, "lead") as lead:
        page = await lead.get("/use")

    assert "Fewer than 5 people use it" in section(page, "by-team")
    assert "Sales" not in page.text


async def test_where_nobody_has_a_team_there_is_one_figure_of_all(site: RoomSite) -> None:
    onboarding = opened(site, in_use=False)
    used(site.engine, GROUP, "Report Created", dict.fromkeys(SALES, (2,)))

    async with into(site, onboarding, "lead") as lead:
        page = await lead.get("/use")

    assert "it is known who is in which team" in section(page, "by-team")
    assert "All together 6 people 6 of 6" in section(page, "by-team")


def test_a_letter_that_tells_of_use_by_team_leads_there() -> None:
    at = datetime(2032, 12, 1, tzinfo=UTC)
    letter = Notice(onboarding="1", key="k", kind="message", to="lead", facts={"by_team": True}, not_before=at)

    assert ("/use", "/") == (target(letter), target(letter.model_copy(update={"facts": {}})))


@needs_a_browser
@pytest.mark.parametrize("width", [390, 1440])
async def test_a_page_full_of_teams_shuts_nobody_out_and_is_no_wider_than_its_window(
    width: int, site: RoomSite
) -> None:
    onboarding = opened(site)
    async with a_browser() as browser:
        page = await browser.new_page(viewport={"width": width, "height": 900})
        await page.goto(f"{site.address}{site.way_in(onboarding, 'head')}")
        await page.get_by_role("button").press("Enter")
        await expect(page.get_by_role("navigation")).to_be_visible()
        await page.goto(f"{site.address}/use")
        await expect(page.get_by_text("Sales <b>North</b>")).to_be_visible()

        assert [] == await complaints_in_both_schemes(page)
        assert width >= await page.evaluate("document.documentElement.scrollWidth")
