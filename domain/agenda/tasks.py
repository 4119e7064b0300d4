"""May this task be added, changed or closed, and what changes then? Of a task the agenda knows its id and its day."""

from datetime import date, datetime, timedelta

from domain.agenda.gates import note
from domain.agenda.state import State
from domain.news import TaskAdded, TaskChanged, TaskClosed
from domain.refusal import Refused

MOST_OPEN = 50
"""Most tasks that may be open at a time: more are a project of their own, for a tool that is made for one."""


def check_add(state: State, news: TaskAdded) -> None:
    if news.task in state.tasks:
        raise Refused(f"{news.task} is open already: use change_task", field="task")
    if news.task and state.milestone(news.task):
        raise Refused(f"{news.task} is a milestone of the plan; give the task another id", field="task")
    if len(state.tasks) - len(state.corrections) >= MOST_OPEN:
        raise Refused(f"{MOST_OPEN} tasks are open already", field="task")


def apply_add(state: State, news: TaskAdded, now: datetime) -> bool:
    state.tasks_added += 1
    while news.task is None and f"task-{state.tasks_added}" in state.tasks:
        state.tasks_added += 1
    key = news.task or f"task-{state.tasks_added}"
    state.tasks[key] = news.due
    owner = news.owner or state.owner
    note(state, "task_added", now, about=key, news=news, title=news.title, due=str(news.due), owner=owner)
    return True


def check_change(state: State, news: TaskChanged) -> None:
    _refuse_unless_open(state, news.task, instead="change_correction")
    if news.title is None and news.due is None and news.owner is None:
        raise Refused("is missing: give a new title, due or owner", field="due")


def apply_change(state: State, news: TaskChanged, now: datetime) -> bool:
    before = state.tasks[news.task]
    state.tasks[news.task] = news.due or before
    due = str(news.due) if news.due else None
    note(state, "task_changed", now, about=news.task, news=news, title=news.title, due=due, owner=news.owner)
    return True


def check_close(state: State, news: TaskClosed) -> None:
    _refuse_unless_open(state, news.task, instead="close_correction")


def apply_close(state: State, news: TaskClosed, now: datetime) -> bool:
    del state.tasks[news.task]
    note(state, "task_closed", news.at or now, about=news.task, news=news, outcome=news.outcome)
    return True


def put_off(state: State, *, since: date, lost: timedelta) -> dict[str, str]:
    """Put off the open tasks whose day lies in a pause or after it; returns their new days by id."""
    later = {key: due + lost for key, due in state.tasks.items() if lost and due >= since}
    state.tasks.update(later)
    return {key: str(due) for key, due in later.items()}


def _refuse_unless_open(state: State, key: str, *, instead: str) -> None:
    if state.correction(key) is not None:
        raise Refused(f"{key} is a course correction: use {instead}", field="task")
    if key not in state.tasks:
        open_ones = ", ".join(one for one in state.tasks if state.correction(one) is None) or "none"
        raise Refused(f"{key!r} is not an open task; open: {open_ones}", field="task")
