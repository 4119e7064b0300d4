"""Does a vendor's product show the room in a real browser? Two origins, a backend that asks our API, and a stranger."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, FrameLocator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.portal.room.test_room import LEAD
from tests.support.browsers import a_browser, complaints_of, needs_a_browser
from tests.support.room import Onboarding, RoomSite, room_on
from tests.support.servers import free_port
from tests.support.serving import served
from tests.support.web import web_on

pytestmark = needs_a_browser

PAGE = '<!doctype html><html lang="en"><title>Order desk</title><main><h1>Order desk</h1>{frame}</main>'
FRAME = '<iframe title="Your onboarding" src="{src}" width="390" height="800"></iframe>'


@dataclass
class Product:
    """A vendor's product at an address of its own. `site` is the page process, which may be shown in it."""

    site: RoomSite
    address: str
    onboarding: Onboarding
    given: list[str]


@asynccontextmanager
async def on_a_port(app: Starlette, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, host="localhost", port=port, log_config=None, access_log=False))
    async with served(server):
        yield


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    """Its backend asks for the room of whoever is signed in, each time its page is opened."""
    port, given = free_port(), list[str]()
    # Not 127.0.0.1, where the room is: another site, as in production.
    address = f"http://localhost:{port}"
    async with (
        room_on(tmp_path, room_embed_origins=address) as site,
        web_on(tmp_path, pages_url=site.address, room_embed_origins=address) as web,
    ):
        onboarding = site.opened()
        onboarding.to_day(8)
        onboarding.settled("kickoff_held")
        token = web.token("room:embed")

        async def start(_: Request) -> HTMLResponse:
            wanted = {"person": LEAD, "embed_origin": address, "proved": True}
            asked = await web.client.post(
                f"/api/v1/onboardings/{onboarding.id}/room-sessions", json=wanted, headers=token
            )
            given.append(asked.json()["url"])
            return HTMLResponse(PAGE.format(frame=FRAME.format(src=given[-1])))

        async with on_a_port(Starlette(routes=[Route("/", start)]), port):
            yield Product(site, address, onboarding, given)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as browser:
        yield browser


def room_in(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_plan_is_signed_within_the_product(browser: Browser, product: Product, scripts: bool) -> None:
    """With a script and without; by cookies that are kept apart for that product, where the browser has such."""
    context = await browser.new_context(java_script_enabled=scripts)
    page = await context.new_page()
    await page.goto(product.address)
    room = room_in(page)
    await room.get_by_role("link", name="Look and decide").click()
    await room.get_by_label("Yes, I accept it").check()
    await room.get_by_role("button", name="Sign this decision").click()
    await expect(room.get_by_role("status")).to_contain_text("Recorded. Thank you, Stefan Vogel.")
    await expect(room.get_by_text("our product, in which they were signed in")).to_be_visible()
    [cookie] = await context.cookies()

    assert ("day90-embedded", True, True) == (cookie["name"], cookie["httpOnly"], cookie["secure"])
    assert ("room_embedded", True) == (product.site.door.via, product.site.door.proved)
    await context.close()


async def test_a_room_in_a_frame_moves_and_leads_nowhere_else(browser: Browser, product: Product) -> None:
    """What somebody else does appears; axe finds nothing; and its address by itself shows nothing."""
    context = await browser.new_context(bypass_csp=True)
    page = await context.new_page()
    await page.goto(product.address)
    heading = room_in(page).get_by_role("heading", level=1)
    await expect(heading).to_have_text("Decide: Onboarding plan")
    [frame] = page.main_frame.child_frames
    copied = frame.url
    product.onboarding.settled("plan_agreed")
    await expect(heading).not_to_have_text("Decide: Onboarding plan")
    found = await complaints_of(page)

    await page.goto(copied)
    await expect(page.get_by_role("heading", level=1)).to_have_text("This view has ended")
    await page.goto(product.given[-1])
    await expect(page.get_by_role("heading", level=1)).to_have_text("This view opens within our product only")
    assert [] == found
    await context.close()


async def test_no_other_page_shows_it(browser: Browser, product: Product) -> None:
    """Neither by a fresh address nor by one that is open: the browser itself keeps it from them."""
    someone = product.onboarding.dossier.person(LEAD)
    assert someone is not None
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(product.address)
    await expect(room_in(page).get_by_role("heading", level=1)).to_be_visible()
    open_one = page.main_frame.child_frames[0].url
    asked: list[str] = []

    async def evil(request: Request) -> HTMLResponse:
        asked.append(request.url.path)
        return HTMLResponse(PAGE.format(frame=FRAME.format(src=open_one)))

    port = free_port()
    async with on_a_port(Starlette(routes=[Route("/", evil)]), port):
        await page.goto(f"http://localhost:{port}")
        shown = [await frame.content() for frame in page.main_frame.child_frames]

    assert (["/"], 1) == (asked, len(shown))
    assert "Stefan Vogel" not in "".join(shown)
    await context.close()
