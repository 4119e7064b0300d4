"""Are the pages of playbooks, versions, library and guide good to use in a real browser? With nothing that axe says."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, ViewportSize

from store.opens import SqlOpens
from tests.portal.desk.test_versions import changed
from tests.support.browsers import a_browser, complaints_in_both_schemes, needs_a_browser
from tests.support.desk import DeskSite, desk_on

pytestmark = needs_a_browser

PATHS = (
    *("/desk/playbooks?", "/desk/playbooks/high-touch?", "/desk/playbooks/high-touch/versions?"),
    *("/desk/library?", "/desk/library?playbook=high-touch&", "/desk/library/try-it-yourself?"),
    "/desk/onboardings/{id}/guide?",
)
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    """With an onboarding, a page that was opened, and two versions of its playbook."""
    async with desk_on(tmp_path) as site:
        site.parts.ledger.keep_playbook(changed())
        SqlOpens(site.engine).note(site.opened().id, "project_lead", "try-it-yourself", language="en")
        yield site


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_no_page_has_a_barrier_or_is_wider_than_a_telephone(site: DeskSite, language: str) -> None:
    """Neither in light colours nor in dark ones."""
    async with a_browser() as browser:
        assert [] == await complaints_about(browser, site, language)


async def complaints_about(browser: Browser, site: DeskSite, language: str) -> list[str]:
    [id] = site.door.onboardings
    context = await browser.new_context(viewport=PHONE, bypass_csp=True)
    page = await context.new_page()
    await context.add_cookies([site.cookie("csm")])  # type: ignore[list-item]  # a cookie as it takes it
    complaints: list[str] = []
    for path in PATHS:
        answer = await page.goto(f"{site.address}{path.format(id=id)}language={language}")
        assert answer is not None
        assert 200 == answer.status
        complaints += await complaints_in_both_schemes(page)
    await context.close()
    return complaints
