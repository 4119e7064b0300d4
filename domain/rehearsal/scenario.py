"""How do people behave in an onboarding that is rehearsed? The schema of scenarios: who is quick, late, or says no.

A scenario names no milestone of one playbook where it can help it: it says `go_live` or `every_sign_off`, so that it
can be played by any.
"""

from collections import Counter
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from domain.deal import CustomerRole, DealClosed
from domain.news import Ending
from domain.team import Team, VendorRole
from domain.wire import Line, Severity, Slug, StrictWire

Who = VendorRole | CustomerRole | Literal["customer", "vendor"]
PLAN, EVERY_SIGN_OFF = "plan", "every_sign_off"
"""How a scenario names the sign-off of the plan, and each sign-off; other words are a milestone's role or its key."""
LONGEST = 400
"""Days that a scenario may last: three times the longest shipped plan."""
EventKind = Literal[
    "pause", "replan", "issue", "reassign", "scope_change", "waive", "reopen", "win", "task", "note", "end"
]


class Pace(StrictWire):
    """When people do what is theirs, in working days after it is due; below 0 is before.

    Each milestone draws a day between the two, by its key and the scenario's: a milestone that is added to a playbook
    changes no other's.
    """

    earliest: int = Field(-2, ge=-60, le=250, description="working days after the day it is due")
    latest: int = Field(0, ge=-60, le=250, description="working days after the day it is due")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.latest < self.earliest:
            msg = f"latest ({self.latest}) lies before earliest ({self.earliest})"
            raise ValueError(msg)
        return self


PUNCTUAL = Pace()


class Absence(StrictWire):
    """Days on which somebody does nothing: what is theirs waits until they are back."""

    who: Who = Field(description="a role, or the customer or vendor as a whole")
    from_day: int = Field(ge=0, le=LONGEST, description="calendar days after the close")
    days: int = Field(ge=1, le=LONGEST, description="calendar days")


class Rejection(StrictWire):
    """A sign-off that is refused, and given once it was worked on."""

    milestone: Slug = Field(description=f"`{PLAN}`, `{EVERY_SIGN_OFF}`, a milestone's role, or its key")
    times: int = Field(1, ge=1, le=10, description="how often it is refused")
    reasons: Line = Field("This is not what we need yet.", description="what the signer writes")


class Event(StrictWire):
    """Something that happens at a day, or so many days after a milestone is settled."""

    what: EventKind = Field(description="what happens")
    day: int | None = Field(None, ge=0, le=LONGEST, description="calendar days after the close, or after the milestone")
    after: Slug | None = Field(None, description=f"counts `day` from this: a milestone's role, `{PLAN}`, or its key")
    milestone: Slug | None = Field(None, description="replan, waive, reopen: which one; like `after`")
    days: int | None = Field(
        None, ge=-LONGEST, le=LONGEST, description="pause: how long; replan: how much later; task, scope_change: until"
    )
    alone: bool = Field(False, description="replan: what leads up to a go-live stays where it is")
    severity: Severity = Field("normal", description="issue: how bad it is")
    answered: float | None = Field(2, ge=0, description="issue: working hours until somebody answers; null: never")
    solved: float | None = Field(16, ge=0, description="issue: working hours until it is solved; null: never")
    disputed: bool = Field(False, description="issue: who raised it says once that it is not solved")
    decision: Literal["approve", "reject", "phase_2"] | None = Field(None, description="scope_change: null is never")
    ending: Ending | None = Field(None, description="end: as what")
    why: Line = Field("That is how it came.", description="what people write about it")

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        needs: dict[str, tuple[str, ...]] = {"replan": ("milestone", "days"), "task": ("days",), "end": ("ending",)}
        needs |= {"waive": ("milestone",), "reopen": ("milestone",)}
        for name in ("day", *needs.get(self.what, ())):
            if getattr(self, name) is None:
                msg = f"{name} is missing: {self.what} needs it"
                raise ValueError(msg)
        if self.what in ("pause", "task", "scope_change") and self.days is not None and self.days < 1:
            msg = f"days is {self.days}: {self.what} takes one at least"
            raise ValueError(msg)
        return self


class Scenario(StrictWire):
    """One way in which an onboarding may go, for any playbook."""

    key: Slug = Field(description="its name; once per set")
    title: Line = Field(description="what happens, in a line")
    customer: Slug = Field(description="which customer of the set it is")
    days: int = Field(125, ge=1, le=LONGEST, description="for how long it is watched, from the close")
    customer_pace: Pace = Field(PUNCTUAL, description="when the customer's people do what is theirs")
    vendor_pace: Pace = Field(PUNCTUAL, description="when ours do")
    paces: dict[VendorRole | CustomerRole, Pace] = Field(
        default_factory=dict, description="the pace of single roles, where it is another"
    )
    away: tuple[Absence, ...] = Field((), description="who does nothing, and when")
    rejects: tuple[Rejection, ...] = Field((), description="which sign-offs are refused")
    skips: tuple[Slug, ...] = Field((), description="what nobody ever does: milestones like in `after`, or `optional`")
    vouches: bool = Field(True, description="false: nobody vouches for the hand-off's criteria")
    events: tuple[Event, ...] = Field((), max_length=50, description="what else happens")

    @property
    def on_time(self) -> bool:
        """Whether everybody does everything in time and nothing comes in between: the punctual of the budgets."""
        paces = (self.customer_pace, self.vendor_pace, *self.paces.values())
        interrupted = self.away or self.rejects or self.skips or self.events or not self.vouches
        return all(pace.latest <= 0 for pace in paces) and not interrupted


class Customer(StrictWire):
    """A customer of the set, to whom several scenarios may happen."""

    key: Slug = Field(description="its name; once per set")
    deal: dict[str, Any] = Field(description="a deal file without source, id and playbook, like those of examples/")


class ScenarioFile(StrictWire):
    """What one file of a folder of scenarios holds."""

    customers: tuple[Customer, ...] = Field((), description="whom scenarios happen to")
    scenarios: tuple[Scenario, ...] = Field((), description="what happens")

    @model_validator(mode="after")
    def _keys_are_told_apart(self) -> Self:
        for name, keys in (
            ("customers", [one.key for one in self.customers]),
            ("scenarios", [one.key for one in self.scenarios]),
        ):
            if twice := [key for key, times in Counter(keys).items() if times > 1]:
                msg = f"{name}: two have the key {twice[0]!r}"
                raise ValueError(msg)
        return self


class Part(NamedTuple):
    """A scenario, and the deal of the customer to whom it happens."""

    scenario: Scenario
    deal: DealClosed


class ScenarioSet(NamedTuple):
    """What is rehearsed: every scenario with its deal, and the staff, which is the set's own and not today's."""

    parts: tuple[Part, ...]
    team: Team
