"""Who has something to do now, and which onboarding needs somebody first? What the team's desk reads of each.

Decided by `domain/rules/attending.py` at every turn. A read model alone: no workflow knows of it.
"""

from datetime import date
from typing import Literal, get_args

from domain.wire import Instant, Wire

Need = Literal["stuck", "behind", "waits", "on_track", "quiet", "ended"]
"""How much an onboarding needs somebody, the most first.

`waits`: it is in time, and somebody of ours has to answer, something is overdue that the go-live does not wait for, or
its figures call for a correction. `quiet`: it is paused or about to end, and nobody is asked for anything.
"""
NEEDS: tuple[Need, ...] = get_args(Need)
SAID_BY_THE_STATUS = frozenset({"opening", "failed", "paused", "ending"})
WorkKind = Literal[
    "milestone", "sign_off", "ask_again", "task", "draft", "issue", "scope_change", "criterion", "approval",
    "hand_off", "pause", "meeting",
]  # fmt: skip
"""What somebody may have to do; `ask_again`: a sign-off was refused, and nothing that it opened says when it is done.
`criterion`: a condition of the hand-off that nobody has vouched for; `approval`: one for which somebody has, against
figures."""
ANSWERS: frozenset[str] = frozenset({"draft", "issue", "scope_change", "approval", "hand_off", "ask_again"})
"""Kinds of work of ours for which somebody else waits."""
BESIDE_THE_PLAN: frozenset[str] = frozenset({"meeting", "task"})
MOST_AHEAD = 10


def shown_state(rank: int | None, status: str, ending: str | None) -> str:
    """The one word for how an onboarding stands, wherever the desk shows it: its ending, its status, or its need.

    Without a rank, as an older worker leaves it, the status has to do.
    """
    if ending:
        return ending
    return status if rank is None or status in SAID_BY_THE_STATUS else NEEDS[rank]


class OpenWork(Wire):
    """Something that one person may do now. Several who may do it have a row each.

    A milestone is work once its gate is open. `due` is None where no date was set; `since` is when it could be begun.
    Without a `title` it is called what the playbook calls `key`. `holds_up` counts the milestones that wait for it.
    """

    kind: WorkKind
    key: str
    person: str
    side: Literal["customer", "vendor"] = "vendor"
    due: Instant | None = None
    since: Instant | None = None
    title: str = ""
    holds_up: int = 0
    optional: bool = False


class Ahead(Wire):
    """Something that happens by itself, or a meeting (`meeting`) for which people have an hour."""

    at: Instant
    key: str
    rule: str
    about: str = ""


class Attention(Wire):
    """What the desk shows of an onboarding, beside its standing.

    `first` is what waits first, and `first_due` orders those that need somebody equally. Up to `done_until` the plan is
    worked off; it ends by `ends_by`. `agreed_go_live` is the go-live as agreed to, and `slip` its distance from now in
    working days; None while nothing is agreed.
    """

    rank: int
    closed_at: Instant | None
    first: OpenWork | None
    first_due: Instant
    done_until: Instant | None
    ends_by: Instant | None
    went_live_at: Instant | None
    agreed_go_live: date | None
    slip: int | None
    ahead: tuple[Ahead, ...]
    work: tuple[OpenWork, ...]
