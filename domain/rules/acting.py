"""Which notices go out when an entry of the agenda is due? One function for each rule of an entry."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import takewhile
from typing import Any

from domain.agenda.state import Entry
from domain.calendar import CLOSING, OPENING
from domain.notice import Notice, NoticeKind
from domain.playbook import Cadence, Culmination, Milestone, Rung
from domain.rules import digests, letters, tasks
from domain.rules.briefing import Briefing, present
from domain.rules.casting import VENDOR_ROLES
from domain.rules.nudging import Step, ladder
from domain.rules.schedule import NOTICE_AHEAD, cadence_days, culminating, launched, notice_moment
from domain.text import Text

Notices = list[Notice]
NUDGES = frozenset({"reminder", "escalation", "task_due"})
A_MONTH = timedelta(days=31)
A_FEW_DAYS = timedelta(days=3)
"""A meeting is announced two working days before it: what was reached since the last announcement counts."""
ONCE_A_MOMENT = frozenset({"pause_proposal", "status_report"})


def act(briefing: Briefing, entries: Sequence[Entry]) -> Notices:
    """The notices for the entries that are due now; overdue ones collapse into one per person."""
    notices = [notice for entry in entries if entry.rule in ACTORS for notice in ACTORS[entry.rule](briefing, entry)]
    return _collapse(briefing, notices)


def _nudge(briefing: Briefing, entry: Entry) -> Notices:
    state, milestone = briefing.state.milestone(entry.about), briefing.playbook.milestone(entry.about)
    if state is None or milestone is None or state.settled or briefing.state.gate(state):
        return []
    strangers = briefing.state.draft("introduction") is not None
    steps = ladder(briefing.state, state, briefing.playbook.nudging, briefing.calendar)
    step = steps.last(since=entry.due, now=briefing.now)
    if step is None:
        return []
    notices: dict[str, Notice] = {}
    for rung in step.rungs:
        for notice in _escalate(briefing, milestone, step, rung):
            notices[notice.to] = notice
    if step.reminds:
        for notice in _remind(briefing, milestone, step):
            notices.setdefault(notice.to, notice)
    # Nobody is urged by people who have not been introduced to them yet.
    return [notice for notice in notices.values() if not (strangers and briefing.is_customer(notice.to))]


def _facts(briefing: Briefing, milestone: Milestone, step: Step, to: str) -> dict[str, Any]:
    language = briefing.language_of(to)
    state = briefing.state.milestone(milestone.key)
    return {
        "title": briefing.title(milestone.key, language),
        "milestone": milestone.key,
        "due": briefing.due_on(milestone.key),
        # Not the step's: in the days of grace something is overdue already, and a step may be taken late.
        "days": letters.days_late(briefing, state) if state else step.days,
    }


def _remind(briefing: Briefing, milestone: Milestone, step: Step) -> Notices:
    state = briefing.state.milestone(milestone.key)
    in_rework, asked = bool(state and state.rework), state.deciders if state and state.asked else []
    doers = briefing.playing(milestone.raci.responsible)
    # Until something was done about their reasons, nobody is asked to sign what they have rejected.
    people = [briefing.state.owner] if in_rework else [*asked, *doers]
    occasion = f"{milestone.key}/{step.occurrence}"
    return present(
        briefing.notice(
            "reminder", id, occasion,
            {
                **_facts(briefing, milestone, step, id),
                **({"title": briefing.signed(milestone.key, briefing.language_of(id))} if asked else {}),
                "done_when": briefing.say(milestone.done_when, briefing.language_of(id)),
                "waits_for": [],
                "sign_off": bool(asked),
                "rework": in_rework,
                "draft": next((draft.key for draft in briefing.state.drafts if draft.reaches == milestone.key), ""),
            },
            about=milestone.key, while_open=milestone.key, collapses=True,
            **_going(briefing, milestone, step, id),
        )
        for id in dict.fromkeys(people)
    )  # fmt: skip


def _going(briefing: Briefing, milestone: Milestone, step: Step, to: str) -> dict[str, Any]:
    """How a reminder goes to one of the customer's: on the day at once, and before it inside another message.

    The plan and the weekly report have named the day already. Where there is no reminder on the day itself, what found
    no message to travel in goes by then.
    """
    if not briefing.is_customer(to) or step.days >= 0:
        return {}
    due = date.fromisoformat(briefing.due_on(milestone.key))
    on_the_day = briefing.playbook.nudging.on_the_day
    return {"until": briefing.calendar.at(due, CLOSING if on_the_day else OPENING)}


def _escalate(briefing: Briefing, milestone: Milestone, step: Step, rung: Rung) -> Notices:
    """What the customer is late with goes up on both sides; what we are late with stays with us, up to our executive.

    Who is late with a sign-off that was asked for is who may sign it, whoever prepared it.
    Nobody of the customer is asked to clear our way, or to pause because of us.
    """
    state = briefing.state.milestone(milestone.key)
    asked = state.deciders if state and state.asked else []
    our_own = milestone.raci.responsible in VENDOR_ROLES and not any(briefing.is_customer(id) for id in asked)
    doers = asked or briefing.playing(milestone.raci.responsible)
    receivers: dict[str, list[str]] = {
        "owner": [briefing.state.owner],
        "owner_manager": [briefing.state.owner, *briefing.managers],
        "executive_sponsor": briefing.playing("executive" if our_own else "executive_sponsor"),
        "project_lead": briefing.playing("executive" if our_own else "project_lead"),
    }
    kind: NoticeKind = "pause_proposal" if rung.proposes_pause and not our_own else "escalation"
    more: dict[str, Any] = {
        "rung": 1 + sum(other.after < rung.after for other in briefing.playbook.nudging.ladder),
        "longest_days": briefing.playbook.pausing.longest_days,
    }
    people = dict.fromkeys(id for place in rung.to for id in receivers[place])
    return present(
        briefing.notice(
            kind, id, f"{milestone.key}/{step.occurrence}",
            {
                **_facts(briefing, milestone, step, id),
                **more,
                "responsible": briefing.called(doers, briefing.language_of(id), among_us=not briefing.is_customer(id)),
                "yours": id in doers,
            },
            about=milestone.key, while_open=milestone.key, collapses=True,
        )
        for id in people
    )  # fmt: skip


def _collapse(briefing: Briefing, notices: Notices) -> Notices:
    """Several overdue things for one person at one moment become one message: no burst after an outage.

    A proposal to pause is a decision that is asked for and stands by itself, but one is enough. So is one report
    where the sponsor's and the project lead's are due together and one person plays both.
    """
    nudges: dict[str, Notices] = defaultdict(list)
    had: set[tuple[str, str]] = set()
    messages: Notices = []
    for notice in notices:
        if notice.kind in NUDGES and notice.facts["days"] > 0:
            nudges[notice.to].append(notice)
        elif (notice.kind, notice.to) not in had:
            messages.append(notice)
            had |= {(notice.kind, notice.to)} if notice.kind in ONCE_A_MOMENT else set()
    for to, several in nudges.items():
        if len(several) == 1:
            messages += several
            continue
        listed = [{name: notice.facts[name] for name in ("title", "due", "days")} for notice in several]
        messages += present([briefing.notice("overdue_summary", to, several[0].key, {"overdue": listed})])
    return messages


def _cadence(briefing: Briefing, entry: Entry) -> Notices:
    cadence = next((cadence for cadence in briefing.playbook.cadences if cadence.key == entry.about), None)
    if cadence is None:
        return []
    day = date.fromisoformat(entry.occurrence)
    if cadence.kind in NOTICE_AHEAD and day < briefing.today:
        return []
    leader = briefing.playing(cadence.led_by) if cadence.copied else []
    people = list(dict.fromkeys([*briefing.playing(*cadence.with_), *leader]))
    if cadence.kind == "status_report":
        return _report(briefing, entry, cadence, people)
    if cadence.kind == "message":
        return _message(briefing, entry, cadence, people)
    larger = culminating(cadence, briefing.state, briefing.playbook, briefing.plan, day=day, now=briefing.now)
    if larger is not None and (milestone := briefing.playbook.milestone(larger.milestone)) is not None:
        people = list(dict.fromkeys([*people, *briefing.playing(*milestone.raci.consulted)]))
    title, minutes = (larger.title, larger.minutes) if larger else (cadence.title, cadence.minutes)
    agenda = _agenda(briefing, entry, cadence, larger)
    return present(
        briefing.notice(
            "webinar" if cadence.kind == "webinar" else "meeting", id, entry.key,
            {
                "title": briefing.say(title, briefing.language_of(id)),
                "on": entry.occurrence,
                "minutes": minutes or "",
                "agenda": briefing.say(agenda, briefing.language_of(id)),
                "with": [briefing.called([other], briefing.language_of(id)) for other in people],
                "host": briefing.called(briefing.playing(cadence.led_by), briefing.language_of(id)),
                **_figures(briefing, cadence, entry, briefing.language_of(id)),
            },
            about=cadence.key,
        )
        for id in people
    )  # fmt: skip


def _figures(briefing: Briefing, cadence: Cadence, entry: Entry, language: str) -> dict[str, Any]:
    """Where it stands, for a meeting whose invitation says so."""
    if not cadence.figures:
        return {}
    since = date.fromisoformat(entry.occurrence) - _since_the_last(cadence)
    return {"standing": letters.standing(briefing, language, since=since - A_FEW_DAYS)}


def _since_the_last(cadence: Cadence) -> timedelta:
    """The time between two occasions, at least: months differ, and twice is better than never."""
    return timedelta(weeks=cadence.every_weeks) if cadence.every_weeks else (cadence.every_months or 1) * A_MONTH


def _report(briefing: Briefing, entry: Entry, cadence: Cadence, people: Sequence[str]) -> Notices:
    since = date.fromisoformat(entry.occurrence) - _since_the_last(cadence)
    return present(
        briefing.notice(
            "status_report", id, entry.key,
            letters.status_report(briefing, id, since=since), about=cadence.key,
        )
        for id in people
    )  # fmt: skip


def _message(briefing: Briefing, entry: Entry, cadence: Cadence, people: Sequence[str]) -> Notices:
    editions = [edition for edition in cadence.editions if edition.ready]
    turn = min(_turn(briefing, entry, cadence), len(editions) - 1)
    edition = editions[turn] if editions else None
    weekly = letters.reported_weekly(briefing)
    return present(
        briefing.notice(
            "message", id, entry.key,
            letters.edition(briefing, cadence.title, edition, briefing.language_of(id)), about=cadence.key,
            until=briefing.now + digests.A_WEEKS_LETTER if id in weekly else None,
            # What prepares for the go-live would be untrue in the report after it.
            while_open=cadence.until if briefing.state.milestone(cadence.until) else None,
        )
        for id in people
    )  # fmt: skip


def _turn(briefing: Briefing, entry: Entry, cadence: Cadence) -> int:
    """The place of an entry in its cadence, counted from 0 and from the first occasion that could be told of.

    Whoever goes live at noon gets the first letter a week later, not the second.
    """
    state = briefing.state
    days = cadence_days(
        cadence, state, briefing.calendar, briefing.calendar.day_of(briefing.deal.closed_at), briefing.plan
    )
    if days is None:
        return 0
    after = [milestone.at for key in cadence.starts.after if (milestone := state.milestone(key)) and milestone.at]
    began = max([briefing.deal.closed_at, *after, *([state.taken_up_at] if state.taken_up_at else [])])
    past = takewhile(lambda before: before < date.fromisoformat(entry.occurrence), days)
    return sum(notice_moment(cadence, briefing.calendar, before) > began for before in past)


def _agenda(briefing: Briefing, entry: Entry, cadence: Cadence, larger: Culmination | None) -> Text | None:
    """What is talked about: by which occasion it is, not by the month. A late kickoff begins with the first topic."""
    topics = cadence.agenda
    if larger is not None or not topics:
        return topics[-1] if topics else None
    ordinary = topics[:-1] if cadence.culminates and len(topics) > 1 else topics
    return ordinary[min(_turn(briefing, entry, cadence), len(ordinary) - 1)]


def _service_level(briefing: Briefing, entry: Entry) -> Notices:
    issue = briefing.state.issue(entry.about)
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
        briefing.notice(
            "service_level_missed", id, entry.key, facts, about=issue.key, urgent=True, while_open=issue.key
        )
        for id in [briefing.state.owner, *briefing.managers]
    )


def _pause_limit(briefing: Briefing, entry: Entry) -> Notices:
    if briefing.state.paused_at is None:
        return []
    since = briefing.calendar.day_of(briefing.state.paused_at)
    facts = {"since": str(since), "days": (briefing.today - since).days}
    people = [briefing.state.owner, *briefing.managers, *briefing.playing("project_lead", "executive_sponsor")]
    return present(briefing.notice("pause_decision", id, entry.key, facts) for id in dict.fromkeys(people))


def _hand_off(briefing: Briefing, entry: Entry) -> Notices:
    too_soon = briefing.now < briefing.plan.hand_off_by or not launched(briefing.state)
    if entry.occurrence.endswith("/from") or too_soon or not briefing.state.unmet():
        return []
    day = (briefing.today - briefing.calendar.day_of(briefing.deal.closed_at)).days
    by = str(briefing.calendar.day_of(briefing.plan.hand_off_by))
    return present(
        briefing.notice(
            "hand_off_decision", id, entry.key,
            {
                "unmet": [briefing.title(key, briefing.language_of(id)) for key in briefing.state.unmet()],
                "hand_off_by": by,
                "day": day,
            },
        )
        for id in [*briefing.managers, briefing.state.owner]
    )  # fmt: skip


ACTORS: dict[str, Callable[[Briefing, Entry], Notices]] = {
    "nudge": _nudge,
    "cadence": _cadence,
    "service_level": _service_level,
    "pause_limit": _pause_limit,
    "hand_off": _hand_off,
    "task": tasks.remind,
}
