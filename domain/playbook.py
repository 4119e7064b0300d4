"""How do we onboard this kind of customer? The schema of a playbook: stages, milestones, people, rules and content.

Playbooks are YAML that people edit; `source` names the requirement each part stands for (ids of docs/sources.md).
"""

import hashlib
from typing import Literal

from pydantic import Field

from domain.deal import CustomerRole
from domain.team import TouchModel, VendorRole
from domain.text import Text
from domain.wire import Door, Line, Prose, Score, Severity, Slug

MilestoneRole = Literal["kickoff", "go_live", "hypercare_end", "review"]
"""The few milestones that the program itself must know; which they are is the playbook's word."""
Role = VendorRole | CustomerRole
Sources = tuple[Line, ...]
RULE = (
    r"[a-z][a-z0-9_]* (((<|<=|>|>=) -?[0-9]+(\.[0-9]+)?)|((not )?(rising|falling)))"
    r"( (in|for) [1-9][0-9]{0,2} (day|week|month)s?)?"
)
"""How the rule of a red flag reads: a figure, a threshold or a direction, and the span that is looked at."""


class Raci(Door):
    """Who does it, who answers for it, who is asked, who is told."""

    responsible: Role
    accountable: Role
    consulted: tuple[Role, ...] = ()
    informed: tuple[Role, ...] = ()


class SignOff(Door):
    """A milestone that is reached by a named person's yes; a no reopens work and gives new days for it."""

    by: tuple[Role, ...] = Field(min_length=1)
    reopens: tuple[Slug, ...] = Field((), description="milestones that a rejection opens again")
    rework_days: int = Field(5, ge=1, le=60, description="working days that a rejection gives")


class Milestone(Door):
    """A state of the world that the plan waits for, with the day by which it should be so."""

    key: Slug
    title: Text
    day: int = Field(ge=0, le=1000, description="calendar days after the anchor")
    anchor: Slug = Field("close", description="`close`, or the milestone from which the days count")
    not_before_day: int | None = Field(None, ge=0, description="never planned earlier than this day after the close")
    role: MilestoneRole | None = None
    requires: tuple[Slug, ...] = Field((), description="the gate: milestones that must be reached first")
    sign_off: SignOff | None = None
    optional: bool = Field(False, description="nice to have: neither the hand-off nor a stage waits for it")
    raci: Raci
    done_when: Text | None = None
    reminders: bool = True
    source: Sources = ()


class StageActivity(Door):
    """Something that is done in a stage, and the milestone that it leads to."""

    key: Slug
    title: Text
    milestone: Slug
    who: Role
    source: Sources = ()


class Deliverable(Door):
    key: Slug
    title: Text
    milestone: Slug
    optional: bool = False
    source: Sources = ()


class Sign(Door):
    """How one sees that a stage goes well, or how such stages fail."""

    text: Text
    source: Sources = ()


class Opening(Door):
    """When a stage opens: all of `after` reached, or the day has come, whichever the playbook asks for.

    A stage with both opens once all are reached and the day has come, or as soon as work in it is reported.
    """

    after: tuple[Slug, ...] = ()
    from_day: int = Field(0, ge=0, description="calendar days after the anchor")
    anchor: Slug = "close"


class Stage(Door):
    """A stretch of the onboarding with one purpose; stages overlap, each opens by its own condition."""

    key: Slug
    title: Text
    purpose: Text
    window: Text = Field(description="as the sources put it: weeks 2-6")
    opens: Opening = Opening()
    milestones: tuple[Milestone, ...] = Field(min_length=1)
    activities: tuple[StageActivity, ...] = ()
    deliverables: tuple[Deliverable, ...] = ()
    success_signs: tuple[Sign, ...] = ()
    failure_modes: tuple[Sign, ...] = ()
    stretches: bool = Field(False, description="the circumstances of TL-01 make this stage longer")
    source: Sources = ()


class Stretch(Door):
    """By how much each circumstance lengthens the stages that stretch (TL-01)."""

    high_complexity: float = Field(1.25, ge=1, le=4)
    many_integrations: float = Field(1.15, ge=1, le=4)
    many_integrations_from: int = Field(4, ge=1)
    large_data: float = Field(1.15, ge=1, le=4)
    limited_resources: float = Field(1.25, ge=1, le=4)
    source: Sources = ()


class Rung(Door):
    """A step of the escalation ladder: so many working days after due, this person hears of it."""

    after: int = Field(ge=1, le=200, description="working days after due")
    to: tuple[Literal["owner_manager", "executive_sponsor", "owner", "project_lead"], ...] = Field(min_length=1)
    proposes_pause: bool = False
    source: Sources = ()


class Nudging(Door):
    """Reminders before and after due, and the ladder after that."""

    before: tuple[int, ...] = Field((3,), description="working days before due")
    on_the_day: bool = True
    after: tuple[int, ...] = Field((2,), description="working days after due")
    ladder: tuple[Rung, ...] = ()
    grace: int = Field(5, ge=0, description="working days given when the gate opened only after the thing was due")
    again_every: int = Field(5, ge=1, description="working days between reminders once the ladder is through")
    stuck_after: int = Field(10, ge=1, description="working days without news while something is overdue")
    source: Sources = ()


class ServiceLevel(Door):
    """How fast an issue of one severity is answered and solved, in hours."""

    severity: Severity
    respond: float = Field(gt=0)
    resolve: float = Field(gt=0)
    hours: Literal["clock", "working"] = "working"


class Hypercare(Door):
    """The weeks of close support after the real go-live (ST4)."""

    days: int = Field(14, ge=1, le=90)
    prolonged_by: tuple[Severity, ...] = Field(("critical",), description="open issues of these keep it open")
    levels: tuple[ServiceLevel, ...]
    source: Sources = ()


class Pausing(Door):
    longest_days: int = Field(30, ge=1, le=365)
    source: Sources = ()


class Cadence(Door):
    """Something that comes again and again with one kind of person (section 9, AD-04, SS-06)."""

    key: Slug
    title: Text
    with_: tuple[Role, ...] = Field(alias="with", min_length=1)
    led_by: VendorRole = "csm"
    every_weeks: int | None = Field(None, ge=1, le=52)
    every_months: int | None = Field(None, ge=1, le=24)
    minutes: int | None = Field(None, ge=5, le=480)
    kind: Literal["meeting", "status_report", "message", "as_needed"] = "meeting"
    starts: Opening = Opening()
    until: Slug = Field("hand_off", description="milestone after which it ends, or hand_off")
    agenda: tuple[Text, ...] = Field((), description="one entry per occurrence, the last one goes on")
    style: Text | None = None
    sent: bool = Field(True, description="false: carried as data, nothing goes out yet")
    source: Sources = ()


class RoleHours(Door):
    """How many hours a role needs (section 10)."""

    side: Literal["vendor", "customer"]
    role: Role
    hours_from: float = Field(ge=0)
    hours_to: float = Field(ge=0)
    per: Literal["week", "phase", "total"]
    stages: tuple[Slug, ...] = Field((), description="in which stages; empty: throughout")
    duties: Text
    source: Sources = ()


class Session(Door):
    key: Slug
    week: int = Field(ge=1, le=200)
    track: Slug
    milestone: Slug | None = Field(None, description="the milestone that it leads to, in whose week it must begin")
    title: Text
    minutes: int | None = Field(None, ge=5, le=600)
    live: bool = True
    recorded: bool = False
    optional: bool = False
    source: Sources = ()


class Track(Door):
    key: Slug
    title: Text
    for_: tuple[CustomerRole, ...] = Field(alias="for", min_length=1)
    content: Text
    source: Sources = ()


class TrainingFormat(Door):
    key: Slug
    title: Text
    strengths: Text
    limits: Text
    best_for: Text
    source: Sources = ()


class Training(Door):
    tracks: tuple[Track, ...]
    formats: tuple[TrainingFormat, ...]
    sessions: tuple[Session, ...]
    continuing: tuple[Slug, ...] = Field((), description="cadences that go on after the sessions")
    content: tuple[Sign, ...] = ()
    goal_pct: float = Field(90, ge=0, le=100)
    red_flag_below_pct: float = Field(70, ge=0, le=100)
    source: Sources = ()


class Target(Door):
    """A metric, the figure it should have, and by when (MET)."""

    key: Slug
    title: Text
    metric: Slug
    at_least: float | None = None
    below: float | None = None
    unit: Line
    day: int | None = Field(None, ge=1)
    anchor: Slug = "close"
    source: Sources = ()


class LeadingIndicator(Door):
    """What should be true by a week (LI): reached milestones, and what a measurement or person must say."""

    key: Slug
    week: int = Field(ge=1, le=60)
    title: Text
    milestones: tuple[Slug, ...] = ()
    observed: tuple[Slug, ...] = Field((), description="what is measured or attested besides")
    share_reached: dict[Slug, float] = Field(default_factory=dict, description="stage: share of its milestones reached")
    amber_while_ahead: Slug | None = Field(
        None, description="amber, not red, while this milestone is ahead and reachable"
    )
    source: Sources = ()


class ShippedRisk(Door):
    """A risk that every onboarding of this kind starts with (RSK); 5 is most probable, 5 hits hardest."""

    key: Slug
    title: Text
    probability: Score
    impact: Score
    effects: Text
    mitigation: tuple[Text, ...] = Field(min_length=1)
    owner: Role = "csm"
    review_days: int = Field(30, ge=1)
    source: Sources = ()


class QuickWinSlot(Door):
    day: Literal[30, 60, 90]
    title: Text
    character: tuple[Text, ...]
    examples: tuple[Text, ...]
    identified: Text
    how: tuple[Text, ...]
    effect: tuple[Text, ...]
    source: Sources = ()


class RedFlag(Door):
    """An early warning (RF): found by a rule over figures, or by a person's judgement."""

    key: Slug
    category: Literal["engagement", "technical", "adoption", "outcome", "relationship"]
    title: Text
    found_by: Literal["rule", "judgement"]
    rule: Line | None = Field(None, description="figure, comparison and span, like attendance_pct < 70")
    correction: Slug
    source: Sources = ()


class Correction(Door):
    """What is done when red flags of one category wave (CC)."""

    key: Slug
    title: Text
    steps: tuple[Text, ...] = Field(min_length=1)
    source: Sources = ()


class Criterion(Door):
    """One of the conditions for the hand-off (SS-01)."""

    key: Slug
    title: Text
    by: Literal["milestones", "attestation"]
    evidence: tuple[Slug, ...] = Field((), description="targets that a measurement will look at")
    source: Sources = ()


class HandOff(Door):
    """When and how the customer moves to the success programme (SS-01 to SS-05)."""

    earliest_day: int = Field(90, ge=1)
    latest_day: int = Field(120, ge=1)
    asked_again_days: int = Field(7, ge=1, description="how often the manager is asked after the latest day")
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    message: tuple[Text, ...] = Field(min_length=1, description="the facts that the hand-off message states")
    source: Sources = ()


class ProgrammeCadence(Door):
    key: Slug
    title: Text
    every_months: int = Field(ge=1, le=24)
    minutes: int | None = Field(None, ge=5, le=480)
    source: Sources = ()


class Programme(Door):
    """What goes on for years after the hand-off (SS-06, SS-07)."""

    cadences: tuple[ProgrammeCadence, ...] = Field(min_length=1)
    support: tuple[Text, ...] = ()
    source: Sources = ()


class Kickoff(Door):
    """What the kickoff meeting talks about (KO-03 to KO-07, LP-2, LP-3, LP-6)."""

    agenda: tuple[Text, ...]
    questions: tuple[Text, ...]
    source: Sources = ()


class Playbook(Door):
    """A whole plan of onboarding for one kind of customer."""

    key: Slug
    title: Text
    summary: Text
    touch: TouchModel
    from_yearly_value: float = Field(ge=0, description="tier: chosen for deals worth at least this a year")
    length_days: int = Field(ge=1, le=730)
    stages: tuple[Stage, ...] = Field(min_length=1)
    nudging: Nudging
    hypercare: Hypercare
    pausing: Pausing = Pausing()
    stretch: Stretch = Stretch()
    kickoff: Kickoff
    cadences: tuple[Cadence, ...] = ()
    resources: tuple[RoleHours, ...] = ()
    resource_rules: tuple[Sign, ...] = ()
    training: Training | None = None
    targets: tuple[Target, ...] = ()
    indicators: tuple[LeadingIndicator, ...] = ()
    risks: tuple[ShippedRisk, ...] = ()
    risk_rules: tuple[Sign, ...] = ()
    quick_wins: tuple[QuickWinSlot, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    corrections: tuple[Correction, ...] = ()
    hand_off: HandOff
    programme: Programme
    source: Sources = Field((), description="what the playbook as a whole stands for, such as its touch model")
    not_carried: dict[Line, Prose] = Field(
        default_factory=dict, description="source ids left out, each with the reason"
    )

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        return tuple(milestone for stage in self.stages for milestone in stage.milestones)

    def milestone(self, key: str) -> Milestone | None:
        return next((milestone for milestone in self.milestones if milestone.key == key), None)

    def playing(self, role: MilestoneRole) -> Milestone | None:
        """The milestone with that role; None when the playbook has none."""
        return next((milestone for milestone in self.milestones if milestone.role == role), None)


def content_hash(playbook: Playbook) -> str:
    """SHA-256 of what the playbook says, in hex: layout and comments of the YAML do not count."""
    return hashlib.sha256(playbook.model_dump_json(by_alias=True).encode()).hexdigest()
