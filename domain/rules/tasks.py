"""Who is told of a task that is not in the plan, and when is somebody reminded of one, or of a course correction?"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from domain.agenda.state import CorrectionState, Entry, Fact, State
from domain.calendar import CLOSING, WorkCalendar
from domain.notice import Notice, task_slot
from domain.playbook import Nudging, Playbook
from domain.record import RegisterRow
from domain.rules import corrections
from domain.rules.briefing import Briefing, present
from domain.rules.nudging import Ladder


def reminders(state: State, playbook: Playbook, calendar: WorkCalendar, now: datetime) -> Iterator[Entry]:
    """The next reminder of every open task and course correction."""
    for key, day in state.tasks.items():
        step = _ladder(playbook.nudging, calendar, day, state.correction(key)).next(now, critical=False)
        if step is not None:
            yield Entry(task_slot(key), step.occurrence, step.at, "task", key)


def _ladder(nudging: Nudging, calendar: WorkCalendar, day: date, correction: CorrectionState | None) -> Ladder:
    """Reminders on the day, or the next working day, and after it as the playbook has them for milestones.

    Of a task nobody is escalated to: it is agreed between two people. A correction is ours, and goes up among us.
    """
    rungs = tuple(rung for rung in nudging.ladder if not rung.proposes_pause) if correction else ()
    plain = nudging.model_copy(update={"before": (), "on_the_day": True, "ladder": rungs})
    on = calendar.working_day_from(day)
    return Ladder(plain, calendar, on, calendar.at(on, CLOSING))


def remind(briefing: Briefing, entry: Entry) -> list[Notice]:
    """To whoever has the task; once it is overdue to the onboarding's owner, too."""
    task = briefing.tasks.get(entry.about)
    if task is None or entry.about not in briefing.state.tasks:
        return []
    day = briefing.state.tasks[entry.about]
    correction = briefing.state.correction(entry.about)
    steps = _ladder(briefing.playbook.nudging, briefing.calendar, day, correction)
    step = steps.last(since=entry.due, now=briefing.now)
    if step is None:
        return []
    if correction is not None:
        return corrections.remind(
            briefing, task, slot=entry.slot, occurrence=step.occurrence, reminds=step.reminds, rungs=step.rungs
        )
    days = briefing.calendar.working_days_between(day, briefing.today)
    people = [_doer(briefing, task), *([briefing.state.owner] if days > 0 else [])]
    return present(
        briefing.notice(
            "task_due", id, f"{entry.slot}/{step.occurrence}",
            {**_facts(briefing, task, day, id), "days": days},
            about=task.key, while_open=task_slot(task.key), collapses=True,
        )
        for id in dict.fromkeys(people)
    )  # fmt: skip


def given(briefing: Briefing, fact: Fact, _: Mapping[str, str]) -> list[Notice]:
    """To whoever has a task that was added or changed, unless they did so themselves."""
    task, day = briefing.tasks.get(fact.about), briefing.state.tasks.get(fact.about)
    if task is None or day is None:
        return []
    to = _doer(briefing, task)
    if briefing.are_one(to, fact.by):
        return []
    facts = {
        **_facts(briefing, task, day, to),
        "changed": fact.kind == "task_changed",
        "given_by": briefing.called([fact.by], briefing.language_of(to)),
        "note": fact.note or "",
    }
    while_open = task_slot(task.key)
    # Changed before it went: only the last word counts.
    notice = briefing.notice("task_given", to, fact.key, facts, about=task.key, while_open=while_open, collapses=True)
    return present([notice])


def _facts(briefing: Briefing, task: RegisterRow, day: date, to: str) -> dict[str, Any]:
    owner = str(task.data.get("owner") or briefing.state.owner)
    return {
        "title": task.title,
        "task": task.key,
        "due": str(day),
        "meant_for": "" if owner == to else briefing.called([owner], briefing.language_of(to)),
    }


def _doer(briefing: Briefing, task: RegisterRow) -> str:
    """Whoever has the task; the onboarding's owner where nobody has that id."""
    owner = str(task.data.get("owner") or "")
    return owner if owner and briefing.person(owner) else briefing.state.owner
