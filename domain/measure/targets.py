"""Are the targets of the playbook met, and is what should be true by a week? Each with its day, and why it is not said.

Days count from the close. A target behind the planned go-live counts from the real one, by the planned distance; one
that is due on the go-live itself is looked at after a week of use, and one without a day once it is measured. Missed is
amber before the go-live, and red after, but for attendance, of which the playbook says where red begins.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from domain.measure.attendance import FIGURE as ATTENDANCE
from domain.measure.health import Measured
from domain.playbook import LeadingIndicator, Playbook, Target
from domain.text import in_language
from domain.wire import Instant, Wire

A_WEEK = 7
OBSERVED = ("adoption_rising", "first_results_visible", "users_signing_in")
"""What an indicator may observe: nothing else is ever supplied."""

State = Literal["met", "missed", "not_measured", "not_due"]
Colour = Literal["green", "amber", "red"]


class Progress(Wire):
    """What is known of a customer. Days count from the close; `due` has the day on which an open milestone is planned,
    `settled` that on which one was reached or waived. `observed` are what figures say, by `OBSERVED`: true or false.
    """

    day: int = Field(ge=0)
    settled: Mapping[str, int] = Field(default_factory=dict)
    due: Mapping[str, int] = Field(default_factory=dict)
    figures: Mapping[str, Measured] = Field(default_factory=dict)
    observed: Mapping[str, bool] = Field(default_factory=dict)


class TargetSeen(Wire):
    """A target and how it stands; `due_on` counts days after the close, None without a day or a go-live.

    `origin` says where the value comes from, None where there is none.
    """

    key: str
    title: str
    unit: str
    state: State
    colour: Colour | None = None
    due_on: int | None = None
    value: float | None = None
    at_least: float | None = None
    below: float | None = None
    at: Instant | None = None
    origin: str | None = None


class IndicatorSeen(Wire):
    """What should be true by the end of a week. `lacks` names the milestones and observations that it waits for.

    What should be under way by then waits for the milestones before it.
    """

    key: str
    title: str
    week: int
    state: State
    colour: Colour | None = None
    lacks: tuple[str, ...] = ()


def targets_seen(playbook: Playbook, progress: Progress, *, language: str = "en") -> tuple[TargetSeen, ...]:
    """Every target of the playbook, in its order."""
    return tuple(_target(target, playbook, progress, language) for target in playbook.targets)


def indicators_seen(playbook: Playbook, progress: Progress, *, language: str = "en") -> tuple[IndicatorSeen, ...]:
    """Every leading indicator of the playbook, in its order."""
    return tuple(_indicator(indicator, playbook, progress, language) for indicator in playbook.indicators)


def _target(target: Target, playbook: Playbook, progress: Progress, language: str) -> TargetSeen:
    due_on, measured = _due_on(target, playbook, progress), progress.figures.get(target.metric)
    state: State = "not_measured"
    is_due = measured is not None if target.day is None else due_on is not None and progress.day >= due_on
    if not is_due:
        state = "not_due"
    elif measured is not None and (target.at_least is not None or target.below is not None):
        too_low = target.at_least is not None and measured.value < target.at_least
        too_high = target.below is not None and measured.value >= target.below
        state = "missed" if too_low or too_high else "met"
    return TargetSeen(
        key=target.key,
        title=in_language(target.title, language),
        unit=target.unit,
        state=state,
        colour=_colour_of(target, state, measured, playbook, progress),
        due_on=due_on,
        value=measured.value if measured else None,
        at_least=target.at_least,
        below=target.below,
        at=measured.at if measured else None,
        origin=measured.origin if measured else None,
    )


def _colour_of(
    target: Target, state: State, measured: Measured | None, playbook: Playbook, progress: Progress
) -> Colour | None:
    """The colour of a target; missed attendance has its own bound to red, before the go-live and after it."""
    if state == "missed" and measured is not None and target.metric == ATTENDANCE and playbook.training is not None:
        return "red" if measured.value < playbook.training.red_flag_below_pct else "amber"
    return _colour(state, playbook, progress)


def _colour(state: State, playbook: Playbook, progress: Progress) -> Colour | None:
    if state == "not_due":
        return None
    if state == "met":
        return "green"
    go_live = playbook.playing("go_live")
    is_live = go_live is not None and go_live.key in progress.settled
    return "red" if state == "missed" and is_live else "amber"


def _due_on(target: Target, playbook: Playbook, progress: Progress) -> int | None:
    """The day from which the target can be missed; None without a day, and while what it counts from has none."""
    day = target.day
    if day is None:
        return None
    if target.anchor != "close":
        anchor = progress.settled.get(target.anchor)
        return None if anchor is None else anchor + day
    go_live = playbook.playing("go_live")
    planned = planned_day(playbook, go_live.key) if go_live else None
    if go_live is None or planned is None or day < planned:
        return day
    real = progress.settled.get(go_live.key)
    return None if real is None else real + max(day - planned, A_WEEK)


def planned_day(playbook: Playbook, key: str) -> int | None:
    """The day after the close that the playbook has for a milestone; None where its anchors lead nowhere."""
    day, seen = 0, set()
    while key != "close":
        milestone = playbook.milestone(key)
        if milestone is None or key in seen:
            return None
        seen.add(key)
        day, key = day + milestone.day, milestone.anchor
    return day


def _indicator(one: LeadingIndicator, playbook: Playbook, progress: Progress, language: str) -> IndicatorSeen:
    last_day = A_WEEK * one.week
    by_then = {key for key, day in progress.settled.items() if day <= last_day}
    if progress.day > last_day:
        # What came late was late; what is late still counts once it is there.
        by_then = set(progress.settled)
    begun = [key for key in one.under_way if key not in by_then]
    before = [key for milestone in map(playbook.milestone, begun) if milestone for key in playbook.needs(milestone)]
    lacks = [key for key in dict.fromkeys([*one.milestones, *before]) if key not in by_then]
    for stage in playbook.stages:
        share = one.share_reached.get(stage.key)
        settled = sum(milestone.key in by_then for milestone in stage.milestones)
        if share is not None and settled < share * len(stage.milestones):
            lacks.append(f"{stage.key}: {settled} of {len(stage.milestones)}")
    unknown = [what for what in one.observed if what not in progress.observed]
    lacks += [what for what in one.observed if progress.observed.get(what) is False]
    state: State
    if progress.day < last_day:
        state = "not_due" if lacks or unknown else "met"
    else:
        state = "missed" if lacks else "not_measured" if unknown else "met"
    return IndicatorSeen(
        key=one.key,
        title=in_language(one.title, language),
        week=one.week,
        state=state,
        colour=_of_indicator(one, state, progress),
        lacks=tuple(lacks or unknown) if state in ("missed", "not_measured") else (),
    )


def _of_indicator(one: LeadingIndicator, state: State, progress: Progress) -> Colour | None:
    if state == "not_due":
        return None
    if state == "met":
        return "green"
    ahead = one.amber_while_ahead
    is_ahead = ahead is not None and ahead not in progress.settled and progress.due.get(ahead, 0) >= progress.day
    return "amber" if state == "not_measured" or is_ahead else "red"
