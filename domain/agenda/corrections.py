"""May this red flag go up or down, may this course correction begin, change or end, and what changes then?

Which rule makes a flag, and when flags call for a correction, is decided outside and comes as news. A correction is
reminded of like a task: its day stands among those of the tasks, under its key.
"""

from datetime import datetime
from typing import Any

from domain.agenda.gates import note
from domain.agenda.state import Consequences, CorrectionState, FlagState, State
from domain.news import (
    BY_RULE,
    CorrectionChanged,
    CorrectionClosed,
    CorrectionOpened,
    FlagLowered,
    FlagRaised,
)
from domain.refusal import Refused
from domain.wire import Category

MOST_UP = 50
"""Most flags that may be up at a time: a playbook has some twenty, and people add a few of their own."""
HIGHEST = 2
"""How often a correction goes up: to the owner's manager, and to an executive. Above them is nobody of ours."""


def check_raise(state: State, news: FlagRaised) -> None:
    if (flag := state.flag(news.flag)) is not None:
        raise Refused(f"{flag.key} has been up since {flag.since:%Y-%m-%d}", field="flag")
    if len(state.flags) >= MOST_UP:
        raise Refused(f"{MOST_UP} flags are up already", field="flag")
    if news.via != BY_RULE and not news.reason:
        raise Refused("is missing: what you have seen", field="reason")


def apply_raise(state: State, news: FlagRaised, now: datetime) -> bool:
    _up(state, news.flag, news.category, now, judged=news.via != BY_RULE)
    data = {"category": news.category, "since": str(news.since) if news.since else None}
    note(state, "flag_raised", now, about=news.flag, news=news, **data, figures=news.figures, reason=news.reason)
    return True


def check_lower(state: State, news: FlagLowered) -> None:
    if state.flag(news.flag) is None:
        up = ", ".join(flag.key for flag in state.flags) or "none"
        raise Refused(f"{news.flag!r} is not up; up: {up}", field="flag")


def apply_lower(state: State, news: FlagLowered, now: datetime) -> bool:
    flag = state.flag(news.flag)
    assert flag is not None, "checked"
    state.flags.remove(flag)
    if not flag.judged and news.via != BY_RULE:
        state.dismissed.append(flag.key)
    note(state, "flag_lowered", now, about=flag.key, news=news, category=flag.category, reason=news.reason)
    return True


def check_open(state: State, news: CorrectionOpened) -> None:
    there = next((one for one in state.corrections if one.category == news.category), None)
    if there is not None:
        raise Refused(f"{there.key} is open for {news.category} already: use change_correction", field="category")
    if news.correction and (news.correction in state.tasks or state.milestone(news.correction)):
        raise Refused(f"{news.correction} is a task or a milestone; give the correction another id", field="correction")
    if not news.flags and not news.reason:
        raise Refused("is missing: name the flags that call for it, or say why it begins", field="reason")


def apply_open(state: State, news: CorrectionOpened, now: datetime) -> bool:
    state.corrections_opened += 1
    taken = {one.key for one in state.corrections} | state.tasks.keys()
    while news.correction is None and f"correction-{state.corrections_opened}" in taken:
        state.corrections_opened += 1
    key = news.correction or f"correction-{state.corrections_opened}"
    raised = [flag for flag in dict.fromkeys(news.flags) if state.flag(flag) is None]
    for flag in raised:
        _up(state, flag, news.category, now, judged=news.via != BY_RULE)
    state.corrections.append(CorrectionState(key=key, category=news.category, since=now))
    if news.due is not None:
        state.tasks[key] = news.due
    data: dict[str, Any] = {
        "category": news.category,
        "flags": list(dict.fromkeys(news.flags)),
        "raised": raised,
        "since": str(news.since) if news.since else None,
        "figures": news.figures,
        "reason": news.reason,
        "owner": news.owner,
        "due": str(news.due) if news.due else None,
    }
    note(state, "correction_opened", now, about=key, news=news, **data)
    return True


def check_change(state: State, news: CorrectionChanged) -> None:
    _open_one(state, news.correction)
    if news.owner is None and news.due is None and news.cause is None and news.note is None:
        raise Refused("is missing: give a new due, owner, cause or note", field="due")


def apply_change(state: State, news: CorrectionChanged, now: datetime) -> bool:
    correction = _open_one(state, news.correction)
    if news.due is not None:
        state.tasks[correction.key] = news.due
    data = {"owner": news.owner, "due": str(news.due) if news.due else None, "cause": news.cause}
    note(state, "correction_changed", now, about=correction.key, news=news, category=correction.category, **data)
    return True


def check_close(state: State, news: CorrectionClosed) -> None:
    _open_one(state, news.correction)


def apply_close(state: State, news: CorrectionClosed, now: datetime) -> bool:
    """Close it, or let it go up: then it gets another day from the turn that follows.

    With a correction that ends well what people have judged of that category goes down, and with a false alarm all of
    it; rules lower their own flags.
    """
    correction = _open_one(state, news.correction)
    state.tasks.pop(correction.key, None)
    if news.outcome == "did_not_help" and correction.level < HIGHEST:
        correction.level += 1
        data: dict[str, Any] = {"category": correction.category, "level": correction.level, "outcome": news.outcome}
        note(state, "correction_escalated", now, about=correction.key, news=news, **data)
        return True
    state.corrections.remove(correction)
    concerned = [flag for flag in state.flags if flag.category == correction.category]
    lowered = [flag.key for flag in concerned if _goes_down(flag, news.outcome)]
    state.dismissed += [flag.key for flag in concerned if flag.key in lowered and not flag.judged]
    state.flags = [flag for flag in state.flags if flag.key not in lowered]
    for flag in concerned:
        flag.answered = now
    data = {"category": correction.category, "outcome": news.outcome, "lowered": lowered}
    note(state, "correction_closed", news.at or now, about=correction.key, news=news, **data)
    return True


def put_off(state: State, tasks: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The days that a pause has put off, those of tasks and those of corrections, each by id."""
    keys = {correction.key for correction in state.corrections}
    ours = {key: day for key, day in tasks.items() if key in keys}
    return {key: day for key, day in tasks.items() if key not in keys}, ours


def adopt(state: State, consequences: Consequences) -> None:
    """Give corrections that have no day yet the one that was decided; of one that has ended there is none."""
    for key, day in consequences.correct_by.items():
        if state.correction(key) is not None:
            state.tasks.setdefault(key, day)
    if consequences.rearmed:
        state.dismissed = [key for key in state.dismissed if key not in consequences.rearmed]
    if consequences.figures_say is not None:
        state.figures_say = consequences.figures_say


def undated(state: State) -> list[CorrectionState]:
    """The open corrections that have no day yet."""
    return [correction for correction in state.corrections if correction.key not in state.tasks]


def _up(state: State, key: str, category: Category, now: datetime, *, judged: bool) -> None:
    state.dismissed = [other for other in state.dismissed if other != key]
    state.flags.append(FlagState(key=key, category=category, since=now, judged=judged))


def _goes_down(flag: FlagState, outcome: str) -> bool:
    """Whether that outcome of a correction takes down a flag of its category."""
    return outcome == "false_alarm" or (outcome == "helped" and flag.judged)


def _open_one(state: State, key: str) -> CorrectionState:
    correction = state.correction(key)
    if correction is None:
        open_ones = ", ".join(one.key for one in state.corrections) or "none"
        raise Refused(f"{key!r} is not an open correction; open: {open_ones}", field="correction")
    return correction
