"""What would change for a running onboarding if it went on by another version of its playbook?

Told by the same rules that would do it, on a fork of its state: one goes on as it is, the other is told of the change,
and both live through the next days. Nothing is written, and nobody is told.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from domain.agenda.state import State
from domain.drafting import Drafts
from domain.playbook import Playbook
from domain.record import Dossier
from domain.refusal import Refused
from domain.rehearsal.driving import Driver
from domain.rehearsal.memory import Memory
from domain.rules.changing import PlaybookDifference
from domain.rules.hours import WorkingHours, plain_week
from domain.rules.writing_down import what_is_heard
from domain.team import Team
from domain.wire import Wire

AHEAD = timedelta(days=30)
"""How far the mails are looked at: what comes later is decided by what happens until then."""
LAID_OVER = {
    "playbook_hash",
    "playbook_ahead",
    "stages",
    "milestones",
    "criteria",
    "held",
    "moved",
    "owner",
    "cast",
    "approvers",
    "overrulers",
    "paused_at",
    "ending",
    "ending_ahead",
}
"""What of a state decides what a change of its playbook does. News that leaves it alone makes no plan old."""


class Mails(Wire):
    """How many messages of a kind somebody would get in the next 30 days, if nothing else happens."""

    kind: str
    to: str
    before: int
    after: int


class Planned(Wire):
    """What would change for one onboarding; `refused` says why it cannot be changed now, and what to do."""

    onboarding: str
    account: str
    goes_by: str
    """Hash of the version that it goes by now."""
    refused: str = ""
    difference: PlaybookDifference = PlaybookDifference()
    go_live_was: date | None = None
    go_live_now: date | None = None
    asked: tuple[str, ...] = ()
    """Milestones whose sign-off would be asked for at once."""
    mails: tuple[Mails, ...] = ()
    """Where the number of messages differs."""
    seen: str = ""
    """What the plan was made from: a hash of all in the state that a change is made to, but for its dates."""

    def is_what(self, now: "Planned") -> bool:
        """Whether the change would still do what this plan says. Numbers of mails only pass with the days."""
        apart = {"account", "mails"}
        return self.model_dump(exclude=apart) == now.model_dump(exclude=apart)


class PlanOfChange(Wire):
    """What would change for each onboarding that does not go by that version yet, and the hash of all of it."""

    playbook: str
    to: str
    hash: str
    onboardings: tuple[Planned, ...]


def plan_for(
    state: State,
    dossier: Dossier,
    team: Team,
    memory: Memory,
    *,
    to: Playbook,
    hashed: str,
    now: datetime,
    hours: WorkingHours = plain_week,
    ahead: timedelta = AHEAD,
) -> Planned:
    """What that onboarding would be like by the version of that hash. `memory` has its registers and figures.

    Mails are counted for the days `ahead`; for none, only what is changed is told.
    """
    memory.admit(dossier, run="")
    memory.versions = {hashed: to}
    plan = Planned(
        onboarding=state.onboarding,
        account=dossier.deal.account.name,
        goes_by=state.playbook_hash,
        seen=_seen(state),
    )
    both: dict[str, Any] = {"now": now, "hours": hours, "writing": what_is_heard, "plans": Drafts()}
    as_it_is = Driver(state.model_copy(deep=True), dossier, team, memory.fork(), **both)
    as_it_is.settle()
    records = _records(as_it_is).fork()
    changed = Driver(as_it_is.state.model_copy(deep=True), as_it_is.dossier, team, records, **both)
    asked_before = {key for key, row in records.journal.items() if row.kind == "sign_off_asked"}
    by = next(iter(state.approvers), "")
    try:
        changed.tell("change_playbook", to=hashed, by=by, reason="plan")
    except Refused as refusal:
        return plan.model_copy(update={"refused": refusal.reason})
    rows = list(records.journal.items())
    if refused := [row.data["reason"] for _, row in rows if row.kind == "playbook_change_refused"]:
        return plan.model_copy(update={"refused": str(refused[-1])})
    [made] = [row for _, row in rows if row.kind == "playbook_changed"]
    days = _go_live(as_it_is), _go_live(changed)
    before, after = ({}, {}) if not ahead else (_mails(as_it_is, now + ahead), _mails(changed, now + ahead))
    differing = [pair for pair in sorted({*before, *after}) if before[pair] != after[pair]]
    fields = {name: value for name, value in made.data.items() if name in PlaybookDifference.model_fields}
    changes = {
        "difference": PlaybookDifference.model_validate(fields),
        "go_live_was": days[0],
        "go_live_now": days[1],
        "asked": tuple(row.about for key, row in rows if row.kind == "sign_off_asked" and key not in asked_before),
        "mails": tuple(
            Mails(kind=kind, to=person, before=before[kind, person], after=after[kind, person])
            for kind, person in differing
        ),
    }
    return plan.model_copy(update=changes)


def hash_of(to: str, planned: Sequence[Planned]) -> str:
    """SHA-256 of the whole answer, in hex."""
    answer = {"to": to, "planned": [one.model_dump(mode="json") for one in planned]}
    return hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()


def _seen(state: State) -> str:
    """A hash of all that a change is laid over. Days are left out: those that it moves stand in the difference."""
    parts = state.model_dump(mode="json", include=LAID_OVER)
    for part in (*parts.get("milestones", ()), *parts.get("stages", ())):
        part.pop("due", None)
        part.pop("opens", None)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _go_live(onboarding: Driver) -> date | None:
    go_live = onboarding.state.playing("go_live")
    return onboarding.dossier.calendar.day_of(go_live.due) if go_live and not go_live.settled else None


def _mails(onboarding: Driver, until: datetime) -> Mapping[tuple[str, str], int]:
    """What is written until then, by kind and receiver."""
    onboarding.until(until)
    return Counter((notice.kind, notice.to) for notice in _records(onboarding).notices.values())


def _records(onboarding: Driver) -> Memory:
    records = onboarding.records
    assert isinstance(records, Memory), "made by a fork"
    return records
