"""Why is something else than before? By what the two versions of the playbook say of it, or of what it hangs on."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from domain.playbook import Playbook
from domain.rehearsal.comparing import changed_fields
from domain.rehearsal.story import Mail
from domain.wording import day_in_words

NUDGING = frozenset({"reminder", "escalation", "pause_proposal", "overdue_summary"})
"""Kinds of notices that come by the steps around a due date."""
SAYS_NOTHING = frozenset(
    {"title", "done_when", "source", "purpose", "window", "agenda", "editions", "style", "duties", "what"}
)
"""Fields of a part of which no date and no receiver depends."""
LONGEST = 60
"""Characters of a value that a reason shows."""
Moves = Mapping[str, tuple[date | None, date | None]]


class Reasons:
    """Compares two versions of a playbook part by part. `moved` are the milestones that moved in one scenario."""

    def __init__(self, old: Playbook, new: Playbook, moved: Moves) -> None:
        self.old, self.new, self.moved = old, new, moved
        self.parts_before, self.parts_after = _parts(old), _parts(new)

    def of_milestone(self, key: str, *, moved: Collection[str]) -> str:
        """Why its day is another; empty where the playbooks do not tell."""
        if own := self._changed(key):
            return own
        milestone = self.new.milestone(key)
        if milestone is None:
            return ""
        hangs_on = [*self.new.needs(milestone), *([milestone.anchor] if milestone.anchor != "close" else [])]
        follows = next((other for other in dict.fromkeys(hangs_on) if other in moved), None)
        return f"follows {follows}" if follows else ""

    def of_mail(self, mail: Mail) -> str:
        """Why it comes on another day, no longer or newly; empty where the playbooks do not tell."""
        if own := self._changed(mail.about):
            return own
        if mail.kind in NUDGING and (nudging := ", ".join(_changes(self.old.nudging, self.new.nudging))):
            return f"nudging: {nudging}"
        if mail.about in self.moved:
            was, is_now = self.moved[mail.about]
            return f"{mail.about} moved from {_day(was)} to {_day(is_now)}"
        part = self.parts_after.get(mail.about)
        starts = getattr(part, "starts", None)
        follows = next((key for key in getattr(starts, "after", ()) if key in self.moved), None)
        return f"follows {follows}" if follows else ""

    def _changed(self, key: str) -> str:
        before, after = self.parts_before.get(key), self.parts_after.get(key)
        if before is None or after is None:
            return "" if before is after else "is new in the playbook" if before is None else "left the playbook"
        return ", ".join(_changes(before, after))


def _parts(playbook: Playbook) -> dict[str, BaseModel]:
    cadences: dict[str, BaseModel] = {cadence.key: cadence for cadence in playbook.cadences}
    return cadences | {milestone.key: milestone for milestone in playbook.milestones}


def _changes(before: BaseModel, after: BaseModel) -> Iterator[str]:
    """Each field that says something else, as `every_weeks: 1, now 2` or `raci responsible: csm, now project_lead`."""
    for change in changed_fields(before, after, without=SAYS_NOTHING):
        yield f"{_named(change.path)}: {_shown(change.was)}, now {_shown(change.now)}"


def _named(path: Sequence[str | int]) -> str:
    """The field as the playbook calls it: `ladder[0] after`."""
    parts = (f"[{part}]" if isinstance(part, int) else f" {part}" for part in path)
    return "".join(parts).strip().rstrip("_")


def _shown(value: Any) -> str:
    if value in (None, ()):
        return "none"
    if isinstance(value, tuple):
        # Models would be shown with all their fields: how many there are has to do.
        names = [str(one) for one in value if not isinstance(one, BaseModel)]
        return ", ".join(names)[:LONGEST] if len(names) == len(value) and names else f"{len(value)} of them"
    if isinstance(value, BaseModel):
        said = [(name, part) for name, part in value if part and name not in SAYS_NOTHING]
        return ", ".join(f"{name} {_shown(part)}" for name, part in said)[:LONGEST]
    return str(value)[:LONGEST]


def _day(day: date | None) -> str:
    return day_in_words(day) if day else "no day"
