"""Is a day worked off by keyboard alone? In a real browser."""

from playwright.async_api import expect

from tests.support.browsers import a_browser, needs_a_browser
from tests.support.desk import DeskSite

OWNER = "jonas.weber"


@needs_a_browser
async def test_a_row_is_noted_about_and_put_off_by_its_keys(site: DeskSite) -> None:
    """`j` moves to it, `n` and `s` lead to the field that is meant, Enter puts it off until the next morning."""
    site.opened(owner=OWNER).to_day(3)
    async with a_browser() as browser:
        context = await browser.new_context()
        await context.add_cookies([site.cookie("csm", OWNER)])  # type: ignore[list-item]  # Playwright's own type of it
        page = await context.new_page()
        await page.goto(f"{site.address}/desk/")
        rows = await page.locator("tr[data-row]").count()
        await page.keyboard.press("j")
        await page.keyboard.press("n")
        await page.wait_for_url("**do=note")
        await expect(page.locator("#note")).to_be_focused()
        await page.goto(f"{site.address}/desk/")
        await page.keyboard.press("j")
        await page.keyboard.press("s")
        await page.wait_for_url("**do=snooze")
        # The browser gives the focus with its first picture, which may come after all is loaded.
        await expect(page.locator("[autofocus]")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**told=work_snoozed")
        left = await page.locator("tr[data-row]").count()

    assert left == rows - 1
