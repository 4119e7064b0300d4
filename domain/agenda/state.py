"""What does a running onboarding carry with it? The one compact object that survives every new run.

Ids and small facts only: no names, no addresses, no documents. It only grows: a sample of every past shape loads.
"""

import functools
from datetime import date, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from domain.clock import Clock
from domain.news import Ending
from domain.wire import FREE_TEXT, Category, FiguresSay, Instant

REMEMBERED_NEWS = 500
"""How many news ids are remembered across runs: more than an onboarding ever gets between two repeats of a sender."""


NO_DEFAULT = object()
"""Unequal to everything that a field may hold."""


class Carried(BaseModel):
    """A part of the state. What still has its default is left out of the payload: most of it has, most of the time."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    @model_serializer(mode="wrap")
    def _without_defaults(self, serialize: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        defaults, values = _defaults(type(self)), self.__dict__
        if info.include or info.exclude:
            return {name: value for name, value in serialize(self).items() if values[name] != defaults[name]}
        # What remains is serialized afterwards: to serialize all of it before took twice as long.
        return {name: value for name, value in values.items() if value != defaults[name]}


@functools.cache
def _defaults(kind: type[Carried]) -> dict[str, Any]:
    """The default of every field. Asking pydantic for one copies it, which was half the cost of writing a state."""
    fields = kind.model_fields.items()
    return {
        name: NO_DEFAULT if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in fields
    }


Rule = Literal[
    "nudge",
    "cadence",
    "open_stage",
    "stuck",
    "service_level",
    "hypercare",
    "pause_limit",
    "hand_off",
    "ending",
    "draft",
    "task",
    "look",
    "contact_change",
]
PAUSE_PROOF: frozenset[str] = frozenset({"service_level", "pause_limit", "ending", "contact_change"})
"""Rules that go on while an onboarding is paused: problems of live users do, and so does the pause's own end. People
leave and come all the same."""


PUNCTUAL: frozenset[str] = frozenset({"service_level", "ending", "draft"})
"""Rules that are promised to the hour and wake their onboarding on the dot; the others wake it later, by its jitter."""


class Entry(NamedTuple):
    """Something that happens at a time. One per slot; slot and occurrence together name it for ever.

    `about` is the milestone, issue, cadence or task that it is for.
    """

    slot: str
    occurrence: str
    due: Instant
    rule: Rule
    about: str = ""

    @property
    def key(self) -> str:
        return f"{self.slot}/{self.occurrence}"


class MilestoneState(Carried):
    key: str
    title: str
    stage: str
    due: Instant
    requires: list[str] = Field(default_factory=list)
    role: str | None = None
    signers: list[str] = Field(default_factory=list)
    reopens: list[str] = Field(default_factory=list)
    optional: bool = False
    critical: bool = False
    status: Literal["open", "reached", "waived"] = "open"
    at: Instant | None = None
    asked: bool = False
    rejections: int = 0
    of_plan: bool = False
    takes_all: bool = False
    approvals: list[str] = Field(default_factory=list)
    rejected_by: list[str] = Field(default_factory=list)
    rework: bool = False
    retired: bool = False
    """Whether it was settled and the playbook that it goes by now has no such milestone: it stays as it was."""

    @property
    def settled(self) -> bool:
        return self.status != "open"

    @property
    def deciders(self) -> list[str]:
        """Whose yes it still takes: of any one signer, of each who has not given it, or of those who rejected."""
        if self.takes_all:
            return [id for id in self.signers if id not in self.approvals]
        return self.rejected_by or self.signers


class StageState(Carried):
    key: str
    title: str
    opens: Instant
    after: list[str] = Field(default_factory=list)
    status: Literal["ahead", "open", "closed"] = "ahead"
    retired: bool = False


class IssueState(Carried):
    key: str
    severity: str
    since: Instant
    title: Annotated[str, FREE_TEXT] = ""
    by: str | None = None
    acknowledged: bool = False


class Fact(Carried):
    """Something that happened and is not yet written to the journal.

    `key` names it by its cause, so that it is the same fact when a task is tried again and other news has come first;
    `seq` only orders what is pending.
    """

    seq: int
    key: str
    kind: str
    at: Instant
    about: str = ""
    by: str | None = None
    via: str = "day90"
    proved: bool = False
    note: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class CriterionState(Carried):
    """A condition of the hand-off: computed from the milestones, or vouched for by a person.

    Unless none stand behind it (`unmeasured`), figures are weighed in the turn after somebody vouched; `against` are
    the targets that were missed then. With a reason the word stands, and counts once another person has approved it.
    """

    key: str
    title: str
    by: Literal["milestones", "attestation"] = "attestation"
    attested_by: str | None = None
    unmeasured: bool = False
    reasoned: bool = False
    weighed: bool = False
    against: list[str] = Field(default_factory=list)
    approved_by: str | None = None
    retired: bool = False
    """Whether somebody vouched for it and the playbook that it goes by now does not ask for it."""

    @property
    def stands(self) -> bool:
        """Whether the word that was given holds against the figures."""
        return self.unmeasured or (self.weighed and (not self.against or self.approved_by is not None))

    def vouch(self, by: str | None, *, reasoned: bool = False) -> None:
        """Take that person's word, or with None nobody's; figures are weighed anew."""
        self.attested_by, self.reasoned = by, reasoned
        self.weighed, self.against, self.approved_by = False, [], None

    def weigh(self, against: list[str]) -> None:
        """Set what speaks against the word that was given; a word that gave no reason falls."""
        if against and not self.reasoned:
            self.vouch(None)
            return
        self.weighed, self.against = True, against


class PauseSpan(Carried):
    since: Instant
    until: Instant


class EndingAhead(Carried):
    """An ending that was decided and can be taken back `until` it counts, which the turn after the news sets.

    `message` says what has become of the draft of what the customer hears of it; empty while it waits, or without one.
    """

    news: dict[str, Any]
    since: Instant
    until: Instant | None = None
    message: Literal["", "sent", "stopped"] = ""


class DraftState(Carried):
    """A message that waits for one of ours to read it. Only what waits is carried; its words are the store's.

    `occasion` begins the keys of its notices; it goes by itself some time `after` that milestone, or after it was
    written, and sending it reaches the milestone that it `reaches`. Nobody needs it any more once the milestone of
    `while_late` is not late. `revision` counts how often it was changed.
    """

    key: str
    kind: str
    occasion: str
    since: Instant
    after: str | None = None
    reaches: str | None = None
    revision: int = 0
    while_late: str | None = None

    @property
    def goes_with_the_ending(self) -> bool:
        """Whether it tells the customer of an ending: it goes when that counts, and not before."""
        return self.kind in ("hand_off", "ended")


class SlotState(Carried):
    """The hour that was agreed for a milestone's meeting, or for a series of meetings (`weekly`) or its next one."""

    key: str
    starts_at: Instant
    minutes: int | None = None
    weekly: bool = False


class InvitedState(Carried):
    """A meeting to which people have invitations with its hour, until it begins.

    `key` is that of its series or milestone, `occasion` names it within that for ever, whatever day it moves to.
    `sequence` counts the versions of the invitation; one that is `cancelled` stays, so that the next version is higher.
    """

    key: str
    occasion: str
    starts_at: Instant
    minutes: int
    sequence: int = 0
    people: list[str] = Field(default_factory=list)
    cancelled: bool = False


class FlagState(Carried):
    """A red flag that is up; somebody has `judged` so where no rule has found it.

    `answered` is when a correction of its category ended and left it up: what came of that takes time to be seen.
    """

    key: str
    category: Category
    since: Instant
    judged: bool = False
    answered: Instant | None = None


class CorrectionState(Carried):
    """A course correction that is open. Its day, and its reminders, are those of the task by the same key.

    `level` counts how often it went up because it did not help.
    """

    key: str
    category: Category
    since: Instant
    level: int = 0


class HeldSignal(Carried):
    """A milestone that a system reported before its gate was open."""

    milestone: str
    news: dict[str, Any]


class PlaybookAhead(Carried):
    """A change of the playbook that was decided and not yet made: to which version, by its hash, and from when.

    `key` names it in the journal. One that waits for the next stage becomes ripe (`now`) when that begins.
    """

    to: str
    key: str
    when: Literal["now", "next-stage"] = "now"
    by: str | None = None


class Skeleton(Carried):
    """What a version of a playbook asks of an onboarding, as it was drawn up at that moment for a change to it.

    In the order of the playbook; what has happened to each part is taken from the live state.
    """

    playbook_hash: str
    at: Instant
    stages: list[StageState] = Field(default_factory=list)
    milestones: list[MilestoneState] = Field(default_factory=list)
    criteria: list[CriterionState] = Field(default_factory=list)
    prolonging: list[str] = Field(default_factory=list)
    overrulers: list[str] = Field(default_factory=list)


RULES = 4
"""The edition of these rules by which new onboardings go; what came with each edition is asked by `goes_by`.

2: a sign-off is asked for again only once something was done about its rejection, which stands until who rejected
approves or is overruled; who raised an issue hears that it is solved, and may say that it is not.
3: a sign-off has two working days after what it waits for; what counts from a milestone counts from its planned
day; until the plan is agreed to, a late kickoff makes it later; the owner alone cannot vouch for all criteria of the
hand-off, and nobody against figures without a reason that an approver approves.
4: `NextDue` in the Temporal UI is the day of what people owe next, not of what happens by itself next.
"""


class State(Carried):
    onboarding: str
    rules: int = 1
    clock: Clock = Clock()
    jitter: timedelta = timedelta(0)
    opened: bool = False
    failed: bool = False
    playbook: str = ""
    playbook_hash: str = ""
    touch: str = ""
    owner: str = ""
    approvers: list[str] = Field(default_factory=list)
    overrulers: list[str] = Field(default_factory=list)
    cast: dict[str, list[str]] = Field(default_factory=dict)
    closed_at: Instant | None = None
    taken_up_at: Instant | None = None
    stages: list[StageState] = Field(default_factory=list)
    milestones: list[MilestoneState] = Field(default_factory=list)
    entries: list[Entry] = Field(default_factory=list)
    issues: list[IssueState] = Field(default_factory=list)
    resolved: list[IssueState] = Field(default_factory=list)
    prolonging: list[str] = Field(default_factory=list)
    criteria: list[CriterionState] = Field(default_factory=list)
    scope_requests: dict[str, Annotated[str, FREE_TEXT]] = Field(default_factory=dict)
    held: list[HeldSignal] = Field(default_factory=list)
    drafts: list[DraftState] = Field(default_factory=list)
    pending: list[Fact] = Field(default_factory=list)
    seen: list[str] = Field(default_factory=list)
    pauses: list[PauseSpan] = Field(default_factory=list)
    moved: dict[str, date] = Field(default_factory=dict)
    paused_at: Instant | None = None
    pause_until: date | None = None
    last_news: Instant | None = None
    stuck: bool = False
    hypercare_until: Instant | None = None
    hand_off_from: Instant | None = None
    hand_off_by: Instant | None = None
    hand_off_grace: float = 0
    """Working hours for which the hand-off waits once all holds, for its message to be read; 0 where none waits."""
    ending: Ending | Literal["cancelled"] | None = None
    ending_ahead: EndingAhead | None = None
    exceptions: list[str] = Field(default_factory=list)
    prolonged: bool = False
    hand_off_moved: date | None = None
    facts: int = 0
    counts: dict[str, int] = Field(default_factory=dict)
    issues_raised: int = 0
    requests_made: int = 0
    tasks: dict[str, date] = Field(default_factory=dict)
    tasks_added: int = 0
    playbook_ahead: PlaybookAhead | None = None
    slots: list[SlotState] = Field(default_factory=list)
    invited: list[InvitedState] = Field(default_factory=list)
    flags: list[FlagState] = Field(default_factory=list)
    dismissed: list[str] = Field(default_factory=list)
    """Flags of rules that somebody has lowered: they stay down until their rules have not held for a while."""
    corrections: list[CorrectionState] = Field(default_factory=list)
    corrections_opened: int = 0
    looked_at: Instant | None = None
    """When the last weekly look at the figures was due."""
    figures_say: FiguresSay = ""
    """How it stands by its figures, as the last look had it."""

    @property
    def change_due(self) -> PlaybookAhead | None:
        """The change of the playbook that is to be made now; a pause, or an ending ahead, holds it up."""
        ahead = self.playbook_ahead
        held_up = self.paused_at or self.ending or self.ending_ahead
        return ahead if ahead is not None and ahead.when == "now" and not held_up else None

    def goes_by(self, edition: int) -> bool:
        """Whether it was opened by that edition of the rules or a later one: for whom a rule held, it goes on to."""
        return self.rules >= edition

    def milestone(self, key: str) -> MilestoneState | None:
        return next((milestone for milestone in self.milestones if milestone.key == key), None)

    def playing(self, role: str) -> MilestoneState | None:
        return next((milestone for milestone in self.milestones if milestone.role == role), None)

    def issue(self, key: str) -> IssueState | None:
        return next((issue for issue in self.issues if issue.key == key), None)

    def draft(self, key: str) -> DraftState | None:
        return next((draft for draft in self.drafts if draft.key == key), None)

    def flag(self, key: str) -> FlagState | None:
        return next((flag for flag in self.flags if flag.key == key), None)

    def correction(self, key: str) -> CorrectionState | None:
        return next((correction for correction in self.corrections if correction.key == key), None)

    def criterion(self, key: str) -> CriterionState | None:
        return next((one for one in self.criteria if one.key == key and not one.retired), None)

    def unmet(self) -> list[str]:
        """Keys of the hand-off criteria that do not hold (SS-01)."""
        complete = all(milestone.settled or milestone.optional for milestone in self.milestones)
        return [
            criterion.key
            for criterion in self.criteria
            if not criterion.retired
            and not (complete if criterion.by == "milestones" else self._vouched_for(criterion))
        ]

    def missing(self) -> list[str]:
        """The unmet criteria that somebody has to do something about: not those whose word is just being weighed."""
        weighing = [one.key for one in self.criteria if one.attested_by is not None and not one.weighed]
        return [key for key in self.unmet() if key not in weighing]

    def _vouched_for(self, criterion: CriterionState) -> bool:
        return criterion.attested_by is not None and (criterion.stands or not self.goes_by(3))

    def needs(self, milestone: MilestoneState) -> list[str]:
        """Keys of the milestones that must be reached before that one can be, for its stage's sake or its own.

        The first value waits for nothing. (No edition asks: older onboardings have no milestone of that role.)
        """
        if milestone.role == "first_value":
            return []
        stage = next(stage for stage in self.stages if stage.key == milestone.stage)
        return list(dict.fromkeys([*stage.after, *milestone.requires]))

    def gate(self, milestone: MilestoneState) -> list[str]:
        """Those of its needs that are still open; empty when its gate is open."""
        return [key for key in self.needs(milestone) if (other := self.milestone(key)) and not other.settled]


class Consequences(Carried):
    """What follows from an occasion, decided outside the workflow: how the agenda changes.

    `skeleton` is what another version of the playbook asks for, where the onboarding goes by that from now on;
    `change_refused` says that a change which was due is not made. Where contacts have changed, `signers` has who signs
    each open milestone now, and `took_over` who stands in whose place, empty for nobody. `invited` are the meetings
    ahead to which people have invitations from now on, where that has changed. `correct_by` has the day of each course
    correction that had none. `by_rule` is news that a look at the figures brings, each with its `update`; `rearmed` are
    flags that may go up again by their rules; `figures_say` is set where that differs from what the last look said.
    """

    put: list[Entry] = Field(default_factory=list)
    drop: list[str] = Field(default_factory=list)
    dues: dict[str, Instant] = Field(default_factory=dict)
    stage_opens: dict[str, Instant] = Field(default_factory=dict)
    moved: dict[str, date] = Field(default_factory=dict)
    hypercare_until: Instant | None = None
    hand_off_from: Instant | None = None
    hand_off_by: Instant | None = None
    hand_off_grace: float | None = None
    ends_at: Instant | None = None
    stuck: bool = False
    weighed: dict[str, list[str]] = Field(default_factory=dict)
    owner: str | None = None
    approvers: list[str] | None = None
    cast: dict[str, list[str]] | None = None
    drafts: list[DraftState] = Field(default_factory=list)
    skeleton: Skeleton | None = None
    change_refused: bool = False
    signers: dict[str, list[str]] = Field(default_factory=dict)
    overrulers: list[str] | None = None
    took_over: dict[str, str] = Field(default_factory=dict)
    invited: list[InvitedState] | None = None
    correct_by: dict[str, date] = Field(default_factory=dict)
    by_rule: list[dict[str, Any]] = Field(default_factory=list)
    rearmed: list[str] = Field(default_factory=list)
    figures_say: FiguresSay | None = None
