"""Is the shell of the desk good to use in a real browser? By mouse and keyboard, with nothing that axe complains of."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from domain.roles import Role
from runtime.sealing_key import make_sealing_key, sealing_keys
from store.sealing import Sealing
from store.tokens import SqlTokens
from store.webhooks import SqlWebhooks
from tests.support.browsers import a_browser, complaints_in_both_schemes, needs_a_browser
from tests.support.desk import DeskSite, desk_on

pytestmark = needs_a_browser

PATHS = (
    *("/desk/sign-in?", "/desk/me?", "/desk/staff?", "/desk/staff/1?", "/desk/tokens?", "/desk/tokens/1?"),
    *("/desk/webhooks?", "/desk/webhooks/1?", "/desk/nothing?"),
)
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as browser:
        yield browser


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    """With an account in each role, a token and a webhook."""
    make_sealing_key(tmp_path)
    async with desk_on(tmp_path, oidc_issuer="https://id.example.test", oidc_client_id="desk") as site:
        roles: tuple[Role, ...] = ("viewer", "specialist", "csm", "manager")
        for role in roles:
            site.account(role)
        SqlTokens(site.engine).create("Warehouse sync", scopes=["onboardings:read", "people:read"])
        webhooks = SqlWebhooks(site.engine, sealing=Sealing(sealing_keys(site.parts.settings)))
        webhooks.add("https://hooks.example.test/day90", types=["day90.went_live"], secret="whsec_x")
        yield site


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_no_page_has_a_barrier_or_is_wider_than_a_telephone(
    browser: Browser, site: DeskSite, language: str
) -> None:
    """Neither in light colours nor in dark ones."""
    context = await browser.new_context(viewport=PHONE, bypass_csp=True)
    page = await context.new_page()
    complaints: list[str] = []
    await context.add_cookies([site.cookie("administrator")])  # type: ignore[list-item]  # a cookie as it takes it
    for path in PATHS:
        await page.goto(f"{site.address}{path}language={language}")
        complaints += await complaints_in_both_schemes(page)
    await context.close()

    assert [] == complaints


@pytest.mark.parametrize("width", [900, 1000, 1100, 1248])
async def test_the_portfolio_has_room_for_its_words_in_every_window(
    browser: Browser, site: DeskSite, width: int
) -> None:
    """It is not wider than its window, and what waits is not written a letter a line."""
    onboarding = site.opened()
    onboarding.to_day(20)
    context = await browser.new_context(viewport=ViewportSize(width=width, height=900))
    await context.add_cookies([site.cookie("manager")])  # type: ignore[list-item]  # a cookie as it takes it
    page = await context.new_page()
    await page.goto(f"{site.address}/desk/onboardings")

    waits = await page.locator(".folio tr[data-row] td:nth-child(4)").bounding_box()
    needs = await page.evaluate("document.documentElement.scrollWidth")
    await context.close()

    assert waits is not None
    assert waits["width"] >= 150
    assert needs <= width


async def test_keys_go_to_pages_and_rows_unless_they_are_switched_off(browser: Browser, site: DeskSite) -> None:
    """Somebody who speaks to their computer would set off what they do not mean (WCAG 2.1.4).

    Nor does the browser complain that the policy of our pages forbids something on them.
    """
    context = await browser.new_context(viewport=DESK)
    await context.add_cookies([site.cookie("administrator")])  # type: ignore[list-item]  # a cookie as it takes it
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(f"{site.address}/desk/me")

    await page.keyboard.press("g")
    await page.keyboard.press("s")
    # To its end, where the script of the keys stands.
    await page.wait_for_url("**/desk/staff")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Staff")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    second = await page.locator("tbody tr").nth(1).get_by_role("link").inner_text()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(second)

    await page.goto(f"{site.address}/desk/me")
    await page.get_by_label("Keys do something").uncheck()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("Saved")
    await page.wait_for_load_state()
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await page.keyboard.press("?")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your settings")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert [] == complaints
    await context.close()
