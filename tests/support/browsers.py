"""How do tests look with a real browser? With the machine's Chromium, by Playwright; without one they are left out."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LEFT_OUT = "no browser: `apt-get install chromium`, or name one in DAY90_TEST_BROWSER"


def program() -> str | None:
    """The browser's program; None where the machine has none."""
    named = os.environ.get("DAY90_TEST_BROWSER")
    if named:
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, NAMES)), None)


needs_a_browser = pytest.mark.skipif(program() is None, reason=LEFT_OUT)


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """Chromium without a window. Containers have no user of their own for its sandbox."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


async def complaints_of(page: Page) -> list[str]:
    """What axe finds about the page as it stands: the rule, and where."""
    from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it says nothing of its types

    found = await Axe().run(page)
    return [f"{page.url}: {one['id']} at {one['nodes'][0]['target']}" for one in found.response["violations"]]
