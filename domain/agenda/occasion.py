"""What does a workflow hand over when something has to be decided? The moment, what is due, and the state."""

from datetime import timedelta

from pydantic import Field

from domain.agenda.state import Entry, State
from domain.clock import Clock
from domain.wire import Instant, Wire


class Occasion(Wire):
    """A moment at which something has to be done: what is due, what has happened since the last one, and the state."""

    state: State
    due: tuple[Entry, ...] = ()
    now: Instant

    @property
    def keys(self) -> list[str]:
        """The journal's keys of everything that this occasion is about."""
        return [*(entry.key for entry in self.due), *(fact.key for fact in self.state.pending)]


class ProgrammeOccasion(Wire):
    """The same for a success programme, which has no milestones: whom it is for, since when, and what is due."""

    programme: str
    onboarding: str
    since: Instant
    now: Instant
    owner: str
    cast: dict[str, list[str]] = Field(default_factory=dict)
    clock: Clock = Clock()
    due: tuple[Entry, ...] = ()


class ProgrammeStart(Wire):
    """What a programme begins with, and what it carries from run to run."""

    onboarding: str
    since: Instant
    owner: str
    cast: dict[str, list[str]] = Field(default_factory=dict)
    clock: Clock = Clock()
    jitter: timedelta = timedelta(0)
    entries: tuple[Entry, ...] = ()
