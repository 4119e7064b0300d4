"""What is wrong in a file that people edit, and where? Complaints that name file, line and field."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Spot = tuple[str | int, ...]
"""The way to a part of a file: ("stages", 0, "milestones", 2, "day")."""
Gravity = Literal["error", "warning"]
"""An error refuses the file: it could not work. A warning is shown: it may be meant, and works as it says."""


def field_name(spot: Spot) -> str:
    """The spot as people write it: stages[0].milestones[2].day; "the whole file" for the root."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in spot)
    return text.lstrip(".") or "the whole file"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to mend. `line` counts from 1; 0 stands for a playbook that was not read from a file."""

    file: str
    line: int
    field: str
    what: str
    gravity: Gravity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        return f"{place}{'warning: ' if self.gravity == 'warning' else ''}{self.field}: {self.what}"


SAID = 3
"""So many complaints stand in an error's text, which is one line of a terminal or a log; lint tells them all."""


class BadPlaybook(Exception):
    """A file that cannot be used as it is. Who must act: whoever edits the playbooks; that mended, try again."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        said = [str(complaint) for complaint in self.complaints[:SAID]]
        if more := len(self.complaints) - SAID:
            said += [f"and {more} more: day90 playbook lint {self.complaints[0].file}"] if more > 0 else []
        super().__init__("\n".join(said))


class UnknownPlaybook(KeyError):
    """Nobody has written a playbook with that key. Who must act: whoever named it, in the deal or at the CLI."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        super().__init__(key)
        self.key = key
        self.known = tuple(known)

    def __str__(self) -> str:
        return f"there is no playbook {self.key!r}; there are: {', '.join(self.known)}"
