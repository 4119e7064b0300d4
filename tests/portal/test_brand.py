"""Are pages legible in any company's colour, and is a logo that cannot be shown told at the start?"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import brand
from portal.brand import CARDS, LEGIBLE, brand_of, contrast, legible_on
from runtime.settings import BadSetting, Settings, load_settings
from tests.support.pages import site_on

PARTS = st.floats(0, 1)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@given(st.tuples(PARTS, PARTS, PARTS))
def test_text_in_the_colour_can_be_read(colour: tuple[float, float, float]) -> None:
    """On the cards of both schemes, whatever the company has chosen: white, black, or yellow."""
    assert all(contrast(legible_on(card, colour), card) >= LEGIBLE for card in CARDS.values())


async def test_pages_wear_colour_and_logo(tmp_path: Path) -> None:
    """Both are served by us, under addresses that change with them."""
    logo = tmp_path / "logo.png"
    logo.write_bytes(PNG)
    async with site_on(tmp_path, company_colour="#1d5c87", company_logo=logo, company_name="Kontor") as site:
        page = (await site.client.get(site.link("preferences"))).text
        [sheet] = [part.partition('"')[0] for part in page.split('rel="stylesheet" href="')[1:]]
        [picture] = [part.partition('"')[0] for part in page.split('<img src="')[1:]]
        styles, shown = await site.client.get(sheet), await site.client.get(picture)

    assert "--accent: #1d5c87" in styles.text
    assert (PNG, "image/png") == (shown.content, shown.headers["content-type"])
    assert 'alt="Kontor"' in page


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("logo.gif", PNG, r"^DAY90_COMPANY_LOGO should name a picture: a file that ends in \.svg, \.png, \.webp$"),
        ("logo.png", b"0" * (brand.LARGEST_LOGO + 1), r"^DAY90_COMPANY_LOGO should have 100 KiB at most"),
    ],
)
def test_a_logo_that_cannot_be_shown_is_told(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadSetting, match=reason):
        brand_of(Settings.model_validate({"company_logo": tmp_path / name}))


def test_a_colour_that_is_none_is_told() -> None:
    """With what would be right."""
    with pytest.raises(BadSetting, match=r"^--company-colour should be a colour, like #1d5c87$"):
        load_settings(flags={"company_colour": "blue"})
