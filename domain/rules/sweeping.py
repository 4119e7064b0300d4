"""Which onboardings and senders need a person? Facts of store and Temporal in, findings out, each with its repair."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from zlib import crc32

from domain.census import Line, Mailbag, Picture, ScheduleSeen, Sighting, Undone
from domain.finding import Finding, FindingKind
from domain.news import HANDED_OVER

OPENING = timedelta(minutes=10)
"""An onboarding opens and closes within seconds; ten minutes are ten tries of a write that finds its database away."""
WAKING = timedelta(hours=1)
"""A wake-up is taken within seconds, after an outage within a minute of its end: an hour late is no hiccup."""
MAIL_WAITS = timedelta(hours=2)
"""A message is tried for ten minutes and rests for ten: after six such rounds its channel is not merely busy."""
DELIVERED_WAITS = timedelta(hours=1)
"""What is delivered is worked through in seconds; a CRM that hangs is tried again every ten minutes."""
UNCONFIRMED = timedelta(minutes=15)
"""A row is confirmed within ten seconds, and each failed try comes again within ten minutes."""
MOST_TRIES = 10
"""A step that fails is tried every minute in the end: ten tries are five minutes, and no hiccup."""
FEWEST_STRANGERS = 3
"""Onboardings without a row that say something about the whole store: one or two may have been started by hand."""
MOST_OF_NIGHTS = 28
"""In this many nights at the latest every onboarding was in the sample of one of them."""
MOST_NAMED = 5
"""Differences that a finding names; more of them have one cause."""
LOOKED_THROUGH = timedelta(days=1)
"""A CRM is looked through four times an hour, and an outage of it passes: a whole day without is neither."""
MAIL_UNREAD = timedelta(hours=1)
"""The mailbox is read every five minutes: twelve looks in a row that failed are no hiccup."""
SWEPT = timedelta(hours=26)
"""A night, and two hours for a sweep that takes long or came late."""
REFUSED_SINCE = timedelta(hours=26)
"""What was refused is reported the morning after, once: a sender often mends it by a new delivery, and the refused one
stays. Two hours more than a day, for a sweep that came late."""
REPORTED_FOR = timedelta(days=7)
"""How long something is reported that may be meant to stay: by then a reader of the reports has decided about it."""


def of_onboarding(
    line: Line, sighting: Sighting | None, *, staff: Collection[str], now: datetime, real_clock: bool
) -> list[Finding]:
    """Findings about an onboarding that the store has; `sighting` is how Temporal has its workflow, if at all.

    `staff` are the handles of the directory. Without a real clock a due date says nothing about the wall's time.
    """
    if line.ending is not None:
        return _of_ended(line, sighting, now=now)
    if not line.taken or line.as_of is None:
        return _of_unopened(line, sighting, now=now)
    if sighting is None:
        return [_finding("lost", line, since=line.as_of, command=f"day90 repair {line.onboarding}")]
    finding = _of_workflow(line, sighting)
    if finding is None and real_clock and line.next_due is not None and line.next_due + WAKING < now:
        finding = _finding("overdue", line, since=line.next_due, cause=_what_hinders(sighting), command=_repair(line))
    if finding is None and line.next_due is None and not line.waits:
        finding = _finding("asleep", line, since=line.as_of, command=_repair(line))
    owner = [] if line.owner in staff else [_without_owner(line)]
    return [*([finding] if finding else []), *owner]


def _of_workflow(line: Line, sighting: Sighting) -> Finding | None:
    if sighting.status == "PAUSED":
        return _finding("paused_in_temporal", line, since=sighting.started_at, command=_repair(line))
    if not sighting.runs:
        return _finding("stopped", line, since=sighting.closed_at, cause=_ended_as(sighting), command=_repair(line))
    if sighting.problems:
        return _finding("stuck", line, cause=sighting.problems, command=_repair(line))
    return None


def _of_ended(line: Line, sighting: Sighting | None, *, now: datetime) -> list[Finding]:
    """Findings about an onboarding that ended: its workflow closes within seconds. `of_programme` sees to the rest."""
    if sighting is None or not sighting.runs:
        return []
    if sighting.problems:
        return [_finding("stuck", line, cause=sighting.problems, command=_repair(line))]
    if line.ended_at is not None and line.ended_at + OPENING < now:
        cause = _what_hinders(sighting)
        return [_finding("not_closed", line, since=line.ended_at, cause=cause, command=_repair(line))]
    return []


def _of_unopened(line: Line, sighting: Sighting | None, *, now: datetime) -> list[Finding]:
    """Findings about a deal whose onboarding has not opened. A refused one stays stored, and may come again."""
    if line.kept_at + OPENING > now:
        return []
    if not line.taken and (sighting is None or not (sighting.runs or sighting.status == "PAUSED")):
        if line.kept_at + REPORTED_FOR < now:
            return []
        return [_finding("not_started", line, since=line.kept_at, cause=_ended_as(sighting), command=_repair(line))]
    if sighting is None:
        return [_finding("lost", line, since=line.kept_at, command=_repair(line))]
    if (finding := _of_workflow(line, sighting)) is not None:
        return [finding]
    cause = _what_hinders(sighting)
    return [_finding("not_opened", line, since=line.kept_at, cause=cause, command=_repair(line))]


def of_workflow_alone(sighting: Sighting, *, now: datetime) -> list[Finding]:
    """Findings about the workflow of an onboarding that the store does not have.

    Another program may start one with the whole deal, of which the store hears only when it opens.
    """
    since, command = sighting.started_at, f"day90 repair {sighting.id}"
    if not sighting.runs or since is None or since + OPENING > now:
        return []
    if sighting.opened:
        return [Finding(kind="unknown", subject=sighting.id, since=since, command=command)]
    cause = _what_hinders(sighting)
    return [Finding(kind="not_opened", subject=sighting.id, since=since, cause=cause, command=command)]


def of_programme(line: Line, sighting: Sighting | None, *, now: datetime) -> list[Finding]:
    """Findings about the success programme of an onboarding that was handed over.

    One that completed was ended on purpose, with `end_programme`.
    """
    if line.ending not in HANDED_OVER or line.ended_at is None or line.ended_at + OPENING > now:
        return []
    if sighting is not None and sighting.status == "COMPLETED":
        return []
    if sighting is not None and sighting.runs:
        if not sighting.problems:
            return []
        return [_finding("stuck", line, cause=f"success programme: {sighting.problems}", command=_repair(line))]
    if sighting is not None and sighting.status == "PAUSED":
        return [_finding("paused_in_temporal", line, cause="success programme: paused", command=_repair(line))]
    return [_finding("programme_missing", line, since=line.ended_at, cause=_ended_as(sighting), command=_repair(line))]


def of_departure(line: Line, *, told: bool | None) -> list[Finding]:
    """A finding about a success programme that was not told of a customer who leaves, or who stays after all."""
    return [_finding("programme_untold", line, command=_repair(line))] if told is False else []


def of_difference(line: Line, here: Picture, there: Picture) -> list[Finding]:
    """A finding where the store (`here`) tells something else than the workflow itself (`there`)."""
    differences = []
    if here.ending != there.ending:
        differences.append(f"{_as_ended(here)} in the store, {_as_ended(there)} in its workflow")
    for key in sorted(here.milestones.keys() | there.milestones.keys()):
        ours, its = here.milestones.get(key, "missing"), there.milestones.get(key, "missing")
        if ours != its:
            differences.append(f"{key}: {ours} in the store, {its} in its workflow")
    differences += [f"{key}: open in the store alone" for key in sorted(set(here.issues) - set(there.issues))]
    differences += [f"{key}: open in its workflow alone" for key in sorted(set(there.issues) - set(here.issues))]
    if not differences:
        return []
    more = len(differences) - MOST_NAMED
    cause = "; ".join([*differences[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
    return [_finding("store_differs", line, since=line.as_of, cause=cause, command=_repair(line))]


def in_sample(id: str, *, of: int, a_night: int, now: datetime) -> bool:
    """Whether the onboarding is among the `a_night` of `of` that are looked at closely tonight.

    The same all day, another sample each day; all have had their turn after 28 nights at the latest.
    """
    nights = min(MOST_OF_NIGHTS, ceil(of / a_night))
    return nights <= 1 or crc32(id.encode()) % nights == now.toordinal() % nights


def of_strangers(strangers: Sequence[Finding], *, running: int, empty: bool) -> list[Finding]:
    """The findings `unknown`, or one in their place where the store looks like another database.

    That is a store without any deal, and one that lacks more than half of the onboardings that run, three at least.
    """
    most = len(strangers) >= FEWEST_STRANGERS and len(strangers) > running / 2
    if not strangers or not (empty or most):
        return list(strangers)
    what = "it is empty" if empty else "it has rows of others"
    cause = f"{len(strangers)} of {running} running onboardings have no row in it; {what}"
    since = min((finding.since for finding in strangers if finding.since), default=None)
    return [Finding(kind="another_store", subject="store", since=since, cause=cause, command="day90 sweep")]


def of_tries(sighting: Sighting, *, owner: str = "") -> list[Finding]:
    """A finding about a step of a workflow that has failed more than ten times."""
    if not sighting.runs or sighting.tried <= MOST_TRIES:
        return []
    command = f"temporal workflow describe --workflow-id {sighting.id}"
    cause = sighting.failing
    return [Finding(kind="tried_often", subject=sighting.id, owner=owner, cause=cause, command=command)]


def of_confirmations(sender: str, bag: Mailbag, sighting: Sighting | None, *, now: datetime) -> list[Finding]:
    """Findings about rows of the journal whose news Temporal may not know, and about the sender that confirms them."""
    if sighting is not None and (findings := _of_task(sighting)):
        return findings
    if bag.oldest is None or bag.oldest + UNCONFIRMED > now:
        return of_tries(sighting) if sighting is not None else []
    stopped = sighting is None or not sighting.runs
    hinders = _ended_as(sighting) or "never started" if sighting is None or stopped else _what_hinders(sighting)
    cause = "; ".join(part for part in (f"{bag.waiting} unconfirmed", hinders) if part)
    command = f"day90 repair {sender}"
    kind: FindingKind = "sender_stopped" if stopped else "unconfirmed"
    return [Finding(kind=kind, subject=sender, since=bag.oldest, cause=cause, command=command)]


def of_sender(sender: str, bag: Mailbag, sighting: Sighting | None, *, now: datetime) -> list[Finding]:
    """Findings about a channel: its sender workflow, and the messages that wait for it."""
    if sighting is not None and (findings := _of_task(sighting)):
        return findings
    command = f"day90 repair {sender}"
    if bag.oldest is None or bag.oldest + MAIL_WAITS > now:
        return of_tries(sighting) if sighting is not None else []
    waiting = f"{bag.waiting} waiting"
    if sighting is None or not sighting.runs:
        cause = f"{waiting}; {_ended_as(sighting) or 'never started'}"
        return [Finding(kind="sender_stopped", subject=sender, since=bag.oldest, cause=cause, command=command)]
    cause = "; ".join(part for part in (waiting, bag.trouble, _what_hinders(sighting)) if part)
    return [Finding(kind="mail_waits", subject=sender, since=bag.oldest, cause=cause, command=command)]


def of_office(sender: str, bag: Mailbag, sighting: Sighting | None, *, now: datetime) -> list[Finding]:
    """Findings about a sender to another system: a webhook's, or a CRM's.

    Whoever set up a webhook hears when its target takes nothing, and it is disabled in the end: there only a sender
    that does not run is a finding.
    """
    findings = of_sender(sender, bag, sighting, now=now)
    if not any(finding.kind == "mail_waits" for finding in findings):
        return findings
    return [] if bag.known_down else [findings[0].model_copy(update={"kind": "telling_waits"})]


def of_reconciliation(
    id: str, marks: Mapping[str, datetime | None], schedule: ScheduleSeen | None, *, now: datetime
) -> list[Finding]:
    """Findings about CRMs that are not looked through: `marks` say up to when each was, None where it never was."""
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


def of_mailbox(id: str, read_at: datetime | None, schedule: ScheduleSeen | None, *, now: datetime) -> list[Finding]:
    """A finding about our mailbox where it is not read: `read_at` is the last look that came through, if one did."""
    since = read_at or (schedule.created_at if schedule else None)
    still = "its schedule is gone" if schedule is None else "its schedule is paused" if schedule.paused else ""
    unread = since is not None and since + MAIL_UNREAD < now
    if not (unread or still):
        return []
    looks = f"last read {read_at:%Y-%m-%d %H:%M} UTC" if read_at else "never read"
    cause = "; ".join(part for part in (looks if unread else "", still) if part)
    return [Finding(kind="mailbox_unread", subject=id, since=since, cause=cause, command=f"day90 repair {id}")]


def nightly_trouble(schedule: ScheduleSeen | None, ended_at: datetime | None, *, now: datetime) -> str:
    """Why the nightly sweep itself cannot be relied on, in words; empty where it can. Nobody else watches it."""
    if schedule is None:
        return "no schedule runs it"
    if schedule.paused:
        return "its schedule is paused"
    since = ended_at or schedule.created_at
    return "none has ended for more than a day" if since is not None and since + SWEPT < now else ""


def of_receiver(receiver: str, waiting: Undone, sighting: Sighting | None, *, now: datetime) -> list[Finding]:
    """Findings about deliveries of other systems that wait, and about the receiver that works through them."""
    if sighting is not None and (findings := _of_task(sighting)):
        return findings
    if waiting.first is None or waiting.first + DELIVERED_WAITS > now:
        return of_tries(sighting) if sighting is not None else []
    ended = _ended_as(sighting) or "never started"
    hinders = _what_hinders(sighting) if sighting is not None and sighting.runs else ended
    cause = "; ".join(part for part in (_counted(waiting.by_source), _oldest(waiting), hinders) if part)
    command = f"day90 repair {receiver}"
    return [Finding(kind="deliveries_wait", subject=receiver, since=waiting.first, cause=cause, command=command)]


def of_refused(refused: Undone) -> list[Finding]:
    """A finding about deliveries that were refused lately; an empty list where none was."""
    if refused.first is None:
        return []
    command = "day90 inbox --state refused"
    cause = _counted(refused.by_source)
    return [Finding(kind="deliveries_refused", subject="inbox", since=refused.first, cause=cause, command=command)]


def of_house(sighting: Sighting) -> list[Finding]:
    """Findings about a workflow that is no onboarding, as far as Temporal can say."""
    return _of_task(sighting) or of_tries(sighting)


def _of_task(sighting: Sighting) -> list[Finding]:
    """Findings about a workflow as a whole: it is paused, or fails at every try."""
    command = f"day90 repair {sighting.id}"
    if sighting.status == "PAUSED":
        return [Finding(kind="paused_in_temporal", subject=sighting.id, command=command)]
    if sighting.runs and sighting.problems:
        return [Finding(kind="stuck", subject=sighting.id, cause=sighting.problems, command=command)]
    return []


def _counted(by_source: Mapping[str, int]) -> str:
    return ", ".join(f"{number} from {source}" for source, number in sorted(by_source.items()))


def _oldest(waiting: Undone) -> str:
    """The delivery that has waited longest, and what it waits for, in one line."""
    if not waiting.number:
        return ""
    return f"the oldest is {waiting.number}: {' '.join(waiting.trouble.split()) or 'not tried yet'}"


def _as_ended(picture: Picture) -> str:
    return f"ended as {picture.ending}" if picture.ending else "open"


def _without_owner(line: Line) -> Finding:
    gone = f"{line.owner!r} is nobody of it" if line.owner else "nobody was named"
    return _finding("without_owner", line, cause=gone, command=f"day90 reassign {line.onboarding} HANDLE")


def _ended_as(sighting: Sighting | None) -> str:
    """How the workflow ended, in words like `terminated`; empty where Temporal has none."""
    return "" if sighting is None else sighting.status.lower().replace("_", " ")


def _what_hinders(sighting: Sighting) -> str:
    """Why a workflow that runs makes no progress, as Temporal describes it; empty where nothing is wrong."""
    if sighting.problems:
        return sighting.problems
    if sighting.failing:
        return sighting.failing
    if sighting.unpolled_since is not None:
        return f"no worker has taken its task since {sighting.unpolled_since:%Y-%m-%d %H:%M} UTC"
    return ""


def _repair(line: Line) -> str:
    return f"day90 repair {line.onboarding}"


def _finding(
    kind: FindingKind, line: Line, *, since: datetime | None = None, cause: str = "", command: str = ""
) -> Finding:
    return Finding(kind=kind, subject=line.onboarding, owner=line.owner, since=since, cause=cause, command=command)
