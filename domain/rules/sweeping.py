"""Who would fall through? Facts of store and Temporal in, findings out; each names the command that repairs it."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from domain.census import Line, Mailbag, ScheduleSeen, Sighting, Undone
from domain.finding import Finding, FindingKind

OPENING = timedelta(minutes=10)
"""An onboarding opens and closes within seconds; ten minutes are ten tries of a write that finds its database away."""
WAKING = timedelta(hours=1)
"""A wake-up is taken within seconds, after an outage within a minute of its end: an hour late is no hiccup."""
MAIL_WAITS = timedelta(hours=2)
"""A message is tried for ten minutes and rests for ten: after six such rounds its channel is not merely busy."""
DELIVERED_WAITS = timedelta(hours=1)
"""What is delivered is worked through in seconds; a CRM that hangs is tried again every ten minutes."""
LOOKED_THROUGH = timedelta(days=1)
"""A CRM is looked through four times an hour, and an outage of it mends itself: a day is neither."""
SWEPT = timedelta(hours=26)
"""A night, and two hours for a sweep that takes long or came late."""
REFUSED_SINCE = timedelta(hours=26)
"""What was refused is reported the morning after, once: a sender often mends it by a new delivery, and the refused one
stays. Two hours more than a day, for a sweep that came late."""
REPORTED_FOR = timedelta(days=7)
"""For so long is reported what may be meant to stay as it is: then whoever reads the reports has decided about it."""
HANDED_OVER = frozenset({"handed_over", "handed_over_with_exceptions"})


def of_onboarding(
    line: Line, seen: Sighting | None, *, staff: Collection[str], now: datetime, real_clock: bool
) -> list[Finding]:
    """What is the matter with an onboarding that the store has, by what Temporal says of it.

    `staff` are the handles of the directory. On a compressed clock a due date says nothing about the wall's.
    """
    if line.ending is not None:
        return _of_ended(line, seen, now=now)
    if not line.taken or line.as_of is None:
        return _of_unopened(line, seen, now=now)
    if seen is None:
        return [_finding("lost", line, since=line.as_of, command=f"day90 repair {line.onboarding}")]
    found = _of_workflow(line, seen)
    if found is None and real_clock and line.next_due is not None and line.next_due + WAKING < now:
        found = _finding("overdue", line, since=line.next_due, cause=_what_hinders(seen), command=_repair(line))
    if found is None and line.next_due is None and not line.waits:
        found = _finding("asleep", line, since=line.as_of, command=_repair(line))
    owner = [] if line.owner in staff else [_without_owner(line)]
    return [*([found] if found else []), *owner]


def _of_workflow(line: Line, seen: Sighting) -> Finding | None:
    if seen.status == "PAUSED":
        return _finding("paused_in_temporal", line, since=seen.started_at, command=_repair(line))
    if not seen.runs:
        return _finding("stopped", line, since=seen.closed_at, cause=_ended_as(seen), command=_repair(line))
    if seen.problems:
        return _finding("stuck", line, cause=seen.problems, command=_repair(line))
    return None


def _of_ended(line: Line, seen: Sighting | None, *, now: datetime) -> list[Finding]:
    """Its workflow closes within seconds of the ending; the sweep asks for the programme apart."""
    if seen is None or not seen.runs:
        return []
    if seen.problems:
        return [_finding("stuck", line, cause=seen.problems, command=_repair(line))]
    if line.ended_at is not None and line.ended_at + OPENING < now:
        cause = _what_hinders(seen)
        return [_finding("not_closed", line, since=line.ended_at, cause=cause, command=_repair(line))]
    return []


def _of_unopened(line: Line, seen: Sighting | None, *, now: datetime) -> list[Finding]:
    """A deal that was found invalid stays in the store: it may be mended and come again, or never."""
    if line.kept_at + OPENING > now:
        return []
    if not line.taken and (seen is None or not (seen.runs or seen.status == "PAUSED")):
        if line.kept_at + REPORTED_FOR < now:
            return []
        return [_finding("not_started", line, since=line.kept_at, cause=_ended_as(seen), command=_repair(line))]
    if seen is None:
        return [_finding("lost", line, since=line.kept_at, command=_repair(line))]
    if (found := _of_workflow(line, seen)) is not None:
        return [found]
    cause = _what_hinders(seen)
    return [_finding("not_opened", line, since=line.kept_at, cause=cause, command=_repair(line))]


def of_workflow_alone(seen: Sighting, *, now: datetime) -> list[Finding]:
    """What is the matter with the workflow of an onboarding of which the store knows nothing at all.

    A foreign client starts with the whole deal: the store hears of it when it opens.
    """
    if not seen.runs or seen.started_at is None or seen.started_at + OPENING > now:
        return []
    if seen.opened:
        return [Finding(kind="unknown", subject=seen.id, since=seen.started_at, command=f"day90 repair {seen.id}")]
    cause = _what_hinders(seen)
    return [
        Finding(
            kind="not_opened", subject=seen.id, since=seen.started_at, cause=cause, command=f"day90 repair {seen.id}"
        )
    ]


def of_programme(line: Line, seen: Sighting | None, *, now: datetime) -> list[Finding]:
    """What is the matter with the success programme of an onboarding that was handed over.

    One that completed was ended on purpose, with `end_programme`.
    """
    if line.ending not in HANDED_OVER or line.ended_at is None or line.ended_at + OPENING > now:
        return []
    if seen is not None and seen.status == "COMPLETED":
        return []
    if seen is not None and seen.runs:
        if not seen.problems:
            return []
        return [_finding("stuck", line, cause=f"success programme: {seen.problems}", command=_repair(line))]
    if seen is not None and seen.status == "PAUSED":
        return [_finding("paused_in_temporal", line, cause="success programme: paused", command=_repair(line))]
    return [_finding("programme_missing", line, since=line.ended_at, cause=_ended_as(seen), command=_repair(line))]


def of_sender(sender: str, bag: Mailbag, seen: Sighting | None, *, now: datetime) -> list[Finding]:
    """What is the matter with a channel: its sender, and what waits for it."""
    if seen is not None and (found := of_house(seen)):
        return found
    command = f"day90 repair {sender}"
    if bag.oldest is None or bag.oldest + MAIL_WAITS > now:
        return []
    waiting = f"{bag.waiting} waiting"
    if seen is None or not seen.runs:
        cause = f"{waiting}; {_ended_as(seen) or 'never started'}"
        return [Finding(kind="sender_stopped", subject=sender, since=bag.oldest, cause=cause, command=command)]
    cause = "; ".join(part for part in (waiting, _what_hinders(seen)) if part)
    return [Finding(kind="mail_waits", subject=sender, since=bag.oldest, cause=cause, command=command)]


def of_office(sender: str, bag: Mailbag, seen: Sighting | None, *, now: datetime) -> list[Finding]:
    """What is the matter with a sender that tells other systems: a webhook's, or a CRM's.

    A webhook that takes nothing is told to whoever ordered it, and disabled in the end: only a sender that does not
    run is found there.
    """
    found = of_sender(sender, bag, seen, now=now)
    if not any(finding.kind == "mail_waits" for finding in found):
        return found
    return [] if bag.known_down else [found[0].model_copy(update={"kind": "telling_waits"})]


def of_reconciliation(
    id: str, marks: Mapping[str, datetime | None], schedule: ScheduleSeen | None, *, now: datetime
) -> list[Finding]:
    """Is each CRM looked through? `marks` say how far each of them was, None where it never was."""
    begun = schedule.created_at if schedule else None
    since = {source: mark or begun for source, mark in marks.items()}
    late = {source: at for source, at in since.items() if at is not None and at + LOOKED_THROUGH < now}
    still = "its schedule is gone" if schedule is None else "its schedule is paused" if schedule.paused else ""
    if not marks or not (late or still):
        return []
    behind = [
        f"{source}: {'looked through' if marks[source] else 'never looked through'}"
        f"{f', last {at:%Y-%m-%d %H:%M} UTC' if marks[source] else ''}"
        for source, at in sorted(late.items())
    ]
    cause = "; ".join([*behind, *([still] if still else [])])
    oldest = min(late.values(), default=None)
    return [Finding(kind="crm_unwatched", subject=id, since=oldest, cause=cause, command=f"day90 repair {id}")]


def nightly_trouble(schedule: ScheduleSeen | None, ended_at: datetime | None, *, now: datetime) -> str:
    """Why the nightly sweep itself cannot be relied on, in words; empty where it can. Nobody else watches it."""
    if schedule is None:
        return "no schedule runs it"
    if schedule.paused:
        return "its schedule is paused"
    since = ended_at or schedule.created_at
    return "none has ended for more than a day" if since is not None and since + SWEPT < now else ""


def of_receiver(receiver: str, waiting: Undone, seen: Sighting | None, *, now: datetime) -> list[Finding]:
    """What is the matter with what other systems delivered, and with the receiver that works through it."""
    if seen is not None and (found := of_house(seen)):
        return found
    if waiting.first is None or waiting.first + DELIVERED_WAITS > now:
        return []
    hinders = _what_hinders(seen) if seen is not None and seen.runs else _ended_as(seen) or "never started"
    cause = "; ".join(part for part in (_counted(waiting.by_source), hinders) if part)
    command = f"day90 repair {receiver}"
    return [Finding(kind="deliveries_wait", subject=receiver, since=waiting.first, cause=cause, command=command)]


def of_refused(refused: Undone) -> list[Finding]:
    """What was delivered and refused lately."""
    if refused.first is None:
        return []
    command = "day90 inbox --state refused"
    cause = _counted(refused.by_source)
    return [Finding(kind="deliveries_refused", subject="inbox", since=refused.first, cause=cause, command=command)]


def of_house(seen: Sighting) -> list[Finding]:
    """What is the matter with a workflow beside the onboardings, as far as Temporal can say."""
    command = f"day90 repair {seen.id}"
    if seen.status == "PAUSED":
        return [Finding(kind="paused_in_temporal", subject=seen.id, command=command)]
    if seen.runs and seen.problems:
        return [Finding(kind="stuck", subject=seen.id, cause=seen.problems, command=command)]
    return []


def _counted(by_source: Mapping[str, int]) -> str:
    return ", ".join(f"{number} from {source}" for source, number in sorted(by_source.items()))


def _without_owner(line: Line) -> Finding:
    gone = f"{line.owner!r} is nobody of it" if line.owner else "nobody was named"
    return _finding("without_owner", line, cause=gone, command=f"day90 reassign {line.onboarding} HANDLE")


def _ended_as(seen: Sighting | None) -> str:
    """`terminated`; empty where Temporal knows of none."""
    return "" if seen is None else seen.status.lower().replace("_", " ")


def _what_hinders(seen: Sighting) -> str:
    """What describe tells of a workflow that runs and does not get on."""
    if seen.problems:
        return seen.problems
    if seen.failing:
        return seen.failing
    if seen.unpolled_since is not None:
        return f"no worker has taken its task since {seen.unpolled_since:%Y-%m-%d %H:%M} UTC"
    return ""


def _repair(line: Line) -> str:
    return f"day90 repair {line.onboarding}"


def _finding(
    kind: FindingKind, line: Line, *, since: datetime | None = None, cause: str = "", command: str = ""
) -> Finding:
    return Finding(kind=kind, subject=line.onboarding, owner=line.owner, since=since, cause=cause, command=command)
