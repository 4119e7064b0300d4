"""How does the outline of the process become a PDF? Set by Typst, with fonts of our own; nothing else is read."""

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
from domain.outline import Outline

TEMPLATE = Path(__file__).parent / "process.typ"


class CannotBeSet(Exception):
    """The document cannot be made. Who must act: us; the reason names the line of the template."""


@dataclass(frozen=True)
class ProcessDocument:
    """Sets outlines. May be shared by threads: every document has a compiler of its own, the fonts are read once."""

    template: Path = field(default=TEMPLATE)

    def pdf(self, outline: Outline, *, at: datetime) -> bytes:
        """`at` stands in the file as when it was made: the same outline at the same moment is the same file."""
        return self._set(outline, format="pdf", timestamp=int(at.timestamp()))[0]

    def pages(self, outline: Outline, *, ppi: float = 96) -> list[bytes]:
        """Each page as a PNG, for whoever wants to see it."""
        return self._set(outline, format="png", ppi=ppi)

    def _set(self, outline: Outline, **how: Any) -> list[bytes]:
        given: Mapping[str, Any] = {"outline": outline.model_dump(mode="json"), "words": PROCESS[outline.language]}
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
