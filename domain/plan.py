"""When is each milestone due, and why? A dated plan, and what has happened to it since it was drafted."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from domain.agenda.state import RULES
from domain.calendar import WEEKEND
from domain.playbook import Playbook
from domain.wire import Instant, Wire

ReasonKind = Literal["counted", "stretched", "busy", "paused", "moved", "promised", "kept_back", "after", "closed"]


class Reason(Wire):
    """One step of how a date came about; `domain.wording` puts it into words."""

    kind: ReasonKind
    on: date
    detail: dict[str, Any] = Field(default_factory=dict)

    @property
    def is_weekend(self) -> bool:
        """Whether it says no more than that a day is on a weekend."""
        return self.kind == "closed" and self.detail.get("why") == WEEKEND


class PlannedMilestone(Wire):
    key: str
    stage: str
    on: date
    due: Instant
    reasons: tuple[Reason, ...]

    @cached_property
    def reasons_in_json(self) -> tuple[dict[str, Any], ...]:
        """The reasons as they are written down, in every turn that goes by this plan."""
        return tuple(reason.model_dump(mode="json") for reason in self.reasons)


class PlannedStage(Wire):
    key: str
    opens_on: date
    closes_on: date


class Plan(Wire):
    """The dated plan of one onboarding."""

    milestones: tuple[PlannedMilestone, ...]
    stages: tuple[PlannedStage, ...]
    hand_off_from: Instant
    hand_off_by: Instant

    def milestone(self, key: str) -> PlannedMilestone:
        return next(planned for planned in self.milestones if planned.key == key)


class Span(Wire):
    """Days that do not count, first and last included."""

    first: date
    last: date
    why: str = ""
    kind: Literal["busy", "paused"] = "paused"


class Course(Wire):
    """What has happened to the plan since: real dates, moved dates, pauses.

    `rules` is the edition of the rules by which the onboarding was opened: dates that people were told of are not
    moved by a new one.
    """

    reached: Mapping[str, Instant] = Field(default_factory=dict)
    moved: Mapping[str, date] = Field(default_factory=dict)
    pauses: tuple[Span, ...] = ()
    hand_off_by: date | None = None
    rules: int = RULES


def go_live_key(playbook: Playbook) -> str | None:
    milestone = playbook.playing("go_live")
    return milestone.key if milestone else None


def on_the_way_to(playbook: Playbook, goal: str | None) -> frozenset[str]:
    """The goal and every milestone that it cannot be reached without."""
    needed: set[str] = set()
    waiting = [goal] if goal else []
    while waiting:
        key = waiting.pop()
        milestone = playbook.milestone(key)
        if key not in needed and milestone is not None:
            needed.add(key)
            waiting += milestone.requires
    return frozenset(needed)
