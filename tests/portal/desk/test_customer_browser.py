"""Is the page of one customer good to use in a real browser? Without a script, on a telephone, and for axe."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, ViewportSize, expect

from domain.roles import Role
from store import reads
from tests.support.adoption import OFTEN, used
from tests.support.browsers import a_browser, complaints_of, needs_a_browser
from tests.support.databases import NOON
from tests.support.desk import DeskSite, desk_on
from tests.support.desk_data import drawn, work
from tests.support.desk_door import with_real_door
from tests.support.room import Onboarding

pytestmark = needs_a_browser

PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)
PARTS = (
    *("?", "/goals?", "/record/fill?", "/adoption?", "/plan?", "/people?", "/scope?", "/audit?head=0&"),
    "/news/add_contact?",
)
FORMS = (
    "?",
    "/adoption?",
    "/notices?",
    "/risks?",
    "/goals?",
    "/goals/report?",
    "/goals/define?goal=orders_that_need_a_correction&",
    "/news/sign_off?milestone=plan_agreed&",
    "/news/record_risk?risk=time&",
)
"""What a look takes, of each page of another make: all of them together took a quarter of a minute."""


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as browser:
        yield browser


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    async with desk_on(tmp_path) as site:
        with_real_door(site)
        yield site


@pytest.fixture
def onboarding(site: DeskSite) -> Onboarding:
    """With something on every page: an issue whose deadline is missed, a risk, a task, a win, a scope change, users."""
    onboarding = site.opened(custom={"usage_group": "lindenau", "usage_by_person": True})
    days = {"l.hofmann@lindenau-moebel.example": OFTEN, "e.yildiz@lindenau-moebel.example": (8,)}
    used(site.engine, "lindenau", "Order Confirmed", days)
    onboarding.to_day(8)
    onboarding.settled("kickoff_held", "access_provisioned")
    onboarding.tell("raise_issue", title="Nobody can log in", severity="critical", by="project_lead")
    onboarding.tell("record_risk", risk="time", title="No time", probability=4, impact=4, by="jonas.weber")
    onboarding.tell("add_task", title="Send the slides", due="2032-11-20", by="jonas.weber")
    onboarding.tell("record_win", title="One list", slot=30, by="jonas.weber")
    onboarding.tell("request_scope_change", title="A portal", effort_days=12, by="project_lead")
    onboarding.to_day(12)
    return onboarding


async def come_in(context: BrowserContext, site: DeskSite, role: Role) -> None:
    """Sign somebody of that role in."""
    cookie = site.cookie(role)
    await context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": cookie["url"]}])


async def test_a_csm_moves_the_go_live_without_a_script(
    browser: Browser, site: DeskSite, onboarding: Onboarding
) -> None:
    """From the page of the customer over before and after to the new date; a mistake first."""
    context = await browser.new_context(java_script_enabled=False, locale="en-GB")
    await come_in(context, site, "csm")
    page = await context.new_page()
    await page.goto(f"{site.address}/desk/onboardings/{onboarding.id}")
    await page.get_by_role("link", name="Everything you can record").click()
    await page.get_by_role("link", name="Move a date").click()
    await page.get_by_label("Milestone").select_option("gone_live")
    await page.get_by_label("New day").fill("2033-02-07")
    await page.get_by_role("button", name="Show what would move").click()
    await expect(page.get_by_role("alert")).to_contain_text("This is needed")

    await page.get_by_label("Why", exact=True).fill("Their warehouse moves")
    await page.get_by_role("button", name="Show what would move").click()
    await expect(page.get_by_role("row", name="Go-live").first).to_contain_text("Mon 7 Feb")
    await page.get_by_role("button", name="Do exactly this").click()

    await expect(page.get_by_role("status")).to_have_text("Recorded. It stands in the journal.")
    [moved] = reads.journal(site.engine, onboarding.id, kinds=("replanned",))
    assert ("jonas.weber", "desk", True) == (moved.by, moved.via, moved.proved)
    await context.close()


@pytest.mark.parametrize(
    ("size", "language", "pages"), [(PHONE, "en", PARTS), (DESK, "ja", FORMS)], ids=["telephone", "desk"]
)
async def test_no_page_is_wider_than_its_screen_or_complained_of(
    browser: Browser,
    site: DeskSite,
    onboarding: Onboarding,
    *,
    size: ViewportSize,
    language: str,
    pages: tuple[str, ...],
) -> None:
    """In both languages, light and dark; what axe finds is named with its page."""
    dark = language == "ja"
    context = await browser.new_context(viewport=size, color_scheme="dark" if dark else "light")
    await come_in(context, site, "manager")
    page = await context.new_page()
    found: list[str] = []
    for part in pages:
        await page.goto(f"{site.address}/desk/onboardings/{onboarding.id}{part}language={language}")
        found += await complaints_of(page)
        if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{part} is wider than its screen")

    assert [] == found
    await context.close()


async def test_how_far_the_go_live_has_slipped_stays_within_its_pages(
    browser: Browser, site: DeskSite, onboarding: Onboarding
) -> None:
    onboarding.tell("sign_off", milestone="plan_agreed", decision="approve", by="project_lead")
    onboarding.tell("replan", milestone="gone_live", to="2033-02-07", reason="Their warehouse moves", by="jonas.weber")
    context = await browser.new_context(viewport=DESK)
    await come_in(context, site, "csm")
    page = await context.new_page()

    await page.goto(f"{site.address}/desk/onboardings/{onboarding.id}")
    await expect(page.locator(".kv .n").first).to_contain_text("later than agreed")
    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    drawn(site.engine, "4712", work(), shown={"went_live_at": NOON, "slip": 14})
    await page.set_viewport_size(ViewportSize(width=1280, height=800))
    await page.goto(f"{site.address}/desk/onboardings")
    await expect(page.locator("main")).to_contain_text("working days against the plan agreed")
    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    await context.close()
