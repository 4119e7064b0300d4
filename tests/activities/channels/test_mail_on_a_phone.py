"""Does every mail fit a phone, with nothing to push aside, and can it be read in light and dark? In a real browser."""

from typing import cast

import pytest

from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import ALL, FOR_STAFF, sample, to_staff
from domain.notice import NoticeKind
from domain.text import LANGUAGES, Language
from tests.support.browsers import a_browser, complaints_in_both_schemes, needs_a_browser

pytestmark = needs_a_browser

OURS = Rendering(desk="https://desk.vendor.test/desk")
A_PHONE = 390
"""CSS pixels of the width of one that many have."""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_mail_is_wider_than_a_phone(language: Language) -> None:
    """What is kept on one line, a day or a phrase, must not make a table wider than the page."""
    wide: dict[NoticeKind, int] = {}

    async with a_browser() as browser:
        page = await browser.new_page(viewport={"width": A_PHONE, "height": 844})
        for kind in (kind for kind, its in ALL if its == language):
            await page.set_content(OURS.render((to_staff if kind in FOR_STAFF else sample)(kind, language)).html)
            width = cast("int", await page.evaluate("document.documentElement.scrollWidth"))
            wide |= {kind: width} if width > A_PHONE else {}

    assert {} == wide


@pytest.mark.parametrize("kind", ["digest", "reminder", "assigned"])
async def test_what_is_small_or_on_a_button_stands_apart_from_its_ground(kind: NoticeKind) -> None:
    """By the contrast of WCAG, in both schemes. A mail is no page of its own: landmarks are its reader's program's."""
    links = {"done": "https://rooms.vendor.test/d", "room": "https://rooms.vendor.test/r"}
    waiting = (to_staff if kind in FOR_STAFF else sample)(kind, "ja").model_copy(update={"links": links})

    async with a_browser() as browser:
        page = await browser.new_page(viewport={"width": A_PHONE, "height": 844})
        await page.set_content(OURS.render(waiting).html)
        complaints = await complaints_in_both_schemes(page)

    assert [] == [one for one in complaints if "contrast" in one or "table" in one]
