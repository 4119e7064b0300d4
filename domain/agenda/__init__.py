"""What does an open onboarding wait for, and what follows from news and time? The only rules that run inside workflows.

Frozen like the workflow loop: what stands here is replayed for every open onboarding. Rules that may be tuned live
outside (`domain.rules`), run in activities, and reach the agenda as data.
"""

from domain.agenda.gates import unfold
from domain.agenda.occasion import (
    EndAhead,
    Occasion,
    ProgrammeChange,
    ProgrammeOccasion,
    ProgrammeStart,
    read_change,
    read_end,
)
from domain.agenda.packing import FoldingState, carried, packed
from domain.agenda.picture import (
    NOTHING_AHEAD,
    Outcome,
    Progress,
    agenda,
    late,
    plan,
    progress,
    status,
    to_come_at_the_end,
    waiting_for,
    why,
)
from domain.agenda.receiving import JUST_OPENING, OPENING_FACTS, apply, check, hear, held_back, opened_by, repeated
from domain.agenda.state import Consequences, Entry, Fact, IssueState, MilestoneState, StageState, State
from domain.agenda.timing import adopt, cancel, due, next_entry, stands, wakes_at

__all__ = [
    "JUST_OPENING",
    "NOTHING_AHEAD",
    "OPENING_FACTS",
    "Consequences",
    "EndAhead",
    "Entry",
    "Fact",
    "IssueState",
    "FoldingState",
    "MilestoneState",
    "Occasion",
    "Outcome",
    "ProgrammeChange",
    "ProgrammeOccasion",
    "ProgrammeStart",
    "Progress",
    "StageState",
    "State",
    "adopt",
    "agenda",
    "apply",
    "cancel",
    "carried",
    "check",
    "due",
    "hear",
    "held_back",
    "late",
    "next_entry",
    "opened_by",
    "packed",
    "plan",
    "progress",
    "read_change",
    "read_end",
    "repeated",
    "status",
    "stands",
    "to_come_at_the_end",
    "unfold",
    "waiting_for",
    "wakes_at",
    "why",
]
