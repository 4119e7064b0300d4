"""How does a document become a PDF? Typst sets it from a template, with fonts that come along; nothing else is read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import fontpkg_source_sans_3  # type: ignore[import-untyped]  # the package ships no types
import fontpkg_source_serif_4  # type: ignore[import-untyped]  # the package ships no types
import pylopdf_fonts_jp
import typst

from domain.legible import legible

REMEMBERED = 8
"""The last PDFs, of some 100 kB: a document goes to several people at once, and takes as long as five mails."""


class CannotBeSet(Exception):
    """The document cannot be typeset. Who must act: us; the reason names the line of the template."""


@dataclass(frozen=True)
class Typesetter:
    """Typesets what a template is given, as JSON. May be shared by threads: each document has a compiler of its own,
    the fonts are read once."""

    template: Path

    def pdf(self, given: Mapping[str, Any], *, at: datetime) -> bytes:
        """The document as a PDF, dated `at`: the same at the same moment gives the same bytes. Raises CannotBeSet."""
        return made_once(self, _as_input(given), int(at.timestamp()))

    def pages(self, given: Mapping[str, Any], *, ppi: float = 96) -> list[bytes]:
        """Each page of the document as a PNG. Raises CannotBeSet."""
        return self.set(_as_input(given), format="png", ppi=ppi)

    def set(self, given: str, **how: Any) -> list[bytes]:
        """The document, in whatever format. Raises CannotBeSet."""
        # As an input and never as part of the source: the template gets strings, and nothing in them is markup.
        compiler = typst.Compiler(
            self.template,
            root=self.template.parent,
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs={"given": given},
        )
        try:
            made = compiler.compile(**how)
        except typst.TypstError as error:
            raise CannotBeSet(f"{self.template.name}: {error.message}") from None
        return [made] if isinstance(made, bytes) else list(made or ())

    @cached_property
    def _fonts(self) -> typst.Fonts:
        folders = [pylopdf_fonts_jp.sans_path().parent, fontpkg_source_sans_3.ROOT, fontpkg_source_serif_4.ROOT]
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


@lru_cache(maxsize=REMEMBERED)
def made_once(setter: Typesetter, given: str, at: int) -> bytes:
    """The PDF of that input and second. Raises CannotBeSet."""
    return setter.set(given, format="pdf", timestamp=at)[0]


def _as_input(given: Mapping[str, Any]) -> str:
    return json.dumps(_readable(given), ensure_ascii=False)


def _readable(part: Any) -> Any:
    """What is given, without control characters and what turns a line around; names come from customers."""
    if isinstance(part, Mapping):
        return {name: _readable(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_readable(value) for value in part]
    if isinstance(part, str):
        return legible(part)
    return part
