"""What is done when an entry of the agenda is due? From every due entry to the notices that follow from it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import takewhile
from typing import Any

from domain.agenda.state import Entry
from domain.notice import Notice, NoticeKind
from domain.playbook import Cadence, Milestone, Rung
from domain.record import RegisterRow
from domain.rules import letters
from domain.rules.casting import VENDOR_ROLES
from domain.rules.desk import Desk, present
from domain.rules.nudging import Step, due_for_nudging, last_step
from domain.rules.schedule import NOTICE_AHEAD, cadence_days, notice_moment

Told = list[Notice]
NUDGES = frozenset({"reminder", "escalation"})
ONCE_A_MOMENT = frozenset({"pause_proposal", "status_report"})


def act(desk: Desk, entries: Sequence[Entry], registers: Sequence[RegisterRow]) -> Told:
    """The notices for the entries that are due now; overdue ones collapse into one per person."""
    told = [
        notice for entry in entries if entry.rule in ACTORS for notice in ACTORS[entry.rule](desk, entry, registers)
    ]
    return _collapse(desk, told)


def _nudge(desk: Desk, entry: Entry, _: Sequence[RegisterRow]) -> Told:
    state, known = desk.state.milestone(entry.about), desk.playbook.milestone(entry.about)
    if state is None or known is None or state.settled or desk.state.gate(state):
        return []
    on = due_for_nudging(desk.state, state, desk.playbook.nudging, desk.calendar)
    step = last_step(desk.playbook.nudging, desk.calendar, on, state.due, since=entry.due, now=desk.now)
    if step is None:
        return []
    told: dict[str, Notice] = {}
    for rung in step.rungs:
        for notice in _escalate(desk, known, step, rung):
            told[notice.to] = notice
    if step.reminds:
        for notice in _remind(desk, known, step):
            told.setdefault(notice.to, notice)
    return list(told.values())


def _facts(desk: Desk, milestone: Milestone, step: Step, to: str) -> dict[str, Any]:
    language = desk.language_of(to)
    state = desk.state.milestone(milestone.key)
    return {
        "title": desk.title(milestone.key, language),
        "milestone": milestone.key,
        "due": desk.due_on(milestone.key),
        # Not the step's: in the days of grace something is overdue already, and a step may be taken late.
        "days": letters.days_late(desk, state) if state else step.days,
    }


def _remind(desk: Desk, milestone: Milestone, step: Step) -> Told:
    people = desk.playing(milestone.raci.responsible)
    state = desk.state.milestone(milestone.key)
    people = [*(state.signers if state else []), *people]
    occasion = f"{milestone.key}/{step.occurrence}"
    return present(
        desk.notice(
            "reminder", id, occasion,
            {
                **_facts(desk, milestone, step, id),
                "done_when": desk.say(milestone.done_when, desk.language_of(id)),
                "waits_for": [],
            },
            about=milestone.key, while_open=milestone.key, collapses=True,
        )
        for id in dict.fromkeys(people)
    )  # fmt: skip


def _escalate(desk: Desk, milestone: Milestone, step: Step, rung: Rung) -> Told:
    """What the customer is late with goes up on both sides; what we are late with stays with us, up to our executive.

    Nobody of the customer is asked to clear our way, or to pause because of us.
    """
    our_own = milestone.raci.responsible in VENDOR_ROLES
    receivers: dict[str, list[str]] = {
        "owner": [desk.state.owner],
        "owner_manager": [desk.state.owner, *desk.managers],
        "executive_sponsor": desk.playing("executive" if our_own else "executive_sponsor"),
        "project_lead": desk.playing("executive" if our_own else "project_lead"),
    }
    kind: NoticeKind = "pause_proposal" if rung.proposes_pause and not our_own else "escalation"
    more: dict[str, Any] = {
        "responsible": ", ".join(desk.name(id) for id in desk.playing(milestone.raci.responsible)),
        "rung": 1 + sum(other.after < rung.after for other in desk.playbook.nudging.ladder),
        "longest_days": desk.playbook.pausing.longest_days,
    }
    people = dict.fromkeys(id for place in rung.to for id in receivers[place])
    return present(
        desk.notice(
            kind, id, f"{milestone.key}/{step.occurrence}", {**_facts(desk, milestone, step, id), **more},
            about=milestone.key, while_open=milestone.key, collapses=True,
        )
        for id in people
    )  # fmt: skip


def _collapse(desk: Desk, told: Told) -> Told:
    """Several overdue things for one person at one moment become one message: no burst after an outage.

    A proposal to pause is a decision that is asked for and stands by itself, but one is enough. So is one report
    where the sponsor's and the project lead's are due together and one person plays both.
    """
    nudges: dict[str, Told] = defaultdict(list)
    had: set[tuple[str, str]] = set()
    kept: Told = []
    for notice in told:
        if notice.kind in NUDGES and notice.facts["days"] > 0:
            nudges[notice.to].append(notice)
        elif (notice.kind, notice.to) not in had:
            kept.append(notice)
            had |= {(notice.kind, notice.to)} if notice.kind in ONCE_A_MOMENT else set()
    for to, several in nudges.items():
        if len(several) == 1:
            kept += several
            continue
        listed = [{name: notice.facts[name] for name in ("title", "due", "days")} for notice in several]
        kept += present([desk.notice("overdue_summary", to, several[0].key, {"overdue": listed})])
    return kept


def _cadence(desk: Desk, entry: Entry, registers: Sequence[RegisterRow]) -> Told:
    cadence = next((cadence for cadence in desk.playbook.cadences if cadence.key == entry.about), None)
    if cadence is None:
        return []
    day = date.fromisoformat(entry.occurrence)
    if cadence.kind in NOTICE_AHEAD and day < desk.today:
        return []
    leader = desk.playing(cadence.led_by) if cadence.copied else []
    people = list(dict.fromkeys([*desk.playing(*cadence.with_), *leader]))
    if cadence.kind == "status_report":
        return _report(desk, entry, cadence, people, registers)
    if cadence.kind == "message":
        return _message(desk, entry, cadence, people)
    agenda = cadence.agenda[min(_month(desk, entry), len(cadence.agenda) - 1)] if cadence.agenda else None
    return present(
        desk.notice(
            "webinar" if cadence.kind == "webinar" else "meeting", id, entry.key,
            {
                "title": desk.say(cadence.title, desk.language_of(id)),
                "on": entry.occurrence,
                "minutes": cadence.minutes or "",
                "agenda": desk.say(agenda, desk.language_of(id)),
                "with": [desk.name(other) for other in people],
                "host": ", ".join(desk.name(other) for other in desk.playing(cadence.led_by)),
            },
            about=cadence.key,
        )
        for id in people
    )  # fmt: skip


def _report(
    desk: Desk, entry: Entry, cadence: Cadence, people: Sequence[str], registers: Sequence[RegisterRow]
) -> Told:
    weeks = cadence.every_weeks or 4 * (cadence.every_months or 1)
    since = date.fromisoformat(entry.occurrence) - timedelta(weeks=weeks)
    return present(
        desk.notice(
            "status_report", id, entry.key,
            letters.status_report(desk, list(registers), id, since=since), about=cadence.key,
        )
        for id in people
    )  # fmt: skip


def _message(desk: Desk, entry: Entry, cadence: Cadence, people: Sequence[str]) -> Told:
    turn = min(_turn(desk, entry, cadence), len(cadence.editions) - 1)
    edition = cadence.editions[turn] if cadence.editions else None
    return present(
        desk.notice(
            "message", id, entry.key,
            letters.edition(desk, cadence.title, edition, desk.language_of(id)), about=cadence.key,
        )
        for id in people
    )  # fmt: skip


def _turn(desk: Desk, entry: Entry, cadence: Cadence) -> int:
    """Which letter of its series an entry is, counted from 0: what was past before the series could begin is not one.

    Whoever goes live at noon gets the first letter a week later, not the second.
    """
    state = desk.state
    days = cadence_days(cadence, state, desk.calendar, desk.calendar.day_of(desk.deal.closed_at), desk.plan)
    if days is None:
        return 0
    after = [milestone.at for key in cadence.starts.after if (milestone := state.milestone(key)) and milestone.at]
    began = max([desk.deal.closed_at, *after, *([state.taken_up_at] if state.taken_up_at else [])])
    past = takewhile(lambda before: before < date.fromisoformat(entry.occurrence), days)
    return sum(notice_moment(cadence, desk.calendar, before) > began for before in past)


def _month(desk: Desk, entry: Entry) -> int:
    """In which month of the onboarding an entry lies, counted from 0."""
    closed = desk.calendar.day_of(desk.deal.closed_at)
    day = date.fromisoformat(entry.occurrence)
    return max((day - closed).days // 30, 0)


def _service_level(desk: Desk, entry: Entry, _: Sequence[RegisterRow]) -> Told:
    issue = desk.state.issue(entry.about)
    if issue is None:
        return []
    what = entry.slot.rpartition("/")[2]
    facts = {
        "issue": issue.key,
        "title": issue.title,
        "severity": issue.severity,
        "what": what,
        "due": entry.due.isoformat(),
    }
    return present(
        desk.notice("service_level_missed", id, entry.key, facts, about=issue.key, urgent=True, while_open=issue.key)
        for id in [desk.state.owner, *desk.managers]
    )


def _pause_limit(desk: Desk, entry: Entry, _: Sequence[RegisterRow]) -> Told:
    if desk.state.paused_at is None:
        return []
    since = desk.calendar.day_of(desk.state.paused_at)
    facts = {"since": str(since), "days": (desk.today - since).days}
    people = [desk.state.owner, *desk.managers, *desk.playing("project_lead", "executive_sponsor")]
    return present(desk.notice("pause_decision", id, entry.key, facts) for id in dict.fromkeys(people))


def _hand_off(desk: Desk, entry: Entry, _: Sequence[RegisterRow]) -> Told:
    too_soon = desk.now < desk.plan.hand_off_by
    if entry.occurrence.endswith("/from") or too_soon or not desk.state.unmet():
        return []
    day = (desk.today - desk.calendar.day_of(desk.deal.closed_at)).days
    by = str(desk.calendar.day_of(desk.plan.hand_off_by))
    return present(
        desk.notice(
            "hand_off_decision", id, entry.key,
            {
                "unmet": [desk.title(key, desk.language_of(id)) for key in desk.state.unmet()],
                "hand_off_by": by,
                "day": day,
            },
        )
        for id in [*desk.managers, desk.state.owner]
    )  # fmt: skip


ACTORS: dict[str, Callable[[Desk, Entry, Sequence[RegisterRow]], Told]] = {
    "nudge": _nudge,
    "cadence": _cadence,
    "service_level": _service_level,
    "pause_limit": _pause_limit,
    "hand_off": _hand_off,
}
