"""How does the outline of an onboarding become a PDF? Typeset by Typst, with our own fonts; nothing else is read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pylopdf_fonts_jp
import typst

from activities.documents.words import PROCESS
from domain.legible import legible
from domain.outline import Outline

TEMPLATE = Path(__file__).parent / "process.typ"


class CannotBeSet(Exception):
    """The document cannot be typeset. Who must act: us; the reason names the line of the template."""


@dataclass(frozen=True)
class ProcessDocument:
    """Typesets outlines. May be shared by threads: each document has a compiler of its own, the fonts are read once."""

    template: Path = field(default=TEMPLATE)

    def pdf(self, outline: Outline, *, at: datetime) -> bytes:
        """The outline as a PDF, dated `at`: the same outline at the same moment gives the same bytes.

        Raises CannotBeSet.
        """
        return self._set(outline, format="pdf", timestamp=int(at.timestamp()))[0]

    def pages(self, outline: Outline, *, ppi: float = 96) -> list[bytes]:
        """Each page of the outline as a PNG. Raises CannotBeSet."""
        return self._set(outline, format="png", ppi=ppi)

    def _set(self, outline: Outline, **how: Any) -> list[bytes]:
        given: Mapping[str, Any] = {
            "outline": _readable(outline.model_dump(mode="json")),
            "words": PROCESS[outline.language],
        }
        # As an input and never as part of the source: the template gets strings, and nothing in them is markup.
        compiler = typst.Compiler(
            self.template,
            root=self.template.parent,
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs={"given": json.dumps(given, ensure_ascii=False)},
        )
        try:
            made = compiler.compile(**how)
        except typst.TypstError as error:
            raise CannotBeSet(f"{self.template.name}: {error.message}") from None
        return [made] if isinstance(made, bytes) else list(made or ())

    @cached_property
    def _fonts(self) -> typst.Fonts:
        folder = pylopdf_fonts_jp.sans_path().parent
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _readable(part: Any) -> Any:
    """The outline without control characters and what turns a line around; names come from customers."""
    if isinstance(part, dict):
        return {name: _readable(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_readable(value) for value in part]
    if isinstance(part, str):
        return legible(part)
    return part
