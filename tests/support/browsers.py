"""How do tests look with a real browser? With the machine's Chromium, by Playwright; without one they are left out."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SCHEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
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

    there = await page.evaluate("'axe' in window")
    found = await (Axe("null") if there else Axe()).run(page)
    return [f"{page.url}: {one['id']} at {one['nodes'][0]['target']}" for one in found.response["violations"]]


async def complaints_in_both_schemes(page: Page) -> list[str]:
    """What is wrong with the page in light and in dark colours: what axe finds, and that it is wider than its screen.

    It is loaded once for both: axe's first look at a page takes three times as long as the second.
    """
    complaints: list[str] = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        found = await complaints_of(page)
        if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{page.url}: wider than its screen")
        complaints += [f"{one} ({scheme})" for one in found]
    return complaints
