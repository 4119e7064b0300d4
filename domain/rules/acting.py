"""Which notices go out when an entry of the agenda is due? One function for each rule of an entry."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from domain.agenda.state import Entry
from domain.calendar import CLOSING, OPENING
from domain.measure.teams import REPORTED_TO
from domain.notice import Notice
from domain.playbook import Cadence, Milestone
from domain.rules import adopting, digests, escalating, letters, meetings, plan_letter, reviewing, tasks
from domain.rules.briefing import Briefing, present
from domain.rules.nudging import Step
from domain.rules.schedule import NOTICE_AHEAD, launched

Notices = list[Notice]
NUDGES = frozenset({"reminder", "escalation", "task_due", "correction_due"})
ONCE_A_MOMENT = frozenset({"pause_proposal", "status_report"})


def act(briefing: Briefing, entries: Sequence[Entry]) -> Notices:
    """The notices for the entries that are due now; overdue ones collapse into one per person."""
    notices = [notice for entry in entries if entry.rule in ACTORS for notice in ACTORS[entry.rule](briefing, entry)]
    return _collapse(briefing, notices)


def _nudge(briefing: Briefing, entry: Entry) -> Notices:
    late = escalating.late_at(briefing, entry)
    if late is None:
        return []
    notices: dict[str, Notice] = {}
    for rung in late.step.rungs:
        for notice in escalating.escalate(briefing, late, rung):
            notices[notice.to] = notice
    if late.step.reminds:
        for notice in _remind(briefing, late.milestone, late.step):
            notices.setdefault(notice.to, notice)
    # Nobody is urged by people who have not been introduced to them yet, nor to agree to what they have not got.
    unread = escalating.is_unread(briefing, late.state)
    return [notice for notice in notices.values() if not (unread and briefing.is_customer(notice.to))]


def _remind(briefing: Briefing, milestone: Milestone, step: Step) -> Notices:
    state = briefing.state.milestone(milestone.key)
    in_rework, asked = bool(state and state.rework), state.deciders if state and state.asked else []
    doers = briefing.playing(milestone.raci.responsible)
    # Until something was done about their reasons, nobody is asked to sign what they have rejected; nor to agree to a
    # plan that waits for the owner to read it.
    is_ours = in_rework or bool(state and state.of_plan and plan_letter.waits(briefing))
    people = [briefing.state.owner] if is_ours else [*asked, *doers]
    occasion = f"{milestone.key}/{step.occurrence}"
    return present(
        briefing.notice(
            "reminder", id, occasion,
            {
                **escalating.facts(briefing, milestone, id, days=step.days),
                **({"title": briefing.signed(milestone.key, briefing.language_of(id))} if asked else {}),
                "done_when": briefing.say(milestone.done_when, briefing.language_of(id)),
                "waits_for": [],
                "sign_off": bool(asked),
                "rework": in_rework,
                "draft": _waiting_for_it(briefing, milestone),
            },
            about=milestone.key, while_open=milestone.key, collapses=True,
            **_going(briefing, milestone, step, id),
        )
        for id in dict.fromkeys(people)
    )  # fmt: skip


def _waiting_for_it(briefing: Briefing, milestone: Milestone) -> str:
    """The draft that waits and by which the milestone is reached, or asked for; empty where there is none."""
    state = briefing.state.milestone(milestone.key)
    of_plan = bool(state and state.of_plan)
    drafts = briefing.state.drafts
    return next(
        (one.key for one in drafts if one.reaches == milestone.key or (of_plan and one.kind == plan_letter.PLAN)), ""
    )


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
        listed = [_listed(notice) for notice in several]
        messages += present([briefing.notice("overdue_summary", to, several[0].key, {"overdue": listed})])
    return messages


def _listed(notice: Notice) -> dict[str, Any]:
    """What a summary says of it; an escalation names who does it, which its reader does not."""
    listed = {name: notice.facts[name] for name in ("title", "due", "days")}
    who = notice.facts.get("responsible") if not notice.facts.get("yours") else ""
    return {**listed, "who": who} if who else listed


def _cadence(briefing: Briefing, entry: Entry) -> Notices:
    cadence = next((cadence for cadence in briefing.playbook.cadences if cadence.key == entry.about), None)
    if cadence is None:
        return []
    day = date.fromisoformat(entry.occurrence)
    if cadence.kind in NOTICE_AHEAD and day < briefing.today:
        return []
    if cadence.kind == "status_report":
        return _report(briefing, entry, cadence, _people(briefing, cadence))
    if cadence.kind == "message":
        return _message(briefing, entry, cadence, _people(briefing, cadence))
    if meetings.hour_agreed(briefing, cadence, day):
        return []
    meeting = meetings.of_series(briefing, cadence, day)
    return present(
        briefing.notice(
            "webinar" if cadence.kind == "webinar" else "meeting", id, entry.key,
            {
                **meetings.facts_of(briefing, meeting, day, id),
                **meetings.offered(briefing, cadence.key, day, id),
                **of_series,
            },
            about=cadence.key,
        )
        for id, of_series in meetings.announced_to(briefing, cadence, day, meeting.people).items()
    )  # fmt: skip


def _people(briefing: Briefing, cadence: Cadence) -> list[str]:
    leader = briefing.playing(cadence.led_by) if cadence.copied else []
    return list(dict.fromkeys([*meetings.readers(briefing, cadence), *leader]))


def _report(briefing: Briefing, entry: Entry, cadence: Cadence, people: Sequence[str]) -> Notices:
    since = date.fromisoformat(entry.occurrence) - meetings.since_the_last(cadence)
    return present(
        briefing.notice(
            "status_report", id, entry.key,
            letters.status_report(briefing, id, since=since), about=cadence.key,
        )
        for id in people
    )  # fmt: skip


def _message(briefing: Briefing, entry: Entry, cadence: Cadence, people: Sequence[str]) -> Notices:
    editions = [edition for edition in cadence.editions if edition.ready]
    turn = min(meetings.turn(briefing, cadence, date.fromisoformat(entry.occurrence)), len(editions) - 1)
    edition = editions[turn] if editions else None
    weekly = letters.reported_weekly(briefing)
    return present(
        briefing.notice(
            "message", id, entry.key,
            {
                **letters.edition(briefing, cadence.title, edition, briefing.language_of(id)),
                **_use(briefing, cadence, id),
                # Who reads a report every week has them there.
                **({} if id in weekly else _wins(briefing, cadence, date.fromisoformat(entry.occurrence))),
            },
            about=cadence.key,
            until=briefing.now + digests.A_WEEKS_LETTER if id in weekly else None,
            # What prepares for the go-live would be untrue in the report after it.
            while_open=cadence.until if briefing.state.milestone(cadence.until) else None,
        )
        for id in people
    )  # fmt: skip


def _use(briefing: Briefing, cadence: Cadence, to: str) -> Mapping[str, Any]:
    """What a letter says about use: that of all together, and that of its reader, each where the letter tells of it."""
    language = briefing.language_of(to)
    own = adopting.own_use(briefing.dossier, briefing.adoption, to, language) if cadence.own_use else {}
    figures = letters.use(briefing, language) if cadence.figures else []
    # The room has them by team for whoever answers for others' work; a letter with a table of teams would be long.
    reader = briefing.person(to)
    by_team = {"by_team": True} if figures and reader and reader.role in REPORTED_TO else {}
    return {**({"figures": figures} if cadence.figures else {}), **by_team, **own}


def _wins(briefing: Briefing, cadence: Cadence, day: date) -> Mapping[str, Any]:
    """The quick wins since the letter before; in the first one all that there have been."""
    if not cadence.wins:
        return {}
    is_first = meetings.turn(briefing, cadence, day) == 0
    since = briefing.calendar.day_of(briefing.deal.closed_at) if is_first else day - meetings.since_the_last(cadence)
    wins = letters.wins(briefing, since=since)
    return {"wins": wins} if wins else {}


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


def _look(briefing: Briefing, entry: Entry) -> Notices:
    return [*reviewing.at_look(briefing, entry), *adopting.at_look(briefing, entry)]


ACTORS: dict[str, Callable[[Briefing, Entry], Notices]] = {
    "nudge": _nudge,
    "cadence": _cadence,
    "service_level": _service_level,
    "pause_limit": _pause_limit,
    "hand_off": _hand_off,
    "task": tasks.remind,
    "look": _look,
}
