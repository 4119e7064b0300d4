"""How does a page become HTML? By its template, in the reader's language, with everything escaped."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from domain.text import Language
from portal.filters import browser, day_of, initials, plain
from portal.icons import Icons
from portal.room.words import ROOM_WORDS
from portal.words import WORDS

HERE = Path(__file__).parent
ALL_WORDS: Mapping[Language, Mapping[str, str]] = {
    language: {**WORDS[language], **ROOM_WORDS[language]} for language in WORDS
}
A_YEAR = "public, max-age=31536000, immutable"


class Pages:
    """Renders pages. `companies` has our company's name as readers of each language know it."""

    def __init__(self, companies: Mapping[Language, str]) -> None:
        self._companies = companies
        self.assets = {path_of(file): file.read_bytes() for file in sorted((HERE / "assets").iterdir())}
        self._paths = {path.rpartition("/")[2]: path for path in self.assets}
        self._jinja = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters |= {one.__name__: one for one in (browser, day_of, initials, plain)}

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
            sheet=self._paths["day90.css"],
            live=self._paths["live.js"],
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
        """The style sheet, or the script; their addresses change with their content."""
        media = "text/css" if path.endswith(".css") else "text/javascript"
        return Response(self.assets[path], media_type=media, headers={"Cache-Control": A_YEAR})

    def nothing(self, *, headers: Mapping[str, str]) -> Response:
        return Response(status_code=204, headers=dict(headers))


def path_of(asset: Path) -> str:
    """The address of a file that pages load, which changes with its content."""
    return f"/assets/{hashlib.sha256(asset.read_bytes()).hexdigest()[:12]}/{asset.name}"
