"""How does the plan of an onboarding become a PDF?"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from activities.documents.typesetting import Typesetter
from domain.text import Language

SETTER = Typesetter(Path(__file__).parent / "plan.typ")


class PlanLine(NamedTuple):
    """A milestone: its day or what became of it, who acts for it, and `notes`, what else is to be said of it.

    `state` is `reached`, `late`, `open` or `waits`; `mine` says that the reader acts for it.
    """

    title: str
    day: str
    state: str
    who: str
    mine: bool
    notes: Sequence[str]


class PlanPart(NamedTuple):
    """A stage with its milestones; `when` says from when to when, `reached` how many are."""

    title: str
    when: str
    reached: str
    lines: Sequence[PlanLine]


class PlanSheet(NamedTuple):
    """A plan in words, in one language. `facts` are labels with what stands beside them, `moves` what was moved."""

    language: Language
    company: str
    title: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[str]
    parts: Sequence[PlanPart]
    moves_title: str
    moves: Sequence[str]
    footer: str


def plan_pdf(sheet: PlanSheet, *, at: datetime) -> bytes:
    """The sheet as a PDF, dated `at`: the same plan at the same moment gives the same bytes. Raises CannotBeSet."""
    parts = [{**part._asdict(), "lines": [line._asdict() for line in part.lines]} for part in sheet.parts]
    return SETTER.pdf({**sheet._asdict(), "parts": parts}, at=at)
