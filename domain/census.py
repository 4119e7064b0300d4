"""How do store and Temporal each see an onboarding? The facts that the sweep compares."""

from typing import Literal

from pydantic import Field

from domain.wire import Instant, Wire

RunStatus = Literal[
    "RUNNING", "COMPLETED", "FAILED", "CANCELED", "TERMINATED", "CONTINUED_AS_NEW", "TIMED_OUT", "PAUSED", "UNKNOWN"
]


class Line(Wire):
    """An onboarding as the store has it. `kept_at` is the wall's time at which its deal came in.

    `next_due` and `as_of` are business time; both are None until its plan is drafted, `taken` is whether a run ever
    took the deal up.
    """

    onboarding: str
    kept_at: Instant
    taken: bool = True
    status: str = ""
    owner: str = ""
    waits: bool = False
    next_due: Instant | None = None
    as_of: Instant | None = None
    ending: str | None = None
    ended_at: Instant | None = None


class Sighting(Wire):
    """A workflow as Temporal has it now, by its newest run.

    `problems` is what Temporal reports of its failing tasks, `failing` which step of it is tried again and again,
    `tried` how often the most troubled of them was, `unpolled_since` since when its task has waited for a worker to
    take it. `shows` is the status of the onboarding that it shows to Temporal's search.
    """

    id: str
    run: str = ""
    status: RunStatus = "RUNNING"
    started_at: Instant | None = None
    closed_at: Instant | None = None
    opened: bool = True
    shows: str = ""
    problems: str = ""
    failing: str = ""
    tried: int = 0
    unpolled_since: Instant | None = None

    @property
    def runs(self) -> bool:
        return self.status == "RUNNING"


class Mailbag(Wire):
    """What waits for a channel past its time: how many, and since when the oldest might have gone.

    `known_down` says that whoever receives it takes nothing, and that this is dealt with elsewhere; `trouble` is what
    the channel said of the oldest.
    """

    channel: str
    waiting: int = 0
    oldest: Instant | None = None
    known_down: bool = False
    trouble: str = ""


class Picture(Wire):
    """What an onboarding's milestones, open issues and ending are, by the store or by its workflow itself.

    `milestones` are their statuses by key; `ending` is None while it is open.
    """

    milestones: dict[str, str] = Field(default_factory=dict)
    issues: tuple[str, ...] = ()
    ending: str | None = None


class ScheduleSeen(Wire):
    """A schedule as Temporal has it."""

    paused: bool = False
    created_at: Instant | None = None


class Undone(Wire):
    """Deliveries from which nothing has followed: how many of which source, and the moment of the first of them.

    `number` is the number of that first one in the inbox, 0 where none is named, and `trouble` what it waits for.
    """

    by_source: dict[str, int] = Field(default_factory=dict)
    first: Instant | None = None
    number: int = 0
    trouble: str = ""
