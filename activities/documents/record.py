"""How does the record of a sign-off become a PDF?"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from activities.documents.typesetting import Typesetter
from domain.text import Language

SETTER = Typesetter(Path(__file__).parent / "record.typ")


class RecordLine(NamedTuple):
    """A label, and what stands beside it; the first line of a `strong` one stands out."""

    label: str
    lines: Sequence[str]
    strong: bool = False


class RecordSheet(NamedTuple):
    """The record of a sign-off in words, in one language."""

    language: Language
    company: str
    title: str
    rows: Sequence[RecordLine]
    chain: str
    footer: str


def record_pdf(sheet: RecordSheet, *, at: datetime) -> bytes:
    """The sheet as a PDF of one page or more, dated `at`: the same record gives the same bytes. Raises CannotBeSet."""
    return SETTER.pdf({**sheet._asdict(), "rows": [row._asdict() for row in sheet.rows]}, at=at)
