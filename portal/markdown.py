"""How does a text of the library become HTML? As Markdown in which nothing runs, and nothing is fetched."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
TAGS = {
    *("p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "br", "hr", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
"""No picture: it would tell another server who reads the page. No heading of the first level: that is the title."""
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"https", "mailto"}
PAGES_REMEMBERED = 512


@lru_cache(maxsize=PAGES_REMEMBERED)
def as_html(body: str) -> Markup:
    """A text as HTML in which nothing runs, nothing is fetched, and nothing is styled."""
    html = nh3.clean(
        MARKDOWN.render(body),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    return Markup(html)  # cleaned just now
