"""Is the room good to use in a real browser? On a telephone without a script, with nothing that axe complains of."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from starter.doors.questions import QuestionDoor
from tests.support.browsers import a_browser, complaints_in_both_schemes, needs_a_browser
from tests.support.parts import STAFF
from tests.support.room import Onboarding, RoomSite, given, room_on

pytestmark = needs_a_browser

PHONE = ViewportSize(width=390, height=844)
LEAD = "project_lead"
PAGES = (
    *("/?", "/plan?", "/people?", "/issues?", "/questions?", "/files?", "/records?", "/meetings?", "/more?", "/me?"),
    *("/questions/1?", "/asked?", "/goals?", "/goals/new?", "/people/new?", "/trainings?", "/use?"),
    *("/library?", "/library?q=order&", "/library?q=nothing+at+all&", "/library/migrate-orders?"),
    *("/library/try-it-yourself?", "/rooms?", "/done/kickoff_held?"),
)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as browser:
        yield browser


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path) as site:
        yield site


@pytest.fixture
def onboarding(site: RoomSite) -> Onboarding:
    """With everything done that comes before the acceptance test."""
    onboarding = site.opened()
    onboarding.to_day(44)
    uat = onboarding.dossier.playbook.milestone("uat_signed_off")
    assert uat is not None
    onboarding.settled(*onboarding.dossier.playbook.needs(uat))
    return onboarding


async def come_in(page: Page, site: RoomSite, onboarding: Onboarding) -> None:
    """Open the room by a link, with the keyboard, and wait until one is in it."""
    await page.goto(f"{site.address}{site.way_in(onboarding, LEAD)}")
    await page.get_by_role("button").press("Enter")
    await expect(page.get_by_role("navigation")).to_be_visible()


def answered(site: RoomSite, onboarding: Onboarding) -> None:
    """A question of the project lead's, with our answer."""
    at = onboarding.now
    door = QuestionDoor(engine=site.engine, ledger=site.parts.ledger, staff=STAFF, via="cli", now=lambda _: at)
    asked = door.ask(onboarding.id, by=LEAD, text="Can our drivers keep their telephones?")
    door.answer(onboarding.id, asked.question.number, by="jonas.weber", text="Yes.\n\nFrom May on.")


async def test_a_project_lead_lives_through_it_on_a_telephone_without_a_script(
    browser: Browser, site: RoomSite, onboarding: Onboarding
) -> None:
    """From the link of a mail over "not yet" and the record to the go-live, an issue, and its second solution."""
    context = await browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = await context.new_page()
    [request] = site.messages(onboarding.id, "sign_off_request", LEAD)

    await page.goto(request.links["sign"])
    await page.get_by_role("button", name="Open as Stefan Vogel").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Do you accept it: Acceptance test (UAT)?")

    await page.get_by_role("button", name="Sign this decision").click()
    await expect(page).to_have_title("Problem: Do you accept it: Acceptance test (UAT)? · Kontor")
    await page.get_by_label("Not yet").check()
    await page.get_by_label("What is missing?").fill(
        "Confirmations show the net price twice\nOrders of 2024 are missing"
    )
    await page.get_by_role("button", name="Sign this decision").click()
    await expect(page.get_by_role("status")).to_contain_text("Recorded. Thank you, Stefan Vogel.")
    await expect(page.get_by_text("Orders of 2024 are missing")).to_be_visible()

    onboarding.until(onboarding.now.replace(hour=18))
    onboarding.settled("integrations_live", "data_validated")
    await page.goto(site.address)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Decide: Acceptance test (UAT)")
    await expect(page.get_by_text("Confirmations show the net price twice")).to_be_visible()
    await page.get_by_role("link", name="Look and decide").click()
    await page.get_by_label("Yes, I accept it").check()
    await page.get_by_role("button", name="Sign this decision").click()
    await expect(page.get_by_text("Earlier round")).to_be_visible()

    onboarding.settled("gone_live")
    await page.goto(site.address)
    await expect(page.get_by_text("live", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Issues").click()
    await page.get_by_label("What does not work, in one line").fill("Orders are printed twice")
    await page.get_by_label("Work is held up").check()
    await page.get_by_role("button", name="Report it").click()
    await expect(page.get_by_role("status")).to_contain_text("it is reported")

    onboarding.tell("resolve_issue", issue="issue-1", by="jonas.weber")
    await page.goto(f"{site.address}/issues")
    await page.get_by_text("It is not solved").first.click()
    await page.get_by_label("What still does not work?").fill("Now they are printed three times")
    await page.get_by_role("button", name="It is not solved").click()
    await expect(page.get_by_role("status")).to_contain_text("it is open again")

    assert ["sign_off", "sign_off", "raise_issue", "dispute_issue"] == [kind for kind, _ in site.door.told]
    await context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_nobody_is_shut_out(browser: Browser, site: RoomSite, onboarding: Onboarding, language: str) -> None:
    """axe finds nothing on any page, in both languages and schemes; no page is wider than a telephone."""
    onboarding.tell("raise_issue", title="Login", severity="high", by=LEAD)
    onboarding.tell("resolve_issue", issue="issue-1", by="jonas.weber")
    for name in ("plan.pdf", "plan.pdf", "最終レポート.pdf"):
        given(site, onboarding, name)
    onboarding.tell("record_win", title="One list", baseline="two mailboxes", result="one list", by="jonas.weber")
    answered(site, onboarding)
    context = await browser.new_context(viewport=PHONE, bypass_csp=True)
    page = await context.new_page()
    found: list[str] = []
    for path in (f"{site.way_in(onboarding, LEAD)}?language={language}", "/in/lost", "/nothing"):
        await page.goto(f"{site.address}{path}")
        found += await complaints_in_both_schemes(page)
    await come_in(page, site, onboarding)
    paths = (*PAGES, "/sign-off/uat_signed_off?", "/sign-off/readiness_confirmed?", "/records/none?")
    for path in paths:
        await page.goto(f"{site.address}{path}{'&' if '?' in path else '?'}language={language}")
        found += await complaints_in_both_schemes(page)
    for path in ("/files", "/sign-off/uat_signed_off", "/questions/1", "/goals/new", "/people/new"):
        await page.goto(f"{site.address}{path}")
        await page.locator(".acts button").click()
        found += await complaints_in_both_schemes(page)

    assert [] == found
    await context.close()


async def test_the_keyboard_is_enough(browser: Browser, site: RoomSite, onboarding: Onboarding) -> None:
    """Past the navigation to the task, by Tab alone; what has gone wrong has the focus."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await come_in(page, site, onboarding)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Look and decide")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Sign this decision").press("Enter")
    await expect(page.get_by_role("alert")).to_be_focused()
    await context.close()


async def test_a_page_moves_while_it_is_open(browser: Browser, site: RoomSite, onboarding: Onboarding) -> None:
    """What somebody else does appears without a look; what is being typed stays."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await come_in(page, site, onboarding)
    question = page.get_by_label("Your question")
    await question.fill("Half a quest")
    onboarding.settled("uat_signed_off")

    await expect(page.get_by_role("heading", level=1)).not_to_have_text("Decide: Acceptance test (UAT)")
    await expect(question).to_have_value("Half a quest")
    await expect(question).to_be_focused()
    await context.close()
