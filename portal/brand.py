"""How do pages look like the company's own? By its logo, and its colour, made legible on what it stands on."""

import colorsys
from typing import NamedTuple

from runtime.settings import BadSetting, Settings

Colour = tuple[float, float, float]
"""Red, green and blue from 0 to 1."""
LEGIBLE = 4.5
"""The contrast of text to what it stands on that WCAG 2.2 asks for (1.4.3)."""
CARDS = {"light": (1.0, 1.0, 1.0), "dark": (0.086, 0.098, 0.122)}
"""What the colour stands on in each scheme: `--card` of the sheet."""
LARGEST_LOGO = 100 * 1024
KINDS = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
STEPS = 100


class Brand(NamedTuple):
    """What is the company's own about its pages: rules for the sheet, and a picture with its media type."""

    rules: str = ""
    logo: bytes = b""
    kind: str = ""
    suffix: str = ""


def brand_of(settings: Settings) -> Brand:
    """The brand as the settings have it. Raises BadSetting for a logo that cannot be shown."""
    rules = rules_for(settings.company_colour) if settings.company_colour else ""
    if settings.company_logo is None:
        return Brand(rules)
    logo = settings.company_logo
    kind = KINDS.get(logo.suffix.lower())
    if kind is None:
        raise BadSetting(f"DAY90_COMPANY_LOGO should name a picture: a file that ends in {', '.join(KINDS)}")
    try:
        content = logo.read_bytes()
    except OSError as trouble:
        raise BadSetting(f"DAY90_COMPANY_LOGO: {logo} cannot be read: {trouble.strerror or trouble}") from None
    if len(content) > LARGEST_LOGO:
        raise BadSetting(f"DAY90_COMPANY_LOGO should have {LARGEST_LOGO // 1024} KiB at most: every page loads it")
    return Brand(rules, content, kind, logo.suffix.lower())


def rules_for(colour: str) -> str:
    """The rules of the sheet in that colour, like #1d5c87: for buttons, links and marks, in both schemes."""
    wanted = _parsed(colour)
    light, dark = (legible_on(card, wanted) for card in CARDS.values())
    tint, night = _mixed(light, CARDS["light"], 0.08), _mixed(dark, CARDS["dark"], 0.16)
    deep = legible_on(CARDS["light"], _shaded(light, 0.8))
    bright = legible_on(CARDS["dark"], _mixed(dark, (1.0, 1.0, 1.0), 0.3))
    return (
        f"\n:root {{ --accent: {_hex(light)}; --deep: {_hex(deep)}; --tint: {_hex(tint)}; --on: {_on(light)}; }}\n"
        "@media (prefers-color-scheme: dark) {"
        f" :root {{ --accent: {_hex(dark)}; --deep: {_hex(bright)}; --tint: {_hex(night)}; --on: {_on(dark)}; }} }}\n"
    )


def legible_on(card: Colour, colour: Colour) -> Colour:
    """The colour, made darker on a light card and lighter on a dark one until text in it can be read there.

    With room to spare: text in it also stands on a tint of it.
    """
    towards: Colour = (0.0, 0.0, 0.0) if luminance(card) > 0.5 else (1.0, 1.0, 1.0)
    steps = (_mixed(towards, colour, step / STEPS) for step in range(STEPS + 1))
    return next(one for one in steps if contrast(one, card) >= LEGIBLE * 1.25)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    """How light a colour is, from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parsed(colour: str) -> Colour:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    """That share of the one colour, and of the other the rest."""
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _shaded(colour: Colour, by: float) -> Colour:
    hue, lightness, saturation = colorsys.rgb_to_hls(*colour)
    return colorsys.hls_to_rgb(hue, lightness * by, saturation)


def _on(colour: Colour) -> str:
    """What is written on a button of that colour."""
    return max(("#ffffff", "#0b1024"), key=lambda ink: contrast(_parsed(ink), colour))
