"""What does a workflow hand over when something has to be decided? The moment, what is due, and the state."""

from base64 import b64decode, b64encode
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, ValidationError

from domain.agenda.packing import packed, unpacked
from domain.agenda.state import Entry, State
from domain.clock import Clock
from domain.refusal import Refused, read_as, what_is_wrong
from domain.wire import Instant, Slug, StrictWire, Wire


def _to_text(state: State) -> str:
    return b64encode(packed(state)).decode()


def _from_text(given: Any) -> Any:
    """Unpack a state from base64; a turn that an older version handed over unpacked may still wait for its database."""
    return unpacked(b64decode(given)) if isinstance(given, str) else given


class Occasion(Wire):
    """A moment at which something has to be done: what is due, what has happened since the last one, and the state.

    In JSON the state is packed, as base64: Temporal's core keeps what each turn of a run was given until the run ends.

    `run` and `task` name the workflow task: the run's id, and how many events its history had when the task began. What
    is decided in a later task is known to Temporal, what is decided in this one is not yet.
    """

    state: Annotated[State, BeforeValidator(_from_text), PlainSerializer(_to_text, when_used="json")]
    due: tuple[Entry, ...] = ()
    now: Instant
    run: str = ""
    task: int = 0

    @property
    def keys(self) -> list[str]:
        """The journal's keys of everything that this occasion is about."""
        return [*(entry.key for entry in self.due), *(fact.key for fact in self.state.pending)]


HourOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""An hour by the customer's clock, like 14:30."""


class ProgrammeChange(Wire):
    """What somebody changes about a running success programme: who of ours owns it, and whom of the customer it meets.

    `hour` is at which its meetings begin from then on. What is not named stays. `news_id` names the change for ever,
    `by` is who ordered it; where it has another owner, `before` is who owned it until then.
    """

    owner: Slug | None = None
    project_lead: Slug | None = None
    executive_sponsor: Slug | None = None
    hour: HourOfDay | None = None
    by: Slug | None = None
    before: Slug | None = None
    via: Slug = "temporal"
    news_id: str = Field("", max_length=100)

    @property
    def cast(self) -> dict[str, list[str]]:
        """The roles that somebody else plays now."""
        roles = {"csm": self.owner, "project_lead": self.project_lead, "executive_sponsor": self.executive_sponsor}
        return {role: [id] for role, id in roles.items() if id is not None}


def read_change(raw: Any) -> ProgrammeChange:
    """The change in parsed JSON. Raises Refused naming the field that is wrong, or where nothing is changed."""
    try:
        change = ProgrammeChange.model_validate(raw)
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise Refused(reason, field=field) from None
    if not change.cast and change.hour is None:
        raise Refused("name another owner, project_lead, executive_sponsor or hour", field="owner")
    return change


class EndAhead(StrictWire):
    """When a success programme ends, where that is known before, and why: a customer who has given notice."""

    at: Instant
    reason: Slug


def read_end(raw: Any) -> EndAhead | None:
    """The end in parsed JSON; None where it takes back the one that was planned. Raises Refused naming the field."""
    return None if raw is None else read_as(EndAhead, raw)


class ProgrammeOccasion(Wire):
    """A moment of a success programme, which has no milestones: whom it is for, since when, and what is due.

    `ended` is why it ends at that moment; None where it goes on. `ends` is the end that lies ahead, where one is known;
    `end_moved` says that since the occasion before it was set, put off or taken back.
    """

    programme: str
    onboarding: str
    since: Instant
    now: Instant
    owner: str
    cast: dict[str, list[str]] = Field(default_factory=dict)
    clock: Clock = Clock()
    due: tuple[Entry, ...] = ()
    changes: tuple[ProgrammeChange, ...] = ()
    hour: HourOfDay | None = None
    ended: str | None = None
    ends: EndAhead | None = None
    end_moved: bool = False


class ProgrammeStart(Wire):
    """What a programme begins with, and what it carries from run to run."""

    onboarding: str
    since: Instant
    owner: str
    cast: dict[str, list[str]] = Field(default_factory=dict)
    clock: Clock = Clock()
    jitter: timedelta = timedelta(0)
    entries: tuple[Entry, ...] = ()
    hour: HourOfDay | None = None
    ends: EndAhead | None = None
