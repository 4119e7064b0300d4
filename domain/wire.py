"""How are our models shaped on the wire? The bases that every model of the domain stands on."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]
"""A key that goes into ids, file names and search attributes: lower case, digits, `_ . -`, at most 80 characters."""

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:#-]{0,79}$")]
"""An id that another system gave, like a ticket's: letters, digits, `_ . : # -`, at most 80 characters."""

FREE_TEXT = "free text"
"""Marks the types of what people write in their own words: our doors keep it out of Temporal (`domain/texts.py`)."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), FREE_TEXT]
"""One line of text that people read in a title, at most 200 characters."""

Prose = Annotated[str, StringConstraints(max_length=10_000), FREE_TEXT]
"""A paragraph or a note, at most 10,000 characters: more belongs into a document that a link names."""

Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), FREE_TEXT]
"""What a message says: as `Prose`, and not nothing."""

Instant = AwareDatetime
Severity = Literal["critical", "high", "normal"]
Category = Literal["engagement", "technical", "adoption", "outcome", "relationship"]
"""What kind of trouble a red flag is of, and what a course correction is about."""
FiguresSay = Literal["", "waits", "behind"]
"""How a customer stands by their figures: nothing to say, they wait for us, or they are behind."""
Score = Annotated[int, Field(ge=1, le=5)]


class Wire(BaseModel):
    """A frozen model that only grows: what it does not know it ignores, because senders may be newer than we are."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class StrictWire(BaseModel):
    """A frozen model that people type or programs send to a door of ours: unknown fields are refused by name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _no_control_characters(text: str) -> str:
    if any(ord(character) < 32 for character in text):
        msg = "holds a line break or another control character"
        raise ValueError(msg)
    return text


PersonName = Annotated[Line, AfterValidator(_no_control_characters)]
"""A name as it goes into a mail header: any script, emoji and right-to-left included, but no line break."""
