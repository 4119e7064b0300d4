"""How do we onboard this kind of customer? The schema of a playbook: stages, milestones, people, rules and content.

Playbooks are YAML that people edit; `source` names the requirement each part stands for (ids of docs/sources.md).
Open onboardings read the playbook that they keep by this schema: a field may come, with a default, but nothing here may
become stricter. What lint refuses besides (playbooks/lint/playbook.py) concerns files only.
"""

import hashlib
from typing import Any, Literal

from pydantic import Field

from domain.deal import CustomerRole
from domain.team import TouchModel, VendorRole
from domain.text import Text, placeholders
from domain.wire import Category, Line, Prose, Score, Severity, Slug, StrictWire

MilestoneRole = Literal["kickoff", "go_live", "hypercare_end", "review", "first_value"]
"""The few milestones that the program itself must know; the playbook says which they are. A playbook may leave out the
first value, and it alone may be optional: the first win that is recorded reaches it, on whichever day."""
Role = VendorRole | CustomerRole
Sources = tuple[Line, ...]
Audience = Literal["both", "vendor"]
"""Who may read of something: both sides, or we alone."""
CLAUSE = (
    r"[a-z][a-z0-9_]* (((<|<=|>|>=) -?[0-9]+(\.[0-9]+)?)|((not )?(rising|falling)))"
    r"( (in|for) [1-9][0-9]{0,2} (day|week|month)s?)?"
)
RULE = rf"{CLAUSE}( and {CLAUSE})*( from (day [1-9][0-9]{{0,2}}|kickoff|go_live))?"
"""How the rule of a red flag reads: figures with a threshold or a direction, each with the span that is looked at, and
since when the rule is looked at at all."""


class Raci(StrictWire):
    """Who does it, who answers for it, who is asked, who is told."""

    responsible: Role = Field(description="does it, is reminded of it, and is escalated over")
    accountable: Role = Field(description="answers for it")
    consulted: tuple[Role, ...] = Field((), description="are asked")
    informed: tuple[Role, ...] = Field((), description="are told when it is reached")


class SignOff(StrictWire):
    """A milestone that is reached by a named person's yes; a no reopens work and gives new days for it."""

    by: tuple[Role, ...] = Field(min_length=1, description="whose yes it takes")
    needs: Literal["any", "all"] = Field(
        "any",
        description="whether any one of them is enough, or all must say yes",
        exclude_if=lambda needs: needs == "any",
    )
    what: Text | None = Field(
        None, description="what is signed, as a noun: the onboarding plan", exclude_if=lambda what: what is None
    )
    plan: bool = Field(
        False,
        description="what is signed is the plan itself: it goes with the request, and new dates answer a rejection",
        exclude_if=lambda plan: not plan,
    )
    reopens: tuple[Slug, ...] = Field((), description="milestones that a rejection opens again")
    rework_days: int = Field(5, ge=1, le=60, description="working days that a rejection gives")


class ReachedByUsage(StrictWire):
    """What use of the product shows that a milestone is reached: what users do, or how many of the seats are in use."""

    event: Line | None = Field(None, description="this, as the product names what is done, or activated_pct")
    users: int | None = Field(None, ge=1, le=100_000, description="how many users did it; by default one")
    within_days: int | None = Field(None, ge=1, le=30, description="in how many of the last days; by default seven")
    activated_pct: float | None = Field(
        None, gt=0, le=100, description="this, the share of the seats whose users were active since the close, or event"
    )


class Milestone(StrictWire):
    """A state of the world that the plan waits for, with the day by which it should be so."""

    key: Slug = Field(description="its name in commands, gates and the journal; once per playbook")
    title: Text = Field(description="as people read it in plans and mails")
    meeting_title: Text | None = Field(
        None,
        description="what its meeting is called: Kickoff meeting, where the milestone is Kickoff meeting held",
        # Kept playbooks go by the hash of what they say; it must not change where nothing is said.
        exclude_if=lambda title: title is None,
    )
    day: int = Field(ge=0, le=1000, description="calendar days after the anchor")
    anchor: Slug = Field("close", description="`close`, or the milestone from which the days count")
    not_before_day: int | None = Field(None, ge=0, description="never planned earlier than this day after the close")
    role: MilestoneRole | None = Field(
        None, description="which milestone of the program this is; each role is played once"
    )
    requires: tuple[Slug, ...] = Field((), description="the gate: milestones that must be reached first")
    sign_off: SignOff | None = Field(None, description="reached by somebody's yes, not by being reported")
    optional: bool = Field(False, description="nice to have: neither the hand-off nor a stage waits for it")
    raci: Raci = Field(description="who does it, answers for it, is asked and is told")
    done_when: Text | None = Field(None, description="how everybody can tell that it is reached; stands in reminders")
    reminders: bool = Field(True, description="false: nobody is reminded and nobody escalated over")
    announced: bool = Field(
        True,
        description="a message of its own says that it is reached; false: to customers only reports do",
        exclude_if=lambda announced: announced,
    )
    audience: Audience | None = Field(
        None,
        description="who reads of it; by default both sides where anybody of the customer's has a part in it",
        exclude_if=lambda audience: audience is None,
    )
    reached_by_usage: ReachedByUsage | None = Field(
        None,
        description="reached by itself once the product is used like this",
        # Kept playbooks go by the hash of what they say; it must not change where nothing is said.
        exclude_if=lambda rule: rule is None,
    )
    source: Sources = Field((), description="ids of what it stands for")


class StageActivity(StrictWire):
    """Something that is done in a stage, and the milestone that it leads to."""

    key: Slug = Field(description="once per stage")
    title: Text = Field(description="what is done")
    milestone: Slug = Field(description="where it leads to")
    who: Role = Field(description="the role that does it")
    source: Sources = Field((), description="ids of what it stands for")


class Deliverable(StrictWire):
    key: Slug = Field(description="once per playbook")
    title: Text = Field(description="what the customer gets")
    milestone: Slug = Field(description="with which it is handed over")
    optional: bool = Field(False, description="given where it makes sense")
    audience: Audience = Field("both", description="who reads of it", exclude_if=lambda audience: audience == "both")
    source: Sources = Field((), description="ids of what it stands for")


class Sign(StrictWire):
    """How one sees that a stage goes well, or how such stages fail."""

    text: Text = Field(description="the sign, in a sentence")
    source: Sources = Field((), description="ids of what it stands for")


class Opening(StrictWire):
    """When a stage opens: all of `after` reached, or the day has come, whichever the playbook asks for.

    A stage with both opens once all are reached and the day has come, or as soon as work in it is reported.
    """

    after: tuple[Slug, ...] = Field((), description="milestones that must be reached first")
    from_day: int = Field(0, ge=0, description="calendar days after the anchor")
    anchor: Slug = Field("close", description="`close`, or the milestone from which the days count")


class Stage(StrictWire):
    """A stretch of the onboarding with one purpose; stages overlap, each opens by its own condition."""

    key: Slug = Field(description="its name in filters and search attributes")
    title: Text = Field(description="as people read it")
    purpose: Text = Field(description="what the stage is for")
    window: Text = Field(description="as the sources put it: weeks 2-6; people read the dates")
    opens: Opening = Field(Opening(), description="when it opens; without this at the close")
    milestones: tuple[Milestone, ...] = Field(min_length=1, description="what the stage waits for")
    activities: tuple[StageActivity, ...] = Field((), description="what is done in it")
    deliverables: tuple[Deliverable, ...] = Field((), description="what the customer gets in it")
    success_signs: tuple[Sign, ...] = Field((), description="how one sees that it goes well")
    failure_modes: tuple[Sign, ...] = Field((), description="how such stages fail")
    stretches: bool = Field(False, description="the circumstances of TL-01 make this stage longer")
    source: Sources = Field((), description="ids of what it stands for")


class Stretch(StrictWire):
    """By how much each circumstance lengthens the stages that stretch (TL-01)."""

    high_complexity: float = Field(1.25, ge=1, le=4, description="factor for a deal of high complexity")
    many_integrations: float = Field(1.15, ge=1, le=4, description="factor for many systems to connect")
    many_integrations_from: int = Field(4, ge=1, description="number of systems from which on they are many")
    large_data: float = Field(1.15, ge=1, le=4, description="factor for a large data set")
    limited_resources: float = Field(1.25, ge=1, le=4, description="factor for a customer with few people")
    source: Sources = Field((), description="ids of what it stands for")


class Rung(StrictWire):
    """A step of the escalation ladder: who hears of something overdue, that many working days after it was due."""

    after: int = Field(ge=1, le=200, description="working days after due")
    to: tuple[Literal["owner_manager", "executive_sponsor", "owner", "project_lead"], ...] = Field(
        min_length=1, description="who hears of it"
    )
    proposes_pause: bool = Field(False, description="proposes a pause, where the customer is late")
    source: Sources = Field((), description="ids of what it stands for")


class Nudging(StrictWire):
    """Reminders before and after due, and the ladder after that."""

    before: tuple[int, ...] = Field((3,), description="working days before due")
    on_the_day: bool = Field(True, description="remind on the morning of the day it is due")
    after: tuple[int, ...] = Field((2,), description="working days after due")
    ladder: tuple[Rung, ...] = Field((), description="who hears of it next; each rung later than the one before")
    grace: int = Field(5, ge=0, description="working days given when the gate opened only after the thing was due")
    again_every: int = Field(5, ge=1, description="working days between reminders once the ladder is through")
    stuck_after: int = Field(10, ge=1, description="working days without news while something is overdue")
    source: Sources = Field((), description="ids of what it stands for")


class ServiceLevel(StrictWire):
    """How fast an issue of one severity is answered and solved, in hours."""

    severity: Severity = Field(description="of the issue")
    respond: float = Field(gt=0, description="hours until somebody has answered")
    resolve: float = Field(gt=0, description="hours until it is solved")
    hours: Literal["clock", "working"] = Field("working", description="by the clock, or in the customer's office hours")


class Hypercare(StrictWire):
    """The weeks of close support after the real go-live (ST4)."""

    days: int = Field(14, ge=1, le=90, description="from the real go-live; the milestone of its end says the same")
    prolonged_by: tuple[Severity, ...] = Field(("critical",), description="open issues of these keep it open")
    levels: tuple[ServiceLevel, ...] = Field(description="one for each severity")
    source: Sources = Field((), description="ids of what it stands for")


class Pausing(StrictWire):
    longest_days: int = Field(
        30, ge=1, le=365, description="after so many days of pause both sides are asked to decide"
    )
    source: Sources = Field((), description="ids of what it stands for")


class Draft(StrictWire):
    """A kind of message to the customer that waits for one of ours to read it, and then goes."""

    kind: Literal["introduction", "plan", "escalation", "hand_off", "ended"] = Field(
        description="which message waits; `escalation` is what goes to the sponsor, proposals to pause included"
    )
    holder: Literal["owner", "seller"] = Field("owner", description="whose it is; the owner sees it in any case")
    after: Slug | None = Field(None, description="the milestone from which the hours count; by default its writing")
    hours: float = Field(
        2,
        ge=0,
        le=400,
        description="office hours of the owner after which it goes by itself; of an ending, the customer's",
    )
    reaches: Slug | None = Field(None, description="the milestone that is reached by sending it")
    source: Sources = Field((), description="ids of what it stands for")


class Edition(StrictWire):
    """What one letter of a series says, and the one thing that its reader is asked to do."""

    title: Text = Field(description="its subject")
    text: Text = Field(description="what it says")
    next_step: Text = Field(description="the one thing that its reader is asked to do")
    source: Sources = Field((), description="ids of what it stands for")

    @property
    def ready(self) -> bool:
        """Whether nothing is left to fill in; a letter with a [[placeholder]] is sent to nobody."""
        return not any(placeholders(text) for text in (self.title, self.text, self.next_step))


class Culmination(StrictWire):
    """The meeting of a milestone in which a cadence culminates: it takes the place of the last occasion before it."""

    milestone: Slug = Field(description="the milestone that is reached by this meeting, on whose day it is held")
    title: Text = Field(description="as people read it in the invitation")
    minutes: int | None = Field(None, ge=5, le=480, description="how long it takes")


class Cadence(StrictWire):
    """Something that comes again and again with one kind of person (section 9, AD-04, SS-06).

    A meeting is agreed with each customer; a webinar is held for many, and nobody has to come.
    """

    key: Slug = Field(description="once per playbook")
    title: Text = Field(description="as people read it in invitations")
    with_: tuple[Role, ...] = Field(alias="with", min_length=1, description="roles it is for")
    led_by: VendorRole = Field("csm", description="who of ours leads or sends it")
    every_weeks: int | None = Field(None, ge=1, le=52, description="this, or every_months")
    every_months: int | None = Field(None, ge=1, le=24, description="this, or every_weeks")
    minutes: int | None = Field(None, ge=5, le=480, description="how long a meeting takes")
    kind: Literal["meeting", "webinar", "status_report", "message", "as_needed"] = Field(
        "meeting", description="as_needed never comes by itself"
    )
    starts: Opening = Field(Opening(), description="when it comes for the first time")
    until: Slug = Field("hand_off", description="milestone after which it ends, or hand_off")
    agenda: tuple[Text, ...] = Field(
        (), description="one entry per occurrence, the last one goes on; the last is that of the culmination"
    )
    culminates: Culmination | None = Field(
        None, description="the larger meeting in which it culminates, and ends", exclude_if=lambda larger: not larger
    )
    editions: tuple[Edition, ...] = Field(
        (), description="what a message says: one per occurrence, the last one goes on"
    )
    figures: bool = Field(
        False,
        description="the invitation to a meeting says where it stands; a letter says how much the product is used",
        exclude_if=lambda figures: not figures,
    )
    own_use: bool = Field(
        False,
        description="a letter says to each reader how they use the product themselves, where the customer has agreed",
        exclude_if=lambda own: not own,
    )
    wins: bool = Field(
        False,
        description="a letter says which quick wins there have been since the one before",
        exclude_if=lambda wins: not wins,
    )
    announcements: int | None = Field(
        None,
        ge=1,
        le=12,
        description="of how many occasions of a meeting without an hour, or a webinar, each person hears; else of all",
        exclude_if=lambda count: count is None,
    )
    copied: bool = Field(True, description="whoever leads it gets it too: with hundreds of customers nobody could")
    style: Text | None = Field(None, description="how to lead or write it")
    sent: bool = Field(True, description="false: carried as data, nothing goes out yet")
    source: Sources = Field((), description="ids of what it stands for")

    @property
    def goes_out(self) -> bool:
        """Whether anything of it is sent by itself: plans promise nothing else."""
        has_words = self.kind != "message" or not self.editions or any(edition.ready for edition in self.editions)
        return self.sent and self.kind != "as_needed" and bool(self.every_weeks or self.every_months) and has_words


class RoleHours(StrictWire):
    """How many hours a role needs (section 10)."""

    side: Literal["vendor", "customer"] = Field(description="ours or the customer's")
    role: Role = Field(description="whose hours")
    hours_from: float = Field(ge=0, description="at least")
    hours_to: float = Field(ge=0, description="at most")
    per: Literal["week", "phase", "total"] = Field(description="what the hours are counted by; `phase` needs stages")
    stages: tuple[Slug, ...] = Field((), description="in which stages; empty: throughout")
    duties: Text = Field(description="what they are needed for")
    source: Sources = Field((), description="ids of what it stands for")


class Session(StrictWire):
    key: Slug = Field(description="once per playbook")
    week: int = Field(ge=1, le=200, description="after the close; week 1 is days 1 to 7")
    track: Slug = Field(description="whom it is for, one of the tracks")
    milestone: Slug | None = Field(None, description="the milestone that it leads to, in whose week it must begin")
    title: Text = Field(description="as people read it")
    minutes: int | None = Field(None, ge=5, le=600, description="how long it takes")
    live: bool = Field(True, description="held, not only shown")
    recorded: bool = Field(False, description="can be seen again")
    optional: bool = Field(False, description="may be left out")
    source: Sources = Field((), description="ids of what it stands for")


class Track(StrictWire):
    key: Slug = Field(description="once per playbook")
    title: Text = Field(description="as people read it")
    for_: tuple[CustomerRole, ...] = Field(alias="for", min_length=1, description="roles of the customer")
    content: Text = Field(description="what they learn")
    source: Sources = Field((), description="ids of what it stands for")


class TrainingFormat(StrictWire):
    key: Slug = Field(description="once per playbook")
    title: Text = Field(description="as people read it")
    strengths: Text = Field(description="what it is good at")
    limits: Text = Field(description="what it cannot do")
    best_for: Text = Field(description="when to choose it")
    source: Sources = Field((), description="ids of what it stands for")


class Training(StrictWire):
    tracks: tuple[Track, ...] = Field(description="who learns what")
    formats: tuple[TrainingFormat, ...] = Field(description="how it is taught")
    sessions: tuple[Session, ...] = Field(description="the schedule")
    continuing: tuple[Slug, ...] = Field((), description="cadences that go on after the sessions")
    content: tuple[Sign, ...] = Field((), description="what the material holds")
    goal_pct: float = Field(90, ge=0, le=100, description="attendance that is green")
    red_flag_below_pct: float = Field(70, ge=0, le=100, description="attendance that is red; amber lies between")
    source: Sources = Field((), description="ids of what it stands for")


class CoreFeature(StrictWire):
    """Something that the product can do and that customers should use (MET-05), by the usage events that show it."""

    key: Slug = Field(description="once per playbook; in all playbooks the same feature")
    title: Text = Field(description="as people read it")
    events: tuple[Line, ...] = Field(
        min_length=1, description="usage events that show its use, as the product names them"
    )


class Adoption(StrictWire):
    """Whom one looks for among the users, every four weeks, to thank and to help them (AD-02, AD-05).

    Single people are looked at only where the customer has agreed to that.
    """

    power_user_days: int = Field(8, ge=1, le=28, description="days of use in four weeks, some of them in each week")
    power_user_features_pct: float = Field(50, ge=0, le=100, description="and that share of the core features")
    little_use_days: int = Field(1, ge=0, le=27, description="no more days of use in four weeks are little use")
    from_day: int = Field(28, ge=1, le=365, description="days after the go-live from which one looks")
    source: Sources = Field((), description="ids of what it stands for")


class Target(StrictWire):
    """A metric, the figure it should have, and by when (MET)."""

    key: Slug = Field(description="once per playbook")
    title: Text = Field(description="as people read it")
    metric: Slug = Field(description="the figure that is measured")
    at_least: float | None = Field(None, description="met from this on")
    below: float | None = Field(None, description="met below this")
    unit: Line = Field(description="of the figure, like % of licensed users")
    day: int | None = Field(None, ge=1, description="by which it should be so, counted from the anchor")
    anchor: Slug = Field("close", description="`close`, or the milestone from which the day counts")
    source: Sources = Field((), description="ids of what it stands for")


class Growing(StrictWire):
    """A target that grows from its first day on, as use does after a go-live."""

    from_: float = Field(alias="from", description="what is worth 80 on the first day")
    days: int = Field(ge=1, le=365, description="after which the part's own 80 holds")


class ScorePart(StrictWire):
    """A figure as a part of the health score: a straight line between what is worth 0, 80 and 100 points."""

    key: Slug = Field(description="once per playbook")
    title: Text = Field(description="as people read it")
    metric: Slug = Field(description="the figure that is measured")
    unit: Line = Field(description="of the figure, like % of licensed users")
    weight: float = Field(ge=0, le=1000, description="against the other parts; 0 leaves it out")
    worth: tuple[float, float, float] = Field(
        description="the figures that are worth 0, 80 and 100; 80 is the target, and they rise or fall"
    )
    anchor: Slug = Field("close", description="`close`, or the milestone from which the day counts")
    day: int = Field(0, ge=0, le=730, description="from which the part counts; before, it is not due")
    growing: Growing | None = Field(None, description="a target that grows from that day on")
    so_far: bool = Field(False, description="days since the close count while it is not known; known, it always counts")
    source: Sources = Field((), description="ids of what it stands for")


class HealthScore(StrictWire):
    """How well a customer does, as one number from 0 to 100 that its parts explain (MET-11)."""

    green_from: float = Field(80, gt=0, le=100, description="healthy from this on")
    amber_from: float = Field(60, ge=0, lt=100, description="red below this")
    known_at_least_pct: float = Field(
        50, ge=0, le=100, description="share of the due weight that must be known for a number"
    )
    critical_issue_caps_at: float | None = Field(
        79, ge=0, le=100, description="the most that a customer with a critical issue open can have"
    )
    parts: tuple[ScorePart, ...] = Field(min_length=1, description="what it is made of")
    source: Sources = Field((), description="ids of what it stands for")


def _shares(schema: dict[str, Any]) -> None:
    """What lint says of shares, for editors alone: the model must go on reading what is kept."""
    schema["additionalProperties"] = False
    for share in schema["patternProperties"].values():
        share.update(exclusiveMinimum=0, maximum=1)


class LeadingIndicator(StrictWire):
    """What should be true by a week (LI): reached milestones, and what a measurement or person must say."""

    key: Slug = Field(description="once per playbook")
    week: int = Field(ge=1, le=60, description="after the close, by whose end it should be so")
    title: Text = Field(description="as people read it")
    milestones: tuple[Slug, ...] = Field((), description="that should be reached by then")
    under_way: tuple[Slug, ...] = Field(
        (),
        description="milestones that should be worked on by then: all that comes before them is reached",
        exclude_if=lambda keys: not keys,
    )
    observed: tuple[Slug, ...] = Field((), description="what is measured besides")
    share_reached: dict[Slug, float] = Field(
        default_factory=dict,
        description="stage: share of its milestones reached, like 0.5",
        json_schema_extra=_shares,
    )
    amber_while_ahead: Slug | None = Field(
        None, description="amber, not red, while this milestone is ahead and reachable"
    )
    source: Sources = Field((), description="ids of what it stands for")


class ShippedRisk(StrictWire):
    """A risk that every onboarding of this kind starts with (RSK); 5 is most probable, 5 hits hardest."""

    key: Slug = Field(description="once per playbook")
    title: Text = Field(description="as people read it")
    probability: Score = Field(description="5 is most probable")
    impact: Score = Field(description="5 hits hardest")
    effects: Text = Field(description="what it would do")
    mitigation: tuple[Text, ...] = Field(min_length=1, description="what is done against it, step by step")
    owner: Role = Field("csm", description="who watches it")
    audience: Audience = Field(
        "vendor", description="who reads of it in reports", exclude_if=lambda audience: audience == "vendor"
    )
    review_days: int = Field(30, ge=1, description="looked at every so many days")
    source: Sources = Field((), description="ids of what it stands for")


class QuickWinSlot(StrictWire):
    day: Literal[30, 60, 90] = Field(description="after the close, by which it is shown")
    title: Text = Field(description="as people read it")
    character: tuple[Text, ...] = Field(description="what such a win is like")
    examples: tuple[Text, ...] = Field(description="some")
    identified: Text = Field(description="when it is looked for")
    how: tuple[Text, ...] = Field(description="how to find and show it")
    effect: tuple[Text, ...] = Field(description="what it brings")
    source: Sources = Field((), description="ids of what it stands for")


class RedFlag(StrictWire):
    """An early warning (RF): found by a rule over figures, or by a person's judgement."""

    key: Slug = Field(description="once per playbook")
    category: Category = Field(description="what kind of trouble")
    title: Text = Field(description="as people read it")
    found_by: Literal["rule", "judgement"] = Field(description="a rule over figures, or a person")
    rule: Line | None = Field(
        None,
        description="figures, comparisons and spans, like attendance_pct < 70",
        json_schema_extra={"pattern": f"^({RULE})$"},
    )
    correction: Slug = Field(description="what is then done, one of the corrections")
    source: Sources = Field((), description="ids of what it stands for")


class Correction(StrictWire):
    """What is done when red flags of one category wave (CC)."""

    key: Slug = Field(description="once per playbook")
    title: Text = Field(description="as people read it")
    steps: tuple[Text, ...] = Field(min_length=1, description="what is done, in order")
    days: int = Field(
        14,
        ge=1,
        le=180,
        description="after which it is to have helped, counted from its beginning and from each time that it goes up",
        # Kept playbooks go by the hash of what they say; it must not change where nothing is said.
        exclude_if=lambda days: days == 14,
    )
    escalates_to: tuple[Literal["owner_manager", "executive"], ...] = Field(
        ("owner_manager", "executive"),
        max_length=2,
        description="who of ours takes it over when it did not help, one after the other",
        exclude_if=lambda up: up == ("owner_manager", "executive"),
    )
    source: Sources = Field((), description="ids of what it stands for")


class Criterion(StrictWire):
    """One of the conditions for the hand-off (SS-01)."""

    key: Slug = Field(description="once per playbook; people attest it by this")
    title: Text = Field(description="as people read it")
    by: Literal["milestones", "attestation"] = Field(
        description="all milestones that are not optional, or a person's word"
    )
    evidence: tuple[Slug, ...] = Field((), description="targets that a measurement will look at")
    source: Sources = Field((), description="ids of what it stands for")


class HandOff(StrictWire):
    """When and how the customer moves to the success programme (SS-01 to SS-05)."""

    earliest_day: int = Field(90, ge=1, description="after the close; before it nothing is handed over")
    latest_day: int = Field(120, ge=1, description="after the close; then the manager is asked what to do")
    asked_again_days: int = Field(7, ge=1, description="how often the manager is asked after the latest day")
    criteria: tuple[Criterion, ...] = Field(min_length=1, description="all must hold")
    message: tuple[Text, ...] = Field(min_length=1, description="the facts that the hand-off message states")
    source: Sources = Field((), description="ids of what it stands for")


class ProgrammeCadence(StrictWire):
    key: Slug = Field(description="once per playbook")
    title: Text = Field(description="as people read it in invitations")
    every_months: int = Field(ge=1, le=24, description="counted from the hand-off; from 3 on the sponsor is asked in")
    minutes: int | None = Field(None, ge=5, le=480, description="how long it takes")
    kind: Literal["meeting", "message"] = Field("meeting", description="held, or written")
    editions: tuple[Edition, ...] = Field((), description="what a message says, in turn and then from the first again")
    source: Sources = Field((), description="ids of what it stands for")

    @property
    def goes_out(self) -> bool:
        """Whether anything of it is sent: a letter whose texts are all to be filled in yet is not."""
        return not self.editions or any(edition.ready for edition in self.editions)


class Programme(StrictWire):
    """What goes on for years after the hand-off (SS-06, SS-07)."""

    cadences: tuple[ProgrammeCadence, ...] = Field(min_length=1, description="the meetings that go on")
    support: tuple[Text, ...] = Field((), description="the ways to get help")
    source: Sources = Field((), description="ids of what it stands for")


class Kickoff(StrictWire):
    """What the kickoff meeting talks about (KO-03 to KO-07, LP-2, LP-3, LP-6)."""

    agenda: tuple[Text, ...] = Field(description="its points, in order")
    questions: tuple[Text, ...] = Field(description="what is asked of the customer")
    preparation: tuple[Text, ...] = Field(
        (),
        description="what the owner thinks through before it; the customer is not asked",
        exclude_if=lambda preparation: not preparation,
    )
    held: Literal["meeting", "in_writing"] = Field("meeting", description="together, or by mail alone")
    source: Sources = Field((), description="ids of what it stands for")


class MailBudget(StrictWire):
    """The most mails that somebody may get."""

    to: Role | Literal["customer", "vendor"] = Field(description="a role, or everybody on one side")
    at_most: int = Field(ge=0, le=10_000, description="mails")
    per: Literal["onboarding", "week", "day"] = Field(
        "onboarding", description="in what time; weeks count from the close"
    )
    counted: Literal["each", "together"] = Field("each", description="of each person, or of all of them together")
    when: Literal["on_time", "always"] = Field(
        "on_time", description="where everybody does everything in time, or in every scenario"
    )


class Budgets(StrictWire):
    """What a rehearsal holds the playbook to: a change that breaks one is refused by `day90 rehearse`."""

    mails: tuple[MailBudget, ...] = Field((), description="how much people may be written to")
    nothing_due_on_days_off: bool = Field(
        False, description="no date and no meeting may fall on a day on which the customer does not work"
    )
    no_escalation_of_the_punctual: bool = Field(
        False, description="where everybody does everything in time nothing is escalated"
    )


class Playbook(StrictWire):
    """A whole plan of onboarding for one kind of customer."""

    key: Slug = Field(description="the name of its file without .yaml; a deal may name it")
    title: Text = Field(description="as people read it")
    summary: Text = Field(description="what it is, in a sentence")
    touch: TouchModel = Field(description="how much of us the customer gets; decides which CSM may own it")
    from_yearly_value: float = Field(ge=0, description="tier: chosen for deals worth at least this a year")
    length_days: int = Field(ge=1, le=730, description="how long the plan is, from the close to its last milestone")
    overruled_by: tuple[Role, ...] = Field(
        (),
        description="who may approve, with a reason, a sign-off that a signer has rejected",
        exclude_if=lambda roles: not roles,
    )
    stages: tuple[Stage, ...] = Field(min_length=1, description="in the order in which they open; they may overlap")
    nudging: Nudging = Field(description="reminders and the escalation ladder")
    hypercare: Hypercare = Field(description="close support after the go-live")
    pausing: Pausing = Field(Pausing(), description="how long a pause may last")
    drafts: tuple[Draft, ...] = Field(
        (),
        description="messages that wait for one of ours before they go; without this they go at once",
        exclude_if=lambda drafts: not drafts,
    )
    stretch: Stretch = Field(Stretch(), description="by how much circumstances lengthen the plan")
    kickoff: Kickoff = Field(description="what the first meeting talks about")
    conduct: tuple[Sign, ...] = Field(
        (),
        description="how to lead calls and to answer concerns; for our own people",
        # Kept playbooks go by the hash of what they say; it must not change where nothing is said.
        exclude_if=lambda conduct: not conduct,
    )
    cadences: tuple[Cadence, ...] = Field((), description="what comes again and again until the hand-off")
    resources: tuple[RoleHours, ...] = Field((), description="how many hours each role needs")
    resource_rules: tuple[Sign, ...] = Field((), description="what to keep in mind about them")
    training: Training | None = Field(None, description="who is trained on what, when and how")
    core_features: tuple[CoreFeature, ...] = Field(
        (),
        description="what the product can do that customers should use; without it nobody counts the use of features",
        exclude_if=lambda features: not features,
    )
    adoption: Adoption | None = Field(
        None,
        description="whom one looks for among the users; without it nobody is thanked for use or asked about it",
        exclude_if=lambda adoption: adoption is None,
    )
    targets: tuple[Target, ...] = Field((), description="figures, and by when they should be reached")
    indicators: tuple[LeadingIndicator, ...] = Field((), description="what should be true by which week")
    score: HealthScore | None = Field(
        None,
        description="how the health of a customer is computed",
        exclude_if=lambda score: score is None,
    )
    risks: tuple[ShippedRisk, ...] = Field((), description="what every onboarding of this kind watches from its start")
    risk_rules: tuple[Sign, ...] = Field((), description="what to keep in mind about them")
    quick_wins: tuple[QuickWinSlot, ...] = Field((), description="small results to show early")
    red_flags: tuple[RedFlag, ...] = Field((), description="early warnings")
    corrections: tuple[Correction, ...] = Field((), description="what is done when flags wave")
    hand_off: HandOff = Field(description="when and how the customer moves on")
    programme: Programme = Field(description="what goes on for years after the hand-off")
    budgets: Budgets | None = Field(
        None,
        description="what a rehearsal of the playbook has to keep to",
        # Kept playbooks go by the hash of what they say; it must not change where nothing is said.
        exclude_if=lambda budgets: budgets is None,
    )
    source: Sources = Field((), description="what the playbook as a whole stands for, such as its touch model")
    not_carried: dict[Line, Prose] = Field(
        default_factory=dict, description="source ids left out, each with the reason"
    )

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        # A list first: a turn asks for them again and again, and a generator is called for each.
        return tuple([milestone for stage in self.stages for milestone in stage.milestones])

    def milestone(self, key: str) -> Milestone | None:
        return next((milestone for milestone in self.milestones if milestone.key == key), None)

    def needs(self, milestone: Milestone) -> tuple[str, ...]:
        """Keys of what must be reached before the milestone, for its own sake or its stage's; the first value waits
        for nothing."""
        if milestone.role == "first_value":
            return ()
        # By their keys: comparing whole milestones took a third of what re-planning costs.
        stage = next(one for one in self.stages if any(other.key == milestone.key for other in one.milestones))
        return tuple(dict.fromkeys([*milestone.requires, *stage.opens.after]))

    def draft(self, kind: str) -> Draft | None:
        return next((draft for draft in self.drafts if draft.kind == kind), None)

    def playing(self, role: MilestoneRole) -> Milestone | None:
        """The milestone with that role; None when the playbook has none."""
        return next((milestone for milestone in self.milestones if milestone.role == role), None)


def content_hash(playbook: Playbook) -> str:
    """SHA-256 of what the playbook says, in hex: layout and comments of the YAML do not count."""
    return hashlib.sha256(playbook.model_dump_json(by_alias=True).encode()).hexdigest()
