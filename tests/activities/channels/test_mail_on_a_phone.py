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
BY_COMMANDS = Rendering()
"""Without a desk: commands and keys stand in mails to our people."""
A_PHONE = 390
"""CSS pixels of the width of one that many have."""
WIDTHS = (320, A_PHONE)
"""The narrowest is that of the smallest phones, and of a page that is made four times as large (WCAG 2.2, 1.4.10)."""


@pytest.mark.parametrize("rendering", [OURS, BY_COMMANDS], ids=["desk", "commands"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_mail_is_wider_than_a_phone(language: Language, rendering: Rendering) -> None:
    """What is kept on one line, a day or a phrase, must not make a table wider than the page."""
    wide: dict[tuple[NoticeKind, int], int] = {}

    async with a_browser() as browser:
        page = await browser.new_page()
        for kind in (kind for kind, its in ALL if its == language):
            await page.set_content(rendering.render((to_staff if kind in FOR_STAFF else sample)(kind, language)).html)
            for phone in WIDTHS:
                await page.set_viewport_size({"width": phone, "height": 844})
                width = cast("int", await page.evaluate("document.documentElement.scrollWidth"))
                wide |= {(kind, phone): width} if width > phone else {}

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
