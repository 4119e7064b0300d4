"""Which icons does a page draw? Those that it asks for, as one sprite at its end, and nothing is fetched."""

import re
from functools import cache, lru_cache

import lucide  # type: ignore[import-untyped]  # it says nothing of its types
from markupsafe import Markup

MOST_DRAWINGS = 256
"""Drawings that are remembered: thirty icons, some with labels in both languages. A plan draws a hundred and fifty."""
INNER = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class Icons:
    """The icons of one page: `draw` puts one in its place, `sprite` holds the shapes of all that were drawn."""

    def __init__(self) -> None:
        self._drawn: dict[str, None] = {}

    def draw(self, name: str, label: str = "") -> Markup:
        """The icon of that name in Lucide. Without a label it only adorns, and is read out to nobody."""
        self._drawn[name] = None
        return drawing(name, label)

    def sprite(self) -> Markup:
        """The shapes of the icons that were drawn; nothing where none was."""
        if not self._drawn:
            return Markup("")
        shapes = Markup("").join(shape(name) for name in self._drawn)
        return Markup('<svg class="sr" aria-hidden="true">{}</svg>').format(shapes)


@lru_cache(MOST_DRAWINGS)
def drawing(name: str, label: str) -> Markup:
    """An icon where it stands in a page."""
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="i" {}><use href="#i-{}"/></svg>').format(said, name)


@cache
def shape(name: str) -> Markup:
    """An icon as a symbol of a sprite. Raises ValueError for a name that Lucide does not have."""
    found = INNER.search(str(lucide.lucide_icon(name)))
    if found is None:
        raise ValueError(f"there is no icon {name!r}")
    inner = " ".join(found[1].split())
    return Markup(f'<symbol id="i-{name}" viewBox="0 0 24 24">{inner}</symbol>')  # shapes of the package
