"""Which options do many commands share? Where the onboardings are, and the details of a piece of news."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Group, Parameter, validators

from domain.news import remarks, sentence

Numbered = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=2**63 - 1))]
"""The number of a row, in the range of the database."""

Onboarding = Annotated[
    str, Parameter(help="Its id, the deal's id, or a part of the customer's name that only one has.")
]
"""The onboarding that a command is about, as people name it."""
Milestone = Annotated[str, Parameter(help="Its key, as day90 show lists it.")]
"""A milestone of the plan."""


def explained(update: str) -> str:
    """Help of a command that sends that update: lists of commands show the first line, its page all of it."""
    return f"{sentence(update)}\n\n{remarks(update).replace('`by`', '--by')}".strip()


CONNECTION = Group("Connection and output", sort_key=90)
NEWS = Group("News", sort_key=50)


@Parameter(name="*", group=CONNECTION)
@dataclass(frozen=True, kw_only=True)
class Where:
    """Where the onboardings are, and in which form the answer is wanted."""

    data: Path | None = None
    "Folder of the embedded stack; a stack that runs on it is used. [default: ./data]"
    temporal_address: str | None = None
    "Temporal's host:port; by default the running stack's, else Temporal's own environment and profiles."
    json: Annotated[bool, Parameter(negative="")] = False
    "Answer as JSON, errors too (on stderr)."


NOWHERE = Where()


@Parameter(name="*", group=NEWS)
@dataclass(frozen=True, kw_only=True)
class Origin:
    """The options that say where a piece of news comes from."""

    by: str | None = None
    "Who reports it: a stakeholder's id, a staff handle, or the e-mail address of either."
    at: str | None = None
    "When it happened: 2026-11-05, or with a time in the customer's zone: 2026-11-05T14:30. [default: now]"
    evidence: tuple[str, ...] = ()
    "A link or a document's name; may be repeated."
    news_id: str | None = None
    "Makes a repetition harmless: a second one with the same id changes nothing."

    def fields(self) -> dict[str, Any]:
        """The options that were given, as fields of the news."""
        given: dict[str, Any] = {"by": self.by, "at": self.at, "news_id": self.news_id}
        given["evidence"] = list(self.evidence) or None
        return {name: value for name, value in given.items() if value is not None}


@Parameter(name="*", group=NEWS)
@dataclass(frozen=True, kw_only=True)
class Details(Origin):
    """The options that every piece of news may carry which is not a note itself."""

    note: str | None = None
    "What else is worth knowing."

    def fields(self) -> dict[str, Any]:
        """The options that were given, as fields of the news."""
        return super().fields() | ({} if self.note is None else {"note": self.note})


NO_ORIGIN = Origin()
NO_DETAILS = Details()
