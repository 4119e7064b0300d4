"""What would change for a running onboarding if it went on by another version of its playbook?

Told by the same rules that would do it, on a fork of its state: one goes on as it is, the other is told of the change,
and both live through the next days. Nothing is written, and nobody is told.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from domain.agenda.state import State
from domain.playbook import Playbook
from domain.record import Dossier
from domain.refusal import Refused
from domain.rehearsal.driving import Driver
from domain.rehearsal.memory import Memory
from domain.rules.changing import PlaybookDifference
from domain.rules.hours import WorkingHours, plain_week
from domain.team import Team
from domain.wire import Wire

AHEAD = timedelta(days=30)
"""How far the mails are looked at: what comes later is decided by what happens until then."""


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
) -> Planned:
    """What that onboarding would be like by the version of that hash. `memory` has its registers and figures."""
    memory.admit(dossier, run="")
    memory.versions = {hashed: to}
    plan = Planned(onboarding=state.onboarding, account=dossier.deal.account.name, goes_by=state.playbook_hash)
    as_it_is, changed = (
        Driver(state.model_copy(deep=True), dossier, team, memory.fork(), now=now, hours=hours) for _ in range(2)
    )
    as_it_is.settle()
    changed.settle()
    records = changed.records
    assert isinstance(records, Memory), "made by a fork"
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
    before, after = _mails(as_it_is, now), _mails(changed, now)
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


def _go_live(onboarding: Driver) -> date | None:
    go_live = onboarding.state.playing("go_live")
    return onboarding.dossier.calendar.day_of(go_live.due) if go_live and not go_live.settled else None


def _mails(onboarding: Driver, now: datetime) -> Mapping[tuple[str, str], int]:
    """What is written in the next days, by kind and receiver."""
    records = onboarding.records
    assert isinstance(records, Memory), "made by a fork"
    onboarding.until(now + AHEAD)
    return Counter((notice.kind, notice.to) for notice in records.notices.values())
