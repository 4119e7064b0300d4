"""How does the outline of an onboarding become a PDF?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from activities.documents.typesetting import Typesetter
from activities.documents.words import PROCESS
from domain.outline import Outline

TEMPLATE = Path(__file__).parent / "process.typ"


@dataclass(frozen=True)
class ProcessDocument:
    """Typesets outlines. May be shared by threads."""

    setter: Typesetter = field(default=Typesetter(TEMPLATE))

    def pdf(self, outline: Outline, *, at: datetime) -> bytes:
        """The outline as a PDF, dated `at`. Raises CannotBeSet."""
        return self.setter.pdf(_given(outline), at=at)

    def pages(self, outline: Outline, *, ppi: float = 96) -> list[bytes]:
        """Each page of the outline as a PNG. Raises CannotBeSet."""
        return self.setter.pages(_given(outline), ppi=ppi)


def _given(outline: Outline) -> Mapping[str, Any]:
    return {"outline": outline.model_dump(mode="json"), "words": PROCESS[outline.language]}
