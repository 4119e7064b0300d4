"""How does a page become HTML? By its template, in the reader's language, with everything escaped."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from domain.measure.health import half_up
from domain.text import Language, plain
from portal.brand import Brand
from portal.desk.admin_words import ADMIN_WORDS
from portal.desk.capacity_words import CAPACITY_WORDS
from portal.desk.conversing_words import CONVERSING_WORDS
from portal.desk.customer.words import OF_CUSTOMERS
from portal.desk.day_words import DAY_WORDS
from portal.desk.deals.deal_words import DEAL_WORDS
from portal.desk.foretelling_words import FORETELLING_WORDS
from portal.desk.giving_words import GIVING_WORDS
from portal.desk.health_words import HEALTH_WORDS
from portal.desk.operating.library_words import DESK_LIBRARY_WORDS
from portal.desk.operating.operating_words import OPERATING_WORDS
from portal.desk.portfolio_words import PORTFOLIO_WORDS
from portal.desk.words import DESK_WORDS
from portal.filters import browser, initials
from portal.icons import Icons
from portal.room.file_words import FILE_WORDS
from portal.room.goal_words import GOAL_WORDS
from portal.room.library_words import LIBRARY_WORDS
from portal.room.part_words import PART_WORDS
from portal.room.plan_words import PLAN_WORDS
from portal.room.talk_words import TALK_WORDS
from portal.room.way_words import WAY_WORDS
from portal.room.words import ROOM_WORDS
from portal.team_words import TEAM_WORDS
from portal.words import WORDS

HERE = Path(__file__).parent
SETS = (
    WORDS,
    ROOM_WORDS,
    WAY_WORDS,
    PLAN_WORDS,
    FILE_WORDS,
    LIBRARY_WORDS,
    TALK_WORDS,
    GOAL_WORDS,
    PART_WORDS,
    TEAM_WORDS,
    DESK_WORDS,
    ADMIN_WORDS,
    *OF_CUSTOMERS,
    DEAL_WORDS,
    OPERATING_WORDS,
    DESK_LIBRARY_WORDS,
    DAY_WORDS,
    PORTFOLIO_WORDS,
    GIVING_WORDS,
    HEALTH_WORDS,
    FORETELLING_WORDS,
    CAPACITY_WORDS,
    CONVERSING_WORDS,
)
"""What each part of the pages says. No two may use a key for two sentences: the later one would win everywhere."""
ALL_WORDS: Mapping[Language, Mapping[str, str]] = {
    language: {key: words for part in SETS for key, words in part[language].items()} for language in WORDS
}
A_YEAR = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """A file that pages load, and its media type."""

    content: bytes
    kind: str


class Pages:
    """Renders pages. `companies` has our company's name as readers of each language know it.

    `script` names the scripts of ours, which stand in pages of room and desk, for the policy that lets them run.
    """

    def __init__(self, companies: Mapping[Language, str], brand: Brand = Brand()) -> None:  # noqa: B008  # it never changes
        self._companies = companies
        sheet = (HERE / "assets" / "day90.css").read_bytes() + brand.rules.encode()
        self._sheet = path_of("day90.css", sheet)
        self._logo = path_of(f"logo{brand.suffix}", brand.logo) if brand.logo else ""
        self.assets = {self._sheet: Asset(sheet, "text/css")}
        desk = (HERE / "assets" / "desk.css").read_bytes()
        self._desk_sheet = path_of("desk.css", desk)
        self.assets[self._desk_sheet] = Asset(desk, "text/css")
        if self._logo:
            self.assets[self._logo] = Asset(brand.logo, brand.kind)
        self._live = (HERE / "assets" / "live.js").read_text("utf-8")
        self._keys = (HERE / "assets" / "keys.js").read_text("utf-8")
        self.script = f"{source_of(self._live)} {source_of(self._keys)}"
        self._jinja = templates()

    def page(
        self,
        template: str,
        language: Language,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> Response:
        """The page in that language. `content` is what its template prints."""
        words, icons = ALL_WORDS[language], Icons()

        def say(key: str, **values: object) -> str:
            return words[key].format(**values)

        def count(key: str, number: int, **values: object) -> str:
            return say(f"{key}_one" if number == 1 and language == "en" else f"{key}_many", count=number, **values)

        html = self._jinja.get_template(template).render(
            say=say,
            count=count,
            icon=icons.draw,
            sprite=icons.sprite,
            language=language,
            other="en" if language == "ja" else "ja",
            company=self._companies.get(language, ""),
            sheet=self._sheet,
            desk_sheet=self._desk_sheet,
            logo=self._logo,
            live=Markup(self._live),  # a file of ours
            keys=Markup(self._keys),  # another one
            **content,
        )
        return HTMLResponse(html, status_code=status, headers={"Content-Language": language, **(headers or {})})

    def message(
        self, key: str, language: Language, *, status: int, headers: Mapping[str, str] | None = None, **values: object
    ) -> Response:
        """A page with a heading and what to do, that names nobody: `key` and `key`_then are the words for both."""
        return self.page("message.html", language, status=status, headers=headers, key=key, values=values)

    def words(self, language: Language) -> Mapping[str, str]:
        """Everything that pages say in that language, by its key."""
        return ALL_WORDS[language]

    def said(self, keys: Mapping[str, str], language: Language) -> dict[str, str]:
        """What is wrong with each field, in words."""
        return {field: ALL_WORDS[language].get(key, key) for field, key in keys.items()}

    def asset(self, path: str) -> Response:
        """The style sheet, or the logo; their addresses change with their content."""
        asset = self.assets[path]
        return Response(asset.content, media_type=asset.kind, headers={"Cache-Control": A_YEAR})

    def nothing(self, *, headers: Mapping[str, str]) -> Response:
        return Response(status_code=204, headers=dict(headers))


@cache
def templates() -> Environment:
    """The templates of all pages, each compiled once in a process: nothing of a company stands in them."""
    jinja = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {one.__name__: one for one in (browser, half_up, initials, plain)}
    return jinja


def source_of(script: str) -> str:
    """How a Content-Security-Policy names a script that stands in a page: by its hash."""
    return f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def path_of(name: str, content: bytes) -> str:
    """The address of a file that pages load, which changes with its content."""
    return f"/assets/{hashlib.sha256(content).hexdigest()[:12]}/{name}"
