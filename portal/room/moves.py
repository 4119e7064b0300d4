"""Which dates are others than those that were agreed to, by how much, and who moved them why?"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Engine

from domain.baseline import Baseline, slips
from portal.room.view import View
from store import reads
from store.reads import JournalEntry
from store.rooms import Visit

KINDS = ("replanned", "paused", "resumed")
"""The rows of the journal by which somebody moves dates."""


class Moved(NamedTuple):
    """A milestone's day as it was agreed to, and by how many working days it is later now (below 0: earlier)."""

    agreed: date
    days: int


class Move(NamedTuple):
    """What somebody did that moved dates: `what` in words, `on` which day, and why in their own words."""

    key: str
    what: str
    by: str
    on: date
    reason: str


class Moves(NamedTuple):
    """How the plan stands beside the plan that was agreed to; `agreed_on` is None while nobody has agreed to one."""

    agreed_on: date | None
    moved: Mapping[str, Moved]
    made: tuple[Move, ...]

    def of(self, key: str) -> list[Move]:
        """What moved that milestone by name, the newest first."""
        return [move for move in self.made if move.key == key]


def moves_of(view: View, baseline: Baseline | None, rows: tuple[JournalEntry, ...], words: Mapping[str, str]) -> Moves:
    """What the reader sees of it: nothing about milestones that are ours alone."""
    shown = {milestone.key for milestone in view.standing.shown()}
    calendar = view.standing.dossier.calendar
    each = slips(baseline, view.line.milestones, calendar) if baseline else ()
    moved = {slip.milestone: Moved(slip.agreed, slip.days) for slip in each if slip.milestone in shown and slip.days}
    made = [move for row in rows if (move := _move(view, row, words)) and (not move.key or move.key in shown)]
    agreed_on = view.day_of(baseline.agreed_at) if baseline else None
    return Moves(agreed_on, moved, tuple(reversed(made)))


def rows_of(visit: Visit, engine: Engine) -> tuple[JournalEntry, ...]:
    """The rows of the journal about moved dates, in order."""
    return tuple(reads.journal(engine, visit.onboarding, kinds=KINDS))


def _move(view: View, row: JournalEntry, words: Mapping[str, str]) -> Move | None:
    # What was written beside it as a note is ours alone.
    on, reason = view.day_of(row.at), str(row.data.get("reason") or "")
    by = view.name(row.by) if row.by else ""
    if row.kind == "replanned" and row.about and row.data.get("to"):
        day = view.day(date.fromisoformat(str(row.data["to"])[:10]))
        return Move(row.about, words["move_replanned"].format(title=view.title(row.about), day=day), by, on, reason)
    if row.kind == "paused":
        return Move("", words["move_paused"], by, on, reason)
    if row.kind == "resumed":
        return Move("", words["move_resumed"], by, on, reason)
    # A new end of the hand-off, which is ours.
    return None
