"""What is wrong in a file that people edit, and where? Complaints that name file, line and field."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

Spot = tuple[str | int, ...]
"""The path to a part of a file: ("stages", 0, "milestones", 2, "day")."""
Gravity = Literal["error", "warning"]
"""An error refuses the file, which could not work. A warning is only shown: what it names works, and may be meant."""


def field_name(spot: Spot) -> str:
    """The spot as people write it: `stages[0].milestones[2].day`; `the whole file` for the root."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in spot)
    return text.lstrip(".") or "the whole file"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to mend. `line` counts from 1; 0 means that the complaint is about no line, or about no file."""

    file: str
    line: int
    field: str
    what: str
    gravity: Gravity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        return f"{place}{'warning: ' if self.gravity == 'warning' else ''}{self.field}: {self.what}"


SHOWN = 3
"""The most complaints in the text of an error, which a terminal or a log has to show; lint shows a hundred."""


class BadPlaybook(Exception):
    """A file cannot be used as it is. Whoever edits it must act; once it is mended, trying again helps."""

    where_all_are: ClassVar[str] = ": day90 playbook lint {file}"
    """Where to read of all complaints, when there are more than an error shows."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        lines = [str(complaint) for complaint in self.complaints[:SHOWN]]
        if more := len(self.complaints) - SHOWN:
            all_of_them = self.where_all_are.format(file=self.complaints[0].file)
            lines += [f"and {more} more{all_of_them}"] if more > 0 else []
        super().__init__("\n".join(lines))


class UnknownPlaybook(KeyError):
    """There is no playbook with that key. Whoever named it, in the deal or at the command line, must act."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        super().__init__(key)
        self.key = key
        self.known = tuple(known)

    def __str__(self) -> str:
        return f"there is no playbook {self.key!r}; there are: {', '.join(self.known)}"
